// A selected node or edge: its sum or contribution, copied from where scripts-off readers find it.

const selection = one(".selection"), content = make("div", ""), sliding = make("label", "");
const knob = Object.assign(document.createElement("input"), { type: "range" });
sliding.className = "sliding";
selection.append(content, sliding);
knob.addEventListener("input", () => change(Number(knob.dataset.leaf), Number(knob.value)));
knob.addEventListener("change", () => { changing = null; });
knob.addEventListener("keydown", (event) => /^(Arrow|Home|End|Page)/.test(event.key) && event.stopPropagation());

function select(element) {
  selected = element;
  showSelection();
  if (element) bringIntoView(one(".workings"), selection);
}

function showSelection() {
  for (const element of all("svg .selected")) element.classList.remove("selected");
  selection.hidden = !selected;
  if (!selected) return content.replaceChildren();
  selected.classList.add("selected");
  const { node, edge } = selected.dataset, child = Number(edge?.split("-")[0]);
  const source = edge ? one(`[data-transfer="${edge}"]`, sectionOf(`reverse-${child}`)) : sectionOf(`sum-${node}`);
  freshen(source.closest(".working, .sum"));
  const entries = edge ? [] : entriesOf(`adjoint ${node}`, plan);
  const complete = edge ? plan.reverse(child) : entries.at(-1)?.since ?? 0;
  const heading = document.createElement("h3");
  const subject = `<math>${nameOf(Number(edge ? trace[child].parents[Number(edge.split("-")[1])] : node))}</math>`;
  heading.innerHTML = edge ? `Contribution of this edge to ${subject}` : `Whole adjoint of ${subject}: ${uses(readers[Number(node)].length)}`;
  const close = make("button", "×");
  Object.assign(close, { type: "button", className: "close" });
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => select(null));
  content.replaceChildren(heading, close, edge ? tableOf(source) : one(".equation", source).cloneNode(true));
  slide(edge ? undefined : Number(node));
  if (step < complete && Number.isFinite(complete) && plan.by === undefined) {
    const wait = make("button", `Not computed yet: go to step ${complete}`);
    wait.type = "button";
    wait.addEventListener("click", () => go(complete));
    content.append(wait);
  }
  selection.classList.toggle("pending", step < complete || (step === complete && asking));
}

// The slider of a selected leaf stays where it is while it is dragged, whatever is written above it.
function slide(leaf) {
  sliding.hidden = leaf === undefined || Boolean(trace[leaf].parents);
  if (sliding.hidden) return;
  const { name } = trace[leaf], value = now.values[leaf], reach = 10 ** Math.ceil(Math.log10(2 * Math.abs(value) || 1));
  if (Number(knob.dataset.leaf) !== leaf || Math.abs(value) > Number(knob.max)) { // else it stays while it is dragged
    Object.assign(knob, { min: -reach, max: reach, step: reach / 200 });
    knob.dataset.leaf = leaf;
    knob.setAttribute("aria-label", `${name}, its value`);
    sliding.replaceChildren(`${named(trace[leaf])} from −${text(reach)} to ${text(reach)}`, knob);
  }
  knob.value = now.values[leaf];
}

function uses(count) {
  return count === 0 ? "the seed" : count === 1 ? "one use" : `a sum over ${count} uses`;
}

function tableOf(row) {
  const table = row.closest("table").cloneNode(true);
  one("tbody", table).replaceChildren(row.cloneNode(true));
  return table;
}

function make(tag, written) {
  const element = document.createElement(tag);
  element.textContent = written;
  return element;
}

// What is shown is a function of the numbers of the leaves, the step, whether its answer is asked, what is selected,
// the output whose derivatives are meant, and the leaf of forward mode.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const slider = one("input.step"), predict = one("[data-do=predict]"), weighs = one("[data-do=weigh]");
let plan = planOf(last), step = 0, asking = false, selected = null, timer = 0, linking = 0;
let data = new Map(), now = swept(data); // the numbers of leaves that are not as they were, and what follows
let places = [], parts = [];

// Places in the figure and in the table; they are looked for anew when a view is unpacked.
function findPlaces() {
  const seen = all(".view:not(.hidden) [data-shows], .trace [data-shows]").filter((element) => element.tagName !== "INPUT");
  places = seen.map((element) => {
    const { shows } = element.dataset;
    return { element, shows, isLocal: shows.startsWith("local"), isCell: element.closest("td") !== null };
  });
  parts = all(".view:not(.hidden) :is([data-node], [data-child]), [data-slot]").map(partOf);
  for (const place of places) place.entries = isSign(place.shows) ? [] : entriesOf(place.shows, plan);
  for (const { element, shows } of places) if (isSign(shows)) element.innerHTML = signOf(shows);
}

// What marks follow the step: nodes, edges, lines of the table, each with the rows that it stands for.
function partOf(element) {
  const { slots: several, slot: alone, child, node } = element.dataset;
  return { element, node, isEdge: child !== undefined, rows: (several ?? alone ?? child ?? node).split(" ").map(Number) };
}

const isSign = (shows) => /^(derivative|heading|output|sign)/.test(shows);

function signOf(shows) {
  const [kind, row] = shows.split(" "), { output, by } = plan;
  if (kind === "heading") return `<math>${by === undefined ? fraction(nameOf(output), "<mi>v</mi>") : fraction("<mi>v</mi>", nameOf(by))}</math>`;
  if (kind === "sign") return signOfNeuron(row);
  return by === undefined ? `∂${names[output]}/∂${names[row]}` : `∂${names[row]}/∂${names[by]}`;
}

// In reverse mode a neuron shows δ, the adjoint of its sum; in forward mode the tangent of what it hands on.
function signOfNeuron(key) {
  const isBack = plan.by === undefined, [sum, activation] = key?.split("-") ?? [];
  const written = key ? [signOf(`derivative ${isBack ? sum : activation}`)] : isBack ? [] : ["∂"];
  return [...(isBack ? ["δ"] : []), ...written].join(" = ");
}

function numberOf(what) {
  const [kind, key, list] = what.split(" ");
  if (!list) return now.known.get(what);
  const several = list.split(",").map((row) => now.known.get(entriesOf(`${key} ${row}`, plan).at(-1)?.what));
  return several.includes(undefined) ? undefined : Math[kind === "least" ? "min" : "max"](...several);
}

function shownAt({ entries, isLocal }) {
  const entry = entries.findLast(({ since }) => since <= step);
  if (!entry) return { written: isLocal ? "" : "–" };
  const number = numberOf(entry.what);
  const written = number === undefined ? "?" : text(number) + (entry.more ? " +" : "");
  return { written, isNew: step > 0 && entry.since === step };
}

const POINT_SPACE = "\u2008", DIGIT_SPACE = "\u2007";

// Filled up with spaces as wide as digits, so that the points of a column stand in line.
function inColumn(written) {
  const [number, more] = written.split(" +");
  if (number.includes("·10")) return written;
  const [, decimals = ""] = number.split(".");
  const point = number.includes(".") ? "" : POINT_SPACE;
  return number + point + DIGIT_SPACE.repeat(digits - decimals.length) + (more === undefined ? "" : " +");
}

// Texts that a screen reader hears: between the two marks stands what a number shows.
function spoken(template) {
  return template.replace(/\ue000(.*?)\ue001/gu, (_, slot) => {
    const [what, brackets = ""] = slot.split("|");
    return now.known.has(what) ? bracketed(now.known.get(what), brackets) : "?";
  });
}

// ---- sections: workings and sums, in the page or packed; those that are not seen are filled when they are

const sections = new Map(all("[data-working], [data-sum]").map((section) => [
  section.dataset.working ?? `sum-${section.dataset.sum}`, section]));
let stale = new Set(), filling = 0, packed = {};

function sectionOf(key) {
  if (!sections.has(key) && packed[key]) {
    const holder = document.createElement("template");
    holder.innerHTML = packed[key];
    const section = holder.content.firstElementChild;
    section.removeAttribute("id");
    if (key.startsWith("sum")) one(".sums").append(section);
    else one(".guesses").before(section);
    sections.set(key, section);
    stale.add(section);
  }
  return sections.get(key);
}

function freshen(section) {
  if (!stale.delete(section)) return;
  for (const slot of all("[data-shows]", section)) {
    const { shows, brackets = "" } = slot.dataset, x = now.known.get(shows);
    if (shows === "output") slot.innerHTML = nameOf(plan.output);
    else slot.innerHTML = x === undefined ? "<mtext>?</mtext>" : mathml(x, brackets);
  }
}

function freshenAll(until = Infinity) {
  for (const section of stale) {
    if (performance.now() >= until) break;
    freshen(section);
  }
  document.body.classList.toggle("filling", stale.size > 0);
  clearTimeout(filling);
  if (stale.size) filling = setTimeout(() => freshenAll(performance.now() + 8), 30);
}

function fill() {
  stale = new Set(sections.values());
  freshenAll(0);
  const problem = one(".problem"), { row, said } = now.problem;
  problem.hidden = row === null;
  problem.textContent = row === null ? "" : `${said}. Press u or Undo to take the change back.`;
  for (const { element, rows, isEdge } of parts) {
    element.classList.toggle("undefined", row !== null && rows.includes(row) && !isEdge);
    element.classList.toggle("changed-leaf", rows.some((leaf) => data.has(leaf)));
  }
  showCourse();
  one("[data-do=undo]").disabled = !past.length;
  one("[data-do=reset]").disabled = !data.size;
  for (const { control, leaf } of controls) {
    if (document.activeElement !== control) control.value = text(now.values[leaf]);
    control.classList.toggle("changed-leaf", data.has(leaf));
    control.removeAttribute("aria-invalid");
  }
}

// ---- the step

function show() {
  forgetRemark();
  showNumbers();
  const working = workingOf(plan.steps[step]);
  freshen(working);
  for (const section of all(".working.current")) if (section !== working) section.classList.remove("current");
  working.classList.add("current");
  const number = one(".number", working);
  number.textContent = step ? `Step ${step}` : "Start";
  showMore(working);
  showParts();
  document.body.classList.toggle("asking", asking);
  document.body.classList.toggle("predicting", predict.checked);
  one("[data-do=reveal]").disabled = !asking;
  slider.max = plan.last;
  slider.value = step;
  const { phase } = plan.steps[step];
  one(".where").textContent = `Step ${step} of ${plan.last} · ${phase}`;
  slider.setAttribute("aria-valuetext", `step ${step} of ${plan.last}, ${phase}`);
  one(".announcement").textContent = `Step ${step}: ${asking ? `${spoken(working.dataset.asked)} = ?` : spoken(working.dataset.said)}`;
  for (const name of ["first", "previous"]) disable(name, step === 0);
  for (const name of ["last", "next", "finish"]) disable(name, step === plan.last && !asking);
  if (weighs?.checked) weigh();
  showSelection();
  showLine();
  ask();
  followActive();
  for (const row of all("tr.active")) bringIntoView(one(".trace > .scroll"), row);
  settle();
}

function showNumbers() {
  for (const place of places) {
    if (isSign(place.shows)) continue;
    const { written, isNew } = shownAt(place), { element, isCell } = place, hidden = isNew && asking;
    const shown = hidden ? "?" : isCell ? inColumn(written) : written;
    if (element.textContent !== shown) element.textContent = shown;
    element.classList.toggle("changed", Boolean(isNew));
    element.classList.toggle("partial", written.endsWith("+"));
  }
}

// Of a contribution: whether more of them come to the same sum.
function showMore(working) {
  for (const row of all("[data-transfer]", working)) {
    const [child, k] = row.dataset.transfer.split("-").map(Number), target = trace[child].parents[k];
    const later = readers[target].some((reader) => plan.reverse(reader.child) > plan.reverse(child) && Number.isFinite(plan.reverse(reader.child)));
    one(".more", row).textContent = later ? " +" : "";
  }
}

function showParts() {
  const { phase, row: active } = plan.steps[step];
  for (const { element, rows, isEdge } of parts) {
    const row = rows.at(-1), is = (name, truth) => element.classList.toggle(name, truth);
    const forward = plan.forward(row), reverse = plan.reverse(row);
    is("todo", step < forward);
    is("active", step > 0 && !isEdge && rows.includes(active));
    is("forward", step > 0 && isEdge && step === forward);
    is("reverse", step > 0 && isEdge && step === reverse && phase === "reverse");
    is("fired", step > reverse);
  }
}

// A node as it is heard: its name, its numbers, what pressing it does.
function labelOf(node) {
  const { node: key, many } = node.dataset, row = Number(key);
  if (many) return many; // a layer is no one value
  const [value, derivative] = ["value", "adjoint"].map((kind) => shownAt({ entries: entriesOf(`${kind} ${row}`, plan) }));
  const said = ({ written, isNew }) => (isNew && asking ? "?" : written === "–" ? "not computed yet" : written);
  const undefinedHere = now.problem.row === row ? `, ${now.problem.said}` : "";
  return `${named(trace[row])}: value ${said(value)}, derivative ${said(derivative)}${undefinedHere}`;
}

function showLine() {
  const { row } = plan.steps[step], line = row === undefined ? undefined : lineOf[row];
  for (const item of all("[data-line]")) {
    const isCurrent = line !== undefined && Number(item.dataset.line) === line;
    item.classList.toggle("current", isCurrent);
    if (isCurrent) bringIntoView(one(".program"), item);
  }
}

function disable(name, truth) {
  one(`[data-do=${name}]`).setAttribute("aria-disabled", truth);
}

// How far an element lies beyond a pane less a margin, to the right and below; negative to the left and above.
function beyond(element, pane, margin) {
  const inner = element.getBoundingClientRect(), outer = pane.getBoundingClientRect();
  const along = (low, high, from, to) => Math.min(low - from - margin, 0) || Math.max(high - to + margin, 0);
  return [along(inner.left, inner.right, outer.left, outer.right), along(inner.top, inner.bottom, outer.top, outer.bottom)];
}

function bringIntoView(pane, element) {
  const [x, y] = beyond(element, pane, 48);
  pane.scrollLeft += x;
  if (pane.scrollHeight > pane.clientHeight + 1) pane.scrollTop += y;
}

// What can wait until nothing moves: the address, what scrolls by keys, how nodes are heard.
function settle() {
  clearTimeout(linking);
  document.body.classList.add("settling");
  linking = setTimeout(() => {
    link();
    letScroll();
    for (const { element, node } of parts) if (node) element.setAttribute("aria-label", labelOf(element));
    for (const edge of all(".view:not(.hidden) [data-weight]")) weightOf(edge);
    document.body.classList.remove("settling");
  }, 150);
}

function letScroll() {
  for (const box of all(".scroll, .equation, .workings, .program")) {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (scrolls && !one("a, button, input, select, [tabindex='0']", box)) box.tabIndex = 0;
    else if (box.tabIndex === 0 && !scrolls) box.removeAttribute("tabindex");
  }
}

// Numbers that are changed: typed, by keys, by a slider, by steps of gradient descent; taken back, put back, in the address.

let course = []; // of the output, over the descent steps that led here
const past = []; // earlier data, each with its course, to be taken back
let changing = null; // the leaf whose control is being typed in

function give(next, keep = true, nextCourse = []) {
  if (keep) past.push([data, course]);
  data = next;
  course = nextCourse;
  judged = new Map(); // other numbers, other questions
  now = swept(data, plan.output, plan.by);
  fill();
  show();
}

function change(leaf, number) {
  if (number === now.values[leaf]) return;
  const next = new Map(data);
  if (number === trace[leaf].value) next.delete(leaf);
  else next.set(leaf, number);
  give(next, changing !== leaf); // what is typed in one go is taken back in one go
  changing = leaf;
}

// Another output, or forward mode by a leaf: other steps, the same numbers of the leaves.
function choose(output, by) {
  pause();
  const { phase, row } = plan.steps[step], isEnd = step === plan.last;
  if (output !== plan.output) course = [];
  judged = new Map();
  plan = planOf(output, by);
  now = swept(data, output, by);
  const alike = (each) => (each === "tangent" ? "forward" : each);
  const same = plan.steps.findIndex((each) => alike(each.phase) === alike(phase) && each.row === row);
  step = isEnd ? plan.last : Math.max(0, same);
  asking = false;
  one("[data-choose=output]").value = output;
  one("[data-choose=by]").value = by ?? "";
  document.body.classList.toggle("by-leaf", by !== undefined);
  for (const sign of all(".legend .adjoint")) sign.textContent = by === undefined ? "adjoint" : "tangent";
  findPlaces();
  fill();
  show();
}

// ---- gradient descent

const rate = one(".rate"), moving = leaves.filter((i) => trace[i].moves);
let descending = 0;

function descend() {
  const eta = numberIn(rate);
  mark(rate, eta);
  if (eta === undefined) remark(rate, wanted(rate.value, "type a number, 0.1 or 1/3"));
  if (eta === undefined || now.problem.row !== null) return stopDescending();
  const gradient = plan.by === undefined ? now : swept(data, plan.output);
  const next = new Map(data);
  for (const leaf of moving) next.set(leaf, now.values[leaf] - eta * gradient.known.get(`adjoint ${leaf}`));
  const values = swept(next, plan.output).values;
  give(next, true, [...(course.length ? course : [now.values[plan.output]]), values[plan.output]]);
}

function goOn() {
  descending = setInterval(descend, 250);
  showDescending();
  descend();
}

function stopDescending() {
  clearInterval(descending);
  descending = 0;
  showDescending();
}

function showDescending() {
  const button = one("[data-do=descending]");
  button.setAttribute("aria-pressed", String(descending !== 0));
  button.textContent = descending ? "Stop" : "Go on";
}

function showCourse() {
  const box = one(".course"), known = course.filter((x) => x !== undefined);
  box.hidden = known.length < 2;
  if (box.hidden) return;
  const low = Math.min(...known), high = Math.max(...known), end = known.length - 1;
  const place = (x, i) => [(200 * i) / end, high > low ? (30 * (high - x)) / (high - low) : 15];
  one("polyline", box).setAttribute("points", known.map((x, i) => place(x, i).join(",")).join(" "));
  const [x, y] = place(known[end], end);
  one("circle", box).setAttribute("cx", x);
  one("circle", box).setAttribute("cy", y);
  const steps = course.length - 1 === 1 ? "one step" : `${course.length - 1} steps`;
  one("svg", box).setAttribute("aria-label", `The course of ${named(trace[plan.output])}`);
  one("span", box).textContent = `${named(trace[plan.output])} after ${steps}: ${text(known[0])} → ${text(known[end])}`;
}

rate.addEventListener("keydown", (event) => {
  if (event.key === "Enter") descend();
  event.stopPropagation(); // the keys of the page are not meant
});

// ---- controls of leaves

// What is typed, undefined if that is no number; which is marked, once what is done with it has been done.
function numberIn(control) {
  const [, above, below] = /^([-−]?\d+)\s*\/\s*(\d+)$/.exec(control.value.trim()) ?? [];
  return below && Number(below) ? Number(above.replace("−", "-")) / Number(below) : claimOf(control.value)?.number;
}

function mark(control, number) {
  if (number === undefined) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

// What is taken is said at the control, and aloud, until something else is done.
function remark(control, said) {
  const note = make("span", said);
  note.className = "remark";
  forgetRemark();
  control.after(note);
  one(".announcement").textContent = said;
}

function forgetRemark() {
  one(".remark")?.remove();
}

// The control of a leaf stands where its number stood; it has all digits while it is typed in.
function controlOf(cell) {
  const leaf = Number(cell.dataset.leaf), { name, value } = trace[leaf];
  const control = document.createElement("input");
  Object.assign(control, { type: "text", inputMode: "decimal", autocomplete: "off", value: text(value), tabIndex: -1 });
  control.setAttribute("aria-label", `${name}, its value`);
  control.dataset.shows = `value ${leaf}`;
  control.size = Math.max(7, control.value.length);
  control.addEventListener("input", () => {
    const number = numberIn(control);
    if (number !== undefined) change(leaf, number);
    mark(control, number);
  });
  let before = data;
  control.addEventListener("focus", () => { forgetRemark(); before = data; control.value = String(now.values[leaf]); control.select(); });
  control.addEventListener("blur", () => {
    const isNone = control.hasAttribute("aria-invalid"), typed = control.value;
    if (isNone && before !== data) actions.undo(); // what was typed began as a number and ended as none: 1/3x
    changing = null;
    fill();
    if (isNone) remark(control, `${wanted(typed, "type a number, 1.5 or 1/3")}; ${control.value} stays`);
  });
  control.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Enter" || event.key === "Escape") control.closest("tr").focus();
    else if (way) {
      const size = 10 ** Math.floor(Math.log10(Math.abs(now.values[leaf]) || 1)) / 10; // a tenth of its first digit
      const by = way * Math.min(size, 1) * (event.shiftKey ? 10 : 1);
      change(leaf, Number((now.values[leaf] + by).toPrecision(12)));
      control.value = String(now.values[leaf]);
      event.preventDefault();
    }
    event.stopPropagation(); // the keys of the page are not meant
  });
  cell.replaceChildren(control);
  return { control, leaf };
}

const controls = all("[data-leaf]").map(controlOf);

// ---- the address: the step, numbers of leaves by their names, and `:of` and `:by` of another derivative

function link() {
  if (location.protocol === "about:") return; // inside a notebook the address is not ours
  const pair = (name, what) => `&${encodeURIComponent(name)}=${encodeURIComponent(what)}`;
  const chosen = [plan.output === last ? "" : pair(":of", trace[plan.output].name), plan.by === undefined ? "" : pair(":by", trace[plan.by].name)];
  const changed = [...data].map(([leaf, number]) => pair(trace[leaf].name, number));
  const address = `#step=${step}${[...chosen, ...changed].join("")}`;
  if (location.hash !== address && (step > 0 || data.size || chosen.some(Boolean) || location.hash)) history.replaceState(null, "", address);
}

function stepOf(hash) {
  const written = partsOf(hash).find(([name]) => name === "step")?.[1];
  return /^\d+$/.test(written ?? "") ? Number(written) : null;
}

const partsOf = (hash) => hash.slice(1).split("&").map((part) => part.split("=").map(decoded));

function decoded(written) {
  try {
    return decodeURIComponent(written);
  } catch { // a lone %, as people type it
    return written;
  }
}

function numbersOf(hash) {
  const found = new Map();
  const parts = partsOf(hash), first = parts.findIndex(([name]) => name === "step"); // a leaf may be called so, too
  for (const [name, number] of parts.filter((_, i) => i !== first)) {
    const leaf = leaves.find((i) => trace[i].name === name);
    if (leaf !== undefined && number && Number.isFinite(Number(number))) found.set(leaf, Number(number));
  }
  return found;
}

function rowOf(key, rows) {
  const name = partsOf(location.hash).find(([each]) => each === key)?.[1];
  return rows.find((row) => trace[row].name === name);
}

function followAddress() {
  const target = stepOf(location.hash), next = numbersOf(location.hash);
  const same = next.size === data.size && [...next].every(([leaf, number]) => data.get(leaf) === number);
  if (!same) give(next);
  const output = rowOf(":of", trace.map((_, row) => row)) ?? last, by = rowOf(":by", leaves);
  if (output !== plan.output || by !== plan.by) choose(output, by);
  if (target !== null && target !== step) go(target);
}

// What is shown is a function of four things: the numbers of the leaves, the step, whether its answer is asked,
// what is selected.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const last = Number(document.body.dataset.steps);
const forwardSteps = Number(document.body.dataset.forwardSteps);
const slider = one("input[type=range]"), predict = one("[data-do=predict]"), weighs = one("[data-do=weigh]"), speed = one("select");
const workings = all(".working"), selection = one(".selection");
const places = all("[data-stages]").map((element) => ({ element, entries: entriesOf(element) }));
const aligned = new Set(all("td.number [data-stages]"));
const parts = all("[data-forward]");
let step = 0, asking = false, selected = null, timer = 0, linking = 0;
let data = new Map(), now = swept(data); // the numbers of leaves that are not as they were, and what follows
let course = []; // of the output, over the descent steps that led here
const past = []; // earlier data, each with its course, to be taken back
let changing = null; // the leaf whose control is being typed in

// "0|10 after 9-1 +" is nothing at first, and from step 10 on a number to which more will be added
function entriesOf(element) {
  return element.dataset.stages.split("|").map((entry) => {
    const [since, kind, key, more] = entry.split(" ");
    return { since: Number(since), what: kind ? `${kind} ${key}` : "", more: more ? " +" : "" };
  });
}

function shown({ what, more }, isLocal = false) {
  if (!what) return isLocal ? "" : "–";
  return now.known.has(what) ? text(now.known.get(what)) + more : "?";
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

// ---- numbers that are changed

// Sections that are not seen are filled when they are, or when there is time.
const sections = [...workings, ...all(".sum")], slots = new Map();
let stale = new Set(), filling = 0;

function slotsOf(section) {
  if (!slots.has(section)) slots.set(section, all("[data-shows]", section));
  return slots.get(section);
}

function freshen(section) {
  if (!stale.delete(section)) return;
  for (const slot of slotsOf(section)) {
    const { shows, brackets = "" } = slot.dataset, isKnown = now.known.has(shows), x = now.known.get(shows);
    if (slot.tagName === "SPAN") slot.textContent = isKnown ? text(x) : "?";
    else slot.innerHTML = isKnown ? mathml(x, brackets) : "<mtext>?</mtext>";
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
  stale = new Set(sections);
  freshenAll(0);
  const problem = one(".problem"), { row, said } = now.problem;
  problem.hidden = row === null;
  problem.textContent = row === null ? "" : `${said}. Press u to take the change back.`;
  for (const part of parts) {
    const key = Number(part.dataset.node ?? part.dataset.row);
    part.classList.toggle("undefined", row !== null && key === row);
    part.classList.toggle("changed-leaf", data.has(key));
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

function give(next, keep = true, nextCourse = []) {
  if (keep) past.push([data, course]);
  data = next;
  course = nextCourse;
  now = swept(data);
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

// ---- gradient descent

const rate = one(".rate"), moving = leaves.filter((i) => trace[i].moves);
let descending = 0;

function descend() {
  const eta = numberIn(rate);
  mark(rate, eta);
  if (eta === undefined || now.problem.row !== null) return stopDescending();
  const next = new Map(data);
  for (const leaf of moving) next.set(leaf, now.values[leaf] - eta * (now.known.get(`adjoint ${leaf}`) ?? 0));
  give(next, true, [...(course.length ? course : [now.values[output]]), swept(next).values[output]]);
}

function goOn() {
  descending = setInterval(descend, 250);
  one("[data-do=descending]").setAttribute("aria-pressed", "true");
  descend();
}

function stopDescending() {
  clearInterval(descending);
  descending = 0;
  one("[data-do=descending]").setAttribute("aria-pressed", "false");
}

function showCourse() {
  const box = one(".course"), known = course.filter((x) => x !== undefined);
  box.hidden = known.length < 2;
  if (box.hidden) return;
  const low = Math.min(...known), high = Math.max(...known), last = known.length - 1;
  const place = (x, i) => [(200 * i) / last, high > low ? (30 * (high - x)) / (high - low) : 15];
  one("polyline", box).setAttribute("points", known.map((x, i) => place(x, i).join(",")).join(" "));
  const [x, y] = place(known[last], last);
  one("circle", box).setAttribute("cx", x);
  one("circle", box).setAttribute("cy", y);
  const steps = course.length - 1 === 1 ? "one step" : `${course.length - 1} steps`;
  one("span", box).textContent = `${named(trace[output])} after ${steps}: ${text(known[0])} → ${text(known[last])}`;
}

// What is typed, undefined if that is no number; which is marked, once what is done with it has been done.
function numberIn(control) {
  const typed = control.value.trim().replace("−", "-").replace(",", "."), number = Number(typed);
  return typed !== "" && Number.isFinite(number) ? number : undefined;
}

function mark(control, number) {
  if (number === undefined) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

// The control of a leaf stands where its number stood; it has all digits while it is typed in.
function controlOf(cell) {
  const leaf = Number(cell.dataset.leaf), { name, value } = trace[leaf];
  const control = document.createElement("input");
  Object.assign(control, { type: "text", inputMode: "decimal", autocomplete: "off", value: text(value) });
  control.setAttribute("aria-label", `${name}, its value`);
  control.dataset.shows = `value ${leaf}`;
  control.size = Math.max(7, control.value.length);
  control.addEventListener("input", () => {
    const number = numberIn(control);
    if (number !== undefined) change(leaf, number);
    mark(control, number);
  });
  control.addEventListener("focus", () => { control.value = String(now.values[leaf]); control.select(); });
  control.addEventListener("blur", () => { changing = null; fill(); });
  control.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Enter" || event.key === "Escape") control.blur();
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

function show() {
  for (const { element, entries } of places) {
    const changed = step > 0 && entries.some((entry) => entry.since === step);
    const entry = entries.filter(({ since }) => since <= step).at(-1), known = shown(entry, element.matches(".local"));
    element.textContent = changed && asking ? "?" : aligned.has(element) ? inColumn(known) : known;
    element.dataset.shows = entry.what;
    element.classList.toggle("changed", changed);
    element.classList.toggle("partial", element.textContent.endsWith("+"));
  }
  const current = workings[step];
  freshen(current);
  for (const working of workings) working.classList.toggle("current", working === current);
  for (const part of parts) {
    const forward = Number(part.dataset.forward), reverse = Number(part.dataset.reverse);
    const is = (name, truth) => part.classList.toggle(name, truth);
    is("todo", step < forward);
    is("active", step > 0 && (part.dataset.node ?? part.dataset.row) === current.dataset.key);
    is("forward", step > 0 && step === forward);
    is("reverse", step > 0 && step === reverse);
    is("fired", reverse > 0 && step > reverse);
  }
  document.body.classList.toggle("asking", asking);
  document.body.classList.toggle("predicting", predict.checked);
  one("[data-do=reveal]").disabled = !asking;
  slider.value = step;
  const phase = step === 0 ? "start" : step <= forwardSteps ? "forward" : step === forwardSteps + 1 ? "seed" : "reverse";
  one(".where").textContent = `Step ${step} of ${last} · ${phase}`;
  slider.setAttribute("aria-valuetext", `step ${step} of ${last}, ${phase}`);
  one(".announcement").textContent = `Step ${step}: ${asking ? spoken(current.dataset.asked) + " = ?" : spoken(current.dataset.said)}`;
  for (const name of ["first", "previous"]) disable(name, step === 0);
  for (const name of ["last", "next", "finish"]) disable(name, step === last && !asking);
  if (weighs.checked) weigh();
  showSelection();
  for (const active of all(".node.active")) bringIntoView(one(".figure"), active);
  for (const active of all("tr.active")) bringIntoView(one(".trace .scroll"), active);
  clearTimeout(linking);
  document.body.classList.add("settling");
  linking = setTimeout(() => { link(); letScroll(); document.body.classList.remove("settling"); }, 150);
}

// How much an edge hands back, and with which sign, as the width and the colour of its line.
function weigh() {
  const fired = all(".edge[data-edge]").map((edge) => {
    const handed = step >= Number(edge.dataset.reverse) && !asking;
    return { edge, x: weighs.checked && handed ? now.known.get(`contribution ${edge.dataset.edge}`) : undefined };
  });
  const largest = Math.max(...fired.map(({ x }) => Math.abs(x ?? 0)));
  for (const { edge, x } of fired) {
    const share = x === undefined || !(largest > 0) ? undefined : Math.sqrt(Math.abs(x) / largest);
    one(".line", edge).style.strokeWidth = share === undefined ? "" : `${(0.6 + 5.4 * share).toFixed(2)}px`;
    edge.classList.toggle("negative", share !== undefined && x < 0);
    edge.classList.toggle("positive", share !== undefined && x >= 0);
  }
}

function disable(name, truth) {
  one(`[data-do=${name}]`).setAttribute("aria-disabled", truth);
}

function bringIntoView(pane, element) {
  const inner = element.getBoundingClientRect(), outer = pane.getBoundingClientRect(), margin = 48;
  const beyond = (low, high, from, to) => Math.min(low - from - margin, 0) || Math.max(high - to + margin, 0);
  pane.scrollLeft += beyond(inner.left, inner.right, outer.left, outer.right);
  if (pane.scrollHeight > pane.clientHeight + 1) {
    pane.scrollTop += beyond(inner.top, inner.bottom, outer.top, outer.bottom);
  }
}

function link() {
  if (location.protocol === "about:") return; // inside a notebook the address is not ours
  const changed = [...data].map(([leaf, number]) => `&${encodeURIComponent(trace[leaf].name)}=${number}`);
  const address = `#step=${step}${changed.join("")}`;
  if (location.hash !== address && (step > 0 || data.size || location.hash)) history.replaceState(null, "", address);
}

function go(target) {
  const before = step;
  step = Math.max(0, Math.min(last, target));
  asking = predict.checked && step > before;
  if (step === last && !asking) pause();
  show();
}

function reveal() {
  asking = false;
  if (step === last) pause();
  show();
}

function next() {
  if (asking) reveal();
  else go(step + 1);
}

function play() {
  if (timer) return pause();
  if (step === last && !asking) go(0);
  timer = setInterval(next, Number(speed.value));
  showPlaying();
}

function pause() {
  clearInterval(timer);
  timer = 0;
  showPlaying();
}

function showPlaying() {
  const button = one("[data-do=play]");
  button.classList.toggle("is-playing", timer !== 0);
  button.setAttribute("aria-label", timer ? "Pause" : "Play");
}

const actions = {
  first: () => go(0),
  previous: () => go(step - 1),
  next,
  last: () => go(last),
  finish: () => go(step < forwardSteps ? forwardSteps : last),
  play,
  reveal,
  predict: () => { asking = false; show(); },
  weigh,
  locals: () => one(".figure").classList.toggle("without-locals", !one("[data-do=locals]").checked),
  undo: () => { stopDescending(); if (past.length) { const [before, led] = past.pop(); give(before, false, led); } },
  descend: () => { stopDescending(); descend(); },
  descending: () => (descending ? stopDescending() : goOn()),
  reset: () => { stopDescending(); if (data.size) give(new Map()); },
};

// A selected node or edge: its sum or contribution, copied from where scripts-off readers find it.
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
  const { node, edge } = selected.dataset;
  const source = one(edge ? `[data-transfer="${edge}"]` : `[data-sum="${node}"]`);
  freshen(source.closest(".working, .sum"));
  const complete = Number(source.dataset.of ?? source.dataset.complete);
  const pending = step < complete || (step === complete && asking);
  const heading = make("h3", edge ? "Contribution of this edge" : `Whole adjoint: ${uses(Number(source.dataset.uses))}`);
  const close = make("button", "×");
  close.type = "button";
  close.className = "close";
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => select(null));
  content.replaceChildren(heading, close, edge ? tableOf(source) : source.firstElementChild.cloneNode(true));
  slide(edge ? undefined : Number(node));
  if (step < complete) {
    const wait = make("button", `Not computed yet: go to step ${complete}`);
    wait.type = "button";
    wait.addEventListener("click", () => go(complete));
    content.append(wait);
  }
  selection.classList.toggle("pending", pending);
}

// The slider of a selected leaf stays where it is while it is dragged, whatever is written above it.
const content = make("div", ""), sliding = make("label", "");
const knob = Object.assign(document.createElement("input"), { type: "range" });
sliding.className = "sliding";
selection.append(content, sliding);
knob.addEventListener("input", () => change(Number(knob.dataset.leaf), Number(knob.value)));
knob.addEventListener("change", () => { changing = null; });
knob.addEventListener("keydown", (event) => event.key.startsWith("Arrow") && event.stopPropagation());

function slide(leaf) {
  sliding.hidden = leaf === undefined || Boolean(trace[leaf].parents);
  if (sliding.hidden) return;
  const { name, value } = trace[leaf], reach = 10 ** Math.ceil(Math.log10(2 * Math.abs(value) || 1));
  if (Number(knob.dataset.leaf) !== leaf) {
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
  const scroll = make("div", ""), table = row.closest("table").cloneNode(true);
  one("tbody", table).replaceChildren(row.cloneNode(true));
  scroll.className = "scroll";
  scroll.append(table);
  return scroll;
}

function make(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

rate.addEventListener("keydown", (event) => {
  if (event.key === "Enter") descend();
  event.stopPropagation(); // the keys of the page are not meant
});

const keys = {
  ArrowRight: next, ArrowLeft: actions.previous, Home: actions.first, End: actions.last,
  " ": play, f: actions.finish, Escape: () => select(null), Enter: () => asking && reveal(),
  u: actions.undo, r: actions.reset, d: actions.descend,
};

document.addEventListener("keydown", (event) => {
  const key = keys[event.key], target = event.target;
  if (!key || event.ctrlKey || event.metaKey || event.altKey || target.matches("select")) return;
  const presses = event.key === " " || event.key === "Enter";
  if (presses && target.matches("[data-node], [data-edge]")) select(target);
  else if (presses && target.matches("a, button, input[type=checkbox]")) return;
  else key();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const target = event.target, link = target.closest("a[href^='#']");
  const control = target.closest("[data-do]"), shape = target.closest("[data-node], [data-edge]");
  if (link) {
    event.preventDefault(); // the address of a notebook's frame must not change
    const jump = stepOf(link.hash);
    if (jump === null) document.getElementById(link.hash.slice(1)).focus();
    else go(jump);
  } else if (control) {
    if (!["play", "predict", "locals", "weigh"].includes(control.dataset.do)) pause();
    actions[control.dataset.do]();
  } else if (shape) select(shape);
  else if (target.closest("[data-row]") && !target.closest("input")) {
    const row = target.closest("[data-row]").dataset;
    go(Number(step <= forwardSteps ? row.forward : row.complete));
  }
});

slider.addEventListener("input", () => { pause(); go(Number(slider.value)); });
speed.addEventListener("change", () => { if (timer) { pause(); play(); } });

function stepOf(hash) {
  const match = /^#step=(\d+)(?:&|$)/.exec(hash);
  return match && Number(match[1]);
}

function numbersOf(hash) {
  const found = new Map();
  for (const part of hash.slice(1).split("&")) {
    const [name, number] = part.split("=").map(decodeURIComponent);
    const leaf = leaves.find((i) => trace[i].name === name);
    if (leaf !== undefined && number && Number.isFinite(Number(number))) found.set(leaf, Number(number));
  }
  return found;
}

function followAddress() {
  const target = stepOf(location.hash), next = numbersOf(location.hash);
  const same = next.size === data.size && [...next].every(([leaf, number]) => data.get(leaf) === number);
  if (!same) give(next);
  if (target !== null && target !== step) go(target);
}

addEventListener("hashchange", followAddress);

let kept = null; // on paper everything is complete
addEventListener("beforeprint", () => { freshenAll(); kept = { step, asking }; step = last; asking = false; show(); });
addEventListener("afterprint", () => { ({ step, asking } = kept); show(); });

// What scrolls can be scrolled by keys too.
function letScroll() {
  for (const box of all(".figure, .scroll, .equation, .workings")) {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (scrolls && !one("a, button, input, [tabindex]", box)) box.tabIndex = 0;
    else if (box.tabIndex === 0 && !scrolls) box.removeAttribute("tabindex");
  }
}

document.documentElement.classList.add("js");
for (const working of workings) working.removeAttribute("id"); // else the browser scrolls to #step=7
for (const shape of all("[data-node], [data-edge]")) {
  shape.setAttribute("tabindex", "0");
  shape.setAttribute("role", "button");
}
const controls = all("[data-leaf]").map(controlOf);
fill();
show();
followAddress();

// Going from step to step; which key and which button does what.

function go(target) {
  const before = step;
  step = Math.max(0, Math.min(plan.last, target));
  asking = predict.checked && step > before && askedAt(plan.steps[step]).length > 0;
  if (step === plan.last && !asking) pause();
  show();
  if (asking && document.activeElement?.matches("body, .guess input, [data-do=next], [data-do=reveal]")) one(".guess input")?.focus();
}

function reveal() {
  asking = false;
  if (step === plan.last) pause();
  show();
}

function next() {
  if (asking) reveal();
  else go(step + 1);
}

function play() {
  if (timer) return pause();
  if (step === plan.last && !asking) go(0);
  timer = setInterval(next, Number(one("[data-choose=speed]").value));
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
  last: () => go(plan.last),
  finish: () => go(plan.ends.find((end) => end > step) ?? plan.last),
  play,
  reveal,
  predict: () => { asking = false; judged = new Map(); show(); },
  weigh,
  locals: () => canvas.classList.toggle("without-locals", !one("[data-do=locals]").checked),
  undo: () => { stopDescending(); if (past.length) { const [before, led] = past.pop(); give(before, false, led); } },
  descend: () => { stopDescending(); descend(); },
  descending: () => (descending ? stopDescending() : goOn()),
  reset: () => { stopDescending(); if (data.size) give(new Map()); },
  letters: () => {},
  in: () => zoom(1.25),
  out: () => zoom(0.8),
  fit,
  rest: () => {
    const isOpen = document.body.classList.toggle("with-rest");
    one("[data-do=rest]").setAttribute("aria-pressed", String(isOpen));
    place();
  },
};
const STAYS_PLAYING = new Set(["play", "predict", "locals", "weigh", "in", "out", "fit", "rest", "letters"]);

const choices = {
  view: showView,
  output: (row) => choose(Number(row), undefined),
  by: (row) => choose(plan.output, row === "" ? undefined : Number(row)),
  speed: () => { if (timer) { pause(); play(); } },
  copy: (form) => { if (form) copy(form); one("[data-choose=copy]").value = ""; },
  pane: (name) => {
    one(".program").hidden = name !== "program";
    one(".trace > .scroll").hidden = name === "program";
    showLine();
  },
};

const keys = {
  ArrowRight: next, ArrowLeft: actions.previous, Home: actions.first, End: actions.last,
  " ": play, f: actions.finish, Escape: () => select(null), Enter: () => asking && reveal(),
  u: actions.undo, r: actions.reset, d: actions.descend,
  "+": actions.in, "=": actions.in, "-": actions.out, 0: actions.fit,
};

// In the graph and in the table there is one stop for the tabulator; arrows go on from there.
const PANES = [
  { of: "[data-node], [data-edge]", shapes: () => shapesOf(view), ways: { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 } },
  { of: "[data-slot]", shapes: () => all("[data-slot]"), ways: { ArrowDown: 1, ArrowUp: -1 } },
];

function moved(target, key) {
  const pane = PANES.find(({ of }) => target.matches(of)), way = pane?.ways[key];
  if (!way) return false;
  const shapes = pane.shapes(), at = shapes.indexOf(target), to = shapes[Math.max(0, Math.min(shapes.length - 1, at + way))];
  target.setAttribute("tabindex", "-1");
  to.setAttribute("tabindex", "0");
  to.focus();
  if (view?.contains(to)) keepInSight(to, 20);
  return true;
}

function press(target) {
  if (target.matches("[data-node], [data-edge]")) return select(target);
  const control = one("input", target);
  if (control) control.focus();
  else jumpTo(target);
}

function jumpTo(row) {
  const number = Number(row.dataset.slot), [computed] = plan.ends;
  const complete = entriesOf(`adjoint ${number}`, plan).at(-1)?.since ?? plan.last;
  go(step <= computed && plan.by === undefined && step < plan.computed ? plan.forward(number) : complete);
}

document.addEventListener("keydown", (event) => {
  const { target, key } = event, isLetter = /^[a-z]$/.test(key) && !one("[data-do=letters]").checked;
  const does = isLetter ? undefined : keys[key];
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("select, input[type=text]")) return;
  if (begin(key)) return event.preventDefault();
  const presses = key === " " || key === "Enter";
  if (presses && target.matches("[data-node], [data-edge], [data-slot]")) press(target);
  else if (presses && target.matches("a, button, input[type=checkbox], summary")) return;
  else if (!moved(target, key)) {
    if (!does || (target === slider && key.startsWith("Arrow"))) return;
    does();
  }
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const { target } = event, link = target.closest("a[href^='#']");
  const control = target.closest("[data-do]"), shape = target.closest("[data-node], [data-edge]");
  const row = target.closest("[data-slot]");
  if (link) {
    event.preventDefault(); // the address of a notebook's frame must not change
    one(link.hash).focus();
  } else if (control) {
    if (!STAYS_PLAYING.has(control.dataset.do)) pause();
    actions[control.dataset.do]();
  } else if (shape) select(shape);
  else if (row && !target.closest("input")) {
    if (target.closest(".number")) go(target.closest(".adjoint") ? entriesOf(`adjoint ${row.dataset.slot}`, plan).at(-1)?.since ?? 0 : plan.forward(Number(row.dataset.slot)));
    else jumpTo(row);
  }
});

let wasPointed = false; // who chooses with the mouse goes on with the keys of the page
document.addEventListener("pointerdown", ({ target }) => { wasPointed = target.matches("select, option"); }, true);
document.addEventListener("keydown", () => { wasPointed = false; }, true);
document.addEventListener("change", ({ target }) => {
  choices[target.dataset?.choose]?.(target.value);
  if (wasPointed && target.matches("select")) target.blur();
});
slider.addEventListener("input", () => { pause(); go(Number(slider.value)); });
addEventListener("hashchange", followAddress);

let kept = null; // on paper everything is complete
addEventListener("beforeprint", () => {
  for (const each of all(".planned")) each.classList.remove("planned");
  for (const [number, each] of plan.steps.map(workingOf).entries()) { // in the order of the steps
    each.classList.add("planned");
    one(".guesses").before(each);
    one(".number", each).textContent = number ? `Step ${number}` : "Start";
  }
  for (const key of Object.keys(packed)) if (key.startsWith("sum")) sectionOf(key);
  freshenAll();
  kept = { step, asking };
  step = plan.last;
  asking = false;
  show();
  if (view) view.setAttribute("viewBox", Object.values(view.whole).join(" "));
});
addEventListener("afterprint", () => {
  for (const each of all(".planned")) each.classList.remove("planned");
  ({ step, asking } = kept);
  show();
  place();
});

async function unpack() {
  const source = one("#packed");
  if (!source || typeof DecompressionStream === "undefined") return;
  const bytes = Uint8Array.from(atob(source.textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  packed = await new Response(stream).json();
}

function start() {
  if (!sectionOf(`seed-${last}`)) return; // an old browser that cannot unpack: the page stays as without scripts
  document.documentElement.classList.add("js");
  all("[data-slot]").forEach((row, i) => row.setAttribute("tabindex", i ? "-1" : "0"));
  if (view) showView(one("[data-choose=view]")?.value ?? view.dataset.view);
  else {
    findPlaces();
    fill();
    show();
  }
  followAddress();
  if (canvas) resized.observe(canvas);
}

for (const section of sections.values()) section.removeAttribute("id"); // else the browser scrolls to #step=7
unpack().then(start);

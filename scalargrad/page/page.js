"use strict";
// What is shown is a function of three things: the step, whether its answer is asked, what is selected.
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const last = Number(document.body.dataset.steps);
  const forwardSteps = Number(document.body.dataset.forwardSteps);
  const slider = one("input[type=range]"), predict = one("[data-do=predict]"), speed = one("select");
  const workings = all(".working"), selection = one(".selection");
  const places = all("[data-history]").map((element) => ({ element, entries: entriesOf(element) }));
  const parts = all("[data-forward]");
  let step = 0, asking = false, selected = null, timer = 0, linking = 0;

  function entriesOf(element) {
    return element.dataset.history.split("|").map((entry) => {
      const colon = entry.indexOf(":");
      return { since: Number(entry.slice(0, colon)), text: entry.slice(colon + 1) };
    });
  }

  function show() {
    for (const { element, entries } of places) {
      const changed = step > 0 && entries.some((entry) => entry.since === step);
      const known = entries.filter((entry) => entry.since <= step).at(-1).text;
      element.textContent = changed && asking ? "?" : known;
      element.classList.toggle("changed", changed);
      element.classList.toggle("partial", element.textContent.endsWith("+"));
    }
    const current = workings[step];
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
    one(".announcement").textContent = `Step ${step}: ${asking ? current.dataset.asked + " = ?" : current.dataset.said}`;
    for (const name of ["first", "previous"]) disable(name, step === 0);
    for (const name of ["last", "next", "finish"]) disable(name, step === last && !asking);
    showSelection();
    for (const active of all(".node.active")) bringIntoView(one(".figure"), active);
    for (const active of all("tr.active")) bringIntoView(one(".trace .scroll"), active);
    clearTimeout(linking);
    linking = setTimeout(link, 150);
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
    const address = `#step=${step}`;
    if (location.hash !== address && (step > 0 || location.hash)) history.replaceState(null, "", address);
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
    if (!selected) return;
    selected.classList.add("selected");
    const { node, edge } = selected.dataset;
    const source = one(edge ? `[data-transfer="${edge}"]` : `[data-sum="${node}"]`);
    const complete = Number(source.dataset.of ?? source.dataset.complete);
    const pending = step < complete || (step === complete && asking);
    const heading = make("h3", edge ? "Contribution of this edge" : `Whole adjoint: ${uses(Number(source.dataset.uses))}`);
    const close = make("button", "×");
    close.type = "button";
    close.className = "close";
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", () => select(null));
    selection.replaceChildren(heading, close, edge ? tableOf(source) : source.firstElementChild.cloneNode(true));
    if (step < complete) {
      const wait = make("button", `Not computed yet: go to step ${complete}`);
      wait.type = "button";
      wait.addEventListener("click", () => go(complete));
      selection.append(wait);
    }
    selection.classList.toggle("pending", pending);
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

  const keys = {
    ArrowRight: next, ArrowLeft: actions.previous, Home: actions.first, End: actions.last,
    " ": play, f: actions.finish, Escape: () => select(null), Enter: () => asking && reveal(),
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
      if (control.dataset.do !== "play" && control.dataset.do !== "predict") pause();
      actions[control.dataset.do]();
    } else if (shape) select(shape);
    else if (target.closest("[data-row]")) {
      const row = target.closest("[data-row]").dataset;
      go(Number(step <= forwardSteps ? row.forward : row.complete));
    }
  });

  slider.addEventListener("input", () => { pause(); go(Number(slider.value)); });
  speed.addEventListener("change", () => { if (timer) { pause(); play(); } });

  function stepOf(hash) {
    const match = /^#step=(\d+)$/.exec(hash);
    return match && Number(match[1]);
  }

  function followAddress() {
    const target = stepOf(location.hash);
    if (target !== null && target !== step) go(target);
  }

  addEventListener("hashchange", followAddress);

  let kept = null; // on paper everything is complete
  addEventListener("beforeprint", () => { kept = { step, asking }; step = last; asking = false; show(); });
  addEventListener("afterprint", () => { ({ step, asking } = kept); show(); });

  document.documentElement.classList.add("js");
  for (const working of workings) working.removeAttribute("id"); // else the browser scrolls to #step=7
  for (const shape of all("[data-node], [data-edge]")) {
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("role", "button");
  }
  show();
  followAddress();
})();

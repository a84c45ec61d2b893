// The figure: which view of it, in which direction, how large.

const canvas = one(".canvas"), LARGEST = 1.6; // pixels for a unit, of which a letter has 14
const READABLE = 0.6, OVERVIEW = 0.35; // what is smaller is cut, but for the first sight of the whole
let view = one(".canvas .view"), scale = 1, center = [0, 0], isFitted = true, hasMoved = false, isFirstSight = true;

const fitting = ({ width, height }, room) => Math.min(room[0] / width, room[1] / height);

function place() {
  if (!view || !canvas.clientWidth || !canvas.clientHeight) return;
  if (isFitted) {
    const { x, y, width, height } = view.whole, whole = fitting(view.whole, [canvas.clientWidth, canvas.clientHeight]);
    isFirstSight = step === 0;
    scale = isFirstSight && whole >= OVERVIEW ? Math.min(whole, LARGEST) : Math.min(Math.max(whole, READABLE), LARGEST);
    if (!hasMoved) center = view.isDown ? [x + width / 2, y] : [x, y + height / 2]; // what does not fit begins where values do
  }
  aim();
}

function aim() {
  const { clientWidth, clientHeight } = canvas, full = view.whole;
  const size = [clientWidth / scale, clientHeight / scale], start = [full.x, full.y], extent = [full.width, full.height];
  const corner = center.map((c, i) => (size[i] >= extent[i] ? start[i] + (extent[i] - size[i]) / 2
    : Math.min(Math.max(c - size[i] / 2, start[i]), start[i] + extent[i] - size[i])));
  center = corner.map((c, i) => c + size[i] / 2);
  view.setAttribute("viewBox", [...corner, ...size].map((x) => x.toFixed(2)).join(" "));
  canvas.classList.toggle("movable", size.some((s, i) => s < extent[i] - 0.01));
}

// Where a pane is too narrow for values that flow to the right they flow down, if that shows more of them. The height
// that counts is not that of the pane, which differs from step to step.
function turn() {
  const down = packed.down?.[view?.dataset.view];
  if (!down) return;
  view.right ??= placesOf(view);
  const room = [canvas.clientWidth, innerHeight / 2], right = fitting(wholeOf(view.right), room);
  const isDown = right < READABLE && fitting(wholeOf(down), room) > 1.2 * right;
  if (isDown === Boolean(view.isDown)) return;
  view.isDown = isDown;
  [isFitted, hasMoved] = [true, false];
  put(view, isDown ? down : view.right);
}

const wholeOf = ({ size: [width, height] }) => ({ x: -6, y: -6, width: width + 12, height: height + 12 });
const placed = (figure) => [all(".node", figure), all(".edge", figure), all(".on-edge", figure)];

function placesOf(figure) {
  const [nodes, lines, texts] = placed(figure), { width, height } = figure.whole;
  const at = (element) => element.getAttribute("transform").match(/[-\d.]+/g);
  return { size: [width - 12, height - 12], nodes: nodes.map(at), texts: texts.map(at),
    lines: lines.map((edge) => one(".line", edge).getAttribute("d")) };
}

function put(figure, { size, nodes, lines, texts }) {
  const [shapes, edges, written] = placed(figure);
  const move = (elements, to) => elements.forEach((element, i) => element.setAttribute("transform", `translate(${to[i].join(" ")})`));
  move(shapes, nodes);
  move(written, texts);
  edges.forEach((edge, i) => { for (const path of all("path", edge)) path.setAttribute("d", lines[i]); });
  figure.whole = wholeOf({ size });
}

function zoom(by) {
  if (!view) return;
  isFitted = false;
  scale = Math.min(Math.max(scale * by, 0.1), 8);
  aim();
}

function fit() { // all of it, however small
  if (!view) return;
  const { x, y, width, height } = view.whole;
  center = [x + width / 2, y + height / 2];
  zoom(Math.min(canvas.clientWidth / width, canvas.clientHeight / height, LARGEST) / scale);
}

function pan(x, y) {
  center = [center[0] - x / scale, center[1] - y / scale];
  aim();
}

// The step at hand stays in sight where not all of the figure does.
function followActive() {
  if (isFitted && isFirstSight !== (step === 0)) {
    hasMoved = false;
    place();
  }
  const active = view && one(".node.active", view);
  if (active) keepInSight(active, 30);
}

function keepInSight(shape, margin) {
  if (!canvas.classList.contains("movable")) return;
  const [x, y] = beyond(shape, canvas, margin);
  if (!x && !y) return;
  hasMoved = true;
  pan(-x, -y);
}

function showView(name) {
  const found = one(`.canvas [data-view=${name}]`);
  if (!found) {
    if (!packed[`view-${name}`]) return undefined;
    canvas.insertAdjacentHTML("beforeend", packed[`view-${name}`]);
    return showView(name);
  }
  view = found;
  for (const each of all(".canvas .view")) each.classList.toggle("hidden", each !== view);
  [isFitted, hasMoved] = [true, false];
  prepareView();
  findPlaces();
  turn();
  place();
  fill();
  show();
}

const shapesOf = (figure) => [...all("[data-node]", figure), ...all("[data-edge]", figure)];

function prepareView() {
  if (!view) return;
  const { x, y, width, height } = view.viewBox.baseVal;
  view.whole ??= { x, y, width, height };
  for (const edge of all("[data-edge]", view)) prepareEdge(edge);
  const shapes = shapesOf(view), locals = one("[data-do=locals]");
  locals.disabled = view.dataset.view !== "values"; // elsewhere a local derivative is a weight, or stands for many
  for (const shape of shapes) {
    shape.setAttribute("role", "button");
    shape.setAttribute("tabindex", shape === shapes[0] ? "0" : "-1");
  }
}

// An edge is easier to hit than its line is thick.
function prepareEdge(edge) {
  if (one(".reach", edge)) return;
  const reach = one(".line", edge).cloneNode(), [child, k] = edge.dataset.edge.split("-").map(Number);
  reach.setAttribute("class", "reach");
  edge.prepend(reach);
  edge.setAttribute("aria-label", `Edge from ${named(trace[trace[child].parents[k]])} to ${named(trace[child])}: show its contribution`);
}

// Where weights stand on no edge, for there are too many, pointing at an edge shows its own.
function weightOf(edge) {
  const row = edge.dataset.weight, known = (kind) => shownAt({ entries: entriesOf(`${kind} ${row}`, plan) }).written;
  const title = one("title", edge) ?? edge.appendChild(document.createElementNS(edge.namespaceURI, "title"));
  title.textContent = `${named(trace[row])} = ${known("value")}, derivative ${known("adjoint")}`;
  edge.setAttribute("aria-label", `Edge with the weight ${title.textContent}: show its contribution`);
}

// ---- moving it by hand

let dragged = null;

canvas?.addEventListener("pointerdown", (event) => {
  if (event.button === 0) dragged = { x: event.clientX, y: event.clientY, far: false };
});
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, ({ target }) => { if (!canvas?.contains(target)) dragged = null; }); // let go elsewhere
}

addEventListener("pointermove", (event) => {
  if (!dragged || !event.buttons) return;
  const x = event.clientX - dragged.x, y = event.clientY - dragged.y;
  if (!dragged.far && Math.hypot(x, y) < 5) return;
  isFitted = false;
  pan(x, y);
  dragged = { x: event.clientX, y: event.clientY, far: true };
});

canvas?.addEventListener("click", (event) => {
  if (dragged?.far) event.stopPropagation(); // moved, not pressed
  dragged = null;
}, true);

canvas?.addEventListener("wheel", (event) => {
  const before = view.getAttribute("viewBox");
  if (event.ctrlKey) zoom(Math.exp(-event.deltaY / 300));
  else if (canvas.classList.contains("movable")) {
    isFitted = false;
    pan(-event.deltaX, -event.deltaY);
  }
  if (view.getAttribute("viewBox") !== before) event.preventDefault(); // else the page scrolls
}, { passive: false });

const resized = new ResizeObserver(() => { turn(); place(); followActive(); });

// ---- magnitudes

// How much an edge hands back, and with which sign, as the width and the colour of its line.
function weigh() {
  const fired = all(".edge[data-edge]").map((edge) => {
    const [child] = edge.dataset.edge.split("-"), handed = step >= plan.reverse(Number(child)) && !asking;
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

// Workings that no one wrote down before: the seed of another output, and forward mode.

const nameOf = (row) => one(`tr[data-slot="${row}"] th math`)?.innerHTML ?? `<mtext>${named(trace[row])}</mtext>`;
const fraction = (above, below) => `<mfrac><mrow><mo>∂</mo>${above}</mrow><mrow><mo>∂</mo>${below}</mrow></mfrac>`;
const slot = (what, brackets = "") => `<mrow data-shows="${what}" data-brackets="${brackets}"></mrow>`;
const bracket = (inner) => `<mrow><mo form="prefix" stretchy="false">(</mo>${inner}<mo form="postfix" stretchy="false">)</mo></mrow>`;

function workingOf({ phase, row }) {
  if (phase === "start") return sections.get("start");
  const isOwn = (phase === "seed" && (plan.by !== undefined || row !== last)) || phase === "tangent";
  if (!isOwn) return sectionOf(`${phase}-${row}`);
  const key = `${phase}-${row}-${plan.by ?? "of"}`;
  if (!sections.has(key)) {
    const section = phase === "seed" ? seedOf(row) : tangentOf(row);
    one(".guesses").before(section);
    sections.set(key, section);
    stale.add(section);
  }
  return sections.get(key);
}

function seedOf(row) {
  const by = plan.by === undefined ? "reverse" : "forward", what = `${by === "reverse" ? "adjoint" : "tangent"} ${row}`;
  const title = by === "reverse" ? "the reverse phase starts at" : "derivatives are by";
  const others = by === "reverse" ? "" : "<p>The derivative of every other leaf by it is 0.</p>";
  const name = named(trace[row]);
  return composed("seed", `Seed: ${title} <math>${nameOf(row)}</math>`,
    `${equation(fraction(nameOf(row), nameOf(row)), [slot(what)])}${others}`, `∂${name}/∂${name}`, what);
}

function tangentOf(row) {
  const by = nameOf(plan.by), operands = trace[row].parents.map((parent, k) => ({ parent, k })).filter(({ parent }) => !trace[parent].constant);
  const term = ({ parent }) => `${fraction(nameOf(row), nameOf(parent))}<mo>⋅</mo>${fraction(nameOf(parent), by)}`;
  const numbers = ({ parent, k }) => bracket(slot(`local ${row}-${k}`)) + bracket(slot(`tangent ${parent}`));
  const sum = (write) => operands.map(write).join("<mo>+</mo>");
  const lines = [sum(term), sum(numbers), slot(`tangent ${row}`)].filter(Boolean);
  const ownSection = sectionOf(`forward-${row}`), own = all(".equation", ownSection)[0].outerHTML;
  const section = composed("forward", `Forward: compute <math>${nameOf(row)}</math> with its derivative`,
    own + equation(fraction(nameOf(row), by), lines, 1), `∂${named(trace[row])}/∂${named(trace[plan.by])}`, `tangent ${row}`);
  return section;
}

function composed(phase, heading, body, asked, what) {
  const section = document.createElement("section");
  section.className = `working ${phase} composed`;
  section.innerHTML = `<h3><span class="number"></span> ${heading}</h3>${body}`;
  section.dataset.asked = asked;
  section.dataset.said = `${asked} = \ue000${what}\ue001`;
  return section;
}

function equation(left, lines, answersFrom = 0) {
  const line = (math, i) => `<div class="left">${i ? "" : `<math>${left}</math>`}</div>`
    + `<div class="right${i >= answersFrom ? " answer" : ""}"><math><mo>=</mo>${math}</math></div>`;
  return `<div class="equation">${lines.map(line).join("")}</div>`;
}

// Predicting: the numbers of a step are typed and judged, as `scalargrad check` does, with a tally of the pass.

const MISPLACED = [10, 0.1, 100, 0.01], COARSEST = 0.01; // who writes whole numbers still rounds no further on the way
let judged = new Map(); // what was asked, with whether its first answer was right

// What a step asks for: its value, its tangent, or what it hands back along each edge.
function askedAt({ phase, row }) {
  const kind = { forward: "value", tangent: "tangent" }[phase];
  const handed = phase === "reverse" ? all("[data-transfer]", sectionOf(`reverse-${row}`)) : [];
  const asked = kind ? [`${kind} ${row}`] : handed.map((each) => `contribution ${each.dataset.transfer}`);
  return asked.filter((what) => now.known.has(what)); // what is not defined cannot be asked for
}

function ask() {
  const form = one(".guesses");
  form.hidden = !asking;
  const key = asking ? `${step} ${plan.output} ${plan.by}` : "";
  if (form.dataset.key !== key) form.replaceChildren(...(asking ? askedAt(plan.steps[step]).map(fieldOf) : []));
  form.dataset.key = key;
  const answers = [...judged.values()], right = answers.filter(Boolean).length;
  one(".tally").textContent = answers.length ? `${right} of ${answers.length} right at the first try` : "";
}

function fieldOf(what) {
  const field = document.createElement("div"), input = document.createElement("input"), verdict = make("output", "");
  Object.assign(input, { type: "text", inputMode: "decimal", autocomplete: "off", size: 9 });
  field.className = "guess";
  const label = document.createElement("label");
  label.innerHTML = `<span>${questionOf(what)}</span> = `;
  label.append(input);
  input.setAttribute("aria-label", wordsOf(what));
  input.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the keys of the page are not meant
    if (event.key === "Escape") input.blur();
    if (event.key === "Enter") answer(what, input, verdict);
  });
  const check = Object.assign(make("button", "Check"), { type: "button" });
  check.addEventListener("click", () => answer(what, input, verdict));
  field.append(label, check, verdict);
  return field;
}

function wordsOf(what) {
  const [kind, key] = what.split(" "), [row, k] = key.split("-").map(Number);
  if (kind === "value") return named(trace[row]);
  return kind === "tangent" ? `∂${named(trace[row])}/∂${named(trace[plan.by])}` : `contribution to ${named(trace[trace[row].parents[k]])}`;
}

function questionOf(what) {
  const [kind, key] = what.split(" "), [row, k] = key.split("-").map(Number);
  if (kind === "value") return `<math>${nameOf(row)}</math>`;
  if (kind === "tangent") return `<math>${fraction(nameOf(row), nameOf(plan.by))}</math>`;
  return `contribution to <math>${nameOf(trace[row].parents[k])}</math>`;
}

function answer(what, input, verdict) {
  const claim = claimOf(input.value);
  mark(input, claim?.number);
  if (!claim) {
    verdict.textContent = /\d,\d{3}$/.test(input.value.trim()) ? "a comma before three digits may part thousands: write a point" : "type a number";
    return;
  }
  const { ok, remark } = judge(what, claim);
  if (!judged.has(what)) judged.set(what, ok);
  input.classList.toggle("right", ok);
  input.classList.toggle("wrong", !ok);
  verdict.textContent = ok ? `✓ ${remark || "right"}` : `✗ ${remark || "not this number"}`;
  const fields = all(".guess input"), open = fields.find((each) => !each.classList.contains("right"));
  if (open) (ok ? open : input).focus();
  else {
    const answered = plan.steps[step];
    setTimeout(() => asking && plan.steps[step] === answered && reveal(), 600);
  }
  const form = one(".guesses");
  ask();
  form.dataset.done = String(!open);
}

// ---- how a number is meant, and whether it is near

function claimOf(typed) {
  const written = plain(typed.trim()), number = Number(written);
  if (written === "" || !Number.isFinite(number)) return undefined;
  const [mantissa, exponent = "0"] = written.toLowerCase().split("e"), [, decimals = ""] = mantissa.split(".");
  return { number, unit: 10 ** -Math.max(0, decimals.length - Number(exponent)) };
}

// A true minus, a comma for the point unless it could part thousands, powers of ten as they are shown here.
function plain(typed) {
  const raised = { "⁻": "-", "⁰": 0, "¹": 1, "²": 2, "³": 3, "⁴": 4, "⁵": 5, "⁶": 6, "⁷": 7, "⁸": 8, "⁹": 9 };
  const power = typed.replace(/\s*[·×*]\s*10\^?([⁻⁰¹²³⁴-⁹]+|[-−]?\d+)$/, (_, e) => `e${[...e].map((c) => raised[c] ?? c).join("")}`);
  return power.replaceAll("−", "-").replace(/^([-+]?\d+),(?!\d{3}$)(\d+)/, "$1.$2").replace(/^([-+]?0),/, "$1.");
}

// Rounded or truncated, or either of some number within the slack.
function isNear({ number, unit }, x, slack = 0) {
  const gap = Math.abs(number - x), towardsZero = Math.abs(number) <= Math.abs(x) + slack;
  return gap <= (0.5 * unit + slack) * (1 + 1e-6) || (towardsZero && gap < (unit + slack) * (1 - 1e-6));
}

function judge(what, claim) {
  const exact = now.known.get(what), gap = Math.abs(claim.number - exact);
  const isCoarse = claim.unit > Math.abs(exact) && claim.unit > 10 ** -digits && gap > 0; // 0 for 0.05 says nothing
  if (isCoarse && isNear(claim, exact)) return { ok: false, remark: "give more digits" };
  if (gap <= 0.5 * claim.unit * (1 + 1e-6)) return { ok: true, remark: "" };
  if (isNear(claim, exact)) return { ok: true, remark: "truncated" };
  const slack = slackOf(what, claim.unit);
  if (slack < 0.1 * Math.abs(exact) && isNear(claim, exact, slack)) return { ok: true, remark: "rounded on the way" };
  const slip = slipsOf(what).find(([number]) => isNear(claim, number));
  return { ok: false, remark: slip ? slip[1] : "" };
}

// How far the numbers of the step, rounded as the answer is, may move the result.
function slackOf(what, given) {
  const unit = Math.min(given, COARSEST);
  const error = (x) => (Math.abs(x / unit - Math.round(x / unit)) < 1e-6 ? 0 : unit / 2);
  const { known } = now, [kind, key] = what.split(" "), [row] = key.split("-").map(Number), { parents } = trace[row];
  if (kind === "contribution") {
    const above = known.get(`adjoint ${row}`), local = known.get(`local ${key}`);
    return Math.abs(above) * error(local) + Math.abs(local) * error(above);
  }
  return parents.reduce((sum, parent, k) => {
    const local = known.get(`local ${row}-${k}`), inner = known.get(`${kind} ${parent}`);
    const ofLocal = kind === "tangent" ? Math.abs(inner) * error(local) : 0;
    return sum + Math.abs(local) * error(inner) + ofLocal + (parents.length > 2 ? error(local * inner) : 0);
  }, 0);
}

// ---- slips: the number that each gives at this step, with its name

function slipsOf(what) {
  const [kind, key] = what.split(" "), [row, k] = key.split("-").map(Number), exact = now.known.get(what);
  const own = kind === "value" ? valueSlips(row) : kind === "contribution" ? contributionSlips(row, k) : [];
  return [...own, [-exact, "the sign is reversed"], ...MISPLACED.map((by) => [exact * by, "the decimal point is misplaced"])]
    .filter(([number]) => Number.isFinite(number) && number !== exact);
}

function valueSlips(row) {
  const { parents } = trace[row], { values } = now, found = [];
  if (parents.length === 1) found.push([values[parents[0]], `${rows[trace[row].row].name} was not applied: this is ${named(trace[parents[0]])}`]);
  for (const { written, term } of termsOf(row)) {
    found.push([values[row] - term, `the term ${written} is left out`], [values[row] - 2 * term, `the term ${written} has the wrong sign`]);
  }
  return found;
}

// The terms of a sum, or of a sum of products, as the rows tell them apart: by a local derivative of ±1, or by pairs.
function termsOf(row) {
  const { parents } = trace[row], { kind } = rows[trace[row].row], { values, known } = now, name = (i) => named(trace[i]);
  if (kind === "sum") return parents.map((parent, k) => ({ written: name(parent), term: known.get(`local ${row}-${k}`) * values[parent] }));
  if (kind !== "products") return [];
  const half = parents.length / 2;
  return parents.slice(0, half).map((parent, k) => ({
    written: `${name(parent)}·${name(parents[half + k])}`, term: values[parent] * values[parents[half + k]] }));
}

function contributionSlips(row, k) {
  const { parents } = trace[row], { values, known } = now, about = rows[trace[row].row];
  const above = known.get(`adjoint ${row}`), local = known.get(`local ${row}-${k}`), name = named(trace[row]);
  const found = [[above, "the local derivative is left out"], [local, `the adjoint of ${name} is left out`]];
  if (parents.length === 1) {
    const [inner] = parents, a = values[row], z = values[inner];
    found.push([above * about.local(about.value(a), a)[0], `${about.name}′ is taken at ${name}, not at ${named(trace[inner])}`]);
    found.push([above * a, `${about.name} is taken in the place of its derivative`]);
    found.push([above * about.local(z, z)[0], `the derivative has ${named(trace[inner])} in the place of ${name}`]);
  }
  if (about.kind?.startsWith("product")) found.push([above * values[parents[k]], `${named(trace[parents[k]])} itself is taken in the place of its factor`]);
  return found;
}

// How a number is meant that was typed, whether it is near, and which slip would have given it.

const MISPLACED = [10, 0.1, 100, 0.01], COARSEST = 0.01; // who writes whole numbers still rounds no further on the way

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
  if (isCarried(what, claim, exact)) return { ok: true, remark: "rounded on the way" };
  const slip = slipsOf(what).find(([number]) => isNear(claim, number));
  return { ok: false, remark: slip ? slip[1] : "" };
}

function isCarried(what, claim, exact) {
  const slack = slackOf(what, claim.unit);
  return slack < 0.1 * Math.abs(exact) && isNear(claim, exact, slack);
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

// The wrong formulas of a row, which Python reads from the table of slips, at these operands.
function wrongFormulas(formulas = [], row, operands, names, times = 1) {
  const about = { z: named(trace[row]), ...names };
  return formulas.flatMap(([says, f]) => f(now.values[row], ...operands)
    .map((number) => [times * number, says.replace(/\{(\w)\}/g, (_, key) => about[key])]));
}

function valueSlips(row) {
  const { parents } = trace[row], { values } = now, [x, y] = parents.map((i) => named(trace[i]));
  const found = wrongFormulas(rows[trace[row].row].slips, row, parents.map((i) => values[i]), { x, y });
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
    const a = values[row];
    found.push([above * about.local(about.value(a), a)[0], `${about.name}′ is taken at ${name}, not at ${named(trace[parents[0]])}`]);
  }
  const [own, ...others] = [parents[k], ...parents.filter((_, i) => i !== k)];
  const names = { x: named(trace[own]), y: others.length ? named(trace[others[0]]) : "" };
  return [...found, ...wrongFormulas(about.wrong, row, [own, ...others].map((i) => values[i]), names, above)];
}

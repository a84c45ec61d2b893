// An exercise: what is asked for is hidden everywhere until it is answered, and answers are counted. The page's own
// functions are taken over where an exercise is stricter: its numbers are given, and nothing shows what is asked.

const truth = now, blanks = new Map(quiz.blanks.map(([what, name, formula, between]) => [what, { name, formula, between, typed: "", tries: 0 }]));
const author = one(".quiz input"), isFolded = (row) => row in quiz.folded;
const isOpen = (what) => blanks.has(what) && !blanks.get(what).verdict;
const stepOfBlank = (what) => entriesOf(what, plan).at(-1).since;
const openSteps = () => [...blanks.keys()].filter(isOpen).map(stepOfBlank);

// ---- what is hidden: a number that is asked for, and what would give it away

// Whether an adjoint is asked for that is computed from this one, which has no line of its own.
const leadsToOpen = (row) => trace[row].parents.some((parent) => isOpen(`adjoint ${parent}`) || (isFolded(parent) && leadsToOpen(parent)));

function hidesAdjoint(row) {
  if (isFolded(row)) return leadsToOpen(row);
  const unasked = !trace[row].parents && !blanks.has(`adjoint ${row}`);
  return unasked ? readers[row].some(({ child }) => leadsToOpen(child)) : isOpen(`adjoint ${row}`);
}

function isHidden(what) {
  const [kind, key] = what.split(" "), [row, k] = key.split("-").map(Number);
  const hidesValue = isOpen(`value ${quiz.folded[row] ?? row}`);
  if (kind === "value") return hidesValue;
  return hidesAdjoint(k === undefined ? row : trace[row].parents[k]) || (kind === "local" && hidesValue);
}

function veil() {
  now = { ...truth, known: new Map([...truth.known].filter(([what]) => !isHidden(what))) };
}

function lift() {
  keep();
  veil();
  fill();
  show();
}

// ---- going on: from blank to blank, in both directions

const [goes, shows] = [go, reveal];
askedAt = (at) => [...blanks.keys()].filter((what) => isOpen(what) && plan.steps[stepOfBlank(what)] === at);
go = (target) => {
  goes(target);
  if (asking || !askedAt(plan.steps[step]).length) return;
  asking = true;
  show();
};
next = () => {
  const open = openSteps(), ahead = open.filter((each) => each > step);
  go(open.length ? Math.min(...(ahead.length ? ahead : open)) : step + 1);
};
reveal = () => {
  shows();
  one("[data-do=next]").focus();
};
Object.assign(actions, { next, score, anew, reveal: giveUp, undo() {}, reset() {}, descend() {}, descending() {}, play() {} });
Object.assign(keys, { ArrowRight: next, Enter: null, " ": null, u: null, r: null, d: null });
give = () => {};
choose = () => {};
numbersOf = () => data; // the address changes no number
rowOf = () => undefined;

function giveUp() {
  for (const what of askedAt(plan.steps[step])) Object.assign(blanks.get(what), { typed: "", verdict: "revealed" });
  lift();
  reveal();
}

// ---- judging: to the decimals that are asked for, by the numbers that are hidden

const [claims, judges, answered, slips] = [claimOf, judge, answer, slipsOf];
claimOf = (typed) => {
  const percent = /^(.*\d)\s*%$/.exec(typed.trim()), [over, under, none] = typed.split("/").map(claims);
  const quotient = under?.number && !none ? { number: over?.number / under.number, unit: 0 } : undefined;
  const part = percent && claims(percent[1]);
  const claim = part ? { number: part.number / 100, unit: part.unit / 100 } : quotient ?? claims(typed);
  return claim && Number.isFinite(claim.number) && { ...claim, given: claim.unit, unit: Math.min(claim.unit, 10 ** -digits) };
};
judge = (what, claim) => {
  const veiled = now;
  now = truth;
  const verdict = judges(what, claim), exact = truth.known.get(what);
  const isShort = !verdict.ok && isNear({ ...claim, unit: claim.given }, exact);
  now = veiled;
  return isShort ? { ok: false, remark: `give ${digits} decimals` } : verdict;
};
answer = (what, input, verdict) => {
  answered(what, input, verdict);
  if (!claimOf(input.value)) return;
  const blank = blanks.get(what), ok = input.classList.contains("right");
  if (!blank.verdict) blank.tries += 1;
  blank.typed = plain(input.value.trim());
  if (ok) blank.verdict = blank.tries === 1 ? "right" : `right at try ${blank.tries}`;
  lift();
};

// What was rounded on the way leads to between two numbers, which Python has worked out; an answer stands for those it rounds.
isCarried = (what, { number, unit }) => {
  const [low, high] = blanks.get(what).between, whole = unit * (1 - 1e-6), half = (unit / 2) * (1 + 1e-6);
  return low <= number + (number >= 0 ? whole : half) && number - (number <= 0 ? whole : half) <= high;
};

// Slips within a statement, in the names that stand on the sheet.
slipsOf = (what) => {
  const [kind, row] = what.split(" "), exact = truth.known.get(what);
  const own = kind === "value" ? innerSlips(Number(row)) : adjointSlips(Number(row), exact);
  const folded = Object.keys(quiz.folded).map((each) => named(trace[each]));
  return [...own, ...slips(what)].filter(([number, said]) => Number.isFinite(number) && number !== exact && !folded.some((name) => said.includes(name)));
};

function innerSlips(row) {
  const { parents } = trace[row], { values, known } = truth;
  if (rows[trace[row].row].kind !== "sum") return [];
  return parents.flatMap((parent, k) => (isFolded(parent) ? [...valueSlips(parent), ...innerSlips(parent)] : [])
    .map(([number, said]) => [values[row] + known.get(`local ${row}-${k}`) * (number - values[parent]), said]));
}

function adjointSlips(row, exact) {
  const [first, ...others] = readers[row];
  if (!others.length) return contributionSlips(first.child, first.k);
  return readers[row].map(({ child, k }) => {
    const through = named(trace[quiz.folded[child] ?? child]);
    return [exact - truth.known.get(`contribution ${child}-${k}`), `what comes back through ${through} is left out`];
  });
}

// ---- asking for an adjoint, and the score

const [asks, questions, words] = [ask, questionOf, wordsOf];
questionOf = (what) => {
  const row = Number(what.split(" ")[1]), isValue = what.startsWith("value");
  return `${isValue ? questions(what) : `<math>${fraction(nameOf(last), nameOf(row))}</math>`} ${blanks.get(what).formula}`;
};
wordsOf = (what) => (what.startsWith("adjoint") ? `∂${named(trace[last])}/∂${named(trace[Number(what.split(" ")[1])])}` : words(what));
ask = () => {
  asks();
  one(".score").textContent = scored();
};

function scored() {
  const all = [...blanks.values()], right = all.filter(({ verdict }) => verdict?.startsWith("right")).length;
  return `${right} of ${all.length} right, ${all.filter(({ verdict }) => verdict === "right").length} at the first try`;
}

// The answers as a table of commas, which the command check reads.
function score() {
  const cell = (written) => (/[",\n]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written);
  const lines = [["exercise", quiz.identity], ["name", author.value.trim()], ["score", scored()], ["step", "number", "verdict"]];
  for (const { name, typed, verdict, tries } of blanks.values()) lines.push([name, typed, verdict ?? (tries ? "wrong" : "")]);
  return say(one("[data-do=score]"), `${lines.map((line) => line.map(cell).join(",")).join("\n")}\n`);
}

async function say(button, written) {
  const done = await toClipboard(written), before = button.textContent;
  button.textContent = done ? "Copied" : "Not allowed here";
  one(".announcement").textContent = done ? `The score is copied: ${scored()}` : "This browser does not let the page copy";
  setTimeout(() => { button.textContent = before; }, 2000);
}

// ---- what was answered outlives a reload, in this tab

const shelf = `exercise ${quiz.identity}`;

function keep() {
  const states = [...blanks].map(([what, { typed, tries, verdict }]) => [what, { typed, tries, verdict }]);
  try { sessionStorage.setItem(shelf, JSON.stringify([author.value, states])); } catch { /* where that is not allowed, a reload forgets */ }
}

function recall() {
  let kept;
  try { kept = JSON.parse(sessionStorage.getItem(shelf)); } catch { /* nothing was kept */ }
  const [name, states] = kept ?? ["", []];
  author.value = name;
  for (const [what, state] of states) Object.assign(blanks.get(what), state);
}

function anew() {
  for (const blank of blanks.values()) Object.assign(blank, { typed: "", tries: 0, verdict: undefined });
  keep();
  location.reload();
}

author.addEventListener("input", keep);
recall();
for (const { control, leaf } of controls) control.replaceWith(inColumn(text(truth.values[leaf])));
predict.checked = true;
veil();

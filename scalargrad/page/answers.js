// Predicting: the numbers of a step are typed and judged, as `scalargrad check` does, with a tally of the pass.

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

// Who types a number while one is asked for means the answer, wherever the focus is.
function begin(key) {
  const field = all(".guess input").find((each) => !each.classList.contains("right"));
  if (!asking || !field || !/^[\d.+−-]$/.test(key)) return false;
  pause();
  field.focus();
  field.value = key;
  return true;
}

const wanted = (typed, said) => (/\d,\d{3}$/.test(typed.trim()) ? "a comma before three digits may part thousands: write a point" : said);

function answer(what, input, verdict) {
  const claim = claimOf(input.value);
  mark(input, claim?.number);
  if (!claim) {
    verdict.textContent = wanted(input.value, "type a number");
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
  ask();
}

// The steps of backpropagation to an output, or of forward mode by a leaf, and from which step on a number is known.

function planOf(output, by) {
  const needed = new Set([output]);
  for (let i = output; i >= 0; i -= 1) if (needed.has(i)) for (const parent of trace[i].parents ?? []) needed.add(parent);
  const computed = trace.flatMap((v, i) => (v.parents && (output === last || needed.has(i)) ? [i] : []));
  const ahead = computed.map((row) => ({ phase: by === undefined ? "forward" : "tangent", row }));
  const back = computed.filter((i) => needed.has(i)).reverse().map((row) => ({ phase: "reverse", row }));
  const seed = { phase: "seed", row: by ?? output };
  const steps = [{ phase: "start" }, ...(by === undefined ? [...ahead, seed, ...back] : [seed, ...ahead])];
  const at = new Map(steps.map(({ phase, row }, step) => [`${phase} ${row}`, step]));
  const plan = { output, by, steps, last: steps.length - 1, computed: at.get(`seed ${output}`) };
  plan.forward = (row) => at.get(`forward ${row}`) ?? at.get(`tangent ${row}`) ?? (trace[row].parents ? Infinity : 0);
  plan.reverse = (row) => at.get(`reverse ${row}`) ?? Infinity;
  plan.ends = by === undefined ? [ahead.length, steps.length - 1] : [steps.length - 1];
  return plan;
}

// What a place shows from which step on: of a sum, the parts of it as they come in.
function entriesOf(what, plan) {
  const [kind, key, list] = what.split(" "), row = Number(key);
  if (kind === "least" || kind === "most") {
    const whole = list.split(",").map((each) => entriesOf(`${key} ${each}`, plan).at(-1)?.since ?? Infinity);
    return [{ since: Math.max(...whole), what }];
  }
  if (kind === "neuron") return entriesOf(`adjoint ${key.split("-")[plan.by === undefined ? 0 : 1]}`, plan);
  if (kind === "value") return [{ since: plan.forward(row), what }];
  if (kind === "local") return [{ since: plan.forward(parseInt(key, 10)), what }];
  if (kind !== "adjoint") return [{ since: plan.reverse(parseInt(key, 10)), what }];
  if (plan.by !== undefined) {
    const seed = plan.steps.findIndex(({ phase }) => phase === "seed");
    return [{ since: trace[row].parents ? plan.forward(row) : seed, what: `tangent ${row}` }];
  }
  const parts = row === plan.output ? [{ since: plan.computed, what }] : [];
  for (const { child, k } of readers[row]) {
    const since = plan.reverse(child);
    if (Number.isFinite(since)) parts.push({ since, what: `after ${child}-${k}` });
  }
  return parts.filter((part, i) => part.since !== parts[i + 1]?.since) // a child may read a row more than once
    .map((part, i, all) => ({ ...part, more: i < all.length - 1 }));
}

// Who reads each row, in the order of the reverse sweep.
const readers = trace.map(() => []);
for (let child = last; child >= 0; child -= 1) {
  (trace[child].parents ?? []).forEach((parent, k) => readers[parent].push({ child, k }));
}

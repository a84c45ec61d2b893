// All numbers of a trace at the numbers of its leaves: forward, then the one reverse sweep over the edges, or the
// tangents of one leaf.

const leaves = trace.flatMap((v, i) => (v.parents ? [] : [i])), last = trace.length - 1;

// `known` maps what is shown, "value 3", to its number; what is not defined is not in it.
function swept(data, output = last, by = undefined) {
  const known = new Map(), values = [], problem = { row: null, said: "" };
  trace.forEach((v, i) => {
    if (v.parents) {
      const operands = v.parents.map((parent) => values[parent]);
      values.push(valueOf(v, i, operands, problem));
    } else values.push(data.get(i) ?? v.value);
    if (values[i] !== undefined) known.set(`value ${i}`, values[i]);
  });
  const now = { known, values, problem };
  trace.forEach(({ parents, row }, i) => {
    if (!parents || values[i] === undefined) return;
    const locals = rows[row].local(values[i], ...parents.map((parent) => values[parent]));
    locals.forEach((local, k) => known.set(`local ${i}-${k}`, Number(local)));
  });
  if (by !== undefined) forward(now, by);
  else if (values[output] !== undefined) reverse(now, output);
  return now;
}

function reverse({ known }, output) {
  const adjoints = [];
  adjoints[output] = 1;
  for (let i = last; i >= 0; i -= 1) {
    const adjoint = adjoints[i];
    known.set(`adjoint ${i}`, adjoint ?? 0); // the output does not depend on the rest
    (trace[i].parents ?? []).forEach((parent, k) => {
      const contribution = adjoint === undefined ? 0 : adjoint * known.get(`local ${i}-${k}`), before = adjoints[parent];
      known.set(`contribution ${i}-${k}`, contribution);
      known.set(`before ${i}-${k}`, before ?? 0);
      if (adjoint !== undefined) adjoints[parent] = before === undefined ? contribution : before + contribution;
      known.set(`after ${i}-${k}`, adjoints[parent] ?? 0);
    });
  }
}

function forward({ known, values }, by) {
  trace.forEach(({ parents }, i) => {
    if (values[i] === undefined) return;
    const terms = (parents ?? []).map((parent, k) => {
      const tangent = known.get(`tangent ${parent}`);
      return tangent === 0 ? 0 : known.get(`local ${i}-${k}`) * tangent;
    });
    known.set(`tangent ${i}`, i === by ? 1 : terms.reduce((sum, term) => sum + term, 0));
  });
}

const named = ({ name, shown = name }) => shown; // with subscripts

function valueOf(v, i, operands, problem) {
  if (operands.includes(undefined)) return undefined;
  const row = rows[v.row];
  const inside = !row.domain || row.domain(...operands);
  const value = inside ? Number(row.value(...operands)) : NaN;
  const isBorn = !Number.isFinite(value) && operands.every(Number.isFinite);
  if (inside && !isBorn) return value;
  if (problem.row === null) {
    const at = v.parents.map((parent, k) => `${named(trace[parent])} = ${text(operands[k])}`).join(", ");
    problem.row = i;
    problem.said = inside ? `${named(v)} is too large for a number at ${at}`
      : `${named(v)} is not defined at ${at}: ${row.said.formula} needs ${row.said.needs}`;
  }
  return undefined;
}

// All numbers of a trace at the numbers of its leaves: forward, then the one reverse sweep over the edges.

const leaves = trace.flatMap((v, i) => (v.parents ? [] : [i])), output = trace.length - 1;

// `known` maps what is shown, "value 3", to its number; what is not defined is not in it.
function swept(data) {
  const known = new Map(), values = [], adjoints = [], problem = { row: null, said: "" };
  trace.forEach((v, i) => {
    if (v.parents) {
      const operands = v.parents.map((parent) => values[parent]);
      values.push(valueOf(v, i, operands, problem));
    } else values.push(data.get(i) ?? v.value);
    if (values[i] !== undefined) known.set(`value ${i}`, values[i]);
  });
  if (values[output] === undefined) return { known, values, problem };
  adjoints[output] = 1;
  for (let i = output; i >= 0; i -= 1) {
    if (adjoints[i] === undefined) continue;
    known.set(`adjoint ${i}`, adjoints[i]);
    const { parents, row } = trace[i];
    if (!parents) continue;
    rows[row].local(values[i], ...parents.map((parent) => values[parent])).forEach((local, k) => {
      const contribution = adjoints[i] * local, parent = parents[k], before = adjoints[parent];
      adjoints[parent] = before === undefined ? contribution : before + contribution;
      known.set(`local ${i}-${k}`, Number(local)).set(`contribution ${i}-${k}`, contribution);
      if (before !== undefined) known.set(`before ${i}-${k}`, before);
      known.set(`after ${i}-${k}`, adjoints[parent]);
    });
  }
  return { known, values, problem };
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

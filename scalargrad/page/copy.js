// The working of a step as LaTeX, Markdown or text, read off what is shown.

const ACCENTS = { "^": "\\hat", "~": "\\tilde", "¯": "\\bar", "‾": "\\bar", "_": "\\bar", "˙": "\\dot", "→": "\\vec" };
const IN_TEXT = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}" };
const SIGNS = { ...letters, // of the labels
  "∂": "\\partial ", "⋅": "\\cdot ", "·": "\\cdot ", "×": "\\times ", "−": "-", "…": "\\dots ", "∞": "\\infty ",
  "≤": "\\le ", "≥": "\\ge ", "≠": "\\ne ", "σ": "\\sigma ", "Φ": "\\Phi ", "π": "\\pi ", "√": "\\sqrt{}", "≈": "\\approx ",
};

function latexOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return [...node.textContent].map((c) => SIGNS[c] ?? c).join("");
  const kids = [...node.childNodes].filter((kid) => kid.nodeType !== Node.TEXT_NODE || node.matches("mi, mo, mn, mtext"));
  const parts = kids.map(latexOf), tag = node.localName;
  if (tag === "mover") return `${ACCENTS[node.children[1].textContent] ?? "\\overset"}{${parts[0]}}`;
  if (tag === "mfrac") return `\\frac{${parts[0]}}{${parts[1]}}`;
  if (tag === "msub") return `${parts[0]}_{${parts[1]}}`;
  if (tag === "msup") return `${parts[0]}^{${parts[1]}}`;
  if (tag === "msubsup") return `${parts[0]}_{${parts[1]}}^{${parts[2]}}`;
  if (tag === "msqrt") return `\\sqrt{${parts.join("")}}`;
  if (tag === "mspace") return "\\,";
  if (tag === "mtext") return `\\text{${node.textContent.replace(/[\\{}$&#%_^~<>|]/g, (c) => IN_TEXT[c] ?? `\\${c}`)}}`;
  if (tag === "mi" && node.textContent.length > 1) return `\\operatorname{${node.textContent}}`;
  return parts.join("");
}

function textOf(node) {
  const tag = node.localName;
  if (tag === "mfrac") return [...node.children].map(operand).join("/");
  if (tag === "msup") return [...node.children].map(operand).join("^");
  if (tag === "msqrt") return `√(${[...node.children].map(textOf).join("")})`;
  return node.children.length ? [...node.children].map(textOf).join("") : node.textContent;
}

// An operand of a fraction or a power, in brackets if it is more than one thing; ∂y is one.
function operand(node) {
  const written = textOf(node), alone = /^∂?[\p{L}\d.\u0300-\u036f[\],]+$/u.test(written);
  return alone ? written : `(${written})`;
}

// The formulas of a working, line by line: left sides and right sides.
function linesOf(working, read) {
  const joined = (element) => all("math", element).map(read).join(" ");
  const lines = all(".equation > .right", working).map((right) => {
    const left = right.previousElementSibling;
    return [joined(left), joined(right)];
  });
  const cells = (row) => [...row.children].slice(1).filter((cell) => !cell.matches(".alone"));
  const transfers = all("[data-transfer]", working).map((row) => cells(row).map(joined));
  const given = all(".upstream", working).map((line) => ["", joined(line)]);
  return [...given, ...lines, ...transfers.flat().map((written) => ["", written])];
}

function copied(form) {
  const working = workingOf(plan.steps[step]);
  freshen(working);
  const heading = one("h3", working).cloneNode(true);
  for (const twin of all(".unseen", heading)) twin.remove();
  for (const math of all("math", heading)) math.replaceWith(form === "markdown" ? `$${latexOf(math)}$` : textOf(math));
  const title = heading.textContent.replace(/\s+/g, " ").trim();
  if (form === "text") return [title, ...linesOf(working, textOf).map((sides) => sides.join(" ").trim())].join("\n");
  const lines = linesOf(working, latexOf).map(([left, right]) => {
    const at = right.indexOf("="), [before, after] = [right.slice(0, at), right.slice(at)];
    return left || at <= 0 ? `${left} & ${right}` : `${before} & ${after}`;
  });
  const body = lines.join(" \\\\\n");
  if (form === "latex") return `% ${title}\n\\begin{align*}\n${body}\n\\end{align*}`;
  return `**${title}**\n\n$$\n\\begin{aligned}\n${body}\n\\end{aligned}\n$$`;
}

async function toClipboard(value) {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch { // a frame without the right to it
    const area = Object.assign(document.createElement("textarea"), { value });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

async function copy(form) {
  const done = await toClipboard(copied(form)), choice = one("[data-choose=copy] option");
  choice.textContent = done ? "copied" : "not allowed here";
  setTimeout(() => { choice.textContent = "as …"; }, 2000);
  one(".announcement").textContent = done ? `The working is copied as ${form}` : "This browser does not let the page copy";
}

// Numbers as people read them: what `scalargrad.notation.numbers` and the writers make of them, to the last digit.

// JavaScript rounds what lies in the middle away from 0, Python to the even digit.
function rounded(x, places, method) {
  const text = x[method](places), exact = x[method](Math.min(100, places + 40));
  const [mantissa, exponent] = exact.split("e"), kept = mantissa.length - Math.min(100 - places, 40);
  const isMiddle = /^50*$/.test(mantissa.slice(kept));
  if (!isMiddle) return text;
  const below = mantissa.slice(0, kept).replace(/\.$/, ""); // cut, not rounded
  const isEven = Number(below.at(-1)) % 2 === 0;
  return isEven ? below + (exponent === undefined ? "" : `e${exponent}`) : text;
}

function padded(exponential) {
  const [mantissa, exponent] = exponential.split("e"), size = Math.abs(Number(exponent));
  return `${mantissa}e${Number(exponent) < 0 ? "-" : "+"}${String(size).padStart(2, "0")}`;
}

function shortForm(x) { // six significant digits, as Python's "g"
  const exponential = padded(rounded(x, 5, "toExponential"));
  const [mantissa, exponent] = exponential.split("e"), e = Number(exponent);
  const stripped = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  return e < -4 || e >= 6 ? `${stripped(mantissa)}e${exponent}` : stripped(rounded(x, 5 - e, "toFixed"));
}

function plainText(x) {
  if (!Number.isFinite(x)) return String(x).replace("Infinity", "inf").replace("NaN", "nan");
  if (x === 0) return "0";
  const least = digits ? 10 ** (1 - Math.max(digits, 2)) : 1;
  if (!(least <= Math.abs(x) && Math.abs(x) < 1e7)) {
    const short = shortForm(x);
    const fits = Number(short) === x && short.length <= digits + 2;
    return fits ? short : padded(rounded(x, Math.max(digits - 1, 0), "toExponential"));
  }
  const fixed = rounded(x, digits, "toFixed");
  const exact = Number(fixed) === Number(x.toPrecision(12)) && fixed.includes(".");
  return exact ? fixed.replace(/0+$/, "").replace(/\.$/, "") : fixed;
}

const RAISED = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹", "-": "⁻" };

function text(x) {
  const [mantissa, exponent] = plainText(x).split("e"), written = mantissa.replace("-", "−");
  if (exponent === undefined) return written;
  return `${written}·10${[...String(Number(exponent))].map((c) => RAISED[c]).join("")}`;
}

function mathml(x, brackets) {
  const [signed, exponent] = plainText(x).split("e"), minus = signed.startsWith("-"), mantissa = signed.replace("-", "");
  const sign = minus ? '<mo form="prefix">−</mo>' : "";
  let number = `<mn>${mantissa}</mn>`;
  if (mantissa === "inf") number = "<mo>∞</mo>";
  if (mantissa === "nan") number = "<mtext>nan</mtext>";
  if (exponent === undefined) {
    const inner = sign + number;
    return minus && brackets.includes("n")
      ? `<mo stretchy="false">(</mo>${inner}<mo stretchy="false">)</mo>` : inner;
  }
  const below = Number(exponent), power = below < 0 ? `<mrow><mo>−</mo><mn>${-below}</mn></mrow>` : `<mn>${below}</mn>`;
  const inner = `${sign}${number}<mo>×</mo><msup><mn>10</mn>${power}</msup>`;
  const needed = minus ? brackets.includes("n") : brackets.includes("p");
  return needed ? `<mrow><mo form="prefix">(</mo>${inner}<mo form="postfix">)</mo></mrow>` : inner;
}

function bracketed(x, brackets) { // in a text
  const written = text(x), loose = written.startsWith("−"), power = !loose && written.includes("·");
  return (loose && brackets.includes("n")) || (power && brackets.includes("p")) ? `(${written})` : written;
}

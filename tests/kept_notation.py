"""How names, numbers, rows are written, how LaTeX is fitted to a line."""

from collections.abc import Callable, Iterator
from functools import partial

from scalargrad.notation.characters import LETTERS, SIGNS, portable
from scalargrad.notation.labels import cut_in_the_middle, is_called_as_a_weight, name_of_place, shortened
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.mathml import MathWriter
from scalargrad.notation.numbers import in_line, number
from scalargrad.notation.pieces import ItalicWriter, pieces
from scalargrad.notation.reading_names import read_name, read_place
from scalargrad.notation.text import TextWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.notation.typesetting import breadth, broken, fitted, terms
from scalargrad.notation.writer import Writer
from scalargrad.primitives.table import rows

WRITERS: tuple[type[Writer], ...] = (TextWriter, TextbookWriter, ItalicWriter, LatexWriter)
LABELS = (
    "x", "w12", "w_1", "W_xh", "W_hidden", "net", "h1", "θ̂1", "ŷ", "α", "loss 1", "a|b", "<b>&", "x_y_z",
    "z0[1]", "W0[1,2]", "z0[1]#2", "h#3", "W[0][1]", "π", "Ж2", "long label of a value that goes on",
    "a\nb", "", "w₁", "1x", "d x",
)  # fmt: skip
NUMBERS = (
    0.0, -0.0, 1.0, -2.5, 1 / 3, 0.05, 0.004, 0.00012345, -0.00099, 0.0010, 1e-7, 9_999_999.0,
    1e7, 123456789.0, -1e30, 0.1 + 0.2, 0.99999, 12.5, 1e-5, 3e-5, float("inf"), float("nan"),
)  # fmt: skip
PLACES = (
    "layers[0].neurons[1].weights[2]", "layers[2].neurons[0].z", "encoder.bias", "weights[3]",
    "a.b[1].dot", "x y",
)  # fmt: skip
NAMES = (
    "x", "x₁", "w_xh", "ŷ", "W[0][1]", "W[0,1]", "W₀[1]", "x[0]", "2x", "x y", "λ", "x'", "", "_", "x²",
    "W[0", "x[a]",
)  # fmt: skip
OTHERS = ("é", "ﬁ", "ª", "²", "₃", "😀", "中文字符集", "中", "x̂y", "ŷ₁", "½", "Ø", "ł", "ŉ", "…", "a\u20d7")
READ = (
    "divide", "power(2)", "power(-0.5)", "sqrt", "abs", "logsumexp", "dot", "sigmoid", "exp", "log2",
    "clip(0, 6)", "negative", "multiply", "maximum", "pow",
)  # fmt: skip
LATEX = (
    r"a_{1} + b \cdot c - \left(d + e\right) \cdot f",
    r"\tanh\left(w_{1} \cdot x_{1} + w_{2} \cdot x_{2} + b\right)",
    r"\frac{a + b + c}{d} \cdot \left(1 - h \cdot h\right)",
    r"\operatorname{logsumexp}\left(s_{1}, s_{2}, s_{3}\right)",
    r"\text{weight\_of\_input} \cdot \text{first} + W \cdot m",
    r"x \times 10^{-7} = \textless{} \bar{h} \to \hat{y}",
    r"\left(\left(a + b\right) + \left(c + \frac{d}{2}\right)\right)^{2}",
    r"a",
)


def names(label: str) -> str:
    """Return a label in every notation, drawn in pieces, barred, and whether it is called as a weight is."""
    written, math = [str(kind().name(label)) for kind in WRITERS], MathWriter()
    drawn = ""
    for text, italic, level in pieces(written[2]):
        drawn += f"{'/' * italic}{'_' * (level < 0)}{'^' * (level > 0)}{text}"
    barred = (kind().bar(label) for kind in (TextWriter, LatexWriter))
    partial_of = (TextWriter().partial("y", label),)
    weight = "a weight" * is_called_as_a_weight(label)
    return " ¦ ".join((*written, drawn, math.mathml(math.name(label)), *barred, *partial_of, weight))


def numbers(digits: int) -> str:
    """Return numbers in so many digits, as text, in a drawing, as LaTeX, and in a column."""
    kinds = (TextWriter, TextbookWriter, LatexWriter)
    written = [[str(kind(digits).number(x)) for kind in kinds] for x in NUMBERS]
    column = in_line([number(x, digits).replace("-", "−") for x in NUMBERS])
    filled = " ".join(text.replace("\u2008", ".").replace("\u2007", "0") for text in column)
    return "; ".join(" ¦ ".join(dict.fromkeys(each)) for each in written) + "\n" + filled


def row(symbol: str) -> str:
    """Return the value and the local derivatives of a row in the notations of drawings and of pages."""
    found = next(each for each in rows() if each.symbol == symbol)
    lines = []
    for kind in (TextbookWriter, LatexWriter, MathWriter):
        writer = kind()
        operands = [writer.name(name) for name in ("x", "w1", "y", "b")[: found.arity or 4]]
        value = writer.write(found, operands)
        slopes = found.local_derivatives(writer, writer.name("z"), operands)
        shown = writer.mathml if isinstance(writer, MathWriter) else str
        lines.append(" ¦ ".join(map(shown, (value, *slopes))))
    return "\n".join(lines)


def fitting(latex: str) -> str:
    """Return how broad a formula is, its terms, on which lines it is broken, as MathML that may break."""
    lines = [f"{breadth(latex)} {terms(latex)} {fitted(latex)}"]
    lines += [f"{most}: {broken(latex, most, most + 4)}" for most in (6, 12, 20)]
    return "\n".join((*lines, MathWriter().breakable(latex)))


def cut() -> str:
    """Return texts that are cut to lengths around their own."""
    ends = ((n, shortened("abcdefgh", n), cut_in_the_middle("abcdefghijkl", n)) for n in range(3, 14))
    return "\n".join(" ".join(map(str, each)) for each in ends)


def characters() -> str:
    """Return every letter and sign that LaTeX has a command for, then some that it has none for."""
    known = " ".join(f"{c}{portable(c)}" for c in (*LETTERS, *SIGNS)).replace("\\ensuremath", "")
    return f"{known}\n{' '.join(map(portable, OTHERS))}"


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for label in LABELS:
        yield f"name {label!a}", partial(names, label)
    for digits in (0, 1, 2, 4):
        yield f"numbers in {digits} digits", partial(numbers, digits)
    for symbol in READ:
        yield f"row {symbol}", partial(row, symbol)
    for i, latex in enumerate(LATEX):
        yield f"LaTeX {i}", partial(fitting, latex)
    yield "places", lambda: "\n".join(map(name_of_place, PLACES))
    yield "names read", lambda: "\n".join(f"{name}: {read_name(name)} {read_place(name)}" for name in NAMES)
    yield "cut", cut
    yield "characters", characters


TEXTS = dict(_texts())

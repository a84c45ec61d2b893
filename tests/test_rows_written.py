"""How each row is written: as text that can be typed, in drawings, in LaTeX."""

import itertools

import pytest

from scalargrad.notation.languages import Python
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.text import TextWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.primitives.row import ATOM
from scalargrad.primitives.rows import clip, elu, leaky_relu, power
from scalargrad.primitives.table import TABLE, rows

# Functions with a sign of their own have it, others are names, and in LaTeX parameters are an index.
WRITTEN = {
    "add": ("x + y", "x + y", r"x + y"),
    "subtract": ("x - y", "x − y", r"x - y"),
    "multiply": ("x*y", "xy", r"x \cdot y"),
    "divide": ("x/y", "x / y", r"\frac{x}{y}"),
    "negative": ("-x", "−x", r"-x"),
    "positive": ("+x", "+x", r"+x"),
    "abs": ("abs(x)", "|x|", r"\left|x\right|"),
    "pow": ("x**y", "x^y", r"x^{y}"),
    "sqrt": ("sqrt(x)", "√(x)", r"\sqrt{x}"),
    "exp": ("exp(x)", "exp(x)", r"e^{x}"),
    "expm1": ("expm1(x)", "expm1(x)", r"\operatorname{expm1}\left(x\right)"),
    "exp2": ("exp2(x)", "2^x", r"2^{x}"),
    "log": ("log(x)", "ln(x)", r"\ln\left(x\right)"),
    "log1p": ("log1p(x)", "log1p(x)", r"\ln\left(1 + x\right)"),
    "log2": ("log2(x)", "log₂(x)", r"\log_{2}\left(x\right)"),
    "log10": ("log10(x)", "log₁₀(x)", r"\log_{10}\left(x\right)"),
    "sin": ("sin(x)", "sin(x)", r"\sin\left(x\right)"),
    "cos": ("cos(x)", "cos(x)", r"\cos\left(x\right)"),
    "tan": ("tan(x)", "tan(x)", r"\tan\left(x\right)"),
    "asin": ("asin(x)", "asin(x)", r"\arcsin\left(x\right)"),
    "acos": ("acos(x)", "acos(x)", r"\arccos\left(x\right)"),
    "atan": ("atan(x)", "atan(x)", r"\arctan\left(x\right)"),
    "sinh": ("sinh(x)", "sinh(x)", r"\sinh\left(x\right)"),
    "cosh": ("cosh(x)", "cosh(x)", r"\cosh\left(x\right)"),
    "tanh": ("tanh(x)", "tanh(x)", r"\tanh\left(x\right)"),
    "asinh": ("asinh(x)", "asinh(x)", r"\operatorname{arsinh}\left(x\right)"),
    "acosh": ("acosh(x)", "acosh(x)", r"\operatorname{arcosh}\left(x\right)"),
    "atanh": ("atanh(x)", "atanh(x)", r"\operatorname{artanh}\left(x\right)"),
    "erf": ("erf(x)", "erf(x)", r"\operatorname{erf}\left(x\right)"),
    "sigmoid": ("sigmoid(x)", "σ(x)", r"\sigma\left(x\right)"),
    "log_sigmoid": ("log_sigmoid(x)", "log_sigmoid(x)", r"\ln\sigma\left(x\right)"),
    "softplus": ("softplus(x)", "softplus(x)", r"\operatorname{softplus}\left(x\right)"),
    "relu": ("relu(x)", "relu(x)", r"\operatorname{relu}\left(x\right)"),
    "silu": ("silu(x)", "silu(x)", r"\operatorname{silu}\left(x\right)"),
    "gelu": ("gelu(x)", "gelu(x)", r"\operatorname{gelu}\left(x\right)"),
    "maximum": ("maximum(x, y)", "maximum(x, y)", r"\max\left(x, y\right)"),
    "minimum": ("minimum(x, y)", "minimum(x, y)", r"\min\left(x, y\right)"),
    "total": ("x + y", "x + y", r"x + y"),
    "dot": ("x*y", "xy", r"x \cdot y"),
    "logsumexp": ("logsumexp([x, y])", "logsumexp([x, y])", r"\operatorname{logsumexp}\left(x, y\right)"),
    "power(0)": ("x**0", "x⁰", r"x^{0}"),
    "power(1)": ("x**1", "x¹", r"x^{1}"),
    "power(2)": ("x**2", "x²", r"x^{2}"),
    "power(3)": ("x**3", "x³", r"x^{3}"),
    "power(0.5)": ("x**0.5", "x^(0.5)", r"x^{0.5}"),
    "power(-1)": ("x**(-1)", "x⁻¹", r"x^{-1}"),
    "power(-0.5)": ("x**(-0.5)", "x^(−0.5)", r"x^{-0.5}"),
    "leaky_relu(0.01)": (
        "leaky_relu(x, 0.01)",
        "leaky_relu(x, 0.01)",
        r"\operatorname{lrelu}_{0.01}\left(x\right)",
    ),
    "leaky_relu(0.2)": (
        "leaky_relu(x, 0.2)",
        "leaky_relu(x, 0.2)",
        r"\operatorname{lrelu}_{0.2}\left(x\right)",
    ),
    "elu(1)": ("elu(x, 1)", "elu(x, 1)", r"\operatorname{elu}_{1}\left(x\right)"),
    "elu(0.5)": ("elu(x, 0.5)", "elu(x, 0.5)", r"\operatorname{elu}_{0.5}\left(x\right)"),
    "clip(-1, 1)": ("clip(x, -1, 1)", "clip(x, −1, 1)", r"\operatorname{clip}_{[-1, 1]}\left(x\right)"),
    "clip(0, 6)": ("clip(x, 0, 6)", "clip(x, 0, 6)", r"\operatorname{clip}_{[0, 6]}\left(x\right)"),
}
WRITERS = (TextWriter, TextbookWriter, LatexWriter)
SEVERAL = ("subtract", "divide", "add", "multiply")


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
def test_a_row_is_written_as_people_write_it(row):
    """Every row of the table is stated here in its three notations, and none that there is not."""
    for kind, wanted in zip(WRITERS, WRITTEN[row.symbol], strict=True):
        writer = kind()
        assert str(writer.write(row, [writer.name("x"), writer.name("y")][: row.arity or 2])) == wanted


def test_no_notation_is_left_over():
    """Each that is stated is that of a row."""
    assert WRITTEN.keys() == {row.symbol for row in rows()}


def test_what_is_called_needs_no_brackets_anywhere():
    """A call, and what LaTeX writes as one, binds like a name: as a factor, a base, behind a sign."""
    called = [row for row in rows() if row.arity == 1 and row.precedence == ATOM]
    for writer in (kind() for kind in WRITERS):
        x, y = writer.name("x"), writer.name("y")
        for inner in (*(writer.write(row, [x]) for row in called), writer.call("f", x)):
            for outer in (-inner, inner * y, y * inner, y - inner, inner**y):
                assert str(inner) in str(outer)
                assert str(writer.bracketed(inner)) not in str(outer), outer


@pytest.mark.parametrize("name", ["exp", "exp2", "pow"])
def test_a_power_that_is_a_base_is_in_brackets(name):
    """(2ˣ)ʸ is not 2 to the power xʸ: in LaTeX, and in drawings where that writes a power."""
    for writer in (LatexWriter(), TextbookWriter()):
        x, y = writer.name("x"), writer.name("y")
        inner = writer.write(TABLE[name], [x, y][: TABLE[name].arity])
        brackets = isinstance(writer, LatexWriter) or "^" in str(inner)
        assert str(inner**y).startswith(str(writer.bracketed(inner))) is brackets


@pytest.mark.parametrize(("outer", "inner"), list(itertools.product(SEVERAL[:2], SEVERAL)))
def test_the_right_side_of_what_does_not_associate_is_in_brackets(outer, inner):
    """As in a - (b - c) or a/(b*c), of which the left side needs none where it is of the same rank."""
    text = TextWriter()
    a, b, c = map(text.name, "abc")
    right = str(text.write(TABLE[outer], [a, text.write(TABLE[inner], [b, c])]))
    left = str(text.write(TABLE[outer], [text.write(TABLE[inner], [a, b]), c]))
    same_rank = TABLE[inner].precedence <= TABLE[outer].precedence
    assert right.endswith(")") is same_rank
    assert ("(" in left) is (TABLE[inner].precedence < TABLE[outer].precedence)


def test_families_have_the_defaults_of_others():
    """leaky_relu falls by 0.01 and elu to -1, as in PyTorch; clip and power have no default."""
    assert leaky_relu.default is leaky_relu(0.01)
    assert elu.default is elu(1.0)
    assert clip.default is power.default is None
    assert str(Python().value(leaky_relu(), Python().name("x"))) == "x if x > 0 else 0.01*x"

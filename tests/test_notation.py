"""What is written means what is computed, in as few brackets as that takes."""

import ast
import math
import operator
import re
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scalargrad.notation import Writer, latex_name, number, one_line
from scalargrad.primitives import power
from scalargrad.scalars import strict
from scalargrad.table import TABLE, rows

# Rows whose text is Python, with the operation that Python does there, exactly.
EXACT = {
    TABLE["add"]: operator.add,
    TABLE["subtract"]: operator.sub,
    TABLE["multiply"]: operator.mul,
    TABLE["divide"]: operator.truediv,
    TABLE["negative"]: operator.neg,
    TABLE["abs"]: abs,
    TABLE["maximum"]: max,
    TABLE["minimum"]: min,
    TABLE["total"]: lambda *xs: sum(xs),
    TABLE["dot"]: lambda a, b, x, y: a * x + b * y,
    power(2.0): lambda x: x**2,
    power(-1.0): lambda x: x**-1,
}
NAMES = {"a": Fraction(7, 3), "b": Fraction(-5, 2), "c": Fraction(11, 13)}
PYTHON = {"abs": abs, "maximum": max, "minimum": min}
LABELS = [
    "x",
    "w12",
    "a|b",
    "w{1}",
    "<x>",
    'x<y & "z"',
    r"\alpha",
    "a:b",
    "😀",
    "two\nlines",
    "_^~#$%",
    "}{",
    "",
]


def grow(trees):
    """Return the strategy of trees one storey higher."""
    return st.sampled_from(list(EXACT)).flatmap(
        lambda row: st.tuples(st.just(row), st.tuples(*[trees] * (row.arity or 2 * row.lists)))
    )


expressions = st.recursive(st.sampled_from(list(NAMES)) | st.integers(-3, 3).map(float), grow, max_leaves=8)


def written(tree, writer):
    """Return what the writer makes of a tree: a symbol, or a number as it is."""
    match tree:
        case str():
            return writer.name(tree)
        case row, operands:
            return writer.write(row, [written(operand, writer) for operand in operands])
    return tree


def computed(tree):
    """Return the exact value of a tree."""
    match tree:
        case str():
            return NAMES[tree]
        case row, operands:
            return EXACT[row](*map(computed, operands))
    return Fraction(tree)


def understood(text):
    """Return the exact value of a text that is read as Python."""
    exact = re.sub(r"[0-9.]+", r"Fraction('\g<0>')", text)
    return eval(exact, PYTHON | {"Fraction": Fraction}, NAMES)


@given(expressions)
def test_text_read_as_python_is_what_was_computed(tree):
    """The text of any expression, parsed with Python's precedences, has the expression's exact value."""
    try:
        value = computed(tree)
    except ZeroDivisionError:
        assume(False)
    assert understood(str(written(tree, Writer()))) == value


def without_a_pair(text):
    """Yield what is in each pair of brackets that only groups, and the text without that pair."""
    for opening in re.finditer(r"(?<![a-z])\(", text):
        depth, end = 1, opening.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        inner = text[opening.end() : end - 1]
        yield inner, text[: opening.start()] + inner + text[end:]


@given(expressions)
def test_brackets_are_minimal(tree):
    """Without any of its brackets a text would read differently; only what starts with a minus keeps them."""
    text = str(written(tree, Writer()))
    shape = ast.dump(ast.parse(text))
    for inner, shorter in without_a_pair(text):
        assert inner.startswith("-") or ast.dump(ast.parse(shorter)) != shape, text


@given(expressions)
def test_latex_is_balanced_and_has_one_exponent_at_a_time(tree):
    """Braces and sized brackets pair up, and no exponent follows an exponent without brackets between."""
    latex = str(written(tree, Writer("latex")))
    assert_balanced(latex)
    assert not re.search(r"\^\{[^{}]*\}\^", latex)


def assert_balanced(latex):
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", latex):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert len(re.findall(r"\\left", latex)) == len(re.findall(r"\\right", latex))


@pytest.mark.parametrize("style", ["text", "latex"])
@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
def test_every_row_and_derivative_and_domain_can_be_written(row, style):
    """The writer reads all that a row states, balanced, with every operand in it."""
    writer = Writer(style)
    names = ["p", "q", "r", "s"][: row.arity or 4]
    operands = list(map(writer.name, names))
    text = str(writer.write(row, operands))
    assert all(name in text for name in names)
    slopes = row.local_derivatives(writer, writer.name("z"), operands)
    domain = [row.domain(writer, *operands)] if row.domain else []
    for part in (text, *map(str, slopes), *map(str, domain)):
        assert part
        if style == "latex":
            assert_balanced(part)


@pytest.mark.parametrize("label", LABELS, ids=ascii)
def test_a_hostile_label_stays_text(label):
    """A name is one line of printable text, and LaTeX of balanced braces without loose commands."""
    assert one_line(label).isprintable()
    latex = latex_name(label)
    assert_balanced(latex)
    inner = re.sub(r"\\(text(backslash|asciitilde|asciicircum|less|greater|bar)?|[&%$#_{}])", "", latex)
    assert not set(inner) & set("\\&%$#~^<>|")


def test_names_with_an_index_are_indexed():
    """A letter and digits are a subscripted letter; any other text is upright."""
    assert [latex_name(x) for x in ("w12", "w_3", "x", "loss")] == ["w_{12}", "w_{3}", "x", r"\text{loss}"]


@pytest.mark.parametrize(
    ("x", "latex"),
    [(1e-5, r"\left(1 \times 10^{-5}\right)^{2}"), (-2.0, r"\left(-2\right)^{2}"), (3.0, "3^{2}")],
)
def test_a_number_that_is_a_product_or_negative_is_bracketed(x, latex):
    """A power of ten or a minus sign is not torn apart by an exponent."""
    assert str(Writer("latex").write(power(2.0), [x])) == latex


def test_negative_numbers_are_bracketed_where_they_are_substituted():
    """Substituted values keep their sign visibly, but for the operands of a call."""
    assert str(Writer().write(TABLE["multiply"], [-2.0, -0.49])) == "(-2)*(-0.49)"
    assert str(Writer().write(TABLE["exp"], [-2.0])) == "exp(-2)"


# ---- numbers


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_a_number_keeps_its_sign_and_never_shows_as_zero(x, digits):
    """Whatever the digits, the text reads as a number of the same sign, and as 0 only for 0."""
    shown = float(number(x, digits))
    assert (shown > 0, shown < 0) == (x > 0, x < 0)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_a_number_is_shown_to_the_digits_asked_for(x, digits):
    """Half a unit of the last decimal is the most that is lost, or of the last digit with a power of ten."""
    shown = number(x, digits)
    lost = abs(Fraction(shown) - Fraction(x))
    unit = Fraction(10) ** -digits
    if "e" in shown:
        unit = Fraction(10) ** (int(shown.split("e")[1]) - max(digits - 1, 0))
    assert lost <= unit * Fraction(501, 1000)


@given(st.integers(-9999, 9999), st.integers(0, 4))
def test_a_number_that_is_exact_in_fewer_decimals_is_short(n, decimals):
    """Trailing zeros are not written."""
    x = n / 10**decimals
    assert len(number(x)) <= len(repr(x))


def test_what_is_not_finite_is_named():
    """Infinities and nan are words in text and symbols in LaTeX."""
    latex = Writer("latex")
    assert [number(x) for x in (math.inf, -math.inf, math.nan)] == ["inf", "-inf", "nan"]
    assert [str(latex.number(x)) for x in (math.inf, -math.inf)] == [r"\infty", r"-\infty"]


def test_a_writer_knows_rows_only():
    """An unknown name is an AttributeError, as in any namespace."""
    with pytest.raises(AttributeError, match="softmin"):
        Writer().softmin  # noqa: B018  # the access is what is tested
    assert "tanh" in vars(strict)

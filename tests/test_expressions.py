"""Laws of expressions: what is understood equals Python's meaning of it; all else is refused and shown."""

import numpy as np
import pytest

from scalargrad import Value, functions, trace
from scalargrad.engine.node import evaluation_order
from scalargrad.errors import ExpressionError
from scalargrad.expressions import evaluate, free_names, read
from scalargrad.primitives.table import TABLE

POINT = {"x": 0.3, "y": 0.7}


@pytest.mark.parametrize("row", [row for row in TABLE.values() if row.arity], ids=lambda row: row.name)
def test_every_row_can_be_called_by_its_name(row):
    """f(x) or f(x, y) is the function of the row at these Values."""
    names = ["x", "y"][: row.arity]
    point = {name: POINT[name] + (row.name == "acosh") for name in names}
    result = evaluate(f"{row.name}({', '.join(names)})", point)
    assert result.data == getattr(functions, row.name)(*point.values()).data


def test_functions_go_by_the_names_of_books_too():
    """Logarithms and inverse hyperbolic functions have a name in books, another in libraries."""
    for name, text in {
        "lg": "log10(y)", "lb": "log2(y)", "ld": "log2(y)", "ln": "log(y)", "arsinh": "asinh(y)",
        "arcsinh": "asinh(y)", "artanh": "atanh(y)", "arctanh": "atanh(y)",
    }.items():  # fmt: skip
        assert evaluate(f"{name}(y)", {"y": 0.7}).data == evaluate(text, {"y": 0.7}).data
    assert evaluate("arcosh(x)", {"x": 2.0}).data == evaluate("arccosh(x)", {"x": 2.0}).data
    for name in ("sinc", "degrees", "radians", "reciprocal", "sign", "mod", "cbrt"):
        with pytest.raises(ExpressionError, match=f"unknown function '{name}'; write "):
            evaluate(f"{name}(x)", {"x": 0.3})


@pytest.mark.parametrize(
    "text",
    ["x + y*2 - x/y", "-x**2 + y", "(x + y)**-2", "2**x / y", "x**0.5 - -y", "+x*y", "1.5e-3*x + y"],
)
def test_operators_mean_what_they_mean_in_python(text):
    """The value is that of Python's own evaluation."""
    expected = eval(text, {}, {name: Value(data) for name, data in POINT.items()})
    assert evaluate(text, POINT).data == expected.data


def test_assignments_name_what_is_between():
    """`a = …; h = …` gives the labels a and h, and the last statement is the output."""
    recorded = trace(evaluate("a = x*y; h = sigmoid(a); a + h", POINT))
    assert recorded["h"].formula == "sigmoid(a)"
    assert recorded.output.formula == "a + h"


def test_lists_are_arguments_and_common_names_are_known():
    """dot, total, mean and logsumexp take lists; ln, max, min, sum, pi and e mean the usual."""
    assert evaluate("dot([x, 2], [3, y])", POINT).data == pytest.approx(0.3 * 3 + 2 * 0.7)
    assert evaluate("max(x, y) + min(x, y) - sum([x, y])", POINT).data == pytest.approx(0.0)
    assert evaluate("ln(e) + cos(pi)").data == pytest.approx(0.0)
    assert evaluate("leaky_relu(-x, 0.5) + clip(y, 0, 1)", POINT).data == pytest.approx(-0.15 + 0.7)


REFUSED = {
    "": "is empty",
    "   ": "is empty",
    "x.data": "attribute access",
    "x.__class__.__mro__": "attribute access",
    "__import__('os')": "a text is not understood",
    "__import__(x)": "unknown function '__import__'",
    "x.__class__(y)": "unknown function '__class__'",
    "import os": "an import",
    "lambda: x": "a lambda",
    "[x for x in y]": "a loop",
    "x if y else x": "conditional",
    "x < y": "a comparison",
    "'text'": "a text",
    "True": "a text or constant",
    "2j*x": "j has no value",
    "x and y": "a condition",
    "x % y": "73%; a remainder",
    "f'{x}'": "a text",
    "(lambda: x)()": "a lambda",
    "exp(x=1)": r"by their names here; write f\(x, 0\.1\)",
    "print(x)": "unknown function 'print'",
    "sigmiod(x)": "did you mean sigmoid",
    "sigmoid": "needs its operands",
    "sigmoid(x, y)": "takes 1 operand, got 2",
    "leaky_relu(x, y)": "constant numbers",
    "x +": "cannot read the expression",
    "x y": "cannot read the expression",
    "z": "z has no value",
    "x = 3": "x has a value already",
    "a = b = x": "an assignment to this",
    "[x, y]": "a list is not a number",
    "log(x - 1)": "is not defined at",
    "x/(y - y)": "is not defined at",
    "exp(1000*x + 1000)": "too large for a float",
    "1e999": "too large",
    "10**400": "too large",
    "x" + "²" * 400: "too large",
    "(" * 10_000 + "x" + ")" * 10_000: "cannot read|nested too deeply",
    "-" * 10_000 + "x": "nested too deeply",
    "x" + ".tanh()" * 5_000: "nested too deeply",
    "(" * 45 + "x" + (".tanh()" * 45 + ")") * 45: "nested too deeply",
    "2**" * 10_000 + "x": "nested too deeply",
    "x" * 60_000: "more than 50,000 characters",
    "x\0": "cannot read",
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.items(), ids=[repr(text[:20]) for text in REFUSED])
def test_all_else_is_refused_with_its_reason(text, reason):
    """Nothing outside the whitelist is run, and every refusal is an ExpressionError, a ValueError."""
    with pytest.raises(ExpressionError, match=reason) as caught:
        evaluate(text, POINT)
    assert isinstance(caught.value, ValueError)
    if "deeply" in reason:
        with pytest.raises(ExpressionError, match=reason):
            free_names(text)


def test_the_carets_stand_under_the_place():
    """The pointer marks the sub-expression, also behind letters of several bytes."""
    with pytest.raises(ExpressionError) as caught:
        evaluate("σ + log(-x)", {"σ": 1.0, "x": 2.0})
    line, carets = caught.value.pointer.splitlines()
    assert line[carets.index("^") : len(carets)] == "log(-x)"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("log(-x) + x", ["log(-x)"]),
        ("  2*x + sqrt(-x) - 1", ["sqrt(-x)"]),
        ("a = x*2\nb = log(-a)*a\na + b", ["b = log(-a)*a", "log(-a)"]),
        ("x + log(\n  -x\n) + 1", ["x + log(", "log("]),
        ("x ? 2", ["?"]),
        ("x + * x", ["*"]),
        ("  2*x + )", [")"]),
    ],
)
def test_a_pointer_is_the_line_and_carets_under_what_is_meant(text, marked):
    """Of what goes on in the next line, to the end of its own; a syntax error is one character."""
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, {"x": 2.0})
    line, carets = caught.value.pointer.splitlines()
    assert line == (marked[0] if len(marked) > 1 else text.strip())
    assert line[carets.index("^") : len(carets)] == marked[-1]


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("x**2", "power(2)"),
        ("x**-0.5", "power(-0.5)"),
        ("x**y", "pow"),
        ("2**x", "pow"),
        ("x**(1 + 1)", "power(2)"),
        ("n = 1 + 1; x**n", "pow"),
    ],
)
def test_a_power_is_of_a_constant_exponent_or_of_a_value(text, symbol):
    """As in Python, where a number alone makes a row of the family, and all else the row of two operands."""
    at = {name: POINT[name] for name in "xy" if name in text}
    assert trace(evaluate(text, at)).output.primitive.symbol == symbol


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("1/2*x", ["0.5*x"]),
        ("x + (2*3 - 1)", ["x + 5"]),
        ("sqrt(4)*x", ["2*x"]),
        ("-(1/4)*x", ["(-0.25)*x"]),
        ("h = 1/2; h*x", ["1/2", "h*x"]),
        ("[1/2, 2]@[x, x]", ["0.5*x + 2*x"]),
        ("max(3/4, x)", ["maximum(0.75, x)"]),
        ("0*x; 1/2 + 1", ["1/2", "v2 + 1"]),
    ],
)
def test_what_numbers_alone_give_is_a_number_beside_a_name(text, formulas):
    """As Python has it; what has a name of its own, and an expression of numbers only, keep their steps."""
    output, _ = read(text, {"x": 2.0})
    assert [v.formula for v in trace(output) if v.parents] == formulas


def test_an_error_of_a_row_is_told_once():
    """Where its message begins with the place already, that is not put before it again."""
    with pytest.raises(ExpressionError, match=r"^log\(x\) is not defined at x = -1; it needs x > 0$"):
        evaluate("log(x)", {"x": -1.0})
    with pytest.raises(
        ExpressionError, match=r"^log\(x\*2\): log\(x\) is not defined at x = -2; it needs x > 0$"
    ):
        evaluate("log(x*2)", {"x": -1.0})


def test_a_second_name_and_a_plus_are_copies():
    """Both names are shown, and a sign is a node as in Python."""
    recorded = trace(evaluate("a = x*2; b = a; b*x", {"x": 2.0}))
    assert [v.name for v in recorded if v.role != "constant"][:3] == ["x", "a", "b"]
    assert recorded["b"].formula == "+a"
    assert recorded["x"].adjoint == 8.0
    assert evaluate("+x", {"x": 2.0}).primitive.name == "positive"


def test_a_value_without_a_use_is_a_slip():
    """A name that does not occur is refused, so that a misspelt one is noticed."""
    with pytest.raises(ExpressionError, match="q has a value but does not occur"):
        evaluate("x + y", POINT | {"q": 1.0})


def test_names_in_a_list_that_is_indexed_are_open():
    """As they are read to make the list: all of them, in their order."""
    assert free_names("[p, q*r][1] + s") == ["p", "q", "r", "s"]


def test_a_target_has_a_probability_for_each_score():
    """The error names both lengths."""
    with pytest.raises(ExpressionError, match="got 2 scores and a target of length 3"):
        evaluate("cross_entropy([a, b], [1, 0, 0])", {"a": 1.0, "b": 2.0})


@pytest.mark.parametrize("make", [list, tuple, np.array, np.float32])
def test_lists_are_given_as_whatever_lists_there_are(make):
    """Tuples, arrays of NumPy; and a number as one of its numbers."""
    given = {"W": make([[1.0, 2.5], [-3.0, 0.5]]), "x": make([0.5, -1.0]), "b": np.float64(0.25)}
    y = evaluate("y = sum(W @ x) + b", given)
    assert (y.data, type(y.data)) == (-3.75, float)
    names = {v.label for v in evaluation_order(y) if v.primitive is None}
    assert names == {"W[0,0]", "W[0,1]", "W[1,0]", "W[1,1]", "x[0]", "x[1]", "b"}

"""Laws of how expressions are written: every spelling means what it means to whoever types it."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalargrad import Value, functions, nn, trace
from scalargrad.engine.node import evaluation_order
from scalargrad.errors import ExpressionError, NumberError, ScalargradError, ShapeError
from scalargrad.expressions import evaluate, free_names, read, read_given
from scalargrad.expressions.given import leaves_of
from scalargrad.expressions.names import OUTPUTS
from scalargrad.expressions.vectors import product as product_of

POINT = {"x": 0.3, "y": 0.7}
W, B, V = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]], [0.1, -0.2, 0.3], [0.4, -0.6]
ARRAYS = {"W": W, "x": V, "b": B}

SAME = {  # of people's spelling, the plain one
    "2x + y": "2*x + y",
    "2 x + y": "2*x + y",
    "2(x + 1)y": "2*(x + 1)*y",
    "(x + 1)(y + 2)": "(x + 1)*(y + 2)",
    "3sin(x)cos(y)": "3*sin(x)*cos(y)",
    "2e3x + y": "2000*x + y",
    "2e*x + y": "2*e*x + y",
    "x² + y³": "x**2 + y**3",
    "x⁻¹y": "x**-1*y",
    "x²y": "x**2*y",
    "-x² + y": "-(x**2) + y",
    "x^2 + y": "x**2 + y",
    "-x^2 + y": "-(x**2) + y",
    "2^x^2 + y": "2**(x**2) + y",
    "2^-x + y": "2**-x + y",
    "(x + y)²": "(x + y)**2",
    "x · y − 2 × x ÷ y": "x*y - 2*x/y",
    "x – y": "x - y",
    "½(x - y)²": "0.5*(x - y)**2",
    "√x + √(x + y)": "sqrt(x) + sqrt(x + y)",
    "2√x + y": "2*sqrt(x) + y",
    "73%*x + y": "0.73*x + y",
    "50 % + x + y": "0.5 + x + y",
    "0,5x + y": "0.5*x + y",
    "x + 0,734 + y": "x + 0.734 + y",
    "max(0,73) + x + y": "max(0, 73) + x + y",
    "1_000x + y": "1000*x + y",
    "2πx + y": "2*pi*x + y",
    "ReLU(x) + Tanh(y)": "relu(x) + tanh(y)",
    "σ(x) + logistic(y)": "sigmoid(x) + sigmoid(y)",
    "LeakyReLU(-x) + y": "leaky_relu(-x) + y",
    "ArcTan(x) + Exp(y)": "atan(x) + exp(y)",
    "x.tanh() + y.leaky_relu(0.2)": "tanh(x) + leaky_relu(y, 0.2)",
    "(x + y).sigmoid()": "sigmoid(x + y)",
    "np.tanh(x) + math.exp(y) + np.pi": "tanh(x) + exp(y) + pi",
    "torch.nn.functional.relu(x) + sg.sin(y)": "relu(x) + sin(y)",
    "sum(x, y) + mean([x, y])": "total([x, y]) + mean([x, y])",
    "max(x, y, 0.5)": "max(max(x, y), 0.5)",
    "min([x, y])": "min(x, y)",
    "(x\n + y)  # a comment": "x + y",
}


def both(text, plain, values):
    """Return the traces of two spellings."""
    return trace(evaluate(text, values)), trace(evaluate(plain, values))


@pytest.mark.parametrize(("text", "plain"), SAME.items(), ids=map(repr, SAME))
def test_a_spelling_means_what_it_says_at_length(text, plain):
    """The same rows of the same numbers, so the same derivatives."""
    written, wanted = both(text, plain, POINT)
    assert [(v.primitive and v.primitive.symbol, v.value, v.adjoint) for v in written] == [
        (v.primitive and v.primitive.symbol, v.value, v.adjoint) for v in wanted
    ]


def test_lowered_digits_are_digits():
    """x₁ is x1, in the text as in the values; a name that ends so is a factor before another."""
    assert evaluate("w₁x₁ + w₂ x₂ + w₁(x₁ + 1)", {"w1": 2.0, "x₁": 3.0, "w2": 5.0, "x2": 7.0}).data == 49.0
    assert free_names("w₁x₁ + b") == ["w1", "x1", "b"]


REFUSED = {  # with the part of the message that names what works, and what the carets mark
    "1/2x": (r"\(1/2\)\*x or 1/\(2\*x\)", "1/2x"),
    "1/2(x + y)": (r"\(1/2\)\*\(…\) or 1/\(2\*\(…\)\)", "1/2("),
    "2^3x": (r"2\*\*3\*x or 2\*\*\(3\*x\)", "2^3x"),
    "1,234 + x": ("write 1.234 or 1234", "1,234"),
    "1.234,5 + x": ("one point", "1.234,5"),
    "x, y": (r"a list stands in brackets, \[x, y\]", ","),
    "sigmoid(0,5)": ("decimals stand behind a point", "sigmoid(0,5)"),
    "(0,5 + x)y": (r"write 0\.5", "0,5"),
    "x%y": ("percentage behind a number", "%"),
    "x y": (r"write x\*y, for a function x\(y\)", "x y"),
    "1 000x": (r"for one number 1000", "1 000"),
    "xy": (r"for a product write x\*y", "xy"),
    "x(y + 1)": (r"write x\*\(y \+ 1\)", "x(y + 1)"),
    "2tahn(x)": ("did you mean tan or tanh", "tahn"),
    "square(x)": (r"write x\*\*2", "square"),
    "2x + tanh": (r"operands in parentheses, as in tanh\(x\)", "tanh"),
    "sin²(x)": (r"as in sin\(x\) or sin\(x\)²", "sin"),
    "f(x) = x²": ("write f = …", "f(x)"),
    "x += y": ("a name of its own", "+="),
    "x == y": ("relu, max, min", "=="),
    "x ≤ y": ("relu, max, min", "≤"),
    "|x|": (r"write abs\(x\)", "|"),
    "{x + y}": ("write parentheses", "{"),
    "x′": ("no name has a prime", "′"),
    "xⁿ": (r"as in x\*\*n", "ⁿ"),
    "∂x": ("every one of the output", "∂"),
    "softmax([x, y], dim=0)": (r"write f\(x, 0\.1\)", "dim="),
    "[x -1][0]": (r"write \[x, -1\]", "-"),
    "[x y][0]": ("write a comma between", "y"),
    "[x; y]": (r"\[\[1, 2\], \[3, 4\]\]", ";"),
    "(x + y": (r"\) is missing", "("),
    "0x10 + y": ("write 16", "0x"),
    "x.data": (r"write tanh\(x\) or x.tanh\(\)", "x.data"),
    "x[0]": ("x is a number", "x[0]"),
    "[x, y]": (r"write 'h = \[x, y\]; sum\(h\)', or 'h\[0\]' for an element", "[x, y]"),
    "softmax([x, y])": (r"write 'h = softmax\(\[x, y\]\); sum\(h\)'", "softmax([x, y])"),
    "h = [x, y]": (r"add '; sum\(h\)', or '; h\[0\]' for an element", "[x, y]"),
    "d/dx x^2": ("a derivative is not written: those by every name are found", "dx x"),
    "cross_entropy(softmax([x, y]), 0)": (r"write -log\(p\[i\]\)", "cross_entropy(softmax([x, y]), 0)"),
    "cross_entropy([x, y], 2)": ("a class from 0 to 1", "cross_entropy([x, y], 2)"),
    "[[x, y], [x]][0][0]": ("lists of one length", "[[x, y], [x]]"),
    "[[[x]]][0][0][0]": ("a list of matrices", "[[[x]]]"),
    "½² + 0,5x − log(y − 1)": ("not defined", "log(y − 1)"),
    "x₁²": ("x1 has no value", "x₁"),
}


@pytest.mark.parametrize(("text", "refusal"), REFUSED.items(), ids=map(repr, REFUSED))
def test_a_refusal_names_what_works_and_points_at_what_was_typed(text, refusal):
    """The carets stand under the user's own text, whatever stands before it."""
    message, marked = refusal
    with pytest.raises(ExpressionError, match=message) as caught:
        evaluate(text, POINT)
    line, carets = caught.value.pointer.splitlines()
    assert line == text
    assert line[carets.index("^") : len(carets)] == marked


def test_all_functions_are_considered_for_the_nearest():
    """Where none is near, all are listed, tanh too."""
    with pytest.raises(ExpressionError, match=r"there are: abs, .*softmax.*tanh, total, transpose$"):
        evaluate("qqqqq(x)", {"x": 1.0})


def test_a_long_line_is_shown_around_the_place():
    """What does not fit into a terminal is left out."""
    with pytest.raises(ExpressionError) as caught:
        evaluate("+".join("x" * 300) + " + log(-x)", {"x": 1.0})
    line, carets = caught.value.pointer.splitlines()
    assert len(line) <= 160
    assert line[carets.index("^") : len(carets)] == "log(-x)"


# ---- lists


def test_a_layer_is_what_numpy_computes():
    """W@x + b, its functions and its transpose, in every spelling of the product."""
    z = np.array(W) @ np.array(V) + np.array(B)
    for product in (
        "W@x",
        "W·x",
        "W x".replace(" ", "·"),
        "matmul(W, x)",
        "np.dot(W, x)",
        "x@W.T",
        "x@Wᵀ",
        "x@W^T",
    ):
        assert evaluate(f"sum({product} + b)", ARRAYS).data == pytest.approx(z.sum())
    assert evaluate("h = relu(W@x + b); h[1]", ARRAYS).data == pytest.approx(max(z[1], 0))
    assert evaluate("z = W@x + b; z[-1] + W[0][1]*W[2, 0]", ARRAYS).data == pytest.approx(z[2] + 0.75)
    assert evaluate("sum(W₁x₁ + b)", {"W1": W, "x1": V, "b": B}).data == pytest.approx(z.sum())
    assert evaluate("sum(W@Wᵀ@b)", {"W": W, "b": B}).data == pytest.approx(
        (np.array(W) @ np.array(W).T @ B).sum()
    )
    assert evaluate("W[0]@x + x·x", {"W": W, "x": V}).data == pytest.approx(W[0] @ np.array(V) + np.dot(V, V))


def test_elements_are_named_after_their_list():
    """Leaves x[0] and W[0,1], results z[0]; the products of a row are one node, a dot."""
    recorded = trace(evaluate("z = W@x + b; sum(z)", ARRAYS))
    assert [v.name for v in recorded if not v.parents][:4] == ["W[0,0]", "W[0,1]", "W[1,0]", "W[1,1]"]
    assert recorded["z[0]"].parents[0].formula == "W[0,0]*x[0] + W[0,1]*x[1]"
    assert recorded["z[0]"].parents[0].primitive.name == "dot"
    assert recorded["W[1,0]"].adjoint == 0.4
    named = trace(evaluate("h1 = 2x; h2 = x²; h = [h1, h2, 3x]; r = h; sum(r)", {"x": 0.5}))
    assert [named[f"r[{i}]"].formula for i in range(3)] == ["+h1", "+h2", "+h[2]"]


def test_elements_go_with_elements():
    """Numbers go with every element; lists of different lengths are refused with both lengths."""
    assert evaluate("sum(2x + x*x - x/2 + x² + 1)", {"x": V}).data == pytest.approx(
        sum(2 * v + v * v - v / 2 + v * v + 1 for v in V)
    )
    for text, message in {
        "sum(x + b)": "a list of 2 does not go with a list of 3",
        "sum(W*x)": "their product is written W@x",
        "sum(W@b)": "a matrix of 3 × 2 and a list of 3 have no product: 2 is not 3",
        "sum(x×x)": "write w@x",
        "2@x[0]": "of numbers write",
        "x.T": "only a matrix is transposed",
        "x[2]": r"from \[0\] to \[1\]",
        "x[0.5]": "a whole number",
        "x[]": "an index is missing",
        "sum(Wx)": "for a product write W@x",
        "softmax(W)[0]": "takes one list",
        "W[:, 0]": "a slice",
    }.items():
        with pytest.raises(ExpressionError, match=message):
            evaluate(text, {name: ARRAYS[name] for name in ARRAYS if name in text} | {"W": W, "x": V})


@pytest.mark.parametrize("name", ["mse", "half_squared_error", "hinge", "binary_cross_entropy"])
def test_losses_are_those_of_nn(name):
    """The same value and the same gradient, as those of the functions of this name."""
    targets = [1.0, -1.0] if name == "hinge" else [0.0, 1.0]
    scores = [Value(0.4, label="s[0]"), Value(-0.6, label="s[1]")]
    wanted = trace(getattr(nn, name)(scores, targets))
    got = trace(evaluate(f"{name}(s, t)", {"s": V, "t": targets}))
    assert got.output.value == pytest.approx(wanted.output.value)
    for place in ("s[0]", "s[1]"):
        assert got[place].adjoint == pytest.approx(wanted[place].adjoint)
    assert evaluate(f"{name}(s[0], t[0])", {"s": V, "t": targets}).data == pytest.approx(
        getattr(nn, name)(scores[0], targets[0]).data
    )


@pytest.mark.parametrize("target", ["2", "[0, 0, 1]", "t", "[0.2, 0.3, 0.5]"])
def test_cross_entropy_takes_scores_with_a_class_or_probabilities(target):
    """As nn.cross_entropy does; a class may be a name."""
    values = {"z": B} | ({"t": 2.0} if target == "t" else {})
    plain = 2 if target in {"2", "t"} else [float(x) for x in target.strip("[]").split(",")]
    wanted = nn.cross_entropy([Value(x) for x in B], plain)
    assert evaluate(f"CrossEntropy(z, {target})", values).data == pytest.approx(wanted.data)


def test_softmax_gives_a_list():
    """Its elements are named, and add up to 1."""
    output, unused = read("p = Softmax(z); L = -ln(p[0])", {"z": B})
    assert output.data == pytest.approx(-math.log(math.exp(0.1) / sum(map(math.exp, B))))
    assert [v.label for v in unused] == ["p[1]", "p[2]"]
    assert evaluate("sum(softmax(z))", {"z": B}).data == pytest.approx(1.0)


def test_what_is_too_large_is_refused_at_once():
    """Lists and products of them are scalars here, one by one."""
    with pytest.raises(ScalargradError, match="more than 10,000 numbers"):
        evaluate("sum(x)", {"x": [0.0] * 10_001})
    with pytest.raises(ScalargradError, match=r"^W: the elements of a list are all numbers"):
        evaluate("W[0, 0]", {"W": [[1.0], 2.0]})
    square = [[0.0] * 60] * 60
    with pytest.raises(ExpressionError, match="more than 100,000 products"):
        evaluate("sum(W@W)", {"W": square})
    with pytest.raises(ExpressionError, match="makes more than 100,000 numbers"):
        evaluate("sum(" + "+".join("W" * 40) + ")", {"W": square})
    with pytest.raises(ExpressionError):
        evaluate("[0]*10**9")
    with pytest.raises(ExpressionError, match="too large"):
        evaluate("9**9**9")


MANY = {"v": [0.0] * 9_999}
BOUNDS = {  # of each bound a text that just meets it and one that is just beyond, with values
    "characters": ("x".ljust(50_000), "x".ljust(50_001), {"x": 1.0}),
    "brackets": ("(" * 49 + "x" + ")" * 49, "(" * 50 + "x" + ")" * 50, {"x": 1.0}),
    "signs": ("-" * 49 + "x", "-" * 50 + "x", {"x": 1.0}),
    "methods": ("x" + ".relu()" * 49, "x" + ".relu()" * 50, {"x": 1.0}),
    "numbers": (f"({'+'.join('v' * 11)})[0]" + " + 1" * 9, f"({'+'.join('v' * 11)})[0]" + " + 1" * 10, MANY),
}


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_bound_is_met_from_both_sides(bound):
    """What is just as large is read, what is one larger is refused."""
    just, beyond, values = BOUNDS[bound]
    assert math.isfinite(evaluate(just, values).data)
    with pytest.raises(ExpressionError, match=r"more than|too deeply"):
        evaluate(beyond, values)


def test_the_bounds_of_lists_and_of_their_products_are_met_from_both_sides():
    """10,000 numbers of one name, 100,000 products of two numbers in one product of matrices."""
    assert len(leaves_of({"x": [0.0] * 10_000})["x"]) == 10_000
    assert len(product_of([[1.0] * 400] * 250, [1.0] * 400)) == 250
    with pytest.raises(ShapeError, match="more than 100,000 products"):
        product_of([[1.0] * 9_091] * 11, [1.0] * 9_091)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1/3", 1 / 3),
        ("73%", 0.73),
        ("0,73", 0.73),
        ("−0.2", -0.2),
        ("pi/2", math.pi / 2),
        ("√2", math.sqrt(2)),
        ("2²", 4.0),
        ("[0.5, −1]", [0.5, -1.0]),
        ("[[1, 2], [3, 1/4]]", [[1.0, 2.0], [3.0, 0.25]]),
        ("(1, 2)", [1.0, 2.0]),
    ],
)
def test_a_given_number_is_read_as_people_write_it(text, number):
    """Also a list of them, and what is computed of numbers."""
    assert read_given(text) == number


@pytest.mark.parametrize(
    "text", ["one", "", "x", "1,234", "[1 2]", "[1, x]", "a = 2", "1; 2", "[0.5 -1]", "log(-1)"]
)
def test_what_is_no_number_is_not_given(text):
    """A NumberError says so."""
    with pytest.raises(NumberError):
        read_given(text)


# ---- what is given out


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x + 1", "y"),
        ("x + y", "f"),
        ("(x + y)*z", "f"),
        ("f = x; y = 2f; y + z", "L"),
        ("a = x; a*2", "y"),
        ("L = 2x", "L"),
    ],
)
def test_the_output_has_a_name_that_is_free(text, name):
    """y, or the next letter that is no name of the expression."""
    values = dict.fromkeys(free_names(text), 0.5)
    output = evaluate(text, values)
    assert output.label == name
    assert len({v.name for v in trace(output)}) == len(trace(output))
    taken = dict.fromkeys(OUTPUTS, 0.5)
    assert evaluate("+".join(OUTPUTS), taken).label == "out1"


def test_an_unused_statement_is_kept():
    """It is traced beside the output, with the derivative 0, and can be checked."""
    output, unused = read("Z = e1 + e2; p1 = e1/Z; p2 = e2/Z; L = -log(p1)", {"e1": 1.0, "e2": 2.0})
    recorded = trace(output, also=unused)
    assert recorded.output.name == "L"
    assert (recorded["p2"].value, recorded["p2"].adjoint) == (2 / 3, 0.0)
    assert recorded["e1"].adjoint == trace(output)["e1"].adjoint
    assert recorded.check({"p2": "0.667", "d p2": "0"}).ok
    assert "p2 = e2/Z" in str(recorded)
    assert type(recorded).from_json(recorded.to_json()) == recorded
    assert str(recorded.explain("p2", paths=2)) == "∂L/∂p2 = 0"
    assert "p2" in recorded.to_html()
    assert recorded.at(e1=2.0)["p2"].value == 0.5


def test_what_reads_the_output_leaves_a_copy_of_it_as_the_output():
    """So that the output is the last of all."""
    output, unused = read("h = x²; q = 2h; h", {"x": 3.0})
    recorded = trace(output, also=unused)
    assert (recorded.output.formula, recorded["x"].adjoint, recorded["q"].adjoint) == ("+h", 6.0, 0.0)


# ---- fuzz

PIECES = [
    *"xyzehW+-*/^@().,;=[]%²³⁻¹₁₂·−×÷√½'| \n", "**", "0,5", "1/3", "73%", "2", "10", "1e3", "x₁", "π", "sin(",
    "relu(", "ReLU(", "σ(", "softmax(", "cross_entropy(", "dot(", "sum(", ".T", "ᵀ", ".tanh()", "np.", "[0]",
    "[[1,2],[3,4]]", "a = ", "lambda", "import", "if", "for", "__class__", "{", "<", "#",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=20))
@settings(max_examples=400)
def test_any_text_is_a_value_or_refused(text):
    """Nothing else is raised, at numbers, lists and matrices; and what is given out can be traced."""
    try:
        names = free_names(text)
        given_values = {
            name: {"W": [[1.0, 2.0], [3.0, 4.0]], "h": [0.5, -1.0]}.get(name, 0.5) for name in names
        }
        output, unused = read(text, given_values)
    except ExpressionError as error:
        assert "^" in error.pointer or not error.pointer  # noqa: PT017
        return
    recorded = trace(output, also=unused)
    assert isinstance(output, Value)
    assert recorded[output] is recorded.output
    assert all(recorded[v].adjoint == 0.0 for v in unused)
    assert set(evaluation_order(output)).isdisjoint(unused)


leaf_texts = st.sampled_from(
    [("x", "x"), ("y", "y"), ("x₁", "x1"), ("2", "2"), ("0.5", "0.5"), ("½", "0.5"), ("50%", "0.5")]
)


def spelt(pairs):
    """Grow pairs of spellings: as people may write a thing, and at length."""

    def unary(inner, kind):
        people, plain = inner
        return {
            "square": (f"({people})²", f"({plain})**2"),
            "cube": (f"({people})^3", f"({plain})**3"),
            "minus": (f"(−({people}))", f"(-({plain}))"),
            "relu": (f"ReLU({people})", f"relu({plain})"),
            "sigmoid": (f"σ({people})", f"sigmoid({plain})"),
            "tanh": (f"({people}).tanh()", f"tanh({plain})"),
            "sin": (f"np.sin({people})", f"sin({plain})"),
            "double": (f"2({people})", f"2*({plain})"),
        }[kind]

    def binary(left, right, kind):
        sign, plain = {
            "plus": (" + ", "+"),
            "minus": (" − ", "-"),
            "dot": ("·", "*"),
            "times": ("×", "*"),
            "silent": ("", "*"),
        }[kind]
        return f"({left[0]}){sign}({right[0]})", f"({left[1]}){plain}({right[1]})"

    kinds = ["square", "cube", "minus", "relu", "sigmoid", "tanh", "sin", "double"]
    return st.builds(unary, pairs, st.sampled_from(kinds)) | st.builds(
        binary, pairs, pairs, st.sampled_from(["plus", "minus", "dot", "times", "silent"])
    )


@given(st.recursive(leaf_texts, spelt, max_leaves=8))
def test_peoples_spelling_and_the_plain_one_are_the_same_function(pair):
    """Same value, same derivatives, and the same as Python's own evaluation of the plain text."""
    text, plain = (f"0,25 + {pair[0]} + 0x + 0y + 0x₁", f"0.25 + {pair[1]} + 0*x + 0*y + 0*x1")
    at = {"x": 0.3, "y": -0.7, "x1": 1.1}
    written, wanted = both(text, plain, at)
    assert written.output.value == wanted.output.value
    leaves = {name: Value(data) for name, data in at.items()}
    known = {name: getattr(functions, name) for name in ("relu", "sigmoid", "tanh", "sin")}
    output = eval(plain, {}, known | leaves)
    output.backward()
    assert written.output.value == output.data
    assert [written[name].adjoint for name in at] == pytest.approx([leaf.grad for leaf in leaves.values()])


@pytest.mark.parametrize("seed", range(5))
def test_products_of_random_matrices_are_those_of_numpy(seed):
    """Of matrices and vectors of random sizes."""
    draw = random.Random(seed)
    n, m, k = (draw.randint(1, 4) for _ in range(3))
    a, b = ([[draw.uniform(-1, 1) for _ in range(q)] for _ in range(p)] for p, q in ((n, m), (m, k)))
    for text in ("sum(sin(A@B))", "mean(sin(A·B))", "sum(sin((Bᵀ@A.T).T))"):
        wanted = np.sin(np.array(a) @ np.array(b))
        got = evaluate(text, {"A": a, "B": b}).data
        assert got == pytest.approx(wanted.mean() if "mean" in text else wanted.sum())

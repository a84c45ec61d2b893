"""How texts are read as expressions, and what is said of those that are none."""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from scalargrad import trace
from scalargrad.errors import ExpressionError, NumberError
from scalargrad.expressions import Numbers, free_names, read, read_given
from scalargrad.expressions.functions import ALIASES, INSTEAD
from scalargrad.expressions.names import CONSTANTS, MODULES, OUTPUTS

GIVEN: dict[str, Numbers] = {
    "W": [[1.0, -2.0], [3.0, 0.5]], "v": [0.4, -0.6], "b": [0.1, 0.2], "x": 0.3, "y": 0.7, "w1": 1.5,
    "x1": -0.8, "alpha": 0.2, "n": 0.25,
}  # fmt: skip
UNDERSTOOD = {
    "numbers": (
        "0.5 + ½x - .5y", "1e-3x + 2E2", "73%x + 5 % - 0,25y", "1_000x", "2,5", "3.", "x + 1/3", "1e3y",
    ),
    "products": (
        "2x + 3(x + 1)", "(x + 1)(y - 2)", "2x²y", "w₁x₁ + w1*x1", "2πx", "3sin(x)cos(y)", "2√x",
        "x²(y + 1)", "(x)y[0]*0 + 1",
    ),
    "powers": (
        "x^2", "x**-1", "x⁻¹ + x⁺²", "-x²", "2^-x", "2^x^2", "(x + y)³", "x**0.5", "x**y", "x**n", "x²³",
        "-x**2**0.5",
    ),
    "signs": (
        "x − y", "x – y + z0*0", "x·y", "x×y ÷ 2", "+x", "--x", "-+-x", "x ⋅ y ∙ x", "x ⊙ y ∗ 2", "x-y-1",
        "x/y/2", "2*-x",
    ),
    "functions": (
        "ReLU(x) + tanh(y)", "σ(x)", "LeakyReLU(-x)", "leaky_relu(-x, 0.2)", "lg(y)", "ln(y)", "arcsin(x)",
        "sqrt(x + y)", "|",
    ),
    "methods": (
        "x.tanh() + (x + y).exp()", "np.tanh(x)", "torch.nn.functional.relu(x)", "math.pi*x",
        "sg.sin(y).relu()", "x.leaky_relu(0.3)",
    ),
    "lists": (
        "sum(W@v + b)", "h = W@v", "h[0] - h[-1]", "W[0, 1] + W[1][0]", "v·b", "dot(v, b)", "mean(v*b)",
        "max(v) - min(b)", "[x - 1, y][0]", "sum(v/2 - b)",
    ),
    "matrices": (
        "sum(W.T@v)", "sum(Wᵀ@v)", "sum(v@W)", "sum(W@W)", "W[0]@v", "sum(transpose(W)@v)", "sum(W*W)",
        "sum(-W)",
    ),
    "more of two": (
        "max(x, y)", "max(x, y, 1)", "min([x, y, 0.1])", "sum(x, y, 1)", "mean(x, y)", "total([x, y])",
        "logsumexp(v)", "logsumexp([x, y])",
    ),
    "losses": (
        "cross_entropy(v, 1)", "cross_entropy(v, [0.2, 0.8])", "mse(v, b)", "mse(x, 1)",
        "binary_cross_entropy(v, [0, 1])", "binary_cross_entropy(x, 0.5)", "half_squared_error(x, 1)",
        "hinge(v, [1, -1])", "p = softmax(v)", "p[0]*x",
    ),
    "statements": (
        "a = 2x; b1 = a²; a + b1; h = [x, 2y]; g = h; g[1] + h[0]; a2 = a; a2; y2 = x; f = y2*x; z = x",
        "a = x; 2a", "h = [x, 2y]; h[1]", "z = x",
    ),
    "lines": (
        "a = 2x  # doubled\n(a +\n y)\n\nsum([x,\n y])  # both",
    ),
}  # fmt: skip
REFUSED = (
    "", "  ;", "x y", "x, y", "2 3", "x +", "* x", "(x", "x)", "[x", "[x; y]", "(x + y]", "x..y", "x.",
    "x.data", "x.T", "1/2x", "x/2(y)", "2^3x", "x**2y", "x^2(y)", "-x^2y", "sin^2x", "sin^-1x", "sin²x",
    "sin x", "1,234", "1.2.3", "1e999", "0x1F", "1e", "max(0,5)", "(0,5)x", "[0,5][0]x", "x%y", "5%%",
    "½%", "x % 2", "f(x) = 2", "v[0] = 1", "x = y = 2", "2 = x", "a = ", "if = 2", "x = 3", "a = x; a = y",
    "x += 1", "x == y", "x < y", "x ≤ y", "x and y", "not x", "lambda: x", "x if y else 1",
    "[a for a in v]", "import os", "True", "'x'", "{x}", "|x|", "x!", "x′", "xⁿ", "∑x", "∂x", "∞",
    "x // 2", "x -> y", "\\alpha", "v[0:1]", "x & y", "?", "\x07", "tahn(x)", "norm(v)", "qqq(x)",
    "sigmoid", "sigmoid + 1", "x + y + xy", "W@v + Wv", "v·b + vb", "v[0] + x + vx", "alpha + alfa",
    "x + xsin(y)", "x + xsin", "x + xe", "W[0, 0] + Wtan", "x1 + x + x1x", "sin + x", "x(y)", "x (y + 1)",
    "z + 1", "np", "np.foo(x)", "softmax(v, dim=0)", "exp(x=1)", "sigmoid(x, y)", "dot(v)", "dot(v, b, v)",
    "dot(x, y)", "max()", "logsumexp(x, v)", "softmax(x)", "mean()", "leaky_relu(x, y)", "clip(x)",
    "power(x)", "cross_entropy(v, 2)", "cross_entropy(v, 0.5)", "cross_entropy(v, [1, 0, 0])", "mse(v, x)",
    "hinge(v)", "hinge(x, 0.5)", "binary_cross_entropy(x, 1.5)", "binary_cross_entropy(σ(x), 1)",
    "mse([x], [y])", "cross_entropy(v, -1)", "cross_entropy(softmax(v), 0)", "v", "W", "softmax(v)",
    "v + W", "W*v", "W@x", "x@y", "v×b", "v@[1, 2, 3]", "W.T.T.T + v", "v[2]", "v[-3]", "v[0.5]", "v[x]",
    "v[]", "v[0][0]", "x[0]", "W[0, 0, 0]", "[]", "[[x], [x, y]]", "[[[x]]]", "[x y]", "[x -1]",
    "[x -1 + y][0]",
    "[x -1 + y][0]",
    "[x, [y]]", "log(x - 1)", "sqrt(-x)", "x/(y - y)", "exp(1000)", "10**400", "0**-x", "(-x)**0.5",
    "log(0)", "a = x\nb = log(-a)\nb", "asin(2)", "v[0", "((((x)", "x.tanh(", "x.tanh", "np.pi.x",
    "math.e(x)", "x₁ₓ", "_ + 1", "x __ y", "x + " * 45 + "? + y", "log(-" + "x*" * 35 + "1)",
    "1/(" + "x + " * 8 + "y)(x)", "x/" + "x" * 30 + "y(x)", "2" * 30 + "x" * 60 + "(",
)  # fmt: skip
PIECES = (
    "x",
    "y",
    "2",
    "0.5",
    "+",
    "-",
    "*",
    "/",
    "^",
    "²",
    "(",
    ")",
    "[",
    "]",
    ",",
    "=",
    ";",
    " ",
    "v",
    "W@",
    "sin",
    ".T",
    "%",
    "√",
    "@",
    "1/",
)
NUMBERS = (
    "1/3", "73%", "0,73", "−0.2", "pi/2", "√2", "[0.5, −1]", "[[1, 2], [3, 1/4]]", "(1, 2)", "one", "", "x",
    "1,234", "[1 2]", "[1, x]", "a = 2", "1; 2", "log(-1)", "[log(-1)]", "[[1], [1, 2]]", "[", "1e999", "nan",
)  # fmt: skip
A_TEXT = 15  # of how many there is one kept text
LONGEST, FEW_LETTERS = 70, 40  # of what is said


def understood(text: str) -> str:
    """Return each statement that is computed with its value, then what is given; or what is said where."""
    try:
        output, unused = read(text, {name: x for name, x in GIVEN.items() if name in free_names(text)})
    except ExpressionError as error:
        line, _, carets = error.pointer.partition("\n")
        start = len(carets) - len(carets.lstrip())
        place = f"{line[:start]}⟨{line[start : len(carets)]}⟩{line[len(carets) :]}" if carets else ""
        return f"{place}: {str(error)[:LONGEST]}"
    t = trace(output, also=unused)
    steps = "; ".join(f"{v.name} = {v.formula} = {v.value:.4g}" for v in t if v.parents)
    return f"{steps}; given {' '.join(v.name for v in t if not v.parents and v.role != 'constant')}"


def each(texts: Sequence[str]) -> str:
    """Return what becomes of each text."""
    return "\n".join(
        f"{text if text.isprintable() else ascii(text)}  ->  {understood(text)}" for text in texts
    )


def slips() -> list[str]:
    """Return right texts in which one piece is put in, left out, or taken for another."""
    found = []
    for text in (text for texts in UNDERSTOOD.values() for text in texts):
        generator = random.Random(text)
        at, piece = generator.randrange(len(text) + 1), generator.choice(PIECES)
        before, after = text[:at], text[at:]
        found.append(
            generator.choice((before + piece + after, before + after[1:], before + piece + after[1:]))
        )
    return found[::3]


def given() -> str:
    """Return the numbers that are given, as they are read, or what is said of them."""
    lines = []
    for text in NUMBERS:
        try:
            lines.append(f"{text}  ->  {read_given(text) if text == 'one' else read_given(text, 'u')!r}")
        except NumberError as error:
            lines.append(f"{text}  ->  {error}")
    return "\n".join(lines)


def aliases() -> str:
    """Return what each other name of a function means, in capitals too, and what is written for which."""
    meant = (f"{alias}: {_formula(f'{alias}(x)')} {_formula(f'{alias.upper()}(x)')}" for alias in ALIASES)
    return "\n".join((*meant, *(f"{name}: {text}" for name, text in INSTEAD.items())))


def _formula(text: str) -> str:
    try:
        return trace(read(text, {"x": 0.5}).output).output.formula
    except ExpressionError as error:
        return str(error)[:FEW_LETTERS]


def names() -> str:
    """Return the names that are known without a value: of modules, constants, outputs."""
    return f"{' '.join(sorted(MODULES))}; {CONSTANTS}; {' '.join(OUTPUTS)}"


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for name, texts in UNDERSTOOD.items():
        yield name, partial(each, texts)
    for name, texts in (("refused", REFUSED), ("with a slip", tuple(slips()))):
        for i in range(0, len(texts), A_TEXT):
            yield f"{name}, from {i}", partial(each, texts[i : i + A_TEXT])
    yield "given", given
    yield "aliases", aliases
    yield "names", names


TEXTS = dict(_texts())

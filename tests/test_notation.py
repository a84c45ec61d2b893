"""What is written means what is computed, in as few brackets as that takes."""

import ast
import operator
import re
import unicodedata
from fractions import Fraction
from itertools import pairwise

import hostile
import pytest
from graphs import programs
from hypothesis import assume, given
from hypothesis import strategies as st

from scalargrad import Value, trace
from scalargrad.expressions import evaluate
from scalargrad.notation import characters
from scalargrad.notation.characters import portable
from scalargrad.notation.labels import latex_name, one_line
from scalargrad.notation.languages import Python
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.text import TextWriter
from scalargrad.notation.typesetting import breadth, broken, fitted, terms
from scalargrad.primitives.rows import leaky_relu, power
from scalargrad.primitives.scalars import strict
from scalargrad.primitives.table import TABLE, member, rows
from scalargrad.wengert.statements import statements

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

WRITERS = {"text": TextWriter, "latex": LatexWriter}


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
    assert understood(str(written(tree, TextWriter()))) == value


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
    text = str(written(tree, TextWriter()))
    shape = ast.dump(ast.parse(text))
    for inner, shorter in without_a_pair(text):
        assert inner.startswith("-") or ast.dump(ast.parse(shorter)) != shape, text


@given(expressions)
def test_latex_is_balanced_and_has_one_exponent_at_a_time(tree):
    """Braces and sized brackets pair up, and no exponent follows an exponent without brackets between."""
    latex = str(written(tree, LatexWriter()))
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
    writer = WRITERS[style]()
    names = ["p", "q", "r", "s"][: row.arity or 4]
    operands = list(map(writer.name, names))
    text = str(writer.write(row, operands))
    assert all(name in text for name in names)
    partials = row.local_derivatives(writer, writer.name("z"), operands)
    domain = [row.domain(writer, *operands)] if row.domain else []
    for part in (text, *map(str, partials), *map(str, domain)):
        assert part
        if style == "latex":
            assert_balanced(part)


@pytest.mark.parametrize("row", [r for r in rows() if r.arity], ids=lambda row: row.symbol)
def test_the_text_of_a_row_read_as_an_expression_is_the_row(row):
    """It is not only for the eye: evaluated where it is defined it has the row's value."""
    for operands in ([0.4, 0.7], [-0.4, 3.0], [7.5, 0.25]):
        data = dict(zip("xy", operands[: row.arity]))
        if row.domain is None or row.domain(strict, *data.values()):
            text = str(TextWriter(17).write(row, list(map(TextWriter().name, data))))
            assert evaluate(text, data).data == row.value(strict, [*data.values()])


def test_operators_have_the_spacing_of_their_rank():
    """Sums are spaced, products and powers are not, in Python's own way of writing them."""
    w = TextWriter()
    a, b = w.name("a"), w.name("b")
    shown = [str(w.write(TABLE[name], [a, b])) for name in ("add", "subtract", "multiply", "divide", "pow")]
    assert shown == ["a + b", "a - b", "a*b", "a/b", "a**b"]


@pytest.mark.parametrize(
    ("style", "partial", "domain"),
    [
        ("text", "[x > 0]", "x > 0 or x = 0 and y >= 0 or x < 0 and y mod 1 = 0"),
        (
            "latex",
            r"\left[x > 0\right]",
            r"x > 0 \text{ or } x = 0 \text{ and } y \ge 0 \text{ or } x < 0 \text{ and } y \bmod 1 = 0",
        ),
    ],
)
def test_conditions_are_written_in_words_and_signs(style, partial, domain):
    """A domain reads as a sentence, and a condition that counts as a number stands in Iverson's brackets."""
    writer = WRITERS[style]()
    x, y, z = map(writer.name, "xyz")
    assert str(TABLE["relu"].partials(writer, z, x)) == partial
    assert str(TABLE["pow"].domain(writer, x, y)) == domain
    finite = {"text": "abs(x) < inf", "latex": r"\left|x\right| < \infty"}[style]
    assert str(TABLE["sin"].domain(writer, x)) == finite


def test_a_choice_is_a_conditional_expression():
    """It is Python's in text, and the same words in LaTeX."""
    text, latex = TextWriter(), LatexWriter()
    assert str(leaky_relu(0.2).partials(text, None, text.name("x"))) == "1 if x > 0 else 0.2"
    written = str(leaky_relu(0.2).partials(latex, None, latex.name("x")))
    assert written == r"1\text{ if }x > 0\text{ else }0.2"


def test_what_changes_nothing_is_not_written():
    """Adding 0, multiplying by 1 and the powers 1 and 0 of a symbol vanish; numbers are left as they are."""
    w = TextWriter()
    x, c = w.name("x"), w.name("x") > 0
    assert [str(y) for y in (x + 0.0, 0.0 + x, x * 1.0, 1.0 * x, w.pow(x, 1.0), w.pow(x, 0.0))] == [*"xxxxx1"]
    assert str(1.0 * c) == "[x > 0]"
    kept = (x + 1.0, x * 0.0, 0.0 - x, x - 0.0, 1.0 / x, w.pow(1.0, x), w.pow(x, 2.0))
    assert [str(y) for y in kept] == ["x + 1", "x*0", "0 - x", "x - 0", "1/x", "1**x", "x**2"]
    assert str(w.add(0.0, 2.0)) == "0 + 2"
    assert str(w.multiply(1.0, 2.0)) == "1*2"


def test_a_row_without_latex_is_an_upright_name():
    """Underscores are escaped, and the template of a text that is a call is not taken for LaTeX."""

    @member(lambda m, z, x: 1.0, text="hard_step({0}, 2)")
    def hard_step(m, x):
        return m.divide(x, 2.0)

    text, latex = TextWriter(), LatexWriter()
    assert str(text.write(hard_step, [text.name("x")])) == "hard_step(x, 2)"
    assert str(latex.write(hard_step, [latex.name("x")])) == r"\operatorname{hard\_step}\left(x\right)"


def test_sums_and_products_need_no_brackets_inside_their_like():
    """On the right of + and * stands another sum or product as it is, on the right of - and / not."""
    a, b, c = map(TextWriter().name, "abc")
    assert [str(x) for x in (a + (b + c), a + (b - c), a - (b + c))] == [
        "a + b + c",
        "a + b - c",
        "a - (b + c)",
    ]
    assert [str(x) for x in (a * (b * c), a * (b / c), a / (b * c))] == ["a*b*c", "a*b/c", "a/(b*c)"]


def test_operators_of_one_rank_are_read_from_the_left():
    """What stands on the left of its like needs no brackets; of powers, for the eye, both sides have them."""
    a, b, c = map(TextWriter().name, "abc")
    shown = [str(x) for x in (a - b - c, a - b + c, a / b / c, a * b / c, a / b * c, a**b**c, (a**b) ** c)]
    assert shown == ["a - b - c", "a - b + c", "a/b/c", "a*b/c", "a/b*c", "a**(b**c)", "(a**b)**c"]


def test_source_text_keeps_the_order_in_which_it_is_computed():
    """To the last bit a + (b + c) is not a + b + c, nor a*(b*c) what a*b*c is."""
    a, b, c = map(Python().name, "abc")
    assert [str(x) for x in (a + (b + c), a + b + c, a * (b * c), a - (b - c))] == [
        "a + (b + c)", "a + b + c", "a*(b*c)", "a - (b - c)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("style", "sign"), [("text", "sign(x)"), ("latex", r"\operatorname{sign}\left(x\right)")]
)
def test_a_call_binds_like_a_name(style, sign):
    """A function of something needs no brackets inside any operator, be it a row or not."""
    w = WRITERS[style]()
    x = w.name("x")
    for called, text in ((w.sign(x), sign), (w.relu(x), sign.replace("sign", "relu"))):
        assert str(called * x).startswith(text)
        assert str(x - called).endswith(text)
        assert str(-called) == f"-{text}"
        assert str(w.write(power(2.0), [called])) in {f"{text}**2", f"{text}^{{2}}"}


def test_a_minus_inside_is_bracketed_for_the_eye():
    """After an operator a sign stands in brackets, though Python needs none; in front it does not."""
    a, b = map(TextWriter().name, "ab")
    assert [str(x) for x in (a + -b, a - -b, a * -b, a / -b)] == ["a + (-b)", "a - (-b)", "a*(-b)", "a/(-b)"]
    assert [str(x) for x in (-a + b, -a * b, -(a * b), -(a + b), -a / b)] == [
        "-a + b", "-a*b", "-a*b", "-(a + b)", "-a/b",
    ]  # fmt: skip


SIDE_BY_SIDE = re.compile(r"(?:[-+*/]|\\cdot)\s*-")


@given(
    programs([TABLE[name] for name in ("add", "subtract", "multiply", "divide", "negative", "exp", "cos")])
)
def test_no_two_signs_stand_side_by_side(program):
    """In derivatives of statements, too, where the chain rule puts −1 beside −1 or adds what is negative."""
    try:
        output = program.values(*map(Value, program.data))
    except (ArithmeticError, ValueError):
        assume(False)
    for statement in statements(trace(output)).values():
        for writer in (TextWriter(), LatexWriter()):
            written = [
                statement.written(writer),
                *(statement.derivative(v, writer) for v in statement.operands),
            ]
            for formula in map(str, written):
                assert not SIDE_BY_SIDE.search(formula), formula


def test_the_sign_of_a_sign_is_left_out_of_derivatives():
    """As −1 · −1 is 1; what somebody wrote stays as it is."""
    t = trace(evaluate("y = -(a*log(1 - x)); y", {"a": 2.0, "x": 0.5}))
    (statement,) = statements(t).values()
    assert str(statement.derivative(t["x"], TextWriter())) == "a*1/(1 - x)"
    assert str(statement.written(TextWriter())) == "-a*log(1 - x)"
    minus = -Value(1.0, label="x")
    assert trace(-minus).table().splitlines()[-1].split()[1] == "-(-x)"


def test_a_symbol_is_no_key():
    """== writes an equation, so a symbol has no hash."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(TextWriter().name("x"))


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


@pytest.mark.parametrize("accent", characters.ACCENTS)
@pytest.mark.parametrize("letter", ["x", "θ"])
def test_a_letter_with_an_accent_is_a_variable(letter, accent):
    """Latin or Greek, composed or not, with an index in digits of either kind, and with an adjoint."""
    name = f"{characters.ACCENTS[accent]}{{{characters.LETTERS.get(letter, letter)}}}"
    for label in (letter + accent, unicodedata.normalize("NFC", letter + accent)):
        assert latex_name(label) == name
        assert latex_name(f"{label}12") == latex_name(f"{label}₁₂") == f"{name}_{{12}}"
        assert LatexWriter().bar(f"{label}1") == rf"\bar{{{name}}}_{{1}}"


def test_greek_letters_are_those_that_unicode_names():
    """The command of a letter is its name, lower-case for a small one, or a variant of it."""
    for letter, command in characters.LETTERS.items():
        name = unicodedata.name(letter)
        if name.startswith("GREEK"):
            word = command.removeprefix("\\").removeprefix("var")
            assert word.upper().replace("LAMBDA", "LAMDA") in name
            assert word[0].isupper() == ("CAPITAL" in name)


@given(st.text() | st.sampled_from([*LABELS, *hostile.LABELS]))
def test_a_portable_label_has_only_characters_that_pdflatex_sets(label):
    """What it cannot set is spelled out, what it can set stays; braces pair up as they did."""
    latex = latex_name(label)
    shown = portable(latex)
    assert all(c.isascii() or c in characters.LATIN for c in shown)
    assert_balanced(shown)
    assert portable(shown) == shown == portable(unicodedata.normalize("NFD", latex))
    if latex.isascii():
        assert shown == latex


@given(expressions)
def test_brackets_grow_only_around_what_is_tall(tree):
    """Fitted, a formula differs in its brackets alone; those that grow hold a fraction or a power."""
    latex = str(written(tree, LatexWriter()))
    shown = fitted(latex)
    plain = re.compile(r"\\left(?=[(\[])|\\right(?=[)\]])|\\!")
    assert plain.sub("", shown) == plain.sub("", latex)
    assert fitted(shown) == shown
    assert not re.search(r"\\left\([^{}]*\\right\)", shown.replace(r"\frac", "{").replace("^", "{"))


@pytest.mark.parametrize("row", [r for r in rows() if r.arity == 1], ids=lambda row: row.symbol)
def test_no_gap_is_between_a_function_and_its_bracket(row):
    """A bracket that grows is drawn near, in LaTeX and in what MathML is made of alike."""
    w = LatexWriter()
    for operand in (w.name("x"), w.name("x") / w.name("y")):
        shown = fitted(str(w.write(row, [operand])))
        assert not re.search(r"(?<!\\!)(?<! )\\left\(", shown.removeprefix(r"\left("))
    assert r"\left(" not in fitted(str(w.write(row, [w.name("x")])))


@given(expressions, st.integers(1, 60), st.integers(0, 60))
def test_a_broken_formula_is_the_formula(tree, most, term):
    """Its lines make it up again, but that brackets over several do not grow; none can be broken further."""
    latex = str(written(tree, LatexWriter()))
    lines = broken(latex, most, term)
    brackets = re.compile(r"\\(left|right)\b")
    assert brackets.sub("", " ".join(lines)) == brackets.sub("", latex)
    for before, line in pairwise(lines):
        assert line.startswith(("+ ", "- ", r"\cdot ")) or before.endswith(",")
    for line in lines:
        assert_balanced(line)
        assert breadth(line) <= max(most, term) or broken(line, most, term) == [line]


@pytest.mark.parametrize("text", ["a + b", "}{", "w{", r"\left("])
def test_a_label_is_not_broken(text):
    """A plus sign or a brace in a label is part of the label."""
    w = LatexWriter()
    x, y = w.name(text), w.name("y")
    assert terms(str(x + y)) == [str(w.enclosed(x)), "+ y"]


@pytest.mark.parametrize("text", ["x1*w1", "x1w1 + x2w2", "learning rate", "d w", "-x", "dL/dw", "a=b"])
@pytest.mark.parametrize("style", WRITERS)
def test_a_label_that_looks_like_a_formula_stands_in_brackets_in_formulas(text, style):
    """As an operand, and after a d or ∂; not where it stands by itself.  A plain name has none."""
    writer = WRITERS[style]()
    x, y = writer.name(text), writer.name("y")
    bracketed = str(writer.bracketed(x))
    assert bracketed in str(x + y)
    assert bracketed in str(y - x)
    assert bracketed in str(x * y)
    assert bracketed in writer.partial("y", text)
    assert bracketed in writer.partial(text, "y")
    assert str(x) != bracketed == str(writer.enclosed(x))
    for plain in ("w1", "W0[1,2]", "z0[1]#2", "layers[0].neurons[1].dot", "δ"):
        assert str(writer.enclosed(writer.name(plain))) == str(writer.name(plain))


def test_a_listing_names_adjoints_and_tangents_of_such_labels_in_brackets():
    """As the lecture labels its products, `x1*w1`."""
    x, w = Value(2.0, label="x1"), Value(-3.0, label="w1")
    product = x * w
    y = product.tanh()
    y.label = "y"
    product.label = "x1*w1"
    t = trace(y, tangents={x: 1.0})
    lines = str(t)
    assert "y = tanh(x1*w1)" in lines  # which brackets enclose already
    assert "dx1 = d(x1*w1)*w1" in lines
    assert "y_dot = (x1*w1)_dot*(1 - y*y)" in lines
    assert str(t.explain(x)).startswith("∂y/∂x1 = ∂y/∂(x1*w1) · ∂(x1*w1)/∂x1")
    assert "(x1*w1)\u0304" in t.table()


@pytest.mark.parametrize("style", ["text", "latex"])
@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
def test_a_factor_does_not_start_with_a_sign(row, style):
    """Of any local derivative: what begins with a minus, or is a sum, stands in brackets in a product."""
    writer = WRITERS[style]()
    operands = list(map(writer.name, "pqrs"[: row.arity or 4]))
    for partial in row.local_derivatives(writer, writer.name("z"), operands):
        factor = writer.factor(writer.symbol(partial))
        assert not factor.startswith("-")
        assert terms(factor) == [factor] or style == "text"


@pytest.mark.parametrize(
    ("x", "latex"),
    [(1e-5, r"\left(1 \times 10^{-5}\right)^{2}"), (-2.0, r"\left(-2\right)^{2}"), (3.0, "3^{2}")],
)
def test_a_number_that_is_a_product_or_negative_is_bracketed(x, latex):
    """A power of ten or a minus sign is not torn apart by an exponent."""
    assert str(LatexWriter().write(power(2.0), [x])) == latex


def test_negative_numbers_are_bracketed_where_they_are_substituted():
    """Substituted values keep their sign visibly, but for the operands of a call."""
    assert str(TextWriter().write(TABLE["multiply"], [-2.0, -0.49])) == "(-2)*(-0.49)"
    assert str(TextWriter().write(TABLE["exp"], [-2.0])) == "exp(-2)"


def test_a_writer_knows_rows_only():
    """An unknown name is an AttributeError, as in any namespace."""
    with pytest.raises(AttributeError, match="softmin"):
        TextWriter().softmin  # noqa: B018  # the access is what is tested
    assert "tanh" in strict.functions

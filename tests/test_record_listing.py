"""Listings of recorded programs: every array once, with its shape, in formulas that can be believed."""

import functools
import itertools
import re

import numpy as np
import pytest
from entries import entered
from hostile import LABELS
from test_record_source import (
    CLASSES,
    NAMES,
    ROWS,
    WORDS,
    ZOO,
    Case,
    given_to,
    mlp,
    of_zoo,
    program_of,
    size_of,
    swept,
    values,
    with_labels,
)  # fmt: skip

from scalargrad import (
    Value,
    dot,
    leaves,
    mean,
    nn,
    pick,
    record,
    relu,
    softmax,
    tanh,
    total,
)  # fmt: skip
from scalargrad.engine.apply import apply
from scalargrad.examples import example

each_case = pytest.mark.parametrize("name", ZOO)


def listed(name):
    """Return the listing of a case of the zoo."""
    return str(of_zoo(name)[1])


def lines_of(text):
    """Return the lines of what is given and of what is computed, each as its formula and its shape."""
    given_, _, computed = text.partition("\n\n")
    return [[split(line) for line in part.splitlines()] for part in (given_, computed)]


def split(line):
    """Return what is stated in a line, and the shape on its right, which three blanks keep apart."""
    left, _, right = line.strip().rpartition("   ")
    return (left.strip(), right) if left and re.fullmatch(r"\d+(×\d+)*", right) else (line.strip(), "")


def dims(shape):
    return tuple(map(int, shape.split("×"))) if shape else ()


# ---- exactly


def test_a_small_net_is_listed_as_a_book_writes_it():
    """Matrices with the names of their elements, then layer after layer."""
    assert (
        str(record(example("sigmoid-2-2-1").output()))
        == """\
w = [[w1, w2], [w3, w4]]   2×2
x = [x1, x2]               2
b = [b1, b2]               2
w_2 = [w5, w6]             2
b_2 = b3

a = w x + b                2
h = sigmoid(a)             2
a_2 = w_2·h + b_2
y = sigmoid(a_2)"""
    )


def test_a_batch_of_a_network_is_listed_in_matrices():
    """With the number of samples of the last call first."""
    model = nn.MLP(2, [16, 16, 1], seed=7)
    step = record(lambda x, t: nn.hinge(model(x), t))
    generator = np.random.default_rng(1)
    step(generator.normal(size=(50, 2)), np.sign(generator.normal(size=50)))
    text = """\
x                     50×2
t                     50
W0                    16×2
b0                    16
W1                    16×16
b1                    16
W2                    16
b2

z0 = x W0ᵀ + b0       50×16
a0 = relu(z0)         50×16
z1 = a0 W1ᵀ + b1      50×16
a1 = relu(z1)         50×16
z2 = a1 W2 + b2       50
v2 = relu(1 - t*z2)   50"""
    assert str(step) == text
    step.backward(generator.normal(size=(7, 2)), np.sign(generator.normal(size=7)))
    assert str(step) == re.sub(r"\b50\b", "7", text)


def test_a_sample_is_listed_in_vectors():
    """Without a batch: W x + b."""
    model = nn.MLP(2, [3, 2], "tanh", seed=7)
    step = record(lambda x: nn.cross_entropy(model(x), 1))
    step([0.5, -0.5])
    assert (
        str(step)
        == """\
x                            2
W0                           3×2
b0                           3
W1                           2×3
b1                           2

z0 = W0 x + b0               3
a0 = tanh(z0)                3
z1 = W1 a0 + b1              2
v1 = logsumexp(z1) - z1[1]"""
    )


def test_a_function_that_was_not_called_yet_says_what_it_is():
    """There is nothing to list; an output was computed already."""

    @record
    def silent(x):
        return x

    assert str(silent) == repr(silent) == "<recorded silent>"
    w = Value(2.0, "w")
    assert str(record(w * 3)) == "w\n\nv0 = w*3"


# ---- what is given


@each_case
def test_every_argument_and_parameter_is_listed_once_with_its_shape(name):
    """Arguments first, in their order, with the batch; then parameters, then what is read afresh."""
    case, step = of_zoo(name)
    arrays, parameters = given_to(step, case)
    program = program_of(step)
    given_, _ = lines_of(str(step))
    stated = [
        (line.partition(" = ")[0], dims(shape)) for line, shape in given_ if "plain numbers" not in line
    ]
    assert len({name for name, _ in stated}) == len(stated)
    assert dict(stated) == {name: numbers.shape for name, numbers in arrays.items()}
    places = [name for name, _ in stated]
    arguments = [array.name for array in program.given.arguments]
    assert places[: len(arguments)] == arguments
    assert set(places[len(arguments) :][: len(parameters)]) == set(parameters)


def test_the_elements_of_a_parameter_are_named_where_they_are_few():
    """By their labels, in rows, up to nine."""
    w = leaves(**{f"w{i}": 0.5 for i in range(1, 10)})
    first, *_ = str(record(total([tanh(x) for x in w]))).splitlines()
    assert first.split("   ")[0] == "w = [w1, w2, w3, w4, w5, w6, w7, w8, w9]"
    more = [*w, Value(0.5, "w10")]
    first, *_ = str(record(total([tanh(x) for x in more]))).splitlines()
    assert re.fullmatch(r"w +10", first)


@pytest.mark.parametrize("name", ["whole batch of constants", "limits that are infinite", "numbers"])
def test_plain_numbers_are_said_to_be_plain(name):
    """With their shape, since they stay what they were: a number of a formula stands in it as it is."""
    given_, computed = lines_of(listed(name))
    plain = {
        line.partition(", ")[0]: dims(shape) for line, shape in given_ if line.endswith(", plain numbers")
    }
    used = {c for line, _ in computed for c in re.findall(r"\bc\d+\b", line)}
    assert used == set(plain)
    if name == "whole batch of constants":
        assert plain == {"c0": (7, 2), "c1": (7,)}


@each_case
def test_every_name_of_a_formula_is_listed(name):
    """As an argument, a parameter, plain numbers, or what was computed above."""
    given_, computed = lines_of(listed(name))
    known = {re.split(" = |, ", line)[0] for line, _ in given_} | {"inf", "nan"}
    for line, _ in computed:
        if re.match(r"\d+ numbers are handed on", line):
            continue
        head, _, formula = line.partition(" = ") if not line.startswith("where ") else ("", "", line[6:])
        formula = re.sub(r" does not hold| as recorded| has the whole part", "", formula)
        read_ = set(re.findall(r"(?<![\w.])[^\W\d]\w*(?!\w|\()", formula.replace("ᵀ", " ")))
        assert read_ <= known, f"{read_ - known} in {line}"
        assert not re.search(r"\[, |, ,|, \]|\(, |, \)|\[\]| \[…\]|, \[…\]", formula), line
        known.add(head)
        if line.startswith("where "):
            continue
        assert formula.count("(") == formula.count(")")
        assert formula.count("[") == formula.count("]")


# ---- what is computed


@each_case
def test_the_shape_beside_a_formula_is_that_of_its_array(name):
    """As the source computes it, line by line, with the batch first."""
    case, step = of_zoo(name)
    arrays, _ = given_to(step, case)
    found = shapes_in(step.source(), arrays)
    _, computed = lines_of(str(step))
    checked = 0
    for line, shape in computed:
        head = line.partition(" = ")[0]
        if head in found:
            assert dims(shape) == found[head], line
            checked += 1
    assert checked or all(line.startswith(("value = ", "where ")) for line, _ in computed)


def parted(source):
    """Return what stands before the function of a source, and its lines below the documentation."""
    top, _, function = re.sub(r"\n {8,}", " ", source).rpartition("\ndef ")
    return top, [line.strip() for line in function.split('"""')[2].splitlines()[1:]]


def shapes_in(text, arrays):
    """Return the shapes of the arrays that the forward part of a source makes, by their names."""
    scope, (top, lines) = dict(arrays), parted(text)
    exec(top, scope)
    before, found = set(scope), {}
    for line in lines:
        if (not line and found) or line.startswith("return"):
            break
        if re.match(r"\w+ = ", line):
            exec(line, scope)
            found[line.partition(" = ")[0]] = np.shape(scope[line.partition(" = ")[0]])
    return {name: shape for name, shape in found.items() if name not in before}


class Read:
    """An array that is read in a formula: a blank is a matrix product, `·` one of vectors, ᵀ transposes."""

    def __init__(self, x, batched):
        self.x, self.batched = np.asarray(x, float), batched

    def _with(self, other, operator):
        other = other if isinstance(other, Read) else Read(other, batched=False)
        x, y = self.x, other.x
        batched = self.batched or other.batched
        wide = max(x.ndim - self.batched, y.ndim - other.batched)
        if operator not in {np.matmul, np.vecdot}:
            x, y = (a.reshape(a.shape[:1] + (1,) * (wide - a.ndim + 1) + a.shape[1:]) if b else a
                    for a, b in ((x, self.batched), (y, other.batched)))  # fmt: skip
        return Read(operator(x, y), batched)

    def __add__(self, other):
        return self._with(other, np.add)

    def __sub__(self, other):
        return self._with(other, np.subtract)

    def __mul__(self, other):
        return self._with(other, np.multiply)

    def __truediv__(self, other):
        return self._with(other, np.divide)

    def __matmul__(self, other):
        return self._with(other, np.matmul)

    def __floordiv__(self, other):
        return self._with(other, np.vecdot)

    def __pow__(self, other):
        return self._with(other, np.power)

    def __radd__(self, other):
        return Read(other, batched=False) + self

    def __rsub__(self, other):
        return Read(other, batched=False) - self

    def __rmul__(self, other):
        return Read(other, batched=False) * self

    def __neg__(self):
        return Read(-self.x, self.batched)

    def __getitem__(self, index):
        index = index if isinstance(index, tuple) else (index,)
        return Read(self.x[(slice(None),) * self.batched + index], self.batched)

    @property
    def T(self):  # noqa: N802
        """Return it transposed."""
        return Read(self.x.swapaxes(-1, -2), self.batched)

    def of(self, function):
        """Return a function of it."""
        return Read(function(self.x), self.batched)


def functions_of_formulas():
    elementwise = {
        "relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "softplus": lambda x: np.log1p(np.exp(x)),
        "sum": lambda x: x.sum(-1), "logsumexp": lambda x: np.logaddexp.reduce(x, axis=-1),
        "detached": lambda x: x, "sin": np.sin, "silu": lambda x: x / (1 + np.exp(-x)),
    }  # fmt: skip
    scope = {name: functools.partial(lambda f, x: x.of(f), f) for name, f in elementwise.items()}

    def picked(items, index):
        return Read(np.array([row[int(i)] for row, i in zip(items.x, index.x)]), batched=True)

    return scope | {"pick": picked}


def read(formula, scope):
    """Return what a formula of a listing says."""
    text = formula.replace("ᵀ", ".T").replace("·", "//")
    text = re.sub(r"(?<=[\w\])]) (?=[^\W\d]|\()", "@", text)
    return eval(text, scope)


def check_formulas(case):
    """Assert that a listing, read line by line as formulas, gives the value of the engine."""
    step = case.recorded()
    arrays, _ = given_to(step, case)
    size = size_of(case.arguments)
    arguments = {array.name for array in program_of(step).given.arguments} if size else set()
    scope = functions_of_formulas() | {name: Read(x, batched=name in arguments) for name, x in arrays.items()}
    _, computed = lines_of(str(step))
    value = None
    for line, shape in computed:
        name, _, formula = line.partition(" = ")
        value = read(formula, scope)
        if formula.startswith("sum(") and value.x.shape[: len(dims(shape))] == dims(shape):  # of all there is
            value = Read(value.x.reshape(*dims(shape), -1).sum(-1), value.batched)
        assert value.x.shape == dims(shape), line
        scope[name] = value
    wanted, _ = swept(case)
    assert value.x.mean() == pytest.approx(wanted, rel=1e-3), str(step)  # numbers are shown with 4 digits


def factorised():
    """Return a network whose matrix is a product of two: U = P Qᵀ."""
    p, q = values(3, 2), values(4, 2, seed=1)

    def f(x):
        return total([tanh(dot(x, [dot(a, b) for b in q])) for a in p])

    return Case(f, (ROWS,))


def columns():
    """Return the sum of the squares of the sums of columns."""
    a, b = values(3, 2), values(4, 2, seed=1)

    def f():
        made = [[tanh(dot(u, v)) for u in a] for v in b]
        return total([total(column) ** 2 for column in zip(*made)])

    return Case(f)


def products():
    """Return the product of a matrix with a function of a product."""
    a, b, c = values(3, 2), values(4, 2, seed=1), values(5, 4, seed=2)

    def f():
        made = [[tanh(dot(u, v)) for u in a] for v in b]
        return total([tanh(dot(row, column)) for row in c for column in zip(*made)])

    return Case(f)


FORMULAS = (
    "MLP of relu", "MLP of tanh", "MLP of sigmoid", "MLP of softplus", "linear", "hinge", "residual",
    "hinge of lists", "cross-entropy by classes", "cross-entropy by rows", "softmax layer", "mse of lists",
    "half the squared error", "binary cross-entropy", "plain", "deep",
    "one sample", "matrices", "chain, a batch", "log-softmax", "an argument that is not in it",
    "record of sigmoid-2-2-1", "record of relu-softmax", "record of baydin", "record of chain-power",
)  # fmt: skip


# One input is left out: the outer product of two vectors is written x W0, which no @ reads.
@pytest.mark.parametrize("name", FORMULAS)
def test_a_listing_read_as_formulas_has_the_value(name):
    """A blank is a product of matrices, a dot one of vectors, ᵀ transposes; the rest is arithmetic."""
    check_formulas(ZOO[name]())


@pytest.mark.parametrize("make", [factorised, columns, products], ids=lambda make: make.__name__)
def test_a_matrix_that_stands_in_another_formula_is_transposed_there_too(make):
    """(P Qᵀ)ᵀ is Q Pᵀ: a formula takes the place of a name, with all that was said of it."""
    check_formulas(make())


def test_products_of_the_rows_of_two_batches_are_written_with_a_dot():
    """A blank would be their product as matrices."""
    case = mlp(loss=nn.cross_entropy, targets=np.eye(3)[CLASSES.astype(int)], widths=[3])
    assert "z0·t" in str(case.recorded())


# ---- conditions


def test_conditions_are_named():
    """Each with its outcome and the number of those that are compared."""

    def f(x, y, zs):
        if x > 0 and not y >= 2.5:
            return total([z if z < 1 else z * z for z in zs])
        return x

    step = record(f)
    step(1.0, 2.0, [0.5, 2.0, 0.25])
    _, computed = lines_of(str(step))
    conditions = [line for line in computed if line[0].startswith("where ")]
    assert conditions == [
        ("where x > 0", ""), ("where y ≥ 2.5 does not hold", ""), ("where zs < 1 as recorded", "3"),
    ]  # fmt: skip


def test_the_branches_are_counted():
    """And it is the one of the last call that is listed."""
    step = record(lambda x: tanh(x) if x > 0 else x.sin())
    step(1.0)
    assert "programs" not in str(step)
    step(-1.0)
    text = str(step)
    assert text.startswith("<lambda>: 2 programs; the last:\n")
    assert "sin(x)" in text
    assert "tanh" not in text


def test_the_whole_part_is_a_condition():
    """It is named with the number that it was."""
    table = values(4)
    step = record(lambda x: table[int(x)] * x)
    step(2.5)
    assert "where x has the whole part 2" in str(step)


def test_what_is_picked_is_named_by_the_argument_that_picks():
    """The same however many there are to pick from, and with its place where the argument is a list."""
    five, three = values(5), values(3)
    step = record(lambda i: pick(five, i) * pick(three, i))
    step(np.array([0.0, 1.0, 2.0]))
    assert "pick(p0, i)*pick(p1, i)" in str(step)
    step = record(lambda ks: pick(five, ks[0]) * pick(three, ks[1]))
    step(np.array([[0.0, 1.0], [4.0, 2.0]]))
    assert "pick(p0, ks[0])*pick(p1, ks[1])" in str(step)


def test_what_is_done_beside_the_value_is_counted():
    """Running statistics: two for each of three features."""
    assert "6 numbers are handed on after each replay" in listed("batch normalisation in training")


# ---- the text

NETS = [name for name in ZOO if not re.search("chain|irregular|families|numbers|record|attention", name)]


@pytest.mark.parametrize("name", NETS)
def test_the_listing_of_a_network_fits_a_page(name):
    """100 columns; and no line ends in blanks."""
    for line in listed(name).splitlines():
        assert len(line) <= 100
        assert line == line.rstrip()


@each_case
def test_shapes_stand_in_one_column(name):
    """On the right of the widest formula, three blanks from it."""
    text = listed(name)
    starts = {len(line) - len(shape) for line in text.splitlines() for _, shape in [split(line)] if shape}
    assert len(starts) <= 1


@each_case
def test_a_listing_is_the_same_before_and_after_all_else(name):
    """Whatever was written or computed between."""
    case = ZOO[name]()
    step = case.recorded()
    text = str(step)
    step.source()
    step.source("torch")
    step.backward(*case.arguments)
    assert str(step) == text
    assert str(case.recorded()) == text


def test_a_transformer_is_listed():
    """Embeddings, attention, normalisation, a network and a readout: each once, in a page."""
    width, heads, tokens = 8, 2, 6
    embedding, query, key, value, out, readout = (
        values(n, width, seed=i) for i, n in enumerate((tokens, width, width, width, width, tokens))
    )
    wide, narrow = values(16, width), values(width, 16)

    def normalised(vector):
        scale = (dot(vector, vector) / len(vector) + 1e-5) ** -0.5
        return [x * scale for x in vector]

    def cut(vector):
        return [vector[i : i + width // heads] for i in range(0, width, width // heads)]

    def loss(sequence):
        keys, values_, losses = [], [], []
        for token, following in itertools.pairwise(sequence):
            x = pick(embedding, token)
            read_ = normalised(x)
            keys.append(cut([dot(row, read_) for row in key]))
            values_.append(cut([dot(row, read_) for row in value]))
            mixed = []
            for h, q in enumerate(cut([dot(row, read_) for row in query])):
                weights = softmax([dot(q, k[h]) * 0.5 for k in keys])
                mixed += [dot(weights, column) for column in zip(*(v[h] for v in values_))]
            x = [a + dot(row, mixed) for a, row in zip(x, out)]
            hidden = [relu(dot(row, normalised(x))) for row in wide]
            x = [a + dot(row, hidden) for a, row in zip(x, narrow)]
            losses.append(nn.cross_entropy([dot(row, x) for row in readout], following))
        return mean(losses)

    for sequence in ([0, 3, 1, 5, 2], np.array([[0.0, 3, 1, 5, 2], [1, 1, 2, 4, 0]])):
        step = record(loss)
        step(sequence)
        text = str(step)
        given_, computed = lines_of(text)
        assert len(computed) < 60
        assert [shape for _, shape in given_].count("8×8") <= 4
        assert "pick(" in text


@pytest.mark.parametrize("name", [*NAMES, *WORDS, *LABELS])
def test_any_label_can_be_listed(name):
    """It is a name if it can be one; it never breaks a line."""
    text = str(with_labels(name).recorded())
    given_, computed = lines_of(text)
    assert given_
    assert computed
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", text)
    for line, _ in given_:
        assert re.split(" = |, ", line)[0].isidentifier(), line


def test_the_last_call_is_the_one_that_is_listed():
    """Also where the program is that of a call before, with a batch of another size."""
    step = record(lambda x: x.tanh() * 2.0)
    for batch in (2, 3, 5):
        step(np.ones(batch))
        assert re.search(rf"(?m)^x +{batch}$", str(step))


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("n-ary with one list", "v0 = square_sum(x[0], x[1])"),
        ("n-ary with two lists", "v0 = square_distance(x[0], x[1], x[1], x[0])"),
    ],
)
def test_a_row_of_lists_of_ones_own_is_listed_as_a_call(kind, line):
    """Of all its operands, one by one."""
    with entered(kind) as made:
        step = record(lambda x: apply(made.row, *[x, x[::-1]][: made.row.lists]))
        step([0.5, 2.0])
        assert lines_of(str(step))[1][0][0] == line

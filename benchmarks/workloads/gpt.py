"""A small GPT, scalar by scalar: every weight a Value, every step of the arithmetic a + or a *.

Each token looks back at those before it: x ← x + attention(norm x), then x ← x + mlp(norm x), and the
logits of the next token are linear in what comes out.
"""

import random
from collections.abc import Iterable, Sequence
from typing import Any

from scalargrad import Value, logsumexp, pick, softmax
from workloads.names import TOKENS

WIDTH, HEADS, HIDDEN, PLACES = 16, 4, 64, 12
Vector = list[Value]
Matrix = list[Vector]


class GPT:
    """One layer of attention and one of neurons, between an embedding and logits."""

    def __init__(self, seed: int = 0) -> None:
        generator = random.Random(seed)

        def matrix(rows: int, columns: int) -> Matrix:
            spread = columns**-0.5
            return [[Value(generator.gauss(0.0, spread)) for _ in range(columns)] for _ in range(rows)]

        self.tokens = matrix(TOKENS, WIDTH)
        self.places = matrix(PLACES, WIDTH)
        self.query, self.key, self.value, self.mix = (matrix(WIDTH, WIDTH) for _ in range(4))
        self.widen, self.narrow = matrix(HIDDEN, WIDTH), matrix(WIDTH, HIDDEN)
        self.readout = matrix(TOKENS, WIDTH)

    def parameters(self) -> list[Value]:
        """Return all weights."""
        return [weight for matrix in vars(self).values() for row in matrix for weight in row]

    def loss(self, tokens: Sequence[Any]) -> Value:
        """Return how surprising each token is after those before it, on average."""
        surprises = [
            logsumexp(logits) - pick(logits, following)
            for logits, following in zip(self.logits(tokens[:-1]), tokens[1:])
        ]
        return sum_of(surprises) * (1.0 / len(surprises))

    def logits(self, tokens: Sequence[Any]) -> list[Vector]:
        """Return for each of the tokens the logits of what follows it."""
        outputs, keys, values = [], [], []
        for place, token in zip(self.places, tokens):
            x = normalised(added(pick(self.tokens, token), place))
            read = normalised(x)
            keys.append(heads(times(self.key, read)))
            values.append(heads(times(self.value, read)))
            x = added(x, times(self.mix, attention(heads(times(self.query, read)), keys, values)))
            hidden = [z.relu() for z in times(self.widen, normalised(x))]
            outputs.append(times(self.readout, added(x, times(self.narrow, hidden))))
        return outputs


def attention(queries: list[Vector], keys: list[list[Vector]], values: list[list[Vector]]) -> Vector:
    """Return head after head the mean of the values so far, weighted by how their keys fit the query."""
    found = []
    for head, query in enumerate(queries):
        fits = [inner(query, of_place[head]) * len(query) ** -0.5 for of_place in keys]
        weights = softmax(fits)
        found += [inner(weights, column) for column in zip(*(of_place[head] for of_place in values))]
    return found


def times(matrix: Matrix, vector: Vector) -> Vector:
    """Return the product of a matrix and a vector."""
    return [inner(row, vector) for row in matrix]


def inner(left: Iterable[Value], right: Iterable[Value]) -> Value:
    """Return Σ lᵢrᵢ."""
    return sum_of(a * b for a, b in zip(left, right))


def added(left: Vector, right: Vector) -> Vector:
    """Return the sum of two vectors."""
    return [a + b for a, b in zip(left, right)]


def normalised(vector: Vector) -> Vector:
    """Return a vector over the root of the mean of its squares."""
    scale = (inner(vector, vector) * (1.0 / len(vector)) + 1e-5) ** -0.5
    return [x * scale for x in vector]


def heads(vector: Vector) -> list[Vector]:
    """Return a vector cut into one part for each head."""
    size = len(vector) // HEADS
    return [vector[start : start + size] for start in range(0, len(vector), size)]


def sum_of(values: Iterable[Value]) -> Value:
    """Return a sum in plain +."""
    return sum(values)  # type: ignore[return-value]  # of no values it is the number 0

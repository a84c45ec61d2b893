"""Lists of Values as vectors, lists of lists as matrices: what is done with each of their elements.

A vector is a list of numbers or Values, a matrix a list of rows of one length.  Products of them are made
of `dot` nodes, one for each element, as the layers of `nn` make them.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from scalargrad.engine.functions import dot
from scalargrad.engine.value import Number, Value
from scalargrad.errors import ShapeError

Array = Any  # a number or Value, a list of them, or a list of lists of one length
MOST_PRODUCTS = 100_000  # of two numbers, in one product of matrices


def shape(x: Array) -> tuple[int, ...]:
    """Return () for a number, (n,) for a vector, (n, m) for a matrix; raise ShapeError for other lists.

    >>> shape(2.0), shape([1.0, 2.0]), shape([[1.0, 2.0]])
    ((), (2,), (1, 2))
    """
    if not isinstance(x, list):
        return ()
    if not x:
        raise ShapeError("a list needs at least one element, as [x] has")
    inner = [shape(item) for item in x]
    if len(set(inner)) > 1:
        raise ShapeError("the elements of a list are all numbers, or all lists of one length")
    if len(inner[0]) > 1:
        raise ShapeError("a list of matrices is not understood here; a matrix is [[1, 2], [3, 4]]")
    return (len(x), *inner[0])


def listed(*items: Array) -> Array:
    """Return a list of items; raise ShapeError where they make no vector or matrix.

    >>> listed(1.0, 2.0)
    [1.0, 2.0]
    """
    shape([*items])
    return [*items]


def described(x: Array) -> str:
    """Return what an array is, in words.

    >>> described([[1.0, 2.0]]), described([1.0, 2.0])
    ('a matrix of 1 × 2', 'a list of 2')
    """
    sizes = shape(x)
    kinds = (
        "a number",
        f"a list of {sizes[0] if sizes else ''}",
        f"a matrix of {' × '.join(map(str, sizes))}",
    )
    return kinds[len(sizes)]


def flat(x: Array) -> list[Number]:
    """Return the numbers of an array, row by row.

    >>> flat([[1.0, 2.0], [3.0, 4.0]])
    [1.0, 2.0, 3.0, 4.0]
    """
    return [number for item in x for number in flat(item)] if isinstance(x, list) else [x]


def elementwise(function: Callable[..., Array], *operands: Array) -> Array:
    """Apply a function to the elements at each place; a number goes with every element.

    Raises ShapeError for lists of different lengths.

    >>> elementwise(max, [1.0, 5.0], 2.0)
    [2.0, 5.0]
    """
    shapes = [sizes for sizes in map(shape, operands) if sizes]
    if not shapes:
        return function(*operands)
    if len(set(shapes)) > 1:
        first, other = [x for x in operands if isinstance(x, list)][:2]
        raise ShapeError(f"{described(first)} does not go with {described(other)}, element by element")
    count = shapes[0][0]
    columns = [x if isinstance(x, list) else [x] * count for x in operands]
    return [elementwise(function, *items) for items in zip(*columns)]


def product(left: Array, right: Array) -> Array:
    """Return the product of matrices and vectors, of two vectors a number.

    Raises ShapeError for numbers, and where the sizes do not fit.

    >>> [x.data for x in product([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])]
    [3.0, 7.0]
    """
    rows, columns = shape(left), shape(right)
    if not rows or not columns:
        raise ShapeError("@ is the product of matrices and lists; of numbers write *")
    if rows[-1] != columns[0]:
        message = f"{described(left)} and {described(right)} have no product: {rows[-1]} is not {columns[0]}"
        raise ShapeError(message)
    if math.prod(rows) * (columns[1] if len(columns) > 1 else 1) > MOST_PRODUCTS:
        raise ShapeError(f"more than {MOST_PRODUCTS:,} products of two numbers are not shown one by one")
    if len(columns) > 1:
        turned = transposed(right)
        per_row = [[dot(row, column) for column in turned] for row in (left if len(rows) > 1 else [left])]
        return per_row if len(rows) > 1 else per_row[0]
    return [dot(row, right) for row in left] if len(rows) > 1 else dot(left, right)


def transposed(matrix: Array) -> Array:
    """Return the columns of a matrix as rows; raise ShapeError for anything else.

    >>> transposed([[1.0, 2.0], [3.0, 4.0]])
    [[1.0, 3.0], [2.0, 4.0]]
    """
    if len(shape(matrix)) != 2:
        raise ShapeError(f"only a matrix is transposed, and this is {described(matrix)}")
    return [list(column) for column in zip(*matrix)]


def element(x: Array, name: str, places: Sequence[int]) -> Array:
    """Return x[i] or x[i, j], counted from 0, from the end where negative; `name` is what messages say.

    >>> element([[1.0, 2.0], [3.0, 4.0]], "W", (0, 1))
    2.0
    """
    for place in places:
        if not isinstance(x, list):
            raise ShapeError(f"{name} is a number and has no elements")
        if not -len(x) <= place < len(x):
            raise ShapeError(f"{name} has elements from [0] to [{len(x) - 1}], and none at [{place}]")
        x, name = x[place], f"{name}[{place}]"
    return x


def named(x: Array, name: str, value_of: Callable[[Number, str], Value]) -> Array:
    """Return an array with the Value that each element becomes under its name, such as `x[0]` or `W[0,1]`.

    >>> [v.label for v in named([1.0, 2.0], "x", Value)]
    ['x[0]', 'x[1]']
    """

    def inner(part: Array, places: tuple[int, ...]) -> Array:
        if isinstance(part, list):
            return [inner(item, (*places, i)) for i, item in enumerate(part)]
        return value_of(part, f"{name}[{','.join(map(str, places))}]" if places else name)

    return inner(x, ())

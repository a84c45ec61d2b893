"""Find the products of matrices among products of rows: in which of them every row meets every other."""

import numpy as np


def blocks_of(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int]] | None:
    """Return an order of pairs that makes them an array [block, second, first], None where there is none.

    Within a block every first meets every second, once: it is the product of two matrices, given by their
    rows.  Products of heads of attention make several blocks.

    >>> order, dims = blocks_of(np.array([0, 1, 0, 1]), np.array([5, 5, 7, 7]))
    >>> order.tolist(), dims
    ([0, 1, 2, 3], (1, 2, 2))
    """
    _, u = np.unique(first, return_inverse=True)
    _, v = np.unique(second, return_inverse=True)
    if len(np.unique(u * (v.max() + 1) + v)) < len(u):
        return None  # a pair occurs twice
    block = _components(u, v)
    order = np.lexsort((u, v, block))
    blocks = len(np.unique(block))
    rows, columns = (v.max() + 1) / blocks, (u.max() + 1) / blocks
    if rows * columns * blocks != len(u) or rows % 1 or columns % 1:
        return None
    dims = (blocks, int(rows), int(columns))
    grid_u, grid_v = u[order].reshape(dims), v[order].reshape(dims)
    if (grid_u != grid_u[:, :1]).any() or (grid_v != grid_v[:, :, :1]).any():
        return None
    return order, dims


def second_is_fast(first: np.ndarray, second: np.ndarray) -> bool:
    """Tell whether from one pair to the next it is the second that changes, so that it is the last axis.

    >>> second_is_fast(np.array([0, 0, 1, 1]), np.array([5, 7, 5, 7]))
    True
    """
    return bool((second[1:] != second[:-1]).sum() > (first[1:] != first[:-1]).sum())


def _components(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return for each pair the least first that it hangs together with."""
    of_u = np.arange(u.max() + 1)
    while True:
        of_v = np.full(v.max() + 1, len(of_u))
        np.minimum.at(of_v, v, of_u[u])
        new = of_u.copy()
        np.minimum.at(new, u, of_v[v])
        if np.array_equal(new, of_u):
            return np.asarray(of_u[u])
        of_u = new

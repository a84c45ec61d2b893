"""Products of matrices are found among products of rows: by the definition, in any order of the pairs."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scalargrad.replay.pairing import blocks_of, second_is_fast


def dims_by_definition(pairs):
    """Return the dims of blocks in which every first meets every second once, all alike, else None."""
    blocks: list[tuple[set, set]] = []
    for first, second in pairs:
        touching = [block for block in blocks if first in block[0] or second in block[1]]
        blocks = [block for block in blocks if block not in touching]
        firsts, seconds = {first}.union(*(b[0] for b in touching)), {second}.union(*(b[1] for b in touching))
        blocks.append((firsts, seconds))
    sizes = {(len(seconds), len(firsts)) for firsts, seconds in blocks}
    complete = sum(len(firsts) * len(seconds) for firsts, seconds in blocks)
    if len(set(pairs)) < len(pairs) or len(sizes) > 1 or complete != len(pairs):
        return None
    return len(blocks), *sizes.pop()


numbers = st.integers(0, 4)
boxes = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
# Two blocks of different sizes, of which one lacks two pairs: as many pairs as two equal ones would have.
UNEVEN = [(0, 0), *((1 + a, 1 + b) for a in range(3) for b in range(3) if (a, b) not in {(0, 2), (2, 0)})]


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=9))
@example(UNEVEN)
@example([(b, a) for a, b in UNEVEN])
def test_blocks_are_those_of_the_definition(pairs):
    """And there are none where a pair is missing, or twice, or blocks are of several sizes."""
    first, second = np.array(pairs).T
    found = blocks_of(first, second)
    assert (found and found[1]) == dims_by_definition(pairs)
    check(found, first, second)


@given(boxes, st.randoms(use_true_random=False), st.booleans())
def test_blocks_are_found_whatever_the_order(dims, chance, spread):
    """The numbers need not follow one another either."""
    blocks, rows, columns = dims
    pairs = [
        (b * columns + u, b * rows + v) for b in range(blocks) for v in range(rows) for u in range(columns)
    ]
    chance.shuffle(pairs)
    first, second = np.array(pairs).T * (7 if spread else 1)
    found = blocks_of(first, second)
    assert found is not None
    assert found[1] == dims
    check(found, first, second)


def check(found, first, second):
    """Assert that an order makes [block, second, first], each axis in the order of the numbers."""
    if found is None:
        return
    order, dims = found
    assert sorted(order.tolist()) == list(range(len(first)))
    u, v = first[order].reshape(dims), second[order].reshape(dims)
    assert (u == u[:, :1]).all()
    assert (v == v[:, :, :1]).all()
    assert (np.diff(u[:, 0]) > 0).all()
    assert (np.diff(v[:, :, 0]) > 0).all()
    assert (np.diff(u[:, 0, 0]) > 0).all()


@pytest.mark.parametrize(("m", "n"), list(itertools.product(range(1, 4), repeat=2)))
def test_the_second_is_fast_where_it_is_the_last_axis(m, n):
    """Of pairs that are written row by row; where neither changes, or both, it is not."""
    first, second = np.array(list(itertools.product(range(m), range(n)))).T
    assert second_is_fast(first, second) == (n > 1)
    assert second_is_fast(second, first) == (m > 1 and n == 1)
    assert not second_is_fast(first, first)

"""Fold sums of products into dot products, long sums into totals.

In plain code a weighted sum is a chain, `z = z + w * x` again and again.  Where nobody else reads its
links, the chain is one sum of terms, and its products are one dot product: the form that `nn` builds
at once.  Only the order changes in which numbers are added, and with it the last bits.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from scalargrad.primitives.rows import add, dot, multiply, total
from scalargrad.replay.graph import Graph

FEWEST_PRODUCTS = 2  # of a sum that is worth a dot product


def fold(graph: Graph, kept: Sequence[int]) -> list[int]:
    """Fold the chains of a graph in place, and return its slots in an order of evaluation.

    The slots `kept` are read from outside, so they stay.
    """
    is_sum, is_product, parents = _binary(graph)
    single, reader = _readers(graph, kept)
    reader_is_sum = np.zeros(len(is_sum), bool)
    reader_is_sum[single] = is_sum[reader[single]]
    link = is_sum & reader_is_sum  # read by one sum only
    root = np.where(link, reader, np.arange(len(link)))
    while not np.array_equal(root, further := root[root]):
        root = further
    folded_away = link.copy()
    before: dict[int, int] = {}  # the dot product that stands before the sum that reads it
    for sum_, terms in _terms(is_sum, link, root, parents):
        products = [t for t in terms if is_product[t] and reader_is_sum[t]]
        if len(products) < FEWEST_PRODUCTS:
            _restate(graph, sum_, terms)
            continue
        folded_away[products] = True
        pairs = parents[products]
        lists = (graph.add_list(pairs[:, 0]), graph.add_list(pairs[:, 1]))
        rest = [t for t in terms if graph.constants.get(t) != 0 and not folded_away[t]]
        if rest:
            before[sum_] = graph.append(dot, lists)
            _restate(graph, sum_, [before[sum_], *rest])
        else:
            graph.rows[sum_], graph.operands[sum_] = dot, lists
    return [*_in_order(folded_away, before)]


def _restate(graph: Graph, slot: int, terms: Sequence[int]) -> None:
    """State a slot as the sum of terms, of which a 0 is left out where more than one are left."""
    counted = [t for t in terms if graph.constants.get(t) != 0]
    counted += [t for t in terms if t not in counted][: max(2 - len(counted), 0)]
    if len(counted) == 2:
        graph.rows[slot], graph.operands[slot] = add, tuple(counted)
    else:
        graph.rows[slot], graph.operands[slot] = total, (graph.add_list(counted),)


def _in_order(folded_away: np.ndarray, before: dict[int, int]) -> Iterator[int]:
    for slot in np.flatnonzero(~folded_away).tolist():
        if slot in before:
            yield before[slot]
        yield slot


def _binary(graph: Graph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tell which slots are sums, which are products of two, with the two operands of these."""
    rows = graph.rows
    is_sum = np.fromiter((row is add for row in rows), bool, len(rows))
    is_product = np.fromiter((row is multiply for row in rows), bool, len(rows))
    parents = np.zeros((len(rows), 2), np.int64)
    either = np.flatnonzero(is_sum | is_product)
    if len(either):
        parents[either] = [graph.operands[slot] for slot in either.tolist()]
    return is_sum, is_product, parents


def _readers(graph: Graph, kept: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the slots that one slot reads, once, as a plain operand; and for each of these, which one."""
    size = len(graph.rows)
    children = [slot for slot, operands in enumerate(graph.operands) for _ in operands]
    operands = np.array([x for xs in graph.operands for x in xs], np.int64)
    plain = operands >= 0
    times = np.bincount(operands[plain], minlength=size)
    reader = np.zeros(size, np.int64)
    reader[operands[plain]] = np.array(children, np.int64)[plain]
    stays = np.zeros(size, bool)  # as whatever is in a list does
    stays[np.concatenate([*graph.lists, np.asarray(kept, np.int64)])] = True
    return np.flatnonzero((times == 1) & ~stays), reader


def _terms(
    is_sum: np.ndarray, link: np.ndarray, root: np.ndarray, parents: np.ndarray
) -> Iterator[tuple[int, list[int]]]:
    """Yield each sum that is no link of another, with all its terms."""
    sums = np.flatnonzero(is_sum)
    terms = parents[sums].ravel()
    of = np.repeat(root[sums], 2)
    ends = ~link[terms]
    terms, of = terms[ends], of[ends]
    order = np.argsort(of, kind="stable")
    terms, of = terms[order], of[order]
    _, starts = np.unique(of, return_index=True)
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(of)]):
        yield int(of[start]), terms[start:stop].tolist()  # two terms at least

"""Where a drawing turns: long chains go on in a line below, wide fans stand in columns.

Graphviz puts what an arrow leads to right of where it comes from. An arrow to the next line is freed from
that rule, so every line begins at the left again; the first nodes of all lines stand in one column.
"""

from collections import Counter, defaultdict

from scalargrad.drawing.picture import Arrow, Group, Picture

FEW = 2  # arrows that lead out of a line, of one that stands for itself
LONG, LINE = 14, 8  # deeper graphs are wrapped, into lines of so many nodes
WIDE, COLUMN = 16, 8  # more arrows at one node are spread over columns of so many


def wrapped(picture: Picture) -> tuple[dict[Arrow, dict[str, str]], list[Group]]:
    """Return what arrows need where the drawing turns, with the groups that lines begin with.

    >>> from scalargrad import Value
    >>> from scalargrad.drawing.choice import choose
    >>> from scalargrad.wengert.list import WengertList
    >>> y = x = Value(0.5, label="x")
    >>> for _ in range(20):
    ...     y = y.tanh()
    >>> t = WengertList.of(y)
    >>> turns, firsts = wrapped(choose(t, set(t)))
    >>> [arrow.tail.instructions[0].name for arrow in turns], len(firsts)
    (['v7', 'v15'], 3)
    """
    level = _levels(picture)
    if max(level.values()) >= LONG:
        lines: dict[int, Group] = {}
        for group in sorted(level, key=level.__getitem__):
            lines.setdefault(level[group] // LINE, group)
        turns = [a for a in picture.arrows if level[a.tail] // LINE != level[a.head] // LINE]
        if len(turns) <= FEW * len(lines):  # else lines would be tied to each other everywhere
            return {arrow: {"constraint": "false"} for arrow in turns}, list(lines.values())
    return _fanned(picture), []


def _levels(picture: Picture) -> dict[Group, int]:
    """Return how many arrows lead to each group; a leaf stands just before the first that reads it."""
    level = dict.fromkeys(picture.groups, 0)
    heads: dict[Group, list[Group]] = defaultdict(list)
    read = {arrow.head for arrow in picture.arrows}
    for arrow in picture.arrows:
        heads[arrow.tail].append(arrow.head)
    for group in picture.groups:  # in the order of evaluation
        for head in heads[group]:
            level[head] = max(level[head], level[group] + 1)
    for group in picture.groups:
        if group not in read and heads[group]:
            level[group] = min(level[head] for head in heads[group]) - 1
    return level


def _fanned(picture: Picture) -> dict[Arrow, dict[str, str]]:
    """Return the length, in columns, of arrows that fan out of a node, or into one that no fan feeds."""
    leaving, entering = (Counter(getattr(a, end) for a in picture.arrows) for end in ("tail", "head"))
    spread = {a.head for a in picture.arrows if leaving[a.tail] > WIDE}
    seen: Counter[Group] = Counter()
    found = {}
    for arrow in picture.arrows:
        fans_in = entering[arrow.head] > WIDE and arrow.tail not in spread
        hub = arrow.tail if leaving[arrow.tail] > WIDE else arrow.head
        if hub is arrow.tail or fans_in:
            found[arrow] = {"minlen": str(1 + seen[hub] // COLUMN)}
            seen[hub] += 1
    return found

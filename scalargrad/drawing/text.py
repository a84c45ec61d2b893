"""The text form of a drawing, for places where nothing can draw."""

from scalargrad.drawing.inscriptions import Inscriber
from scalargrad.drawing.picture import Group, Picture


def text_form(picture: Picture, inscriber: Inscriber) -> str:
    """Return a picture as lines of text: each node, and after ← the nodes that it reads.

    >>> from scalargrad.drawing.choice import choose
    >>> from scalargrad.examples import example
    >>> from scalargrad.wengert.list import WengertList
    >>> t = WengertList.of(example("fan-out").output())
    >>> print(text_form(choose(t, set(t)), Inscriber(t, adjoints=False)))
    x = 3
    u = x·x   = 9   ← x, x
    v = −x   = −3   ← x
    y = u + v   = 6   ← u, v
    """
    lines = {group: [line.text for line in inscriber.lines(group)] for group in picture.groups}
    read: dict[Group, list[str]] = {}
    for arrow in picture.arrows:
        read.setdefault(arrow.head, []).append(lines[arrow.tail][0].partition(" = ")[0])
    return "\n".join(
        "   ".join([*texts, *([f"← {', '.join(read[group])}"] if group in read else [])])
        for group, texts in lines.items()
    )

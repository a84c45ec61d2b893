"""Labels as people read them: on one line, cut where they are long, an index as an index."""

import re

from scalargrad.notation.characters import letter

NAME_LENGTH, LINE_LENGTH = 24, 56
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
INDEXED = re.compile(r"([^\W\d_]+)([0-9]+)")
VARIABLE = re.compile(r"([^_0-9]+)_?([0-9]*)")
DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
LATEX_SPECIAL = {c: rf"\{c}" for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}


def one_line(label: str) -> str:
    """Return a label with control characters made visible, so that it stays on its line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in label)


def is_of_a_parameter(label: str) -> bool:
    """Tell whether a label is that of a weight or a bias, by its first letter, as books write them.

    >>> is_of_a_parameter("w1"), is_of_a_parameter("b"), is_of_a_parameter("x1")
    (True, True, False)
    """
    return label.startswith(("w", "b"))


def shortened(text: str, length: int = LINE_LENGTH) -> str:
    """Return a text cut to a length, with … where it was cut.

    >>> shortened("abcdefgh", 5)
    'abcd…'
    """
    return text if len(text) <= length else f"{text[: length - 1]}…"


def cut_in_the_middle(text: str, length: int) -> str:
    """Return a text of at most this length, with … in the place of its middle.

    >>> cut_in_the_middle("x1*w1 + x2*w2 + x3*w3", 15)
    'x1*w1  …  x3*w3'
    """
    left, right = (length - 2) // 2, (length - 3) // 2
    return text if len(text) <= length else f"{text[:left]} … {text[-right:]}"


def subscripted(label: str) -> str:
    """Return a label with the digits at its end as a subscript: `w12` is w₁₂.

    >>> subscripted("w12"), subscripted("a|b"), subscripted("h")
    ('w₁₂', 'a|b', 'h')
    """
    parts = INDEXED.fullmatch(label)
    return parts[1] + parts[2].translate(SUBSCRIPTS) if parts else label


def latex_name(label: str) -> str:
    r"""Return a label as LaTeX mathematics: `w12` is w with the index 12, other text is upright.

    >>> latex_name("w12"), latex_name("x"), latex_name("a|b")
    ('w_{12}', 'x', '\\text{a\\textbar{}b}')
    """
    if (name := variable(label)) is not None:
        return name
    return rf"\text{{{''.join(LATEX_SPECIAL.get(c, c) for c in one_line(label))}}}"


def variable(label: str) -> str | None:
    r"""Return the LaTeX of a label that is one letter with an index, or none; None for any other text.

    >>> variable("w12"), variable("θ̂₁"), variable("loss")
    ('w_{12}', '\\hat{\\theta}_{1}', None)
    """
    if not (parts := VARIABLE.fullmatch(label.translate(DIGITS))) or not (written := letter(parts[1])):
        return None
    return f"{written}_{{{parts[2]}}}" if parts[2] else written

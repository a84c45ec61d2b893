"""Labels as people read them: on one line, cut where they are long, an index as an index."""

import re

from scalargrad.notation.characters import letter

NAME_LENGTH, LINE_LENGTH = 24, 56
SUBSCRIPTS, RAISED = (str.maketrans("0123456789", signs) for signs in ("₀₁₂₃₄₅₆₇₈₉", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
PLACE = r"(\[[0-9]+(?:,[0-9]+)*\])?"  # in an array: `[1,2]`
RUN = r"(?:#([0-9]+))?"  # which of several of one name: the second sample of a batch
INDEXED = re.compile(rf"([^\W\d_]+)([0-9]*){PLACE}{RUN}")
VARIABLE = re.compile(rf"([^_0-9\[#]+)(?:_?([0-9]*)|_([A-Za-z0-9]{{1,3}})){PLACE}{RUN}")
PATH = re.compile(r"(?:(.*?)\.)?(?:neurons\[(\d+)\]\.)?(\w+)(?:\[(\d+)\])?")
FORMULA = re.compile(r"[\s+\-−*/·×^=<>]")
SHORT = {"weights": "W", "bias": "b", "dot": "s"}  # as books write them
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


def stem_of_place(path: str) -> str:
    """Return the short name of an array in a network, by the path of an element: W0, weights of layer 0.

    >>> stem_of_place("layers[0].neurons[1].weights[2]"), stem_of_place("encoder.bias")
    ('W0', 'encoder.b')
    """
    return _place(path)[0]


def name_of_place(path: str) -> str:
    """Return the short name of an element of a network: weight 2 of neuron 1 in layer 0 is `W0[1,2]`.

    >>> name_of_place("layers[0].neurons[1].weights[2]"), name_of_place("layers[2].neurons[0].z")
    ('W0[1,2]', 'z2[0]')
    """
    stem, indices = _place(path)
    return f"{stem}[{','.join(indices)}]" if indices else stem


def _place(path: str) -> tuple[str, list[str]]:
    """Return the array that an element of a network belongs to, with its place in it."""
    if not (parts := PATH.fullmatch(path)):
        return path, []
    before, neuron, last, index = parts.groups()
    stem, layer = SHORT.get(last, last), re.search(r"\[(\d+)\]", before or "")
    if before:
        stem = f"{stem}{layer[1]}" if layer else f"{before}.{stem}"
    return stem, [i for i in (neuron, index) if i is not None]


def reads_as_a_formula(label: str) -> bool:
    """Tell whether a label has signs or words of its own, and would be misread as a part of a formula.

    >>> reads_as_a_formula("x1*w1"), reads_as_a_formula("learning rate"), reads_as_a_formula("W0[1,2]")
    (True, True, False)
    """
    return bool(FORMULA.search(label))


def is_called_as_a_weight(label: str, letters: str = "wuvθ") -> bool:
    """Tell whether a label is one of these letters with an index of few letters or digits, as weights have.

    >>> is_called_as_a_weight("w1"), is_called_as_a_weight("W_xh"), is_called_as_a_weight("velocity")
    (True, True, False)
    """
    return bool(re.fullmatch(rf"[{letters}]_?[a-z]{{0,2}}\d*{PLACE}", label, re.IGNORECASE))


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
    if length < 5:  # no room for three pieces
        return shortened(text, length)
    left, right = (length - 2) // 2, (length - 3) // 2
    return text if len(text) <= length else f"{text[:left]} … {text[-right:]}"


def subscripted(label: str) -> str:
    """Return a label with the digits at its end as a subscript: `w12` is w₁₂; of `z0#2`, 2 is an exponent.

    >>> subscripted("w12"), subscripted("a|b"), subscripted("W0[1,2]"), subscripted("z0[1]#2")
    ('w₁₂', 'a|b', 'W₀[1,2]', 'z₀[1]⁽²⁾')
    """
    if not (parts := INDEXED.fullmatch(label)):
        return label
    name, index, place, run = parts.groups()
    written = name + index.translate(SUBSCRIPTS) + (place or "")
    return f"{written}⁽{run.translate(RAISED)}⁾" if run else written


def latex_name(label: str) -> str:
    r"""Return a label as LaTeX mathematics: `w12` is w with the index 12, other text is upright, cut if long.

    >>> latex_name("w12"), latex_name("W0[1,2]"), latex_name("a|b")
    ('w_{12}', 'W_{0}[1,2]', '\\text{a\\textbar{}b}')
    """
    if (name := variable(label)) is not None:
        return name
    shown = shortened(one_line(label), NAME_LENGTH)
    return rf"\text{{{''.join(LATEX_SPECIAL.get(c, c) for c in shown)}}}"


def variable(label: str) -> str | None:
    r"""Return the LaTeX of a label that is one letter with an index, or none; None for any other text.

    >>> variable("w12"), variable("W_xh"), variable("θ̂₁"), variable("loss")
    ('w_{12}', 'W_{xh}', '\\hat{\\theta}_{1}', None)
    """
    if not (parts := VARIABLE.fullmatch(label.translate(DIGITS))) or not (written := letter(parts[1])):
        return None
    _, number, word, place, run = parts.groups()
    index = number or word
    indexed = (f"{written}_{{{index}}}" if index else written) + (place or "")
    return rf"{indexed}^{{({run})}}" if run else indexed

r"""Fit LaTeX to what brackets hold, to the length of a line."""

import re

LOW = re.compile(r"\\left([(\[])((?:(?!\\left|\\right|\\frac|\^).)*)\\right([)\]])")
APPLIED = re.compile(r"(?<=[A-Za-z}])\\left(?=[(\[])")  # the bracket of a function stands right behind it
BOUNDARY = re.compile(r"(\\[{}]|[{}]|\\left\b|\\right\b)")  # also of labels, whose braces do not count
PLUS = re.compile(r" (?=\+ )")
LINE_ENDS = (re.compile(r" (?=[+-] )"), re.compile(r" (?=\\cdot )"), re.compile(r"(?<=,) "))
ARGUMENT = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
FRACTION = re.compile(rf"\\frac{ARGUMENT}{ARGUMENT}")
SCRIPT = re.compile(rf"(?<!\\)[_^]{ARGUMENT}")  # an index, an exponent
WITHOUT_WIDTH = re.compile(  # brackets as they are, accents, the backslash of a function that is spelled out
    r"\\(?:left|right|bar|hat|overline|text|operatorname|ensuremath|num)(?![A-Za-z])"
    r"|\\(?=arc|sin|cos|tan|ln|max|min)|\\!"
)
COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")
GROUPING = re.compile("[{}_^]")
BROAD_SIGN = re.compile(r"\\(?:textless|textgreater|times)(?![A-Za-z])")
WIDE = re.compile("[A-Zmw+=]")  # half a digit broader than digits
NARROW = re.compile(r"\\cdot| ")  # half a digit narrower


def low(latex: str) -> str:
    r"""Return LaTeX in which brackets that need not grow are plain, and so stand closer to what they hold.

    >>> print(low(r"\left(1 - \left(a\right)\right) \cdot \left(\frac{1}{2}\right)"))
    (1 - (a)) \cdot \left(\frac{1}{2}\right)
    """
    plain = LOW.sub(r"\1\2\3", latex)
    return plain if plain == latex else low(plain)


def fitted(latex: str) -> str:
    r"""Return LaTeX in which brackets grow only around what is tall, and TeX leaves no gap before those.

    >>> print(fitted(r"\sigma\left(a\right) + \sigma\left(\frac{a}{2}\right)"))
    \sigma(a) + \sigma\!\left(\frac{a}{2}\right)
    """
    return APPLIED.sub(r"\\!\\left", low(latex))


def terms(latex: str) -> list[str]:
    """Return the terms of a sum, each but the first with its plus sign.

    >>> terms("= a + {b + c} + d")
    ['= a', '+ {b + c}', '+ d']
    """
    return _split(latex, PLUS)


def _split(latex: str, end: re.Pattern[str]) -> list[str]:
    """Return the pieces between the blanks of a kind that stand outside brackets and braces."""
    found, depth = [""], 0
    for piece in BOUNDARY.split(latex):
        depth += (piece in {"{", r"\left"}) - (piece in {"}", r"\right"})
        first, *more = [piece] if depth else end.split(piece)
        found[-1] += first
        found += more
    return found


def breadth(latex: str) -> float:
    r"""Return how many digits are as wide as a formula, roughly.

    >>> breadth(r"\sigma\left(a_{1}\right)"), breadth(r"\frac{a + b}{2}"), breadth("W")
    (4.75, 4.5, 1.5)
    """
    while found := FRACTION.search(latex):
        latex = latex[: found.start()] + max(found.groups(), key=breadth) + latex[found.end() :]
    scripts = sum(map(breadth, SCRIPT.findall(latex)))
    latex = BROAD_SIGN.sub("=", WITHOUT_WIDTH.sub("", SCRIPT.sub("", latex)))
    signs = GROUPING.sub("", COMMAND.sub("x", latex))
    return len(signs) + (len(WIDE.findall(signs)) - len(NARROW.findall(latex))) / 2 + 0.75 * scripts


def broken(latex: str, most: float, term: float = 0) -> list[str]:
    r"""Return a formula on as many lines as it takes, where it is broader than `most`.

    A line ends before a plus or minus sign.  A single term may be as broad as `term`, if that is more: else
    it ends before a dot, or behind a comma; inside brackets only where nothing else is left, and those do
    not grow.

    >>> broken("aaaa + bbb + c", 9)
    ['aaaa', '+ bbb + c']
    >>> broken(r"\tanh\left(aaaa + bbb\right)", 9), broken("aaaa, bbbb", 4, term=10)
    (['\\tanh(aaaa', '+ bbb)'], ['aaaa, bbbb'])
    """
    pieces, limit = _split(latex, LINE_ENDS[0]), most
    if len(pieces) == 1:
        limit = max(most, term)
        pieces = next((found for end in LINE_ENDS[1:] if len(found := _split(latex, end)) > 1), pieces)
    if breadth(latex) <= limit:
        return [latex]
    if len(pieces) == 1:
        opened = _opened(latex)
        return [latex] if opened == latex else broken(opened, limit)
    lines: list[str] = []
    for piece in pieces:
        if lines and breadth(longer := f"{lines[-1]} {piece}") <= limit:
            lines[-1] = longer
        else:
            lines += broken(piece, limit, term)
    return lines


def _opened(latex: str) -> str:
    """Return a formula whose outermost brackets stay as they are, so that a line may end between them."""
    opened, depth = "", 0
    for piece in BOUNDARY.split(latex):
        depth -= piece == r"\right"
        opened += "" if depth == 0 and piece in {r"\left", r"\right"} else piece
        depth += piece == r"\left"
    return opened

r"""Fit LaTeX to what brackets hold, to the length of a line."""

import re

LOW = re.compile(r"\\left([(\[])((?:(?!\\left|\\right|\\frac|\^).)*)\\right([)\]])")
APPLIED = re.compile(r"(?<=[A-Za-z}])\\left(?=[(\[])")  # the bracket of a function stands right behind it
BOUNDARY = re.compile(r"(\\[{}]| \+ |[{}]|\\left\b|\\right\b)")  # also of labels, whose braces do not count
ARGUMENT = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
FRACTION = re.compile(rf"\\frac{ARGUMENT}{ARGUMENT}")
WITHOUT_WIDTH = re.compile(  # brackets as they are, accents, the backslash of a function that is spelled out
    r"\\(?:left|right|bar|hat|overline|text|operatorname)(?![A-Za-z])|\\(?=arc|sin|cos|tan|ln|max|min)|\\!|[{}_^]"
)
COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")


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
    found, depth = [""], 0
    for piece in BOUNDARY.split(latex):
        if piece == " + " and depth == 0:
            found.append("+ ")
            continue
        depth += (piece in {"{", r"\left"}) - (piece in {"}", r"\right"})
        found[-1] += piece
    return found


def breadth(latex: str) -> float:
    r"""Return how many digits are as wide as a formula, roughly.

    >>> breadth(r"\sigma\left(a_{1}\right)"), breadth(r"\frac{a + b}{2}"), breadth("1.25")
    (5.0, 4.0, 4.0)
    """
    while found := FRACTION.search(latex):
        latex = latex[: found.start()] + max(found.groups(), key=breadth) + latex[found.end() :]
    signs = COMMAND.sub("x", WITHOUT_WIDTH.sub("", latex))
    return len(signs) - signs.count(" ") / 2


def broken(latex: str, most: float) -> list[str]:
    """Return a sum on as many lines as it takes, broken before plus signs where it is broader than `most`.

    >>> broken("aaaa + bbb + c", 8)
    ['aaaa', '+ bbb + c']
    """
    first, *rest = terms(latex)
    lines = [first]
    for term in rest:
        longer = f"{lines[-1]} {term}"
        if breadth(longer) <= most:
            lines[-1] = longer
        else:
            lines.append(term)
    return lines

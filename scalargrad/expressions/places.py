"""Places in the text that people wrote, as errors point at them."""

from scalargrad.errors import ExpressionError

LONGEST_LINE, BEFORE = 160, 40  # of a longer line only what is around the place is shown


def error_at(message: str, text: str, start: int, end: int) -> ExpressionError:
    r"""Return the error that points at text[start:end], on the line where that begins.

    >>> print(error_at("no", "a = x\n  b = log(a)", 12, 18).pointer)
    b = log(a)
        ^^^^^^
    """
    begin = text.rfind("\n", 0, start) + 1
    line = text[begin:].partition("\n")[0].rstrip()
    indent = len(line) - len(line.lstrip())
    if len(line) > LONGEST_LINE:
        indent = max(indent, start - begin - BEFORE)
    shown = line[indent : indent + LONGEST_LINE]
    first = max(0, start - begin - indent)
    return ExpressionError(message, shown, first, min(end - begin - indent, len(shown)))


def one_line(text: str, longest: int = 60) -> str:
    r"""Return a piece of a text on one line, cut where it is long.

    >>> one_line("log(\n  x)")
    'log( x)'
    """
    shown = " ".join(text.split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"

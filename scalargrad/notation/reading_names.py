"""Names as people write them: `x₁` is `x1`."""

import re
import unicodedata

PLACE = re.compile(r"(.*?)((?:\[[^\[\]]*\])*)", re.DOTALL)


def read_name(text: str) -> str | None:
    """Return a name as Python reads it, with lowered digits as digits; None for what is no name.

    Raised digits are powers, not parts of a name.

    >>> read_name("x₁"), read_name("x1"), read_name("ŷ"), read_name("x²"), read_name("2x")
    ('x1', 'x1', 'ŷ', None, None)
    """
    name = unicodedata.normalize("NFKC", text)
    return name if name.isidentifier() and not any(map(is_raised, text)) else None


def read_place(text: str) -> str | None:
    """Return the name of a value, which may be an element of an array: `W[0][1]` is `W[0,1]`.

    >>> read_place("W₁[0][ 1 ]"), read_place("h[0]"), read_place("a₁"), read_place("h[i]")
    ('W1[0,1]', 'h[0]', 'a1', None)
    """
    found = PLACE.fullmatch(text.strip())
    if found is None or (name := read_name(found[1].strip())) is None:
        return None
    if not found[2]:
        return name
    indices = [index.strip() for index in re.split(r"\]\[|,", found[2][1:-1])]
    if not all(index.isascii() and index.isdecimal() for index in indices):
        return None
    return f"{name}[{','.join(str(int(index)) for index in indices)}]"


def is_lowered(character: str) -> bool:
    """Tell whether a character is an index by itself, as ₁ and ᵢ are.

    >>> is_lowered("₁"), is_lowered("1")
    (True, False)
    """
    return unicodedata.decomposition(character).startswith("<sub>")


def is_raised(character: str) -> bool:
    """Tell whether a character is an exponent by itself, as ² and ᵀ are.

    >>> is_raised("²"), is_raised("ᵀ"), is_raised("2")
    (True, True, False)
    """
    return unicodedata.decomposition(character).startswith("<super>")

"""What people type, cut into numbers, names, signs.

Here `^` becomes a power, `·` a product, `−` a minus; `x₁` is the name x1, and `²` behind it a power.  Every
token keeps its place in the text, so that errors point at what was typed.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from scalargrad.errors import NumberError
from scalargrad.expressions.places import error_at
from scalargrad.notation.reading_names import is_lowered, is_raised, read_name
from scalargrad.notation.reading_numbers import DIVISION_SIGNS, MARKED, MINUS_SIGNS, POINTED, read_number

Kind = Literal["number", "name", "sign", "power", "end", "unknown"]
SIGNS = {
    **dict.fromkeys(MINUS_SIGNS, "-"),
    **dict.fromkeys(DIVISION_SIGNS, "/"),
    **dict.fromkeys("·⋅∙", "·"),  # of lists the dot product, as in books
    **dict.fromkeys("*∗⊙", "*"),
    **dict.fromkeys(("^", "**"), "**"),
    **{sign: sign for sign in "+×@%=√.,;()[]"},
}
SIGN = re.compile(r"\*\*|[<>=!:+*/-]=|//|->|.", re.DOTALL)
RAISED = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
HEXADECIMAL = re.compile("0[xXoObB][0-9a-fA-F]")
BLANKS = re.compile(r"(?:[^\S\n]|#[^\n]*)+")
WIDE_BLANKS = re.compile(r"(?:\s|#[^\n]*)+")  # inside brackets a line goes on
MOST_CHARACTERS = 50_000


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `start` to `end`; a number has its value, and `text` is how it is read.

    `spaced` tells that blanks stand before it, `lowered` that it is π or ends in an index such as ₁.
    """

    kind: Kind
    text: str
    start: int
    end: int
    value: float = 0.0
    spaced: bool = False
    lowered: bool = False


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text; statements end at `;` or, outside brackets, with their line.

    What has no meaning is a token, too: whoever reads that far refuses it.  Raises ExpressionError for a
    number that can be read in two ways.

    >>> [token.text for token in tokens_of("2w₁x² − 0,5")]
    ['2', 'w1', 'x', '²', '-', '0,5', '']
    """
    if len(text) > MOST_CHARACTERS:
        raise error_at(f"the expression has more than {MOST_CHARACTERS:,} characters", "", 0, 0)
    found: list[Token] = []
    place, depth, spaced = 0, 0, False
    while place < len(text):
        if blanks := (WIDE_BLANKS if depth else BLANKS).match(text, place):
            place, spaced = blanks.end(), True
            continue
        token = _token(text, place, depth, spaced)
        depth = max(0, depth + (token.text in {"(", "["}) - (token.text in {")", "]"}))
        found.append(token)
        place, spaced = token.end, False
    return [*found, Token("end", "", len(text), len(text), spaced=spaced)]


def _token(text: str, start: int, depth: int, spaced: bool) -> Token:
    if number := (POINTED if depth else MARKED).match(text, start):
        return _number(text, start, number.end(), spaced)
    character = text[start]
    if character.isidentifier() and not is_raised(character):
        return _name(text, start, spaced)
    return _raised(text, start, spaced) or _sign(text, start, spaced)


def _raised(text: str, start: int, spaced: bool) -> Token | None:
    """Return a raised exponent or ᵀ, or a fraction of one character, if one of them stands here."""
    character = text[start]
    if raised := RAISED.match(text, start):
        exponent = _value(unicodedata.normalize("NFKC", raised[0]), text, start, raised.end())
        return Token("power", raised[0], start, raised.end(), exponent, spaced)
    if character == "ᵀ":
        return Token("power", "T", start, start + 1, 0.0, spaced)
    if unicodedata.decomposition(character).startswith("<fraction>"):
        return Token("number", character, start, start + 1, unicodedata.numeric(character), spaced)
    return None


def _sign(text: str, start: int, spaced: bool) -> Token:
    written = SIGN.match(text, start)[0]  # type: ignore[index]  # any character matches
    end = start + len(written)
    if written in ";\n":
        return Token("end", written, start, end, spaced=spaced)
    if written not in SIGNS:
        return Token("unknown", written, start, end, spaced=spaced)
    return Token("sign", SIGNS[written], start, end, spaced=spaced)


def _number(text: str, start: int, end: int, spaced: bool) -> Token:
    if HEXADECIMAL.match(text, start):
        raise error_at("numbers are decimal here: write 16 for 0x10", text, start, end + 1)
    written = text[start:end]
    return Token("number", written, start, end, _value(written, text, start, end), spaced)


def _value(written: str, text: str, start: int, end: int) -> float:
    try:
        return read_number(written).value
    except NumberError as error:
        raise error_at(str(error), text, start, end) from None


def _name(text: str, start: int, spaced: bool) -> Token:
    """Return the longest name that stands here."""
    end = start + 1
    while end < len(text) and _continues_name(text[start:end], text[end]):
        end += 1
    name = read_name(text[start:end]) or text[start:end]
    return Token("name", name, start, end, spaced=spaced, lowered=_is_whole(text[start:end]))


def _is_whole(name: str) -> bool:
    """Tell whether a letter behind a name is another name: behind an index, as in w₁x₁, or π."""
    return is_lowered(name[-1]) or name == "π"


def _continues_name(name: str, character: str) -> bool:
    is_separate = _is_whole(name) and character.isalpha() and not is_lowered(character)
    if is_separate or character in SIGNS:  # Python takes · for a letter
        return False
    return (is_lowered(character) or f"a{character}".isidentifier()) and not is_raised(character)

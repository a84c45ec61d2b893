"""Plain letters for signs that a terminal's encoding lacks."""

import codecs
import unicodedata

PLAIN_LETTERS = "scalargrad-plain-letters"  # the name of the error handler
FRACTION_SLASH = "\u2044"
PLAIN = {
    "∂": "d",
    "·": "*",
    "–": "-",
    "−": "-",
    "→": "->",
    "…": "...",
    "×": "x",
    "σ": "sigma",
    "φ": "phi",
    "\u0304": "~",
    "²": "^2",
    "³": "^3",
    "√": "sqrt ",
    "“": '"',
    "”": '"',
}


def _replace(error: UnicodeError) -> tuple[str, int]:
    """Return a plain spelling of the first character that cannot be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    decomposed = unicodedata.normalize("NFKD", character).replace(FRACTION_SLASH, "/")  # ½ is 1/2, not 12
    ascii_part = decomposed.encode("ascii", "ignore").decode()
    greek = unicodedata.name(character, "").removeprefix("GREEK SMALL LETTER ").lower()
    spelt = greek if greek.isalpha() else character.encode("ascii", "backslashreplace").decode()
    return PLAIN.get(character) or ascii_part or spelt, error.start + 1


codecs.register_error(PLAIN_LETTERS, _replace)

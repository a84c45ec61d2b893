"""Names to model letter by letter, made of syllables on the spot."""

import random

LETTERS = "abcdefghijklmnopqrstuvwxyz"
EDGE = len(LETTERS)  # the token before the first letter of a name and behind its last
TOKENS = EDGE + 1
_ONSETS = (*"bcdfghjklmnprstvwxyz", "br", "ch", "dr", "fl", "gr", "kl", "ph", "qu", "sh", "st", "th", "tr")
_VOWELS = (*"aaeeiioou", "ai", "ea", "ie", "ou")
_CODAS = ("", "", "", *"lmnrstx", "nd", "rk", "th")


def names(count: int = 500, shortest: int = 3, longest: int = 9, seed: int = 21) -> list[str]:
    """Return names that can be pronounced, no two the same; the same seed makes the same.

    >>> names(4)
    ['phieryol', 'putvoubix', 'kou', 'the']
    """
    generator = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        name = "".join(_syllable(generator) for _ in range(generator.choice((1, 2, 2, 3, 3))))
        if shortest <= len(name) <= longest:
            made[name] = None
    return list(made)


def tokens_of(name: str) -> list[int]:
    """Return the tokens of a name, with the edge on both sides.

    >>> tokens_of("abe")
    [26, 0, 1, 4, 26]
    """
    return [EDGE, *map(LETTERS.index, name), EDGE]


def _syllable(generator: random.Random) -> str:
    return "".join(generator.choice(parts) for parts in (_ONSETS, _VOWELS, _CODAS))

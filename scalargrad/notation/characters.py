r"""Characters beyond ASCII as LaTeX that needs no further package."""

import re
import unicodedata


def _commands(pairs: str) -> dict[str, str]:
    """Return the command of each character, from `α alpha β beta …`."""
    words = pairs.split()
    return {character: f"\\{name}" for character, name in zip(words[::2], words[1::2], strict=True)}


ACCENTS = {  # of combining characters, by their numbers: they cannot be read alone
    chr(int(code, 16)): command
    for code, command in _commands(
        "0300 grave 0301 acute 0302 hat 0303 tilde 0304 bar 0305 overline 0306 breve 0307 dot 0308 ddot "
        "030a mathring 030c check 20d7 vec"
    ).items()
}
LETTERS = _commands(
    "α alpha β beta γ gamma δ delta ε varepsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa "
    "λ lambda μ mu ν nu ξ xi π pi ϖ varpi ρ rho ϱ varrho ς varsigma σ sigma τ tau υ upsilon φ varphi ϕ phi "
    "χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega "
    "ℓ ell ∂ partial ∇ nabla"
)
SIGNS = {"−": "-"} | _commands(
    "← leftarrow → rightarrow ↔ leftrightarrow ⇒ Rightarrow × times ≤ le ≥ ge ≠ ne ≈ approx ∈ in ∞ infty "
    "∑ sum ∏ prod √ surd ′ prime"
)
# Latin letters and punctuation that pdflatex sets as they are, also in its oldest encoding of fonts.
LATIN = {chr(c) for c in (*range(0xA1, 0x17F), *map(ord, "‘’“”–—…†‡•"))} - set("«»ÐÞðþĄąĐđĘęĦħĮįĸĿŀŉŊŋŦŧŲų")
RAISED = {"<super>": "^", "<sub>": "_"}  # how Unicode says of a character that it is an exponent, an index
NUMBER = r"\[U\+[0-9A-F]+\]"
RUN = re.compile(rf"({NUMBER})(?:{NUMBER}){{2,}}({NUMBER})")  # of numbers: a line has no room for more
CLUSTER = re.compile(r"(?:[A-Za-z](?=[^\x00-\x7f])|[^\x00-\x7f])[\u0300-\u036f\u20d0-\u20ff]*")


def letter(text: str) -> str | None:
    r"""Return one letter of mathematics, Latin or Greek, with its accents; None of any other text.

    >>> letter("x"), letter("θ̂"), letter("Ж"), letter("xy")
    ('x', '\\hat{\\theta}', None, None)
    """
    base, *accents = list(unicodedata.normalize("NFD", text)) or [""]
    written = base if base.isascii() and base.isalpha() else LETTERS.get(base)
    if written is None or not ACCENTS.keys() >= set(accents):
        return None
    for accent in accents:
        written = f"{ACCENTS[accent]}{{{written}}}"
    return written


def portable(latex: str) -> str:
    r"""Return LaTeX that pdflatex sets whatever characters are in it; one that it cannot set is its number.

    Of more than three numbers in a row the first and the last are left.

    >>> portable(r"\text{à la θ̂ or x₁ 😀}")
    '\\text{à la \\ensuremath{\\hat{\\theta}} or x\\ensuremath{_{1}} [U+1F600]}'
    """
    shown = CLUSTER.sub(lambda found: _portable(found[0]), unicodedata.normalize("NFC", latex))
    return RUN.sub(r"\1…\2", shown)


def _portable(cluster: str) -> str:
    """Return one character, with its accents."""
    if cluster.isascii() or cluster in LATIN:
        return cluster
    if written := letter(cluster) or SIGNS.get(cluster):
        return rf"\ensuremath{{{written}}}"
    return "".join(c if c.isascii() else _spelt(c) for c in cluster)


def _spelt(character: str) -> str:
    """Return the letters that a character is a form of, else its number."""
    kind, _, codes = unicodedata.decomposition(character).rpartition("> ")
    plain = "".join(chr(int(code, 16)) for code in codes.split()) if kind else ""
    if not plain.isalnum() or not plain.isascii():
        return f"[U+{ord(character):04X}]"
    raised = RAISED.get(f"{kind}>")
    return rf"\ensuremath{{{raised}{{{plain}}}}}" if raised else plain

"""How the language of expressions refuses what it does not know: by the nearest thing that works."""

from scalargrad.notation.reading_names import is_raised

COMPARISON = "a comparison is not understood here; relu, max, min, abs or clip choose between numbers"
CONDITION = COMPARISON.replace("a comparison", "a condition")
CONDITIONAL = COMPARISON.replace("a comparison", "a conditional expression")
LOOP = "a loop is not understood here; write the terms out, or use lists, as in sum(x), w@x"
DEFINITION = "a definition is not understood here; write f = …, with numbers for its names"
WORDS = {
    "lambda": "a lambda is not understood here; write what it computes (λ can be a name)",
    **dict.fromkeys(("import", "from"), "an import is not understood here, or needed: write tanh(x)"),
    **dict.fromkeys(("if", "else", "elif"), CONDITIONAL),
    **dict.fromkeys(("for", "while"), LOOP),
    **dict.fromkeys(("and", "or", "not", "in", "is"), CONDITION),
    **dict.fromkeys(("def", "class", "return"), DEFINITION),
    **dict.fromkeys(("True", "False", "None"), "a text or constant of Python is no number; write 1 or 0"),
}
DERIVATIVE = "a derivative is not written: those by every name are found; write the function alone"
TEXT = "a text is not understood here; names and numbers stand without quotes, and no name has a prime"
BRACES = "braces are not understood here; write parentheses, or a list in brackets, [x, y]"
REMAINDER = "% is a percentage behind a number, as in 73%; a remainder is not understood here"
DECIMAL_COMMA = "inside brackets a comma separates, and decimals stand behind a point"
NAMED_ARGUMENT = "arguments are not understood by their names here; write f(x, 0.1)"
REASSIGNED = "a name has one value here: give the new one a name of its own, as in x2 = x + 1"
CHARACTERS = {
    **dict.fromkeys(("<", ">", "<=", ">=", "==", "!=", "≤", "≥", "≠", "≈"), COMPARISON),
    **dict.fromkeys("\"'`“”‘’„′″´", TEXT),
    **dict.fromkeys("{}", BRACES),
    **dict.fromkeys(("+=", "-=", "*=", "/=", ":="), REASSIGNED),
    **dict.fromkeys("|‖", "bars are not understood here; write abs(x)"),
    ":": "a slice is not understood here; write single elements, x[0], or W[0] for a row",
    "//": "// is not understood here; write / for a quotient",
    "->": "an arrow is not understood here; write name = …",
    "!": "a factorial is not understood here; write the number",
    "\\": "LaTeX is not understood here; write sigmoid(x), x*y, x/y",
    "∞": "infinity is no number here; write a large one, such as 1e9",
    "∑": "write sum([x, y]) for a sum",
    "∂": "a derivative is not written in an expression: every one of the output is computed",
    **dict.fromkeys("&~", CONDITION),
}


def of_character(character: str) -> str:
    """Return why a character, or a sign of two, is refused.

    >>> of_character("?")
    'cannot read the expression: ? has no meaning here'
    """
    if character in CHARACTERS:
        return CHARACTERS[character]
    if is_raised(character):
        return f"the exponent {character} is not understood here; write it behind **, as in x**n"
    shown = character if character.isprintable() else ascii(character)[1:-1]
    return f"cannot read the expression: {shown} has no meaning here"

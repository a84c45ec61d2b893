"""DOT sources, read back as the text that a person sees."""

import importlib.util
import re
import shutil

import pytest

needs_dot = pytest.mark.skipif(
    not (shutil.which("dot") or importlib.util.find_spec("pygraphviz")), reason="no Graphviz is installed"
)
LOWERED, RAISED = (str.maketrans("0123456789−", signs) for signs in ("₀₁₂₃₄₅₆₇₈₉−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
MARKED = re.compile(r'<font point-size="\d+"><(su[bp])>([^<]*)</su[bp]></font>')


def text_of(source: str) -> str:
    """Return a DOT source with its indices and exponents as characters, and nothing in italics."""
    whole = MARKED.sub(lambda found: found[2].translate(LOWERED if found[1] == "sub" else RAISED), source)
    return re.sub(r"</?i>", "", whole)

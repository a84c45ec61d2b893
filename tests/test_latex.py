"""Laws of LaTeX: pdflatex and lualatex set all that is written, and nothing is broader than its line."""

import random
import re
import shutil
import subprocess
from functools import reduce
from itertools import cycle
from operator import add, mul, sub, truediv

import pytest
from graphs import SMOOTH, programs
from hostile import LABELS
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import Value, dot, nn, trace
from scalargrad.engine.apply import apply
from scalargrad.examples import GALLERY, example
from scalargrad.notation import characters
from scalargrad.notation.latex import SiunitxWriter
from scalargrad.primitives.table import member
from scalargrad.study.numerals import Decimals
from scalargrad.study.tables import KINDS
from scalargrad.wengert.neurons import units_of

PACKAGES = {  # where Debian has what is looked for
    "pdflatex": "texlive-latex-base",
    "lualatex": "texlive-luatex",
    "article.cls": "texlive-latex-base",
    "beamer.cls": "texlive-latex-recommended",
    "pgf.sty": "texlive-pictures",
    "siunitx.sty": "texlive-science",
}
HEAD = r"\documentclass[{}]{{{}}}\usepackage{{amsmath,booktabs,graphicx,longtable}}"
ARTICLE, SLIDES = HEAD.format("a4paper,11pt", "article"), HEAD.format("aspectratio=169", "beamer")
needs_pdflatex = pytest.mark.skipif(
    shutil.which("pdflatex") is None,
    reason=f"no pdflatex is installed (apt-get install {PACKAGES['pdflatex']})",
)
ENGINES = pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
FORMAT = re.compile(r"S\[table-format=(-?)(\d+)\.(\d+)(e-?\d+)?\]")
UNUSUAL = (
    "θ̂ x̂1 größe_1 Ж вес 日本 重み付き和の値 مرحبا e\u0302\u0301 a\u0323 \u0302 "
    "x⁴ xᵢ ℝ ½ ① ™ 👩‍🔬 50% a#b a&b ~ ^ a_b W_xh"
)


def needs(*names):
    """Skip a test where TeX lacks a program or a file."""
    for name in names:
        found = shutil.which(name)
        if not found and "." in name and shutil.which("kpsewhich"):
            found = subprocess.run(["kpsewhich", name], capture_output=True, check=False).stdout
        if not found:
            pytest.skip(f"no {name} is installed (apt-get install {PACKAGES[name]})")


def compiled(engine, directory, head, parts):
    """Return what an engine says of a document of these parts, which it has to set without an error."""
    text = "\n\n".join([head, r"\begin{document}", *parts, r"\end{document}"])
    (directory / "t.tex").write_text(text, encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    finished = subprocess.run(command, cwd=directory, capture_output=True, errors="replace", check=False)
    assert finished.returncode == 0, finished.stdout[-2000:]
    assert "Missing character" not in finished.stdout
    return finished.stdout


def overfull(log, box="hbox"):
    """Return by how many points boxes are too large, of those above one."""
    return [float(x) for x in re.findall(rf"Overfull \\{box} \(([0-9.]+)pt", log) if float(x) > 1]


def tables(recorded, among=(4, 9), **options):
    """Yield the tables of a trace, of few digits and of many."""
    for kind in KINDS:
        if kind == "statements" or units_of(recorded):
            yield from (recorded.to_latex(table=kind, digits=digits, **options) for digits in among)


def explanations(recorded, most=6):
    """Yield the explanations of the first adjoints, the very first with all it rests on."""
    for v in list(recorded)[:most]:
        if v.role != "constant":
            for notation in ("partial", "bar"):
                explained = recorded.explain(
                    v.index, notation=notation, digits=9, paths=3, expand=v is recorded[0]
                )
                yield explained.to_latex()


def gallery():
    """Return the traces of all examples, and of a network."""
    outputs = [*(example(name).output() for name in GALLERY), nn.MLP(2, [4, 3, 1], "tanh", seed=1)([0.5, -1])]
    return list(map(trace, outputs))


def hostile_graphs():
    """Yield traces of random graphs, whose labels break languages, or are long, or of any alphabet."""
    chosen = random.Random(0)
    labels = cycle([*LABELS, *UNUSUAL.split(), "connection_weight_of_layer_1", "W" * 30, "w + w"])
    for _ in range(4):
        slots = [
            Value(chosen.uniform(-2, 2) * 10 ** chosen.choice([-6, 0, 0, 9]), label=next(labels))
            for _ in range(5)
        ]
        for operation in (mul, mul, add, truediv, sub, mul):
            slots.append(operation(*chosen.sample(slots, 2)))
        hidden = (dot(slots[:4], slots[4:8]) + slots[-1]).tanh()
        hidden.label = next(labels)
        yield trace(reduce(add, slots) * hidden)


@ENGINES
def test_all_that_is_written_fits_on_a4(tmp_path, engine):
    """Tables and explanations of the gallery, of a network, of random graphs with hostile labels."""
    needs(engine, "article.cls")
    traces = [*gallery(), *hostile_graphs()]
    parts = [part for t in traces for part in (*tables(t), *explanations(t))]
    assert overfull(compiled(engine, tmp_path, ARTICLE, parts)) == []


@ENGINES
def test_a_slide_is_broad_enough_and_has_room_for_fourteen_rows(tmp_path, engine):
    """A frame without a title is the hardest: what comes first in it must not pass for one."""
    needs(engine, "beamer.cls", "pgf.sty")
    y = Value(0.5, label="x")
    for i in range(13):
        y = y * 2
        y.label = f"u{i}"
    mazur = f"\\resizebox*{{!}}{{.85\\textheight}}{{{trace(example('mazur-2-2-2').output()).to_latex()}}}"
    low = ["{A title}" + trace(y).to_latex(), "{Many rows}" + mazur]
    broad = ["\n\n".join([*tables(t, [4]), *explanations(t, 1)]) for t in (*gallery(), *hostile_graphs())]
    frames = [f"\\begin{{frame}}{each}\\end{{frame}}" for each in (*low, *broad)]
    log = compiled(engine, tmp_path, SLIDES, [*frames[:2], r"\typeout{broad}", *frames[2:]])
    assert overfull(log) == []
    assert overfull(log.partition("broad")[0], "vbox") == []


@ENGINES
def test_siunitx_sets_the_numbers_where_it_is_asked_to(tmp_path, engine):
    """With the comma that the document wants, also where numbers are infinite, or powers of ten."""
    needs(engine, "article.cls", "siunitx.sty")
    extremes = [
        trace(Value(x, label="x") * 0.5 - Value(-1e-9, label="w")) for x in (1e-5, -3.5e12, float("-inf"))
    ]
    traces = [*gallery(), *hostile_graphs(), *extremes]
    head = ARTICLE + r"\usepackage{siunitx}\sisetup{locale=DE}"
    parts = [part for t in traces for part in tables(t, [9], siunitx=True)]
    assert overfull(compiled(engine, tmp_path, head, parts)) == []


@ENGINES
def test_a_longtable_goes_on_on_the_next_page(tmp_path, engine):
    """Its headings are on each, and no page is too high."""
    needs(engine, "article.cls")
    recorded = trace(nn.MLP(40, [2, 1], "relu", seed=1)([0.5] * 40))
    log = compiled(
        engine, tmp_path, ARTICLE, [recorded.to_latex(table=kind, longtable=True) for kind in KINDS]
    )
    assert overfull(log, "vbox") == []
    assert int(re.search(r"\((\d+) pages", log)[1]) >= 4


@ENGINES
def test_labels_of_any_characters_compile(tmp_path, engine):
    """Those that break other languages, any alphabet, accents that stand alone, every known sign."""
    needs(engine, "article.cls")
    known = [*characters.LATIN, *characters.LETTERS, *characters.SIGNS]
    accented = [base + accent for base in ("x", "θ", "ab", "_") for accent in characters.ACCENTS]
    parts = []
    for name in [*LABELS, *UNUSUAL.split(), *accented]:
        recorded = trace(Value(2.0, label=name).tanh() * 3)
        parts += [recorded.to_latex(), recorded.explain(0, paths=1).to_latex()]
    parts += [trace(Value(2.0, label=sign) * 3).explain(0).to_latex() for sign in known]
    assert overfull(compiled(engine, tmp_path, ARTICLE, parts)) == []


@ENGINES
def test_a_primitive_of_any_name_compiles(tmp_path, engine):
    """The name of a function is an identifier of Python, which may have accents and Greek letters."""

    def squashed(m, x):
        return m.tanh(x)

    needs(engine, "article.cls")
    squashed.__name__ = "naïve_φ"
    row = member(lambda m, z, x: 1.0 - z * z)(squashed)
    compiled(engine, tmp_path, ARTICLE, [trace(apply(row, Value(2.0, label="x"))).to_latex()])


SPANNING = re.compile(r"\\multicolumn\{(\d+)\}")


@given(programs(SMOOTH), st.lists(st.sampled_from([*LABELS, *UNUSUAL.split()]), min_size=4, max_size=4))
def test_a_table_has_balanced_braces_and_as_many_cells_in_a_row_as_columns(program, labels):
    """Whatever the labels, whoever sets the numbers, on one page or on many."""
    values = program.leaves()
    for value, text in zip(values, labels):
        value.label = text
    recorded = trace(program.values(*values))
    for options in ({}, {"siunitx": True}, {"longtable": True}):
        for latex in tables(recorded, **options):
            assert len(re.findall(r"(?<!\\)\{", latex)) == len(re.findall(r"(?<!\\)\}", latex))
            told = re.search(r"\{@\{\}(.*)@\{\}\}\n", latex)[1]
            columns = len(re.findall("[lrS]", re.sub(r"\[[^]]*\]", "", told)))
            rows = [line for line in latex.splitlines() if line.endswith(r" \\")]
            assert len(rows) > 1
            for row in rows:
                spanning = sum(int(n) - 1 for n in SPANNING.findall(row))
                assert len(re.findall(r"(?<!\\)&", row)) + 1 + spanning == columns


@given(st.lists(st.floats(allow_nan=True), min_size=1, max_size=6), st.integers(0, 9))
def test_a_column_of_siunitx_has_room_for_its_numbers(numbers, digits):
    """For as many digits before the point and behind it, for the exponent, for signs, and no more."""
    setting = Decimals(SiunitxWriter(digits))
    sign, whole, decimals, exponent = FORMAT.fullmatch(setting.column(numbers)).groups()
    shown = [cell for x in numbers for cell in setting.cells(x) if not cell.startswith("{")]
    parts = [re.fullmatch(r"(-?)(\d+)\.?(\d*)(?:e(.+))?", text).groups("") for text in shown]
    assert (sign == "-") == any(minus for minus, *_ in parts)
    assert int(whole) == max((len(each[1]) for each in parts), default=1)
    assert int(decimals) == max((len(each[2]) for each in parts), default=0)
    exponents = [int(each[3]) for each in parts if each[3]]
    assert bool(exponent) == bool(exponents)
    if exponents:
        assert ("-" in exponent) == (min(exponents) < 0)
        assert int(exponent.strip("e-")) == max(len(str(abs(x))) for x in exponents)


def test_a_decimal_comma_is_not_mixed_with_points():
    """Where siunitx sets the numbers of a table, it sets those in its formulas too."""
    latex = trace(Value(2.0, label="x") * -0.5 + 1e-5).to_latex(siunitx=True)
    assert r"(\num{-0.5})" in latex
    assert r"\num{1e-5}" in latex
    assert not re.search(r"\$[^$\n]*\d\.\d[^$\n]*\$", re.sub(r"\\num\{[^}]*\}", "", latex).replace("&", "\n"))


@pytest.mark.parametrize("options", [{}, {"siunitx": True}, {"longtable": True}])
def test_a_table_does_not_begin_with_a_brace(options):
    """A frame of beamer takes what stands in braces behind its title for a subtitle."""
    assert not any(latex.startswith("{") for t in gallery() for latex in tables(t, **options))

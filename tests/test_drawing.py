"""Laws of drawings: what DOT and SVG hold is the graph, whatever it is called and whoever renders it."""

import re
import subprocess
import sys
from collections import Counter
from xml.etree import ElementTree as ET

import graphviz
import pytest
from dot import text_of
from graphs import EVERYWHERE, programs
from hostile import LABELS
from hypothesis import given, settings

from scalargrad import Value, draw, nn, total, trace
from scalargrad.drawing import THEMES, VIEWS, render
from scalargrad.errors import GraphTooLargeError, OperandError, RendererError, UnknownNameError
from scalargrad.examples import GALLERY, example
from scalargrad.notation.labels import one_line
from scalargrad.notation.numbers import number
from scalargrad.wengert.list import WengertList

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=["executable", "library"])
def renderer(request, monkeypatch):
    """Render with the executable, or with none on the path and pygraphviz's library instead."""
    if request.param == "executable":
        if not graphviz_executable():
            pytest.skip("no dot executable on the path")
    else:
        pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")
        monkeypatch.setattr(render.shutil, "which", lambda name: None)


@pytest.fixture
def no_renderer(monkeypatch):
    """Let there be neither the executable nor the library."""
    monkeypatch.setattr(render.shutil, "which", lambda name: None)
    monkeypatch.setattr(render.importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def no_layout(monkeypatch):
    """Fail if a layout process is started."""

    def started(*arguments, **_):
        pytest.fail(f"a process was started: {arguments}")

    monkeypatch.setattr(render.subprocess, "run", started)


def graphviz_executable():
    return render.shutil.which("dot")


def nodes_and_edges_of_dot(source):
    nodes = Counter(re.findall(r"^\t(n\d+) \[", source, re.MULTILINE))
    edges = Counter(re.findall(r"^\t(n\d+) -> (n\d+)\b", source, re.MULTILINE))
    return nodes, edges


def nodes_and_edges_of_svg(svg):
    groups = [
        (group.get("class", "."), group.findtext(f"{SVG}title"))
        for group in ET.fromstring(svg).iter(f"{SVG}g")
    ]
    nodes = Counter(title for kind, title in groups if kind.split()[0] == "node")
    edges = Counter(tuple(title.split("->")) for kind, title in groups if kind.split()[0] == "edge")
    labels = {title for title in nodes if title.startswith("e")}  # stand on edges, and part them
    onto = {head: tail for tail, head in edges if head in labels}
    whole = Counter((onto.get(tail, tail), head) for tail, head in edges.elements() if head not in labels)
    return Counter({title: n for title, n in nodes.items() if title not in labels}), whole


def of_graph(output):
    t = WengertList.of(output)
    shown = [v for v in t if v.role != "constant" or v is t.output]  # constants stand in formulas
    nodes = Counter(f"n{v.index}" for v in shown)
    edges = Counter((f"n{p.index}", f"n{v.index}") for v in shown for p in v.parents if p in shown)
    return nodes, edges


def texts(svg):
    return ["".join(text.itertext()).replace("\xa0", " ") for text in ET.fromstring(svg).iter(f"{SVG}text")]


@settings(max_examples=200)
@given(programs(EVERYWHERE))
def test_dot_has_a_node_for_each_value_and_an_edge_for_each_parent(program):
    """The nodes of the DOT text are the reachable Values, its edges the entries of their parents."""
    output = program.values(*program.leaves())
    assert nodes_and_edges_of_dot(draw(output, "values").source) == of_graph(output)


@pytest.mark.usefixtures("renderer")
def test_svg_has_a_node_for_each_value_and_an_edge_for_each_parent():
    """The same holds for the SVG, here of 200 random graphs side by side in a few pictures."""
    seen = []

    @settings(max_examples=200)
    @given(programs(EVERYWHERE, length=6))
    def gather(program):
        seen.append(program.values(*program.leaves()))

    gather()
    for start in range(0, len(seen), 20):
        output = total(seen[start : start + 20])
        if len(trace(output)) > 900:
            continue
        svg = draw(output, "values", adjoints=False).pipe("svg")
        assert nodes_and_edges_of_svg(svg) == of_graph(output)


def test_a_square_has_two_edges():
    """x·x reads x twice, and both edges are drawn; so does a − a."""
    x = Value(3.0, label="x")
    assert draw(x * x).source.count("n0 -> n1") == 2
    assert draw(x - x).source.count("n0 -> n1") == 2


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("label", LABELS, ids=ascii)
def test_hostile_labels_come_back_exactly_or_visibly_cut(label):
    """Any label gives a valid SVG and PNG, in which it stands as text, as it is or cut with an ellipsis."""
    x = Value(1.5, label=label)
    y = (x * x).tanh()
    for style in ("textbook", "micrograd"):
        figure = draw(y, "values", style=style)
        svg = figure.pipe("svg")
        assert nodes_and_edges_of_svg(svg)[0].total() == (3 if style == "textbook" else 5)
        shown = one_line(label)
        assert any(shown in text if len(shown) <= 24 else shown[:23] + "…" in text for text in texts(svg))
        root = ET.fromstring(svg)
        assert not root.findall(f".//{SVG}script") + root.findall(f".//{SVG}a[@href]")
    assert figure.pipe("png").startswith(b"\x89PNG")


@pytest.mark.usefixtures("renderer")
def test_hostile_labels_stay_apart():
    """Two Values of the same label are two nodes, and none is lost among all the hostile ones."""
    values = [Value(float(i), label=label) for i, label in enumerate(LABELS * 2)]
    output = total(values)
    for edges in (None, "local", "contribution"):
        svg = draw(output, "values", edges=edges).pipe("svg")
        assert nodes_and_edges_of_svg(svg) == of_graph(output)


def test_no_identity_is_printed():
    """Neither source nor repr nor text holds an address."""
    figure = draw(nn.MLP(2, [2, 1], seed=0)([1.0, 2.0]))
    assert "0x" not in figure.source + repr(figure) + figure.text


def test_drawing_changes_no_grad_and_needs_no_backward():
    """Adjoints come from the trace: right before backward() was ever called, and no grad is touched."""
    x = Value(3.0, label="x")
    y = x * x
    assert "∂v₁/∂x = 6" in text_of(draw(y).source)
    assert x.grad == y.grad == 0.0
    assert "∂" not in draw(y, adjoints=False).source


def test_a_trace_is_drawn_like_its_output():
    """draw(trace(y)) is draw(y)."""
    y = example("baydin").output()
    assert draw(trace(y)).source == draw(y).source


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.parametrize("view", VIEWS)
def test_every_example_renders_in_every_view(name, view):
    """Each picture of the gallery is valid SVG with a viewBox, and shows the output's value."""
    figure = draw(example(name).output(), view)
    svg = figure.pipe(format="svg", encoding="utf-8")
    assert "viewBox" in svg
    assert texts(svg)


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_images_are_what_they_are_called(theme, kind):
    """SVG, PNG and PDF begin as such files do, in both themes."""
    magic = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[kind]
    assert draw(example("fan-out").output(), theme=theme).pipe(kind).startswith(magic)


@pytest.mark.usefixtures("renderer")
def test_a_png_is_sharp_unless_its_dots_per_inch_are_given():
    """192 of them, of 72 points; `attr` asks for others, as of any drawing of Graphviz."""
    figure = draw(example("fan-out").output())
    points = float(re.search(r'<svg width="([\d.]+)pt"', figure.pipe("svg", encoding="utf-8"))[1])
    sharp = pixels(figure.pipe("png"))
    assert sharp == pytest.approx(points * 192 / 72, rel=0.02)
    figure.attr(dpi="300")
    assert pixels(figure.pipe("png")) == pytest.approx(points * 300 / 72, rel=0.02)


def pixels(png):
    """Return the width that the header of a PNG states."""
    return int.from_bytes(png[16:20])


@pytest.mark.usefixtures("renderer")
def test_render_writes_files_as_graphviz_does(tmp_path):
    """`.render` saves the source and the image and returns the path of the image."""
    figure = draw(example("fan-out").output())
    path = figure.render(tmp_path / "net", format="svg")
    assert path == str(tmp_path / "net.svg")
    assert (tmp_path / "net").read_text(encoding="utf-8") == figure.source
    assert figure.render(outfile=tmp_path / "net.png", cleanup=True) == str(tmp_path / "net.png")
    assert (tmp_path / "net.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "net.gv").exists()


@pytest.mark.usefixtures("renderer")
def test_a_notebook_shows_the_picture():
    """A PNG, which needs no trust, of a width that a cell can shrink; an SVG beside it where that fits."""
    small, wide = draw(example("fan-out").output()), draw(example("mazur-2-2-2").output(), "values")
    for figure, kinds in (
        (small, {"image/png", "image/svg+xml", "text/plain"}),
        (wide, {"image/png", "text/plain"}),
    ):
        bundle, metadata = figure._repr_mimebundle_()
        assert bundle.keys() == kinds
        assert bundle["image/png"].startswith(b"\x89PNG")
        assert (metadata["image/png"]["width"] <= 640) == ("image/svg+xml" in bundle)
        assert figure._repr_mimebundle_(include={"image/png"})[0].keys() == {"image/png"}
        assert "image/png" not in figure._repr_mimebundle_(exclude={"image/png"})[0]
    assert '<svg style="max-width:100%' in small._repr_mimebundle_()[0]["image/svg+xml"]


@pytest.mark.usefixtures("no_renderer")
def test_without_a_renderer_all_but_images_work(tmp_path):
    """Source, text and reprs need no Graphviz; an image raises one error that names both ways to get it."""
    figure = draw(example("fan-out").output())
    assert isinstance(figure, graphviz.Digraph)
    assert figure.source == str(figure)
    bundle = figure._repr_mimebundle_()
    assert bundle.keys() == {"text/plain"}
    assert "y = u + v" in bundle["text/plain"]
    for attempt in (lambda: figure.pipe("png"), lambda: figure.render(tmp_path / "net", format="pdf")):
        with pytest.raises(RendererError, match=r"`dot` executable .* or the extra `render`"):
            attempt()


@pytest.mark.usefixtures("renderer")
def test_layout_that_takes_too_long_is_ended():
    """A layout is ended after its time limit, by an error that says what to do."""
    figure = draw(nn.MLP(8, [16, 16, 16], seed=0)([0.1] * 8)[0], "values", time_limit=0.01)
    with pytest.raises(GraphTooLargeError, match=r"longer than 0.01 s and was ended"):
        figure.pipe("svg")
    assert "text/plain" in figure._repr_mimebundle_()


def chain(length):
    y = Value(1.0, label="x")
    for _ in range(length):
        y = y.tanh()
    return y


@pytest.mark.usefixtures("no_layout")
def test_views_beyond_the_budget_raise_before_any_layout():
    """Too many nodes, or too few nodes with too many edges, raise by counting; the named call works."""
    model = nn.MLP(20, [50, 50, 1], seed=0)
    for output in (model([0.5] * 20), chain(20_000)):
        with pytest.raises(
            GraphTooLargeError, match=r"view='values' has [\d,]+ nodes and [\d,]+ edges"
        ) as raised:
            draw(output, "values")
        call = re.search(r"draw\(y.*?\)", str(raised.value))[0]
        y = output
        assert eval(call, {"draw": draw, "y": y}).source
    shared = [Value(1.0) for _ in range(50)]
    with pytest.raises(GraphTooLargeError):
        draw(total([total(shared) for _ in range(60)]), "values")


@pytest.mark.parametrize("output", [chain(0), chain(149), chain(150), chain(20_000)])
def test_auto_never_shows_more_than_150_nodes(output):
    """`auto` takes the finest view of at most 150 nodes, and says what it leaves out."""
    figure = draw(output)
    nodes, _ = nodes_and_edges_of_dot(figure.source)
    assert nodes.total() <= 150
    values = len(trace(output))
    assert (f"+{values - nodes.total():,} values not shown" in figure.source) == (values > 150)


def test_unknown_words_are_answered_with_the_known_ones():
    """A wrong view, style, theme or edges names the right ones; so does a wrong output."""
    y = Value(1.0, label="x") * 2.0
    for options in ({"view": "vlaues"}, {"theme": "drak"}, {"style": "micro"}, {"edges": "locals"}):
        with pytest.raises(UnknownNameError, match=r"did you mean|there are"):
            draw(y, **options)
    with pytest.raises(OperandError, match="draw needs the Value of an output"):
        draw([y])
    with pytest.raises(UnknownNameError):
        draw(y, around="z")


def test_importing_scalargrad_loads_no_third_party_package():
    """`from scalargrad import draw` loads neither graphviz nor pygraphviz; drawing loads the first."""
    program = (
        "import sys; from scalargrad import draw, Value;"
        "assert not {'graphviz', 'pygraphviz', 'numpy', 'tabulate'} & set(sys.modules);"
        "draw(Value(1.0)); assert 'graphviz' in sys.modules; assert 'pygraphviz' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def size_of(figure):
    """Return the width and the height of a drawing, in points."""
    svg = figure.pipe("svg", encoding="utf-8")
    return [float(x) for x in re.search(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups()]


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("edges", [None, "local"])
def test_a_long_chain_goes_on_in_lines_below(edges):
    """Sixty values in a row are no wider than a few more than a dozen, and each line begins at the left."""
    width, height = size_of(draw(chain(60), "values", edges=edges))
    short, _ = size_of(draw(chain(12), "values", edges=edges))
    assert width < 1.3 * short
    assert height < 1.5 * width


@pytest.mark.usefixtures("renderer")
def test_a_wide_fan_stands_in_several_columns():
    """Thirty readers of one value are less high than thirty nodes above each other."""
    x = Value(0.5, label="x")
    _, height = size_of(draw(total([x * float(i) for i in range(2, 32)]), "values"))
    _, one = size_of(draw(total([x * float(i) for i in range(2, 4)]), "values"))
    assert height < 30 * one / 2


@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.parametrize(("view", "edges"), [*((view, None) for view in VIEWS), ("values", "local")])
def test_a_drawing_without_values_has_no_number_that_was_computed(name, view, edges):
    """Not in a label and not where a node is pointed at: it is there to be worked out by hand."""
    recorded = trace(example(name).output())
    figure = draw(recorded, view, values=False, edges=edges, digits=9)
    given = {number(v.value, 9) for v in recorded if not v.parents}
    computed = {number(x, 9) for v in recorded for x in (v.value, v.adjoint)} - given
    long = [text for text in computed if len(text) > 6]  # which no length or colour is
    assert long or name in {"fan-out", "chain-power"}  # whose numbers are whole
    written = text_of(figure.source + figure.text).replace("−", "-")
    assert [text for text in long if text in written] == []


def test_render_keeps_a_file_that_is_there_if_it_is_told_to(tmp_path):
    """As the graphviz package does: it raises FileExistsError, and the file stays as it was."""
    drawing = draw(Value(1.0, label="x") * 2)
    there = tmp_path / "net.svg"
    there.write_text("before", encoding="utf-8")
    with pytest.raises(FileExistsError, match="output file exists: "):
        drawing.render(outfile=there, raise_if_result_exists=True)
    assert there.read_text(encoding="utf-8") == "before"

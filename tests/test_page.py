"""Laws of the page: its numbers are those of the trace, and it loads nothing."""

import html
import itertools
import json
import re
from importlib.resources import files

import pytest

from scalargrad import Trace, Value, dot, functions, trace
from scalargrad.cli import main
from scalargrad.drawing import render
from scalargrad.engine.value import as_value
from scalargrad.errors import RendererError, TraceTooLargeError, UnknownNameError
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import evaluate
from scalargrad.notation.mathml import MathWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.page import MOST_INSTRUCTIONS, Quiz, check_size, embedded, page
from scalargrad.page.evaluator import moved
from scalargrad.page.graph import layouts
from scalargrad.page.model import model
from scalargrad.page.program import program
from scalargrad.page.shown import ShownList
from scalargrad.wengert.roles import parameters

DIGITS = [1, 4, 9]


def text_of(mathml):
    """Return the characters of MathML."""
    return html.unescape(re.sub(r"<[^>]*>", "", mathml))


def recorded(name):
    """Return the trace of an example, and what its JSON says."""
    t = trace(example(name).output())
    return t, json.loads(t.to_json())["instructions"]


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("name", GALLERY)
def test_the_numbers_of_the_table_are_those_of_the_json(name, digits):
    """Values and complete adjoints, at the digits that are shown."""
    t, records = recorded(name)
    write = TextbookWriter(digits=digits).number
    for row in model(t, digits).lines:
        record = records[row.key]
        assert row.label == record["name"]
        assert row.value == str(write(record["value"]))
        assert row.adjoint == str(write(record["adjoint"]))


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("name", GALLERY)
def test_the_numbers_of_the_working_are_those_of_the_json(name, digits):
    """Results, upstream adjoints, local derivatives and their products."""
    t, records = recorded(name)

    def written(x):
        writer = MathWriter(digits)
        return text_of(writer.mathml(writer.number(x)))

    for working in model(t, digits).workings:
        record = records[working.key]
        number = record["value"] if working.phase == "forward" else record["adjoint"]
        assert text_of(working.lines[-1]) == f"={written(number)}"
        for transfer in working.transfers:
            child, position = map(int, transfer.key.split("-"))
            assert (child, records[child]["parents"][position]) == (working.key, transfer.target)
            local = record["partials"][position]
            assert text_of(transfer.numbers) == f"=({written(record['adjoint'])})({written(local)})"
            assert text_of(transfer.local_number or transfer.local).endswith(written(local))
            assert text_of(transfer.result) == f"={written(record['adjoint'] * local)}"


@pytest.mark.parametrize("name", GALLERY)
def test_every_adjoint_is_written_as_the_sum_over_its_uses(name):
    """As many products as edges leave the node, the last line the adjoint."""
    t, records = recorded(name)
    for total in model(t).sums:
        uses = sum(record["parents"].count(total.key) for record in records)
        assert total.uses == uses
        writer = MathWriter()
        assert (
            text_of(total.lines[-1])
            == f"={text_of(writer.mathml(writer.number(records[total.key]['adjoint'])))}"
        )
        if uses:
            assert text_of(total.lines[2]).count(")(") == uses


def test_an_unfinished_sum_says_so():
    """A sum begins with its first contribution, marked +, and ends with the last added to those before."""
    x = Value(3.0, label="x")
    transfers = [
        edge for w in model(trace(x * 2 + x.tanh())).workings for edge in w.transfers if edge.label == "x"
    ]
    assert [text_of(edge.so_far) + edge.more for edge in transfers] == ["=0.0099 +", "0.0099+2 =2.0099"]


def test_two_uses_by_one_child_are_told_apart():
    """x·x has two local derivatives by x, so each is marked with its operand."""
    x = Value(3.0, label="x")
    (working,) = (w for w in model(trace(x * x)).workings if w.transfers)
    assert [text_of(t.local) for t in working.transfers] == ["∂v1∂x(1)=x", "∂v1∂x(2)=x"]


def test_a_long_sum_may_break_between_its_terms():
    """A weighted sum of ten terms is ten `math` elements, and reads as one line does."""
    x = [Value(i + 0.5, label=f"x{i}") for i in range(10)]
    forward = model(trace(dot(x, x))).workings[0]
    assert [line.count("<math>") for line in forward.lines] == [10, 10, 1]
    assert text_of(forward.lines[1]).replace(" ", "").startswith("=0.5·0.5+1.5·1.5+2.5·2.5+")


def test_the_figure_has_every_node_and_edge():
    """Nodes do not overlap in any view, and in that of values every edge of the trace has a curve."""
    t = trace(example("sigmoid-2-2-1").output())
    values, neurons, layers = layouts(t)
    assert [box.instruction.index for box in values.boxes] == [v.index for v in t]
    edges = {(curve.edge.child.index, curve.edge.position) for curve in values.curves}
    assert edges == {(row.index, i) for row in t for i in range(len(row.parents))}
    assert [len(view.boxes) for view in (values, neurons, layers)] == [20, 5, 4]
    figures = [figure for view in (values, neurons, layers) for figure in (view, view.down)]
    for figure, a in ((each, box) for each in figures for box in each.boxes):
        assert 0 < a.x < figure.width
        for b in figure.boxes:
            apart = abs(a.x - b.x) >= (a.width + b.width) / 2 or abs(a.y - b.y) >= (a.height + b.height) / 2
            assert a is b or apart


@pytest.mark.parametrize("name", GALLERY)
def test_the_figure_whose_values_flow_down_is_the_same_figure(name):
    """Node for node and edge for edge, and what is computed lies further on than its operands."""
    for right in layouts(trace(example(name).output())):
        down = right.down
        assert [box.instruction for box in down.boxes] == [box.instruction for box in right.boxes]
        assert [box.height for box in down.boxes] == [box.height for box in right.boxes]
        assert [curve.edge for curve in down.curves] == [curve.edge for curve in right.curves]
        assert {kind: len(places) for kind, places in down.places.items()} == {
            kind: len(places) for kind, places in right.places.items()
        }
        for figure, along in ((right, "x"), (down, "y")):
            place = {v: getattr(box, along) for box in figure.boxes for v in box.group.instructions}
            ends = [(place[e.parent], place[e.child]) for c in figure.curves for e in c.arrow.edges]
            assert sum(head > tail for tail, head in ends) > 0.8 * len(ends)  # long ones turn back


def test_lines_stand_in_the_middle_of_their_box_with_room_above_and_below():
    """Evenly apart, as far as a line is high or less, with four points free at either end."""
    boxes = [box for view in layouts(trace(example("sigmoid-2-2-1").output())) for box in view.boxes]
    tight = 0
    for box in boxes:
        heights = [line.y - 4.8 for line in box.lines]  # of the middle of a line over that on which it stands
        steps = [after - before for before, after in itertools.pairwise(heights)]
        assert sum(heights) == pytest.approx(0.0, abs=1e-9)
        assert all(step == pytest.approx(steps[0]) for step in steps)
        assert all(step <= 18.6 + 1e-9 and step * len(heights) + 8 <= box.height + 1e-9 for step in steps)
        tight += any(step < 18.5 for step in steps)
    assert tight > 0


def test_the_page_is_one_small_file_that_loads_nothing():
    """Under 250 kB, no address but the names of its own parts, and a policy that forbids the rest."""
    text = trace(example("sigmoid-2-2-1").output()).to_html()
    assert len(text.encode()) < 250_000
    assert "default-src 'none'" in html.unescape(text)
    assert "unsafe-" not in text
    assert not re.search(r"""(?:src|href)=["'](?!#)""", text)
    assert not re.search(r"https?:|url\((?!#|data:font/woff2;)|@import|\sstyle=", text)


def test_without_a_renderer_its_maker_is_told_how_to_get_the_figure(monkeypatch):
    """Table and working are there; the page says that there is no graph, with no advice for its readers."""

    def none(*_):
        raise RendererError(render.NO_RENDERER)

    monkeypatch.setattr(render, "_command", none)
    with pytest.warns(
        UserWarning, match=r"no graph: .*apt-get install graphviz.* pip install '\.\[render\]'\)$"
    ) as caught:
        text = trace(example("sigmoid-2-2-1").output()).to_html()
    assert "<svg class=" not in text.partition("<body>")[2].replace('<svg class="icon"', "").replace(
        '<svg class="marks"', ""
    )
    assert caught[0].filename == __file__
    assert "The graph is not shown: there was no program to lay it out" in text
    assert "install" not in text
    assert text.count('class="working ') == 20
    assert text.count("<tr class=") == 20


def test_a_trace_that_is_too_long_is_refused_with_a_way_that_works(tmp_path):
    """The message has the counts; cut at a Value, the end of the same graph has a page and frames."""
    x = Value(1.0, label="x")
    h = x
    for _ in range(MOST_INSTRUCTIONS):
        h = h.tanh()
    y = h.sin()
    for use in (trace(y).to_html, lambda: trace(y).frames(tmp_path)):
        with pytest.raises(TraceTooLargeError, match=r"502 rows and 501 edges.*at most 500.*upto="):
            use()
    assert "<p>" in trace(y)._repr_html_()
    assert "iframe" in trace(y, upto=[h])._repr_html_()


def test_a_sum_of_too_many_terms_is_refused(tmp_path):
    """Few rows may have many edges."""
    w = [Value(1.0) for _ in range(30)]
    y = sum(dot(w, w) for _ in range(21))
    with pytest.raises(TraceTooLargeError, match=r"edges"):
        trace(y).to_html(tmp_path / "no.html")
    assert not list(tmp_path.iterdir())


def chain(length):
    """Return the last of so many values, each computed of the one before."""
    y = Value(0.5)
    for _ in range(length - 1):
        y = y.sin()
    return y


@pytest.mark.parametrize(
    ("fitting", "beyond"),
    [
        (lambda: chain(500), lambda: chain(501)),
        (lambda: functions.total([Value(1.0)] * 1200), lambda: functions.total([Value(1.0)] * 1201)),
    ],
    ids=["rows", "edges"],
)
def test_a_page_has_at_most_500_rows_and_1200_edges(fitting, beyond):
    """One more is refused."""
    check_size(trace(fitting()), "a page")
    with pytest.raises(TraceTooLargeError, match="at most 500 and 1,200"):
        check_size(trace(beyond()), "a page")


def test_descent_moves_what_is_named_or_else_the_parameters():
    """Leaves alone; an output that is a constant has a line, too."""
    t = trace(example("sigmoid-2-2-1").output())
    assert [v.name for v in moved(t)] == [v.name for v in parameters(t)]
    assert [v.name for v in moved(t, ["x2", "w1"])] == ["x2", "w1"]
    with pytest.raises(UnknownNameError, match="y is computed from others: descent moves leaves"):
        moved(t, ["w1", "y"])
    assert [line.value for line in model(trace(as_value(2.5))).lines] == ["2.5"]


def test_the_page_of_an_exercise_has_a_style_and_a_script_more():
    """With what it asks for; no other page has them."""
    t = trace(example("fan-out").output())
    quiz = Quiz("an identity", (("value 1", "u", "", (8.9, 9.1)),), {})
    for text, has in ((page(t, quiz=quiz), True), (page(t), False)):
        for file in ("exercise.css", "exercise.js"):
            asset = files("scalargrad.page").joinpath(file).read_text("utf-8")
            (line, *_) = [
                x.strip() for x in asset.splitlines() if len(x) > 40 and "//" not in x and "*" not in x
            ]
            tight, all_tight = (re.sub(r"\s|;(?=\s*})", "", each) for each in (line, text))
            assert (tight in all_tight) == has, line
        assert ('"an identity"' in text) == has


def test_a_notebook_gets_the_page_in_a_frame_that_holds_it():
    """The frame's srcdoc is the page, character by character, so nothing is lost in export."""
    t = trace(example("fan-out").output())
    shown = t._repr_html_()
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1]) == t.to_html()
    assert 'sandbox="allow-scripts"' in shown
    assert embedded("").count("<") == 2


def test_tracing_for_a_page_changes_no_grad():
    """Nor does drawing frames."""
    y = example("fan-out").output()
    trace(y).to_html()
    assert y.grad == 0.0


def test_frames_are_one_figure_for_each_step_of_one_size(tmp_path):
    """SVG and PNG, numbered from the state before the first step, the same bytes every time."""
    t = trace(example("fan-out").output())
    paths = t.frames(tmp_path / "a")
    assert [path.name for path in paths] == [
        f"step-{i}.{kind}" for i in range(len(t.steps) + 1) for kind in ("svg", "png")
    ]
    svgs = [path.read_text() for path in paths if path.suffix == ".svg"]
    assert len({re.search(r'viewBox="[^"]*"', svg)[0] for svg in svgs}) == 1
    assert len(set(svgs)) == len(svgs)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths if path.suffix == ".png")
    again = t.frames(tmp_path / "b", formats=["svg"])
    assert [path.read_text() for path in again] == svgs


def test_the_command_writes_the_page(tmp_path, capsys):
    """Of an example with its title and digits, or of an expression."""
    path = tmp_path / "net.html"
    assert main(["page", "fan-out", "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    title = html.escape(example("fan-out").title)
    assert f"<title>{title}</title>" in path.read_text(encoding="utf-8")
    assert main(["page", "sigmoid(w*x + b)", "w=2", "x=1", "b=0.5", "-o", str(path)]) == 0


def test_a_program_beside_the_graph_is_text():
    """What is no Python marks no line, and nothing in it is markup."""
    t = trace(example("fan-out").output())
    for source in ("u = x * x\nv = -x", "</script><b>", "def ("):
        text = t.to_html(source=source)
        assert text.count("data-line=") == len(source.splitlines())
        assert "<b>" not in text.partition("<body>")[2]
    assert program("u = x * x\nv = -x", t).line_of == {t["u"].index: 0, t["v"].index: 1}
    assert program("def (", t).line_of == {}


def test_the_frame_for_a_course_site_has_its_size():
    """Its width and height are those asked for, its page that of to_html."""
    t = trace(example("fan-out").output())
    frame = t.embedded("600px", "30rem", title="Fan-out")
    assert 'style="width:600px;height:30rem;border:0"' in frame
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', frame)[1]) == t.to_html(title="Fan-out")


def test_a_long_trace_is_under_a_megabyte():
    """Of some 400 rows; its table is there without scripts, its workings are packed."""
    y = Value(0.5, label="x")
    for i in range(132):
        y = (y * Value(0.1 * i, label=f"w{i}")).tanh()
    t = trace(y)
    text = t.to_html()
    assert 390 < len(t) <= MOST_INSTRUCTIONS
    assert len(text.encode()) < 1_000_000
    assert text.count("<tr class=") == len(t)
    assert "<noscript>" in text


def test_dots_stand_for_the_middle_of_a_long_sum():
    """In the formulas of the table, as in the figure."""
    page = trace(functions.total([Value(1.0, label=f"x{i}") for i in range(9)])).to_html()
    assert "<mo>+</mo><mo>…</mo>" in page


def test_every_number_of_a_trace_is_known_by_what_shows_it():
    """What an edge adds, too, where the output does not depend on it: nothing."""
    document = json.loads(trace(Value(3.0, label="x") * 2).to_json())
    x, two, y = document["instructions"]
    beside = {**y, "name": "beside", "label": "beside", "adjoint": 0.0}
    document["instructions"] = [x, two, beside, y]
    t = Trace.from_json(json.dumps(document))
    numbers = ShownList(t).numbers
    assert numbers["contribution 2-0"] == numbers["contribution 2-1"] == 0.0
    assert numbers["contribution 3-0"] == 2.0


@pytest.mark.parametrize(("text", "said"), [("log(q)", "ln(x)"), ("p/q", "x₁ / x₂")])
def test_a_function_of_one_operand_is_said_of_x(text, said):
    """Of two operands, of x1 and x2, where the page says what a domain needs."""
    page = trace(evaluate(text, {name: 2.0 for name in "pq" if name in text})).to_html()
    assert said in re.search(r'"?formula"?: ?"([^"]*)"', page)[1]


def test_every_edge_of_the_figure_runs_to_its_tip():
    """A spline of Graphviz, and from its end a line to where the arrow points."""
    for name in ("fan-out", "sigmoid-2-2-1"):
        curves = layouts(trace(example(name).output()))[0].curves
        assert curves
        assert all(re.fullmatch(r"M.*C.*L[^A-Z]*", curve.path) for curve in curves)


def test_what_is_not_computed_yet_is_dashed_in_a_frame(tmp_path):
    """In the first frame all nodes and edges but those of what it computes, in the last none."""
    t = trace(example("fan-out").output())
    first, *_, last = [path.read_text(encoding="utf-8") for path in t.frames(tmp_path, formats=["svg"])]
    for kind in ("node", "edge"):
        counts = [
            sum("stroke-dasharray" in each for each in re.findall(rf'(?s)class="{kind}[^"]*">.*?</g>', text))
            for text in (first, last)
        ]
        assert counts[0] > 1
        assert counts[1] == 0


@pytest.mark.parametrize("name", GALLERY)
def test_what_a_turn_of_the_figure_moves_has_places_for_all_nodes_and_texts(name):
    """In the order of both; a curve without a text has no place for one."""
    for view in layouts(trace(example(name).output())):
        for figure in (view, view.down):
            texts = [curve for curve in figure.curves if curve.lines]
            assert figure.places["nodes"] == [[round(box.x, 1), round(box.y, 1)] for box in figure.boxes]
            assert figure.places["texts"] == [[round(each.x, 1), round(each.y, 1)] for each in texts]
            assert figure.places["lines"] == [curve.path for curve in figure.curves]
            assert figure.places["size"] == [round(figure.width), round(figure.height)]


@pytest.mark.parametrize("name", GALLERY)
def test_nodes_of_the_figure_reach_its_border_and_stand_within_it(name):
    """In every view, turned or not: there is no margin beside the outermost, whose lines go down."""
    for view in layouts(trace(example(name).output())):
        for figure in (view, view.down):
            gaps = [box.x - box.width / 2 for box in figure.boxes]
            gaps += [figure.width - box.x - box.width / 2 for box in figure.boxes]
            gaps += [box.y - box.height / 2 for box in figure.boxes]
            gaps += [figure.height - box.y - box.height / 2 for box in figure.boxes]
            assert min(gaps) == pytest.approx(0.0, abs=0.1)
            for box in figure.boxes:
                heights = [line.y for line in box.lines]
                assert sorted(set(heights)) == heights

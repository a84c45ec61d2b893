"""Files: whole or none, in the form that their suffix says."""

import errno
import os
import re
import stat
from pathlib import Path

import pytest
from dot import needs_dot

from scalargrad import exercise, files, nn, record, trace
from scalargrad.drawing import draw
from scalargrad.errors import UnknownNameError
from scalargrad.examples import example
from scalargrad.tracing import Trace

NET = trace(example("sigmoid-2-2-1").output())
RECORDED = record(lambda a1: a1 * a1 + 1)
RECORDED(2.0)
SAVED = {
    "trace": NET,
    "report": NET.check({"a1": 1.367}),
    "explanation": NET.explain("w1"),
    "exercise": exercise(NET, seed=1),
    "sheet": exercise(NET, seed=1).solution,
    "model": nn.MLP(2, [3, 1], seed=1),
    "recorded": RECORDED,
    "recorded output": record(example("sigmoid-2-2-1").output()),
}
FORMS = {  # what a file begins with
    ".html": (b"<!doctype html>", b"<!DOCTYPE html>"),
    ".md": (b"| ", b"$$\n\\begin", b"## "),
    ".tex": (b"\\begin{tabular}", b"\\begin{align", b"\\documentclass"),
    ".json": (b"{",),
    ".csv": (b"exercise,",),
    ".npz": (b"PK",),
    ".svg": (b"<?xml", b"<svg"),
    ".png": (b"\x89PNG",),
    ".dot": (b"digraph", b"// "),
    ".pdf": (b"%PDF",),
    ".py": (b"import numpy as np\n",),
}
HAS = {
    "trace": ".html .md .tex .txt .json .svg .png .dot .pdf",
    "report": ".html .md .txt",
    "explanation": ".md .tex .txt",
    "exercise": ".html .md .tex .txt .json .csv",
    "sheet": ".md .tex .txt .json .csv",
    "model": ".json .npz",
    "recorded": ".py .txt",
    "recorded output": ".py .txt",
}
NEED_GRAPHVIZ = (".svg", ".png", ".pdf")
CASES = [
    pytest.param(name, suffix, marks=needs_dot if suffix in NEED_GRAPHVIZ else ())
    for name, suffixes in HAS.items()
    for suffix in suffixes.split()
]


@pytest.mark.parametrize(("name", "suffix"), CASES)
def test_saving_does_what_the_suffix_says(name, suffix, tmp_path):
    """In small letters or capitals."""
    for path in (tmp_path / f"net{suffix}", str(tmp_path / f"net{suffix.upper()}")):
        SAVED[name].save(path)
        saved = Path(path).read_bytes()
        if suffix == ".txt":
            assert saved.decode() == f"{SAVED[name]}\n"
        else:
            assert saved.startswith(FORMS[suffix])


@pytest.mark.parametrize("name", SAVED)
def test_a_suffix_that_is_no_form_is_refused_with_those_that_are(name, tmp_path):
    """And no file is there."""
    for file in ("net.docx", "net"):
        with pytest.raises(UnknownNameError, match="is saved as") as caught:
            SAVED[name].save(tmp_path / file)
        assert all(suffix in str(caught.value) for suffix in HAS[name].split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("write", "suffix"),
    [
        (NET.to_html, ".html"),
        (NET.to_markdown, ".md"),
        (NET.to_latex, ".tex"),
        (NET.to_json, ".json"),
        (SAVED["report"].to_html, ".html"),
        (SAVED["report"].to_markdown, ".md"),
        (SAVED["exercise"].to_html, ".html"),
    ],
)
def test_a_form_is_returned_or_written(write, suffix, tmp_path):
    """The same text, with an end of line; under another suffix it would be taken for what it is not."""
    path = tmp_path / f"net{suffix}"
    assert write(path) is None
    assert path.read_text(encoding="utf-8") == write().removesuffix("\n") + "\n"
    with pytest.raises(
        UnknownNameError, match=re.escape(f"a file name that ends in {suffix}, got 'neurons'")
    ):
        write("neurons")


def test_a_saved_trace_reads_back(tmp_path):
    """From the JSON."""
    NET.save(tmp_path / "net.json")
    assert Trace.load(tmp_path / "net.json") == NET
    assert Trace.from_json((tmp_path / "net.json").read_text(encoding="utf-8")) == NET


@needs_dot
def test_a_drawing_is_saved_or_rendered_as_its_suffix_says(tmp_path):
    """An image or DOT text; without a suffix it is the source, as in graphviz."""
    figure = draw(NET, "neurons")
    for kind in ("svg", "png", "pdf"):
        for path in (figure.save(tmp_path / f"net.{kind}"), figure.render(tmp_path / f"made.{kind}")):
            assert Path(path).read_bytes().startswith(FORMS[f".{kind}"])
            assert path.endswith(f".{kind}")
    for name in ("net.gv", "net.dot", "net"):
        assert Path(figure.save(name, tmp_path)).read_text(encoding="utf-8") == figure.source
    with pytest.raises(UnknownNameError, match=r"saved as \.svg, .* or \.dot, got the file name 'net\.docx'"):
        figure.save("net.docx")


# ---- whole or none


def test_what_fails_leaves_the_old_file_as_it_was(tmp_path, monkeypatch):
    """Neither is it shortened, nor is anything left beside it."""
    path = tmp_path / "net.md"
    files.write(path, "old")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device.*net\.md"):
        files.write(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_names_the_file_that_was_asked_for(tmp_path):
    """Nobody knows of the one beside it."""
    with pytest.raises(FileNotFoundError) as caught:
        files.write(tmp_path / "no" / "net.md", "new")
    assert caught.value.filename == str(tmp_path / "no" / "net.md")
    with pytest.raises(IsADirectoryError):
        files.write(tmp_path, "new")


def test_modes_and_links_stay(tmp_path):
    """A new file has the mode of any new file, an old one keeps its own; a link leads where it led."""
    plain, path, link = tmp_path / "plain", tmp_path / "net.md", tmp_path / "link.md"
    plain.write_text("")
    files.write(path, "one")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o600)
    link.symlink_to(path)
    files.write(link, "two")
    assert (path.read_text(), link.is_symlink(), stat.S_IMODE(path.stat().st_mode)) == ("two", True, 0o600)


def test_what_is_no_file_is_written_to():
    """Such as a terminal or a pipe."""
    files.write(os.devnull, "text")
    assert not Path(os.devnull).is_file()


def test_a_text_file_of_a_trace_is_its_listing_with_an_end_of_line(tmp_path):
    """So that what is appended begins a line."""
    NET.save(tmp_path / "net.txt")
    assert (tmp_path / "net.txt").read_text(encoding="utf-8") == f"{NET}\n"

"""Execute the notebooks from scratch and compare what they show with what is committed.

    python notebooks/check.py              # all of them; exits with 1 and names what differs
    python notebooks/check.py 01 03        # those whose names begin so
    python notebooks/check.py --update     # write the outputs of this run into the notebooks

Text is compared exactly: a number a reader sees is a number that was tested.  Of pictures, images and
pages, only presence and type are compared: their bytes depend on the versions of Matplotlib, Graphviz
and the fonts.  What a picture claims is asserted in the notebook.  And a notebook is a lesson: it asks a
question, has exercises and sources, its pictures are shown everywhere, and it opens at once.
"""

import argparse
import base64
import difflib
import io
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

os.environ["SOURCE_DATE_EPOCH"] = "0"  # Matplotlib writes no date of today into its SVGs
os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # keeps the debugger's remarks out of the output

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from PIL import Image

HERE = Path(__file__).parent
LIMIT = 120  # seconds for a cell
LARGEST = 1_000_000  # bytes of a notebook
HEADINGS = ("## Exercises", "## Sources")
PICTURES = ("image/", "text/html")


def executed(committed: NotebookNode) -> NotebookNode:
    """Return the notebook as a fresh kernel fills it in: no timestamps, text of one stream in one piece."""
    notebook = nbformat.from_dict(committed)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook,
        timeout=LIMIT,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": HERE}},
    ).execute()
    for cell in code_cells(notebook):
        cell.outputs = joined(cell.outputs)
        for output in cell.outputs:
            if png := output.get("data", {}).get("image/png"):
                output.data["image/png"] = lighter(png)
    notebook.metadata.language_info = {"name": "python"}  # without the version of this interpreter
    return notebook


def code_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the cells that can have outputs."""
    return (cell for cell in notebook.cells if cell.cell_type == "code")


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return outputs with neighbouring pieces of one stream as one: where it is cut is chance."""
    pieces: list[NotebookNode] = []
    for output in outputs:
        last = pieces[-1] if pieces else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            pieces.append(output)
    return pieces


def lighter(png: str) -> str:
    """Return a picture in 256 colours, which a drawing is no worse for: a third of its bytes."""
    picture, smaller = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), io.BytesIO()
    picture.quantize(256).save(smaller, "PNG", optimize=True)
    return base64.b64encode(smaller.getvalue()).decode()


def shown(cell: NotebookNode) -> list[str]:
    """Return the lines a cell shows, each output under its type; of a picture its type alone."""
    lines = []
    for output in cell.outputs:
        data = output.get("data", {output.get("name", output.output_type): output.get("text", "")})
        for kind, content in sorted(data.items()):
            lines += [f"[{kind}]", *([] if kind.startswith(PICTURES) else str(content).splitlines())]
    return lines


def differences(name: str, committed: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    """Yield what a run shows otherwise than the committed notebook, cell by cell."""
    for before, after in zip(code_cells(committed), code_cells(fresh)):
        lines = list(
            difflib.unified_diff(shown(before), shown(after), "committed", "executed", lineterm="", n=1)
        )
        if lines:
            yield "\n".join([f"{name}, {before.id}:", *(f"    {line:.160}" for line in lines)])


def shortcomings(path: Path, notebook: NotebookNode) -> Iterator[str]:
    """Yield what keeps a notebook from being a lesson that is shown everywhere."""
    lines = [line for c in notebook.cells if c.cell_type == "markdown" for line in c.source.splitlines()]
    if not lines[0].startswith("# ") or not lines[0].endswith("?"):
        yield f"{path.name}: its title is not a question: {lines[0]}"
    for heading in HEADINGS:
        if heading not in lines:
            yield f"{path.name}: it has no section {heading}"
    for cell in code_cells(notebook):
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        if "image/svg+xml" in kinds and "image/png" not in kinds:
            yield f"{path.name}, {cell.id}: its picture is an SVG alone, which needs trust: no PNG"
    if (size := path.stat().st_size) > LARGEST:
        yield f"{path.name}: it has {size:,} bytes; at most {LARGEST:,} open quickly"


def check(path: Path, *, update: bool) -> list[str]:
    """Return what is wrong with a notebook; with `update` write what it shows now into it."""
    committed = nbformat.read(path, as_version=4)
    try:
        fresh = executed(committed)
    except CellExecutionError as error:
        return [f"{path.name} stops with an error:\n{error}"]
    if update:
        nbformat.write(fresh, path)
    return [*([] if update else differences(path.name, committed, fresh)), *shortcomings(path, fresh)]


def main() -> int:
    """Check or update the notebooks of the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Execute the notebooks and compare their outputs.")
    parser.add_argument("names", nargs="*", help="beginnings of names, such as 01; all by default")
    parser.add_argument("--update", action="store_true", help="write the outputs into the notebooks")
    options = parser.parse_args()
    paths = [
        path for path in sorted(HERE.glob("*.ipynb")) if path.name.startswith(tuple(options.names or [""]))
    ]
    failures = [] if paths else [f"there is no notebook named {' or '.join(options.names) or '*'}"]
    with ProcessPoolExecutor() as pool:  # each waits for its kernel
        for path, found in zip(paths, pool.map(partial(check, update=options.update), paths)):
            print(path.name, flush=True)
            failures += found
    print(*failures, sep="\n", file=sys.stderr, end="")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""Step through a trace in a terminal, one step a key."""

from typing import Any

from scalargrad.notation.labels import shortened
from scalargrad.study.stepping import Line, Stepper
from scalargrad.wengert.listing import aligned

HELP = "q quit  n → next  p ← back  f finish phase  g go to  Home  End"
# What a key means; the names are prompt_toolkit's.
KEYS = {
    "next": ("n", "right", "down", "space", "enter"),
    "previous": ("p", "left", "up", "backspace"),
    "first": ("home", "0"),
    "last": ("end", "$"),
    "finish phase": ("f",),
}


def moved(stepper: Stepper, count: int, move: str) -> int:
    """Return the step that a move leads to."""
    return {
        "next": min(count + 1, len(stepper)),
        "previous": max(count - 1, 1),
        "first": 1,
        "last": len(stepper),
        "finish phase": stepper.phase_end(count),
    }[move]


def step_of(stepper: Stepper, text: str, count: int) -> int | None:
    """Return the step of a number, or the next one at the instruction of a name, or None."""
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= len(stepper) else None
    steps = [i for i, step in enumerate(stepper.steps, 1) if step.instruction.name == text]
    return next((i for i in steps if i > count), steps[0] if steps else None)


def step_through(stepper: Stepper, heading: str) -> int:
    """Show one step at a time until the person quits, and return the step they were at.

    Nothing depends on colour: the active line is reversed and marked, what it changes is bold and marked.
    """
    from prompt_toolkit.application import Application
    from prompt_toolkit.layout import FormattedTextControl, Layout, Window

    session = _Session(stepper, heading)
    window = Window(FormattedTextControl(session.page, focusable=True, show_cursor=False))
    Application(Layout(window), key_bindings=session.bindings(), full_screen=True).run()
    return session.count


class _Session:
    """The step that is shown and, while one is typed, the name to go to."""

    def __init__(self, stepper: Stepper, heading: str) -> None:
        self.stepper, self.heading, self.count = stepper, heading, 1
        self.typed: str | None = None

    def bindings(self) -> Any:
        from prompt_toolkit.filters import Condition
        from prompt_toolkit.key_binding import KeyBindings
        from prompt_toolkit.keys import Keys

        bindings = KeyBindings()
        typing = Condition(lambda: self.typed is not None)

        def move_by(move: str) -> Any:
            return lambda event: self._go(moved(self.stepper, self.count, move))

        for move, keys in KEYS.items():
            for key in keys:
                bindings.add(key, filter=~typing)(move_by(move))
        bindings.add("g", filter=~typing)(lambda event: self._type(""))
        for key in ("q", "escape", "c-c", "c-d"):
            bindings.add(key, filter=~typing, eager=True)(lambda event: event.app.exit())
        bindings.add(Keys.Any, filter=typing)(lambda event: self._type((self.typed or "") + event.data))
        bindings.add("backspace", filter=typing)(lambda event: self._type((self.typed or "")[:-1]))
        bindings.add("enter", filter=typing)(lambda event: self._go(self._found() or self.count))
        for key in ("escape", "c-c"):
            bindings.add(key, filter=typing, eager=True)(lambda event: self._go(self.count))
        return bindings

    def page(self) -> Any:
        """Return what the window shows, as styled lines."""
        from prompt_toolkit.application import get_app

        size = get_app().output.get_size()
        working = [("", f"  {text}") for text in self.stepper.working(self.count)]
        frame = [("", self.heading), ("bold", self.stepper.title(self.count)), *working, ("", "")]
        head, *body = layout(self.stepper.table(self.count), size.columns)
        room = max(3, size.rows - len(frame) - 3)
        shown = [(_style(line), line) for line in fitted(body, room)]
        last = HELP if self.typed is None else f"go to the row or step: {self.typed}_"
        lines = [*frame, ("underline", head), *shown, ("", ""), ("", last)]
        return [(style, f"{shortened(text, size.columns)}\n") for style, text in lines]

    def _found(self) -> int | None:
        return step_of(self.stepper, (self.typed or "").strip(), self.count)

    def _type(self, text: str) -> None:
        self.typed = text

    def _go(self, count: int) -> None:
        self.count, self.typed = count, None


def layout(lines: list[Line], width: int) -> list[str]:
    """Return the table as text, aligned on the decimal points, cut to a width where formulas are long."""
    headings = ("", "v", "formula", "value", "adjoint so far")
    alignment = ("left", "left", "left", "decimal", "decimal")
    cells = [line._replace(formula=shortened(line.formula, max(8, width - 40))) for line in lines]
    return [shortened(line, width) for line in aligned(cells, headings, alignment).splitlines()]


def fitted(body: list[str], room: int) -> list[str]:
    """Return the lines that fit: those the step marks, then those nearest to the active one.

    >>> fitted(["  a", "  b", "+ c", "  d", "> e"], 4)
    ['+ c', '  d', '> e', '  … 2 more rows']
    """
    if len(body) <= room:
        return body
    active = next((i for i, line in enumerate(body) if line.startswith(">")), 0)
    order = sorted(range(len(body)), key=lambda i: (body[i].startswith(" "), abs(i - active)))
    kept = sorted(order[: room - 1])
    return [*(body[i] for i in kept), f"  … {len(body) - len(kept)} more rows"]


def _style(line: str) -> str:
    return "reverse" if line.startswith(">") else "bold" if line.startswith("+") else ""

"""Step through a trace in a terminal, one step a key."""

from typing import Any

from scalargrad.errors import unknown
from scalargrad.notation.labels import cut_in_the_middle
from scalargrad.study.stepping import Stepper
from scalargrad.study.window import fitted, layout
from scalargrad.wengert.columns import PLAIN, Inks

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
    """Return the step of a number, or the next one that works on the row of a name, or None.

    A leaf is given, and no step computes it: its steps are those of the rows that read it.
    """
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= len(stepper) else None
    given = any(v.name == text and not v.parents for v in stepper.shown)
    steps = [
        i
        for i, step in enumerate(stepper.steps, 1)
        if text in ([v.name for v in step.instruction.parents] if given else [step.instruction.name])
    ]
    return next((i for i in steps if i > count), steps[0] if steps else None)


def not_found(stepper: Stepper, text: str) -> str:
    """Return what to say of a text that leads to no step, with the nearest that do.

    >>> from scalargrad import leaves, trace
    >>> (x1,) = leaves(x1=3.0)
    >>> stepper = Stepper(trace(x1 * x1))
    >>> not_found(stepper, "x2"), not_found(stepper, "9")
    ("unknown row 'x2'; did you mean x1?", 'there is no step 9; the last is 3')
    """
    if text.isdecimal():
        return f"there is no step {text}; the last is {len(stepper)}"
    return unknown("row", text, map(stepper.name, stepper.shown))


def step_through(stepper: Stepper, heading: str, inks: Inks = PLAIN, colour_depth: Any = None) -> int:
    """Show one step at a time until the person quits, and return the step they were at.

    Nothing depends on colour: the active line is reversed and marked, what it changes is bold and marked,
    what it reads is marked.  Values and adjoints have their inks; `colour_depth` is prompt_toolkit's.
    """
    from prompt_toolkit.application import Application
    from prompt_toolkit.layout import FormattedTextControl, Layout, Window

    session = _Session(stepper, heading, inks)
    window = Window(FormattedTextControl(session.page, focusable=True, show_cursor=False))
    keys = session.bindings()
    Application(Layout(window), key_bindings=keys, full_screen=True, color_depth=colour_depth).run()
    return session.count


class _Session:
    """The step that is shown and, while one is typed, the name to go to; a remark where it is not there."""

    def __init__(self, stepper: Stepper, heading: str, inks: Inks = PLAIN) -> None:
        self.stepper, self.heading, self.inks, self.count = stepper, heading, inks, 1
        self.typed: str | None = None
        self.remark = ""

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
        bindings.add("enter", filter=typing)(lambda event: self._enter())
        for key in ("escape", "c-c"):
            bindings.add(key, filter=typing, eager=True)(lambda event: self._go(self.count))
        return bindings

    def page(self) -> Any:
        """Return what the window shows, as pieces of text with their styles."""
        from prompt_toolkit.application import get_app

        size = get_app().output.get_size()
        return [
            piece
            for style, text in self.lines(size.rows, size.columns)
            for piece in (*_pieces(style, text, size.columns), ("", "\n"))
        ]

    def lines(self, rows: int, columns: int) -> list[tuple[str, str]]:
        """Return the lines for a window of this size, each with its style, with the codes of inks in them."""
        working = [cut_in_the_middle(f"  {text}", columns) for text in self.stepper.working(self.count)]
        most = max(4, rows // 2)  # the table needs its place, too
        if len(working) > most:
            working = [*working[: most - 1], f"  … {len(working) - most + 1} more lines"]
        texts = [
            ("", self.heading),
            ("bold", self.stepper.title(self.count)),
            *(("", text) for text in working),
        ]
        now, last = map(self.stepper.table, (self.count, len(self.stepper)))
        head, *body = layout(now, columns, self.inks, last)
        room = max(3, rows - len(texts) - 4)
        table = [("underline", head), *((_style(line), line) for line in fitted(body, room))]
        return [*texts, ("", ""), *table, ("", ""), ("", self._status())]

    def _status(self) -> str:
        return f"go to the row or step: {self.typed}_" if self.typed is not None else self.remark or HELP

    def _type(self, text: str) -> None:
        self.typed, self.remark = text, ""

    def _go(self, count: int) -> None:
        self.count, self.typed, self.remark = count, None, ""

    def _enter(self) -> None:
        """Go to what was typed, or say that it is not there."""
        text = (self.typed or "").strip()
        found = step_of(self.stepper, text, self.count)
        self._go(found or self.count)
        if text and not found:
            self.remark = not_found(self.stepper, text)


def _style(line: str) -> str:
    return {">": "reverse", "+": "bold"}.get(line[:1], "")


def _pieces(style: str, text: str, columns: int) -> list[tuple[str, str]]:
    """Return a line cut to its columns, in pieces of one style; a reversed one has no other colours."""
    from prompt_toolkit.formatted_text import ANSI, to_formatted_text

    pieces = [
        (style if style == "reverse" else f"{style} {own}", char)
        for own, char, *_ in to_formatted_text(ANSI(text))
    ]
    return pieces if len(pieces) <= columns else [*pieces[: columns - 1], (style, "…")]

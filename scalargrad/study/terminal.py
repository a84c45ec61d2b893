"""Step through a trace in a terminal, one step a key."""

from collections.abc import Callable
from typing import Any

from scalargrad.study.session import Session

# What a key means; the names are prompt_toolkit's.
KEYS = {
    "next": ("n", "right", "down"),
    "previous": ("p", "left", "up"),
    "first": ("home",),
    "last": ("end",),
    "finish phase": ("f",),
}
WHERE_NOTHING_IS_ASKED = {"next": ("space",), "first": ("0",), "last": ("$",)}
PREDICT = ("t", "?")


def step_through(session: Session, colour_depth: Any = None) -> int:
    """Show one step at a time until the person quits, and return the step they were at.

    Nothing depends on colour: the active line is reversed and marked, what it changes is bold and marked,
    what it reads is marked.  Values and adjoints have their inks; `colour_depth` is prompt_toolkit's.
    """
    from prompt_toolkit.application import Application
    from prompt_toolkit.layout import FormattedTextControl, Layout, Window

    window = Window(FormattedTextControl(lambda: page(session), focusable=True, show_cursor=False))
    keys = bindings(session)
    Application(Layout(window), key_bindings=keys, full_screen=True, color_depth=colour_depth).run()
    return session.count


def page(session: Session) -> Any:
    """Return what the window shows, as pieces of text with their styles."""
    from prompt_toolkit.application import get_app

    size = get_app().output.get_size()
    return [
        piece
        for style, text in session.lines(size.rows, size.columns)
        for piece in (*_pieces(style, text, size.columns), ("", "\n"))
    ]


def bindings(session: Session) -> Any:
    """Return what keys do: move, type a place to go to, type the number that is asked for."""
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    keys = KeyBindings()
    going = Condition(lambda: session.place is not None)
    asked = Condition(lambda: session.asked is not None) & ~going
    answering = asked & Condition(lambda: bool(session.number))
    moving = ~going & ~answering

    def on(*names: Any, when: Any, does: Callable[[Any], None], eager: bool = False) -> None:
        for name in names:
            keys.add(name, filter=when, eager=eager)(does)

    def to(move: str) -> Callable[[Any], None]:
        return lambda event: session.move(move)

    for move, names in KEYS.items():
        on(*names, when=moving, does=to(move))
        on(*WHERE_NOTHING_IS_ASKED.get(move, ()), when=moving & ~asked, does=to(move))
    on("g", when=moving, does=lambda event: session.type_place(""))
    on(*PREDICT, when=moving, does=lambda event: session.toggle())
    on("q", "escape", "c-c", when=moving, eager=True, does=lambda event: event.app.exit())
    on("c-d", when=~going, eager=True, does=lambda event: event.app.exit())
    on("escape", "c-c", when=going | answering, eager=True, does=lambda event: session.go(session.count))
    on("enter", when=~going & ~asked, does=lambda event: session.move("next"))
    on("enter", when=asked, does=lambda event: session.answer())
    on("enter", when=going, does=lambda event: session.go_to_place())
    on("backspace", when=moving, does=lambda event: session.move("previous"))

    def write(event: Any) -> None:
        _edit(session, lambda text: text + event.data)

    on(Keys.Any, Keys.BracketedPaste, when=going | asked, does=write)
    on("backspace", when=going | answering, does=lambda event: _edit(session, lambda text: text[:-1]))
    return keys


def _edit(session: Session, edited: Callable[[str], str]) -> None:
    """Edit what is being typed: the place to go to, or else the number."""
    if session.place is not None:
        session.type_place(edited(session.place))
    else:
        session.number = edited(session.number)


def _pieces(style: str, text: str, columns: int) -> list[tuple[str, str]]:
    """Return a line cut to its columns, in pieces of one style; a reversed one has no other colours."""
    from prompt_toolkit.formatted_text import ANSI, to_formatted_text

    pieces = [
        (style if style == "reverse" else f"{style} {own}", char)
        for own, char, *_ in to_formatted_text(ANSI(text))
    ]
    return pieces if len(pieces) <= columns else [*pieces[: columns - 1], (style, "…")]

"""A place in a row of tokens, with the errors of what cannot stand there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from scalargrad.errors import ExpressionError
from scalargrad.expressions.places import error_at, one_line
from scalargrad.expressions.refusals import DERIVATIVE, REMAINDER, WORDS, of_character
from scalargrad.expressions.tokens import Token, tokens_of
from scalargrad.expressions.tree import Node

MOST_NESTED = 50
TOO_DEEP = "the expression is nested too deeply"


class Cursor:
    """Stand before the next token of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.place = 0
        self.nested = 0
        self.in_list = False

    @property
    def next(self) -> Token:
        """Return the token that is read next."""
        return self.tokens[self.place]

    @property
    def last(self) -> Token:
        """Return the token that was read last."""
        return self.tokens[self.place - 1]

    def take(self) -> Token:
        """Return the next token, and step behind it."""
        token = self.next
        self.place += token.start < len(self.text)  # the end stays
        return token

    def is_next(self, *signs: str) -> bool:
        """Tell whether the next token is one of these signs."""
        return self.next.kind == "sign" and self.next.text in signs

    def at_end(self) -> bool:
        """Tell whether a statement ends here."""
        return self.next.kind == "end"

    def starts_operand(self, token: Token) -> bool:
        """Tell whether a token can be the first of an operand."""
        return token.kind in {"number", "name"} or (token.kind == "sign" and token.text in {"(", "[", "√"})

    def error(self, message: str, place: Token | Node, end: int | None = None) -> ExpressionError:
        """Return the error that points at a token or node, or from there to another end."""
        return error_at(message, self.text, place.start, end or place.end)

    def unreadable(self, advice: str = "") -> ExpressionError:
        """Return the error of a token that cannot stand where it does."""
        token = self.next
        if token.kind == "name" and token.text in WORDS:
            return self.error(WORDS[token.text], token)
        if token.kind == "unknown":
            return self.error(of_character(token.text), token)
        ends = {"": "it ends too early", "\n": "the line ends too early"}
        what = ends.get(token.text, f"{self.text[token.start : token.end]} cannot stand here")
        return self.error(f"cannot read the expression: {what}{advice and f'; {advice}'}", token)

    def written(self, piece: Token | Node) -> str:
        """Return how a piece is written, for messages."""
        brackets = {"(": "(…)", "[": "[…]"}
        return brackets.get(getattr(piece, "text", ""), one_line(self.text[piece.start : piece.end], 20))

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count how deep what is read within it lies; raise ExpressionError where that is too deep."""
        self.nested += 1
        if self.nested > MOST_NESTED:
            raise self.error(TOO_DEEP, self.next)
        yield
        self.nested -= 1

    def behind_operand(self) -> ExpressionError:
        """Return the error of what follows an operand without an operator."""
        token, before = self.next, self.last
        if token.kind == "sign" and token.text == ",":
            return self.unreadable("a list stands in brackets, [x, y], and statements end at ;")
        if token.kind == "sign" and token.text == "%":
            return self.error(REMAINDER, token)
        if not self.starts_operand(token) or token.text in WORDS:
            return self.unreadable()
        if before.text.startswith("d") and re.search(r"\bd\s*/\s*$", self.text[: before.start]):
            return self.error(DERIVATIVE, before, token.end)
        left, right = (self.text[piece.start : piece.end] for piece in (before, token))
        advice = f"for a product write {left}*{right}"
        if before.kind == "name" and token.kind == "name" and token.spaced:
            advice += f", for a function {left}({right})"
        elif before.kind == token.kind == "number":
            advice += f", for one number {left}{right}"
        return self.error(f"cannot read the expression: {advice}", before, token.end)

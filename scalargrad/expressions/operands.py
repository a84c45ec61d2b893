"""Read what operators join: numbers, names, calls, lists, with what stands behind them."""

from abc import ABC, abstractmethod
from dataclasses import replace

from scalargrad.errors import ExpressionError, NumberError
from scalargrad.expressions.cursor import MOST_NESTED, TOO_DEEP, Cursor
from scalargrad.expressions.refusals import DECIMAL_COMMA, NAMED_ARGUMENT, REMAINDER, WORDS
from scalargrad.expressions.tokens import Token
from scalargrad.expressions.tree import (
    Attribute,
    Call,
    Indexed,
    Listed,
    Method,
    Name,
    Node,
    Number,
    Power,
    Transposed,
)  # fmt: skip
from scalargrad.notation.reading_numbers import read_number


class Operands(Cursor, ABC):
    """Read operands; whoever derives from it reads what joins them."""

    @abstractmethod
    def sum(self) -> Node:
        """Read an expression of any operators."""

    @abstractmethod
    def is_silent_product(self) -> bool:
        """Tell whether what follows is a factor before which no sign stands."""

    def operand(self) -> Node:
        """Return an atom with what stands behind it: an exponent, an index, a call, a method."""
        node = self.atom()
        for _ in range(MOST_NESTED):
            if self.next.kind == "power":
                node = self.raised(node)
            elif self.is_next("[") and self.last.kind not in {"number", "power"}:
                places, end = self.items(self.take(), "]")
                node = Indexed(node.start, end, node, places)
            elif self.is_next("."):
                node = self.behind_point(node)
            else:
                return node
        raise self.error(TOO_DEEP, self.next)

    def raised(self, base: Node) -> Node:
        """Return a base with its raised exponent."""
        power = self.take()
        if power.text == "T":
            return Transposed(base.start, power.end, base)
        return Power(base.start, power.end, base, Number(power.start, power.end, power.value))

    def behind_point(self, owner: Node) -> Node:
        """Return what a point is before: a method, an attribute, a transposition."""
        self.take()
        name = self.next
        if name.kind != "name":
            raise self.unreadable()
        self.take()
        if self.is_next("("):
            arguments, end = self.items(self.take(), ")")
            return Method(owner.start, end, owner, Name(name.start, name.end, name.text), arguments)
        if name.text == "T":
            return Transposed(owner.start, name.end, owner)
        return Attribute(owner.start, name.end, owner, name.text)

    def atom(self) -> Node:
        """Return a number, a name, a call, or what stands in brackets."""
        token = self.next
        if token.kind == "number":
            return self.number(self.take())
        if token.kind == "name" and token.text not in WORDS:
            return self.named(self.take())
        if self.is_next("("):
            return self.group(self.take())
        if self.is_next("["):
            items, end = self.items(self.take(), "]", in_list=True)
            return Listed(token.start, end, items)
        if self.is_next("√"):
            self.take()
            with self.deeper():
                radicand = self.operand()
            return Call(token.start, radicand.end, Name(token.start, token.end, "sqrt"), (radicand,))
        raise self.unreadable()

    def number(self, token: Token) -> Node:
        """Return a number, of which a percentage is a hundredth."""
        if not self.is_next("%"):
            return Number(token.start, token.end, token.value)
        if self.starts_operand(self.tokens[self.place + 1]):
            raise self.error(REMAINDER, self.next)
        end = self.take().end
        try:
            return Number(token.start, end, read_number(f"{token.text}%").value)
        except NumberError as error:  # ½%
            raise self.error(str(error), token, end) from None

    def named(self, token: Token) -> Node:
        """Return a name, or the call of a function; a name such as w₁ is none."""
        name = Name(token.start, token.end, token.text)
        if not self.is_next("(") or token.lowered:
            return name
        arguments, end = self.items(self.take(), ")")
        return Call(token.start, end, name, arguments)

    def group(self, opening: Token) -> Node:
        """Return what stands in parentheses, which is a list where it has a comma."""
        start = self.place
        items, end = self.items(opening, ")")
        inside = self.tokens[start : self.place - 1]
        for before, comma, after in zip(inside, inside[1:], inside[2:]):
            if comma.text == "," and before.kind == after.kind == "number" and before.end + 1 == after.start:
                number = f"{before.text}.{after.text}"
                raise self.error(f"{DECIMAL_COMMA}: write {number}", before, after.end)
        if len(items) == 1 and inside[-1].text != ",":
            return replace(items[0], start=opening.start, end=end)
        return Listed(opening.start, end, items)

    def items(self, opening: Token, closing: str, *, in_list: bool = False) -> tuple[tuple[Node, ...], int]:
        """Return the items up to a bracket, with the place behind it."""
        outside, self.in_list = self.in_list, in_list
        items: list[Node] = []
        while not self.is_next(closing):
            if self.at_end():
                raise self.unclosed(opening, closing)
            items.append(self.sum())
            if self.is_next("="):
                raise self.error(NAMED_ARGUMENT, items[-1], self.next.end)
            if self.is_next(","):
                self.take()
            elif not self.is_next(closing) and not self.at_end():
                raise self.behind_item(in_list=in_list)
        self.in_list = outside
        return tuple(items), self.take().end

    def unclosed(self, opening: Token, closing: str) -> ExpressionError:
        """Return the error of a bracket without its other half."""
        if self.next.text == ";" and closing == "]":
            return self.unreadable("the rows of a matrix are lists, [[1, 2], [3, 4]]")
        return self.error(f"cannot read the expression: {closing} is missing", opening)

    def behind_item(self, *, in_list: bool) -> ExpressionError:
        """Return the error of what follows an item without a comma."""
        if in_list and self.starts_operand(self.next) and self.next.text not in WORDS:
            return self.unreadable("write a comma between the elements of a list")
        return self.behind_operand()

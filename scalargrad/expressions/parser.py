"""Read tokens as statements of sums, products, powers."""

from collections.abc import Iterator

from scalargrad.expressions.advice import power_of_function
from scalargrad.expressions.operands import Operands
from scalargrad.expressions.refusals import WORDS
from scalargrad.expressions.tree import Call, Chain, Indexed, Name, Node, Power, Signed, Statement

PRODUCTS = {"*", "/", "@", "·", "×"}
ASSIGNED_TO = "an assignment to this is not understood here; expected name = …"


def statements_of(text: str) -> list[Statement]:
    """Return the statements of a text; raise ExpressionError for what cannot be read.

    >>> [statement.name for statement in statements_of("a = 2x; a²")]
    ['a', '']
    """
    return list(_Parser(text).statements())


class _Parser(Operands):
    """Read the tokens of one text, by a method for each level of precedence, the loosest first."""

    # ---- statements

    def statements(self) -> Iterator[Statement]:
        """Yield the statements of the text."""
        while self.next.start < len(self.text):
            if self.at_end():
                self.take()
                continue
            yield self.statement()
            if not self.at_end():
                raise self.behind_operand()

    def statement(self) -> Statement:
        """Read one statement, up to its end."""
        name = self.next
        if name.kind == "name" and self.tokens[self.place + 1].text == "=":
            if name.text in WORDS:
                raise self.unreadable()
            self.place += 2
            value = self.sum()
            if self.is_next("="):
                raise self.error(f"{ASSIGNED_TO}, one name for each statement", value)
            return Statement(name.text, value)
        target = self.sum()
        if self.is_next("="):
            advice = ""
            if isinstance(target, Call):
                advice = f"; write {target.called.name} = …, with numbers for the names in it"
            elif isinstance(target, Indexed):
                advice = "; give the list as a whole, x = [0.5, -1]"
            raise self.error(ASSIGNED_TO + advice, target)
        return Statement("", target)

    # ---- operators

    def sum(self) -> Node:
        """Read terms with + and - between them."""
        first = self.product()
        rest: list[tuple[str, Node]] = []
        while self.is_next("+", "-"):
            if self.in_list and self.next.spaced and not self.tokens[self.place + 1].spaced:
                message = "write [x, -1] for a list, and [x - 1] for a difference"
                raise self.error(message, self.next)
            rest.append((self.take().text, self.product()))
        return Chain(first.start, rest[-1][1].end, first, tuple(rest)) if rest else first

    def product(self) -> Node:
        """Read factors with the signs of products between them, or none."""
        factors = [self.factor()]
        signs: list[str] = []
        while True:
            if self.is_next(*PRODUCTS):
                signs.append(self.take().text)
            elif self.is_silent_product():
                self.check_silent_product(factors, signs)
                signs.append("·")
            else:
                break
            factors.append(self.factor())
        first, *others = factors
        return Chain(first.start, others[-1].end, first, tuple(zip(signs, others))) if others else first

    def is_silent_product(self) -> bool:
        """Tell whether a product is meant though no sign stands there: 2x, 2(x+1), (x+1)(x+2), x²y, w₁x₁."""
        before, token = self.last, self.next
        if not self.starts_operand(token) or token.kind == "number" or (self.in_list and token.spaced):
            return False
        if before.kind == "name":
            return before.lowered
        return before.kind in {"number", "power"} or before.text in {")", "]", "%"}

    def check_silent_product(self, factors: list[Node], signs: list[str]) -> None:
        """Refuse a product that can be read in two ways: 1/2x, x**2y."""
        factor, token = factors[-1], self.next
        left, right = self.written(factor), self.written(token)
        if signs[-1:] == ["/"]:
            above = self.written(factors[-2])
            message = f"can be read in two ways: write ({above}/{left})*{right} or {above}/({left}*{right})"
            raise self.error(f"{above}/{left}{right} {message}", factors[-2], token.end)
        power = factor.operand if isinstance(factor, Signed) else factor
        if isinstance(power, Power) and self.last.kind != "power" and self.last.text not in {")", "]"}:
            base, exponent = map(self.written, (power.base, power.exponent))
            if isinstance(power.base, Name) and (said := power_of_function(base, exponent)):
                raise self.error(said, factors[-1], token.end)
            message = f"write {base}**{exponent}*{right} or {base}**({exponent}*{right})"
            raise self.error(f"{left}{right} can be read in two ways: {message}", factor, token.end)

    def factor(self) -> Node:
        """Read a power, with the signs before it."""
        with self.deeper():
            if not self.is_next("+", "-"):
                return self.power()
            sign = self.take()
            operand = self.factor()
            return Signed(sign.start, operand.end, sign.text, operand)

    def power(self) -> Node:
        """Read an operand with its exponent, in which powers and signs bind first."""
        base = self.operand()
        if not self.is_next("**"):
            return base
        self.take()
        exponent = self.factor()
        return Power(base.start, exponent.end, base, exponent)

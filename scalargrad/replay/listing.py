"""List a program in matrix form: every array with its formula, its shape."""

from collections.abc import Iterator, Sequence
from typing import Any

from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Symbol
from scalargrad.primitives.row import ATOM, PRODUCT, SUM
from scalargrad.primitives.rows import dot, logsumexp, multiply, total
from scalargrad.replay.arrays import Array, Joined, Numbers, Piece, Taken, View
from scalargrad.replay.elements import with_elements
from scalargrad.replay.graph import GUARD_ROWS, GUARDS, detached
from scalargrad.replay.operation import Operation
from scalargrad.replay.products import letters
from scalargrad.replay.program import Program
from scalargrad.replay.text import indexed

WIDEST = 48  # characters of a formula that stands in another
READ_AS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "int": "has the whole part"}
SIGNS = {row: READ_AS.get(sign, sign) for sign, row in GUARDS.items()}


def listing(program: Program, batch: int | None) -> str:
    """Return a program as a text: what it is given, then what it computes, with shapes on the right."""
    lister = Lister(program, batch)
    computed = [*lister.computed(), *lister.guards()]
    rows = [*lister.given(program), *lister.constant(), ("", ""), *computed]
    width = max(len(left) for left, _ in rows)
    return "\n".join(f"{left:<{width}}   {right}".rstrip() for left, right in rows)


class Lister:
    """Write formulas over names of arrays; what has no name and is read once stands where it is read."""

    def __init__(self, program: Program, batch: int | None) -> None:
        layout = self.layout = program.regular
        self.batch = batch
        self.hot = {hot.array: hot for hot in program.given.hot}
        self.writer = TextWriter()
        self.made = {op.array: op for op in layout.operations if isinstance(op, Operation)}
        self.formulas: dict[Array, Symbol] = {}
        self.constants: dict[bytes, tuple[str, tuple[int, ...]]] = {}
        self.inlined: set[Array] = set()
        for array in self._candidates():  # in the order in which they are computed
            if len(str(self.formula(array))) <= WIDEST:
                self.inlined.add(array)

    # ---- lines

    def given(self, program: Program) -> Iterator[tuple[str, str]]:
        """Yield arguments and parameters, these with the names of their elements where there are few."""
        for array in program.given.arguments:
            yield array.name, self.shape(array)
        for array in (*sorted(self.layout.parameters, key=self._first_use), *program.given.fresh):
            yield with_elements(array, program.labels), self.shape(array)

    def constant(self) -> Iterator[tuple[str, str]]:
        """Yield the arrays of plain numbers that were met in formulas."""
        for name, dims in self.constants.values():
            yield f"{name}, plain numbers", "×".join(map(str, dims))

    def _first_use(self, array: Array) -> int:
        """Return the number of the first operation that reads an array."""
        reads = (array in view.arrays for op in self.layout.operations for view in op.views)
        return next((i for i, is_read in enumerate(reads) if is_read), 0)

    def computed(self) -> Iterator[tuple[str, str]]:
        """Yield what is computed, but for what stands in another formula."""
        last = ""
        for operation in self.layout.operations:
            array = operation.array
            is_guard = isinstance(operation, Operation) and operation.group.row in GUARD_ROWS
            if isinstance(operation, Operation) and array not in self.inlined and not is_guard:
                yield f"{array.name} = {self.formula(array)}", self.shape(array)
                last = array.name
        value = str(self.symbol(self.layout.output))
        if value != last:
            yield f"value = {value}", ""
        if self.layout.followed:
            yield f"{len(self.layout.followed)} numbers are handed on after each replay", ""

    def guards(self) -> Iterator[tuple[str, str]]:
        """Yield the conditions under which the program holds."""
        expected = dict(self.layout.graph.guards)
        for operation in self.layout.operations:
            if isinstance(operation, Operation) and operation.group.row in GUARD_ROWS:
                left, right = (self.symbol(view) for view in operation.views)
                sign = SIGNS[operation.group.row]
                outcomes = {expected[slot] for slot in operation.array.slots.tolist()}
                negated = " does not hold" * (outcomes == {False}) + " as recorded" * (len(outcomes) > 1)
                yield f"where {left} {sign} {right}{negated}", self.shape(operation.array)

    def shape(self, array: Array) -> str:
        """Return the shape of an array, with the batch of the last call first."""
        lead = [str(self.batch)] if array.batched and self.batch is not None else []
        return "×".join([*lead, *map(str, array.dims)])

    # ---- formulas

    def _candidates(self) -> Iterator[Array]:
        """Yield arrays without a name of their own that are read once, as a whole."""
        readers: dict[Array, int] = {}
        whole: set[Array] = set()
        for operation in self.layout.operations:
            for view in operation.views:
                for array in view.arrays:
                    readers[array] = readers.get(array, 0) + 1
                if isinstance(view, Piece) and view.whole and _as_it_stands(view):
                    whole.add(view.array)
        outside = set(self.layout.graph.kept)
        for array in self.made:
            plain = array.name.startswith(("v", "s")) and array.name[1:].isdigit()
            once = readers.get(array) == 1 and array in whole and outside.isdisjoint(array.slots.tolist())
            if plain and once:
                yield array

    def formula(self, array: Array) -> Symbol:
        """Return the formula of an array."""
        if array not in self.formulas:
            self.formulas[array] = self._formula(self.made[array])
        return self.formulas[array]

    def symbol(self, view: View, *, transposed: bool = False) -> Symbol:
        """Return the symbol of what is read, or of its transpose."""
        if isinstance(view, Piece):
            kept = [axis for axis in view.axes if axis >= 0]
            turned = transposed != (kept != sorted(kept))
            base = self._part(view)
            return self.writer.name(f"{self._bracketed(base)}ᵀ") if turned and len(kept) > 1 else base
        symbol = self._of_many(view)
        return self.writer.name(f"{symbol}ᵀ") if transposed else symbol

    def _part(self, view: Piece) -> Symbol:
        array = view.array
        if array in self.inlined and view.whole:
            return self.formula(array)
        if array.kind == "constant":
            numbers = self.layout.places.constants[array.slots]
            return self._constants(Numbers(numbers, numbers.shape), indexed(view.index, batched=False))
        if array in self.hot:
            return self.writer.name(f"one_hot({self.hot[array].source.name})")
        return self.writer.name(array.name + ("" if view.whole else indexed(view.index, batched=False)))

    def _of_many(self, view: Numbers | Joined | Taken) -> Symbol:
        if isinstance(view, Numbers):
            same = view.numbers.size == 1
            return self.writer.number(float(view.numbers.flat[0])) if same else self._constants(view)
        if isinstance(view, Joined):
            return self.writer.name(f"[{', '.join(str(self.symbol(part)) for part in view.views)}]")
        names = ", ".join(str(self._part(_whole(array))) for array in view.arrays)
        return self.writer.name(f"{names}[…]" if len(view.arrays) == 1 else f"[{names}][…]")

    def _constants(self, view: Numbers, index: str = "") -> Symbol:
        """Return the name of constants, the same for the same numbers, or of some of them."""
        key = view.numbers.tobytes()
        name, _ = self.constants.setdefault(key, (f"c{len(self.constants)}", view.numbers.shape))
        return self.writer.name(name + index)

    def _formula(self, operation: Operation) -> Symbol:  # noqa: PLR0911  # one for each kind of operation
        row, symbols = operation.group.row, [self.symbol(view) for view in operation.views]
        if operation.blocks is not None:
            return self._product(operation, symbols)
        if operation.unrolled:
            half = len(symbols) // 2
            if row is total:
                return _chained(self.writer, symbols)
            if row is dot:
                products = [self.writer.write(multiply, pair) for pair in zip(symbols[:half], symbols[half:])]
                return _chained(self.writer, products)
            return self.writer.call(row.name, *symbols)
        if row is total:
            return self.writer.call("sum", *symbols)
        if row is dot:
            picked = self._pick(operation, symbols)
            return self._joined(symbols, "·") if picked is None else picked
        if row is logsumexp:
            return self.writer.call("logsumexp", *symbols)
        if row is detached:
            return self.writer.call("detached", *symbols)
        return self.writer.write(row, symbols)

    def _product(self, operation: Operation, symbols: Sequence[Symbol]) -> Symbol:
        """Return V Uᵀ, or U x where there is one sample only."""
        first, second = symbols
        u, v, z = letters(operation)
        if (picked := self._pick(operation, symbols)) is not None:
            return picked
        if z == "p" and v == "k":
            return self._joined([first, second], " ")
        if "p" in u:
            return self._joined([second, self.symbol(operation.views[0], transposed=True)], " ")
        return self._joined([second, first], "·" if u == v else " ")

    def _pick(self, operation: Operation, symbols: Sequence[Symbol]) -> Symbol | None:
        """Return the choice of elements by an argument, None where there is none."""
        for view, other in zip(operation.views, reversed(symbols)):
            if isinstance(view, Piece) and view.array in self.hot:
                hot = self.hot[view.array]
                places = hot.places[_rows(view)].ravel().tolist()
                whole = len(places) == hot.source.size
                index = "" if whole else f"[{', '.join(map(str, places))}]"
                return self.writer.call("pick", other, self.writer.name(hot.source.name + index))
        return None

    def _joined(self, symbols: Sequence[Symbol], sign: str) -> Symbol:
        return Symbol(sign.join(map(self._bracketed, symbols)), PRODUCT, self.writer)

    def _bracketed(self, symbol: Symbol) -> str:
        return str(symbol) if symbol.precedence >= ATOM or " " not in str(symbol) else f"({symbol})"


def _as_it_stands(view: Piece) -> bool:
    """Tell whether a view has the axes of its array, in their order."""
    kept = [axis for axis in view.axes if axis >= 0]
    return view.dims == view.array.dims and kept == sorted(kept)


def _whole(array: Array) -> Piece:
    axes = tuple(range(len(array.dims)))
    return Piece(array, array.dims, (0,) * len(axes), axes, array.dims)


def _rows(view: Piece) -> Any:
    """Return which rows of a one-hot array are read."""
    if len(view.dims) < 2:
        return slice(None)
    length = view.lengths.get(0)
    return slice(view.starts[0], view.starts[0] + (1 if length is None else length))


def _chained(writer: TextWriter, symbols: Sequence[Symbol]) -> Symbol:
    return Symbol(" + ".join(map(str, symbols)), SUM, writer)

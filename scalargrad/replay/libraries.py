"""The libraries of arrays that programs are written for: NumPy, PyTorch, JAX."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, get_args

import numpy as np

from scalargrad.errors import known
from scalargrad.notation.languages import JAX, NumPy, Torch
from scalargrad.notation.writer import CONDITION, Symbol
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.table import TABLE

LibraryName = Literal["numpy", "torch", "jax"]
ANOTHER_WAY = "numbers that go another way through the function"


def occurrences(text: str, name: str) -> int:
    """Return how often a text reads a name; "x" does not occur in "np.maximum(x0, y.x)"."""
    return len(re.findall(rf"(?<![\w.]){re.escape(name)}(?!\w)", text))


class Arithmetic(NumPy):
    """Write rows over arrays; of 1 · (x > 0) the comparison alone, which counts as a number in a product."""

    def _neutral(self, row: Primitive, operands: Sequence[Any]) -> Symbol | None:
        one, condition = operands if row.name == "multiply" else (None, None)
        is_one = not isinstance(one, Symbol) and one == 1
        if is_one and isinstance(condition, Symbol) and condition.precedence <= CONDITION:
            return condition
        return super()._neutral(row, operands)


class FloatLiterals(Arithmetic):
    """Write whole numbers as floats, which NumPy need not convert at each call."""

    def short(self, x: Any) -> Symbol:
        """Return an operand."""
        return self.symbol(x)

    def shortest(self, x: Any) -> Symbol:
        """Return an operand where 0 and -0 are the same."""
        return self.symbol(x)


class Library:
    """What programs are written with: NumPy, unless a kind says otherwise."""

    alias: ClassVar[str] = "np"
    imports: ClassVar[str] = "import numpy as np"
    dialect: ClassVar[type[NumPy]] = Arithmetic
    joins: ClassVar[str] = "concatenate"
    sums_by_products: ClassVar[bool] = False  # of rows: with a vector of ones

    def call(self, name: str, *arguments: str) -> str:
        """Return a call of a function of the library."""
        return f"{self.alias}.{name}({', '.join(arguments)})"

    def applied(self, dialect: NumPy, row: Primitive, operands: Sequence[Any]) -> str:
        """Return a row applied to operands; as a call where its definition would read one of them twice."""
        text = str(dialect.value(row, *operands))
        names = [str(x) for x in operands if isinstance(x, Symbol)]
        twice = any(occurrences(text, name) > 1 for name in names if not name.isdigit())
        return str(dialect.write(row, operands)) if twice and TABLE.get(row.name) is row else text

    def joined(self, parts: Sequence[str], axis: int) -> str:
        """Return arrays side by side along an axis."""
        return self.call(self.joins, f"[{', '.join(parts)}]", f"axis={axis}")

    def vecdot(self, x: str, y: str) -> str:
        """Return the products of vectors that lie along the last axis."""
        return self.call("vecdot", x, y)

    def logsumexp(self, x: str) -> str:
        """Return ln Σ eˣ along the last axis."""
        return f"logsumexp({x})"

    def permuted(self, order: Sequence[int]) -> str:
        """Return the method that puts axes in another order."""
        return f".transpose({', '.join(map(str, order))})"

    def one_hot(self, index: str, count: int) -> str:
        """Return an array that is 1 at the places of an index and else 0."""
        return f"1.0*({index}[..., None] == np.arange({count}))"

    def widened(self, x: str, shape: str) -> str:
        """Return an array in a larger shape."""
        return self.call("broadcast_to", x, shape)

    def detached(self, x: str) -> str:
        """Return what passes on no derivative."""
        return x

    def only_where(self, conditions: Sequence[str], value: str) -> tuple[list[str], str]:
        """Return the statements that refuse to go on where a condition does not hold, and the value."""
        return [f'assert {self.call("all", x)}, "{ANOTHER_WAY}"' for x in conditions], value

    def literal(self, numbers: np.ndarray) -> str:
        """Return constants as they are written before a function."""
        return f"{self.alias}.array({self._listed(numbers)})"

    def _listed(self, numbers: np.ndarray) -> str:
        return re.sub(r"\b(inf|nan)\b", rf"{self.alias}.\1", str(numbers.tolist()))


class Replaying(Library):
    """Write NumPy to be run rather than read."""

    dialect = FloatLiterals
    sums_by_products = True


class TorchLibrary(Library):
    """Write for PyTorch, on tensors of double precision."""

    alias = "torch"
    imports = "import torch"
    dialect = Torch
    joins = "cat"

    def applied(self, dialect: NumPy, row: Primitive, operands: Sequence[Any]) -> str:
        """Return a row applied to operands."""
        return str(dialect.value(row, *operands))

    def vecdot(self, x: str, y: str) -> str:
        """Return the products of vectors that lie along the last axis."""
        return f"torch.linalg.vecdot({x}, {y})"

    def logsumexp(self, x: str) -> str:
        """Return ln Σ eˣ along the last axis."""
        return f"torch.logsumexp({x}, -1)"

    def permuted(self, order: Sequence[int]) -> str:
        """Return the method that puts axes in another order."""
        return f".permute({', '.join(map(str, order))})"

    def one_hot(self, index: str, count: int) -> str:
        """Return an array that is 1 at the places of an index and else 0."""
        return f"({index}[..., None] == torch.arange({count})).double()"

    def literal(self, numbers: np.ndarray) -> str:
        """Return constants as they are written before a function."""
        kind = (
            "torch.float64"
            if numbers.dtype.kind == "f"
            else "torch.bool"
            if numbers.dtype == bool
            else "torch.int64"
        )
        return f"torch.tensor({self._listed(numbers)}, dtype={kind})"

    def widened(self, x: str, shape: str) -> str:
        """Return a tensor in a larger shape; a number becomes one."""
        is_number = re.fullmatch(r"-?[\d.e+-]+", x) is not None
        return f"torch.full({shape}, {x}, dtype=torch.float64)" if is_number else super().widened(x, shape)

    def detached(self, x: str) -> str:
        """Return what passes on no derivative."""
        return f"{x}.detach()"


class JAXLibrary(Library):
    """Write for JAX, whose arrays are of double precision if `jax_enable_x64` is set."""

    alias = "jnp"
    imports = "import jax\nimport jax.numpy as jnp"
    dialect = JAX

    def applied(self, dialect: NumPy, row: Primitive, operands: Sequence[Any]) -> str:
        """Return a row applied to operands."""
        return str(dialect.value(row, *operands))

    def logsumexp(self, x: str) -> str:
        """Return ln Σ eˣ along the last axis."""
        return f"jax.nn.logsumexp({x}, axis=-1)"

    def one_hot(self, index: str, count: int) -> str:
        """Return an array that is 1 at the places of an index and else 0."""
        return f"1.0*({index}[..., None] == jnp.arange({count}))"

    def detached(self, x: str) -> str:
        """Return what passes on no derivative."""
        return f"jax.lax.stop_gradient({x})"

    def only_where(self, conditions: Sequence[str], value: str) -> tuple[list[str], str]:
        """Return the statement that says whether all conditions hold; elsewhere the value is nan.

        JAX may trace the function, and then there is no number that could be asserted.
        """
        recorded = " & ".join(self.call("all", condition) for condition in conditions)
        lines = [f"# nan for {ANOTHER_WAY}", f"_recorded = ({recorded})"]
        return lines, f"jnp.where(_recorded, {value}, jnp.nan)"


LIBRARIES: dict[LibraryName, Library] = dict(
    zip(get_args(LibraryName), (Library(), TorchLibrary(), JAXLibrary()))
)
REPLAYING = Replaying()


def library(name: LibraryName) -> Library:
    """Return the library of a name; raise UnknownNameError for any other."""
    return LIBRARIES[known("library", name, LIBRARIES)]

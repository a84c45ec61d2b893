"""The languages that rows are written in: Python over `math`, NumPy, PyTorch, JAX, JavaScript."""

import inspect
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from math import isfinite
from typing import Any, ClassVar

from scalargrad.notation.code import Dialect
from scalargrad.notation.writer import CONDITION, LOOSE, Symbol
from scalargrad.primitives.row import ATOM, Primitive


class Python(Dialect):
    """Write Python over `math`, which gives what `scalars.strict` gives, and raises where that does.

    >>> from scalargrad.primitives.table import TABLE
    >>> python = Python()
    >>> str(python.value(TABLE["relu"], python.name("x")))
    'maximum(x, 0.0)'
    >>> print(python.needed("maximum(x, 0.0)"))
    import math
    def maximum(x: float, y: float) -> float:
        return x if x >= y or math.isnan(x) else y
    """

    infinity = "math.inf"
    nan = "math.nan"
    choice = ("{1} if {0} else {2}", LOOSE)
    relations: ClassVar[dict[str, str]] = Dialect.relations | {"mod": "%"}
    imported: ClassVar[tuple[str, str]] = ("math", "math")  # a module, and the name it goes by
    namespace: ClassVar[tuple[str, str]] = ("scalargrad.primitives.scalars", "strict")

    @cached_property
    def functions(self) -> Mapping[str, str]:
        """Return the functions that the namespace takes from the library as they are."""
        module, alias = self.imported
        library = vars(import_module(module))
        taken = (name for name, function in self._offered.items() if library.get(name) is function)
        return {name: f"{alias}.{name}" for name in taken} | {"abs": "abs"}

    def function(self, name: str, operands: Sequence[str], body: Symbol) -> str:
        """Return the definition of a function."""
        return f"def {name}({', '.join(operands)}):\n    return {body}"

    def lacking(self, name: str) -> str | None:
        """Return the source of what the namespace does not take from the library, or an import there."""
        if name in self._offered and name not in self.functions:
            comments_and_privacy = r"\s*#.*|\b_(?=[a-z])"
            return re.sub(comments_and_privacy, "", inspect.getsource(self._offered[name])).strip()
        module = inspect.getsource(self._module)
        imported = re.search(rf"^(from \S+ )?import .*\b{name}$", module, re.MULTILINE)
        return imported and imported[0]

    @property
    def _module(self) -> Any:
        return import_module(self.namespace[0])

    @property
    def _offered(self) -> dict[str, Any]:
        return dict(getattr(self._module, self.namespace[1]).functions)


class NumPy(Python):
    """Write NumPy, which gives what `arrays.arrays` gives: every element takes both branches of a choice.

    >>> from scalargrad.primitives.table import TABLE
    >>> numpy = NumPy()
    >>> str(numpy.value(TABLE["relu"], numpy.name("x")))
    'np.maximum(x, 0.0)'
    """

    infinity = "np.inf"
    nan = "np.nan"
    choice = ("np.where({0}, {1}, {2})", ATOM)
    relations: ClassVar[dict[str, str]] = Python.relations | {"and": "&", "or": "|"}
    imported = ("numpy", "np")
    namespace = ("scalargrad.primitives.arrays", "arrays")

    @cached_property
    def functions(self) -> Mapping[str, str]:
        """Return the functions that the namespace takes from NumPy as they are."""
        return {**super().functions, "abs": "np.abs"}

    def relate(self, left: Any, sign: str, right: Any) -> Any:
        """Return a comparison; of those that are joined, each stands in brackets."""
        if sign in {"and", "or"}:
            left, right = (self.bracketed(x) if x.precedence == CONDITION else x for x in (left, right))
        return super().relate(left, sign, right)


class Framework(NumPy):
    """Write what a framework differentiates itself: as NumPy, but with names that are stated.

    Nothing is looked up in the framework, which need not be installed.  Operands are its tensors or
    arrays, in double precision.
    """

    # The formulas of these have corners, |x| or max(x, 0), at which the row itself has none, or a derivative
    # of its choice.  Differentiated there as it stands, that of σ gives 0 in PyTorch; their own functions
    # give what the row does.
    cornered: ClassVar[set[str]] = {"sigmoid", "log_sigmoid", "softplus", "relu", "elu", "clip"}
    functions: ClassVar[dict[str, str]] = {"total": "sum"}
    sources: ClassVar[dict[str, str]] = {
        "functools": "import functools",
        "dot": "def dot(ws, xs):\n    return sum(w * x for w, x in zip(ws, xs, strict=True))",
    }

    def value(self, row: Primitive, *operands: Any) -> Symbol:
        """Return z at the operands, as a call where the row's formula has corners."""
        if row.name in self.cornered:
            return self.call(row.name, *operands, *row.parameters)
        return super().value(row, *operands)

    def lacking(self, name: str) -> str | None:
        """Return the source of what the framework lacks, or the import of its name."""
        return self.sources.get(name)


class Torch(Framework):
    """Write PyTorch, which asks for tensors here and there: a number becomes one where it has to.

    >>> from scalargrad.primitives.table import TABLE
    >>> torch = Torch()
    >>> str(torch.value(TABLE["silu"], torch.name("x")))
    'x*torch.sigmoid(x)'
    >>> print(torch.needed("softplus(x)"))
    import torch
    def softplus(x):
        return torch.logaddexp(x, torch.zeros_like(x))
    """

    infinity = "torch.inf"
    nan = "torch.nan"
    choice = ("torch.where({0}, {1}, {2})", ATOM)
    functions: ClassVar[dict[str, str]] = {
        **Framework.functions,
        **{
            name: f"torch.{name}"
            for name in (
                *("abs", "sqrt", "exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "pow"),
                *("sin", "cos", "tan", "asin", "acos", "atan"),
                *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
                *("sigmoid", "relu", "maximum", "minimum"),
            )
        },
        "erf": "torch.special.erf",
        "log_sigmoid": "torch.nn.functional.logsigmoid",
        "elu": "torch.nn.functional.elu",
        "clip": "torch.clamp",
    }
    sources: ClassVar[dict[str, str]] = {
        **Framework.sources,
        "torch": "import torch",
        # torch.sign(nan) is 0
        "sign": "def sign(x):\n    return torch.where(torch.isnan(x), x, torch.sign(x))",
        # torch.nn.functional.softplus(x) is x beyond 20, where the two differ by 2e-9
        "softplus": "def softplus(x):\n    return torch.logaddexp(x, torch.zeros_like(x))",
        # not a choice between products: the derivative by a weight that is 0 is x
        "weigh": """def weigh(weight, x):
    return weight * torch.where((weight == 0) & ~torch.isfinite(x), 0.0, x)""",
        "logsumexp": "def logsumexp(xs):\n    return functools.reduce(torch.logaddexp, xs)",
    }
    all_tensors: ClassVar[set[str]] = {"maximum", "minimum", "weigh"}  # of others one operand is enough

    def call(self, name: str, *operands: Any) -> Symbol:
        """Return a call; its numbers become tensors where no operand is one, or all have to be."""
        may_stay = name not in self.all_tensors and any(isinstance(x, Symbol) for x in operands)
        return super().call(name, *(operands if may_stay else map(self.tensor, operands)))

    def pow(self, x: Any, n: Any) -> Symbol:
        """Return x to the power n, at least one of which is a tensor."""
        numbers = not isinstance(x, Symbol) and not isinstance(n, Symbol)
        return super().pow(self.tensor(x) if numbers else x, n)

    def where(self, condition: Any, chosen: Any, otherwise: Any) -> Symbol:
        """Return the choice between two operands; numbers alone would make it one of single precision."""
        if isinstance(condition, Symbol) and not any(map(_is_tensor_of_floats, (chosen, otherwise))):
            chosen, otherwise = self.tensor(chosen), self.tensor(otherwise)
        return super().where(condition, chosen, otherwise)

    def filled(self, template: str, precedence: int, row: Primitive, operands: Sequence[Any]) -> Symbol:
        """Return an operator with its operands; 0.1 times a comparison would be of single precision."""
        if not any(map(_is_tensor_of_floats, operands)):
            operands = list(map(self.tensor, operands))
        return super().filled(template, precedence, row, operands)

    def tensor(self, x: Any) -> Symbol:
        """Return an operand as it is, a number as a tensor without axes."""
        if isinstance(x, Symbol):
            return x
        return Symbol(f"torch.tensor({self.number(x)}, dtype=torch.float64)", ATOM, self)


class JAX(Framework):
    """Write JAX, whose arrays are of double precision where its option `jax_enable_x64` is set.

    >>> from scalargrad.primitives.table import TABLE
    >>> jax = JAX()
    >>> str(jax.value(TABLE["gelu"], jax.name("x")))
    '0.5*x*(1 + jax.scipy.special.erf(x*0.7071067811865476))'
    >>> print(jax.needed("jnp.exp(x)*jax.nn.relu(x)"))
    import jax.numpy as jnp
    import jax
    """

    infinity = "jnp.inf"
    nan = "jnp.nan"
    choice = ("jnp.where({0}, {1}, {2})", ATOM)
    functions: ClassVar[dict[str, str]] = {
        **Framework.functions,
        **{
            name: f"jnp.{name}"
            for name in (
                *("abs", "sign", "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10", "pow"),
                *("sin", "cos", "tan", "asin", "acos", "atan"),
                *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
                *("maximum", "minimum", "clip"),
            )
        },
        **{name: f"jax.nn.{name}" for name in ("sigmoid", "log_sigmoid", "softplus", "relu", "elu")},
        "erf": "jax.scipy.special.erf",
    }
    sources: ClassVar[dict[str, str]] = {
        **Framework.sources,
        "jax": "import jax",
        "jnp": "import jax.numpy as jnp",
        # jnp.exp2(800.0) is off by 60 units in the last place
        "exp2": "def exp2(x):\n    return jnp.pow(2.0, x)",
        # not a choice between products: the derivative by a weight that is 0 is x
        "weigh": """def weigh(weight, x):
    return weight * jnp.where((weight == 0) & ~jnp.isfinite(x), 0.0, x)""",
        "logsumexp": "def logsumexp(xs):\n    return functools.reduce(jnp.logaddexp, xs)",
    }


class JavaScript(Dialect):
    """Write JavaScript over `Math`, which follows IEEE 754 to the limits, as `scalars.ieee` does.

    >>> from scalargrad.primitives.table import TABLE
    >>> javascript = JavaScript()
    >>> str(javascript.value(TABLE["relu"], javascript.name("x")))
    'Math.max(x, 0)'
    """

    infinity = "Infinity"
    nan = "NaN"
    choice = ("{0} ? {1} : {2}", LOOSE)
    relations: ClassVar[dict[str, str]] = {"=": "===", "!=": "!==", "and": "&&", "or": "||"}
    functions: ClassVar[dict[str, str]] = {
        name: f"Math.{name}"
        for name in (
            *("abs", "sign", "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10"),
            *("sin", "cos", "tan", "asin", "acos", "atan"),
            *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
        )
    } | {"maximum": "Math.max", "minimum": "Math.min"}
    sources: ClassVar[dict[str, str]] = {
        # C's pow, and so Python's, is 1 where the base is 1 or, with an infinite exponent, -1
        "pow": """const pow = (x, n) =>
  (x === 1 || (x === -1 && Math.abs(n) === Infinity) ? 1 : Math.pow(x, n));""",
        "exp2": "const exp2 = (x) => Math.pow(2, x);",
        # with the sign of the divisor, as in Python
        "mod": """const mod = (x, y) => {
  const rest = x % y;
  if (rest === 0) return 0 * Math.sign(y);
  return (rest < 0) === (y < 0) ? rest : rest + y;
};""",
        # 2/√π · e^(-x²) · Σ 2ⁿx²ⁿ⁺¹ / (2n + 1)!! near 0, else 1 less the continued fraction of erfc
        "erf": """const erf = (x) => {
  const bell = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (Math.abs(x) < 2) {
    let sum = x, term = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) sum += term *= 2 * x * x / (2 * n + 1);
    return 2 * bell * sum;
  }
  let fraction = Math.abs(x);
  for (let n = 60; n > 0; n -= 1) fraction = Math.abs(x) + n / 2 / fraction;
  return Math.sign(x) * (1 - bell / fraction);
};""",
        "weigh": "const weigh = (weight, x) => (weight === 0 ? 0 : weight * x);",
        "total": "const total = (xs) => xs.reduce((sum, x) => sum + x, 0);",
        "dot": "const dot = (ws, xs) => ws.reduce((sum, w, i) => sum + w * xs[i], 0);",
        "logsumexp": """const logsumexp = (xs) => {
  const top = xs.reduce((x, y) => Math.max(x, y)), place = xs.indexOf(top);
  if (!Number.isFinite(top)) return top;
  return top + Math.log1p(xs.reduce((sum, x, i) => (i === place ? sum : sum + Math.exp(x - top)), 0));
};""",
    }

    def number(self, x: float) -> Symbol:
        """Return the symbol of a number, all of which are floats."""
        symbol = super().number(x)
        return Symbol(symbol.text.removesuffix(".0"), symbol.precedence, self)

    def pow(self, x: Any, n: Any) -> Symbol:
        """Return x to the power n; one that is a finite constant needs no more than `Math` has."""
        plain = not isinstance(n, Symbol) and isfinite(n) and n != 1
        return self.call("Math.pow", x, n) if plain else super().pow(x, n)

    def relate(self, left: Any, sign: str, right: Any) -> Any:
        """Return a comparison; the remainder is a call."""
        return self.call("mod", left, right) if sign == "mod" else super().relate(left, sign, right)

    def function(self, name: str, operands: Sequence[str], body: Symbol) -> str:
        """Return the definition of a function."""
        return f"const {name} = ({', '.join(operands)}) => {body};"

    def lacking(self, name: str) -> str | None:
        """Return the source of what `Math` lacks."""
        return self.sources.get(name)


LANGUAGES: tuple[type[Dialect], ...] = (Python, NumPy, JavaScript)
FRAMEWORKS: tuple[type[Framework], ...] = (Torch, JAX)  # each rounds in its own way: a few units off


def _is_tensor_of_floats(x: Any) -> bool:
    return isinstance(x, Symbol) and x.precedence > CONDITION

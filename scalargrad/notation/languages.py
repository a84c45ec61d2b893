"""The languages that rows are written in: Python over `math`, NumPy, JavaScript."""

import inspect
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from math import isfinite
from typing import Any, ClassVar

from scalargrad.notation.code import Dialect
from scalargrad.notation.writer import CONDITION, LOOSE, Symbol
from scalargrad.primitives.row import ATOM


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
            *("abs", "sign", "sqrt", "exp", "expm1", "log", "log1p"),
            *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
        )
    } | {"maximum": "Math.max", "minimum": "Math.min"}
    sources: ClassVar[dict[str, str]] = {
        # C's pow, and so Python's, is 1 where the base is 1 or, with an infinite exponent, -1
        "pow": """const pow = (x, n) =>
  (x === 1 || (x === -1 && Math.abs(n) === Infinity) ? 1 : Math.pow(x, n));""",
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

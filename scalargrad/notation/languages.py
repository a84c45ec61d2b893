"""The languages that rows are written in: Python over `math`, NumPy, JavaScript."""

import inspect
from typing import Any, ClassVar

from scalargrad.notation.code import Dialect
from scalargrad.notation.writer import CONDITION, Symbol
from scalargrad.primitives import scalars
from scalargrad.primitives.row import ATOM


class Python(Dialect):
    """Write Python over `math`, which raises where the engine does.

    >>> from scalargrad.primitives.table import TABLE
    >>> python = Python()
    >>> str(python.value(TABLE["relu"], python.name("x")))
    'x if x >= 0.0 or x != x else 0.0'
    """

    prefix = "math."
    infinity = "math.inf"
    functions: ClassVar[dict[str, str]] = {
        "abs": "abs({0})",
        "erf": "math.erf({0})",
        "pow": "math.pow({0}, {1})",
        "copysign": "math.copysign({0}, {1})",
        "logsumexp": "logsumexp([{0}])",
    }
    relations: ClassVar[dict[str, str]] = Dialect.relations | {"mod": "%"}
    lacking: ClassVar[dict[str, str]] = {
        "logsumexp": inspect.getsource(scalars._maximum)
        + "\n\n"
        + inspect.getsource(scalars._logsumexp).replace("_logsumexp", "logsumexp")
    }

    def where(self, condition: Any, chosen: Any, otherwise: Any) -> Symbol:
        """Return a conditional expression, which evaluates one branch."""
        return self._choice("{1} if {0} else {2}", condition, chosen, otherwise)

    def maximum(self, x: Any, y: Any) -> Symbol:
        """Return the larger operand; a nan on either side wins."""
        return self.where((x >= y) | self.is_nan(x), x, y)

    def minimum(self, x: Any, y: Any) -> Symbol:
        """Return the smaller operand; a nan on either side wins."""
        return self.where((x <= y) | self.is_nan(x), x, y)

    def is_nan(self, x: Any) -> Any:
        """Return the comparison that only a nan meets."""
        return self.relate(x, "!=", x)

    def sign(self, x: Symbol) -> Symbol:
        """Return -1, 0 or 1, and nan for nan."""
        return self.where(
            self.relate(x, "=", 0.0) | self.is_nan(x), x, self.call("copysign", self.number(1.0), x)
        )


class NumPy(Dialect):
    """Write NumPy over arrays, where every element takes both branches of a choice.

    >>> from scalargrad.primitives.table import TABLE
    >>> numpy = NumPy()
    >>> str(numpy.value(TABLE["relu"], numpy.name("x")))
    'np.maximum(x, 0.0)'
    """

    prefix = "np."
    infinity = "np.inf"
    functions: ClassVar[dict[str, str]] = {
        "abs": "np.abs({0})",
        "erf": "erf({0})",
        "pow": "np.pow({0}, {1})",
        "sign": "np.sign({0})",
        "maximum": "np.maximum({0}, {1})",
        "minimum": "np.minimum({0}, {1})",
        "logsumexp": "np.logaddexp.reduce([{0}])",
    }
    relations: ClassVar[dict[str, str]] = Dialect.relations | {"mod": "%", "and": "&", "or": "|"}
    lacking: ClassVar[dict[str, str]] = {"erf": "erf = np.vectorize(math.erf, otypes=[float])"}

    def where(self, condition: Any, chosen: Any, otherwise: Any) -> Symbol:
        """Return the choice element by element."""
        return Symbol(f"np.where({condition}, {self.symbol(chosen)}, {self.symbol(otherwise)})", ATOM, self)

    def relate(self, left: Any, sign: str, right: Any) -> Any:
        """Return a comparison; of two that are joined, each stands in brackets."""
        if sign in {"and", "or"}:
            left, right = (self.bracketed(x) if x.precedence == CONDITION else x for x in (left, right))
        return super().relate(left, sign, right)


class JavaScript(Dialect):
    """Write JavaScript over `Math`, which follows IEEE 754 to the limits.

    >>> from scalargrad.primitives.table import TABLE
    >>> javascript = JavaScript()
    >>> str(javascript.value(TABLE["relu"], javascript.name("x")))
    'Math.max(x, 0.0)'
    """

    prefix = "Math."
    infinity = "Infinity"
    functions: ClassVar[dict[str, str]] = {
        "abs": "Math.abs({0})",
        "erf": "erf({0})",
        "pow": "pow({0}, {1})",
        "sign": "Math.sign({0})",
        "maximum": "Math.max({0}, {1})",
        "minimum": "Math.min({0}, {1})",
        "logsumexp": "logsumexp([{0}])",
    }
    relations: ClassVar[dict[str, str]] = {"=": "===", "!=": "!==", "mod": "%", "and": "&&", "or": "||"}
    lacking: ClassVar[dict[str, str]] = {
        # 2/√π · e^(-x²) · Σ 2ⁿx²ⁿ⁺¹ / (2n + 1)!!, whose terms have one sign; beyond 6 it is ±1 to 2e-17
        "erf": """const erf = (x) => {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let sum = x, term = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
};""",
        # C's pow, and so Python's, is 1 where the base is 1 or, with an infinite exponent, -1
        "pow": """const pow = (x, n) =>
  (x === 1 || x === -1 && Math.abs(n) === Infinity ? 1 : Math.pow(x, n));""",
        "logsumexp": """const logsumexp = (xs) => {
  const top = Math.max(...xs), place = xs.indexOf(top);
  if (!Number.isFinite(top)) return top;
  return top + Math.log1p(xs.reduce((sum, x, i) => (i === place ? sum : sum + Math.exp(x - top)), 0));
};""",
    }

    def where(self, condition: Any, chosen: Any, otherwise: Any) -> Symbol:
        """Return a conditional expression."""
        return self._choice("{0} ? {1} : {2}", condition, chosen, otherwise)


LANGUAGES: tuple[type[Dialect], ...] = (Python, NumPy, JavaScript)

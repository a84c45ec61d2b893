"""What the names of functions mean: a row by its name, by an alias, in any capitals."""

import functools
from collections.abc import Callable
from typing import Any

from scalargrad.elsewhere import ARCS, FORMULAS
from scalargrad.engine import functions
from scalargrad.engine.composed import log_softmax, mean, softmax
from scalargrad.errors import OperandError, ShapeError, unknown
from scalargrad.expressions import losses
from scalargrad.expressions.vectors import Array, described, elementwise, flat, product, shape, transposed
from scalargrad.primitives.table import Entry, names, row_of_entry

Function = Callable[..., Array]
ALIASES = {
    "σ": "sigmoid", "sigma": "sigmoid", "logistic": "sigmoid", "expit": "sigmoid",
    "lrelu": "leaky_relu", "swish": "silu", "lse": "logsumexp", "Σ": "total",
    **ARCS,
    "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh",
    "lg": "log10", "lb": "log2", "ld": "log2", "average": "mean", "avg": "mean",
    "mean_squared_error": "mse", "mse_loss": "mse", "bce_with_logits": "binary_cross_entropy",
    "cross_entropy_loss": "cross_entropy", "inner": "dot",
}  # fmt: skip
INSTEAD = {  # of what people look for, where no name is near
    "norm": "sqrt(sum(x**2))",
    **FORMULAS,
    "prod": "x[0]*x[1]",
    "where": "relu, max, min or clip",
    "argmax": "max, whose derivative there is",
    "bce": "binary_cross_entropy(z, t) of a score z, or -t*log(p) - (1-t)*log(1-p) of a probability p",
    "nll": "-log(p[0])",
    "nll_loss": "-log(p[0])",
    "array": "a list in brackets, [1, 2]",
    "tensor": "a list in brackets, [1, 2]",
    "Value": "name=… for its number",
}


def function_named(name: str) -> Function | None:
    """Return the function that a name means, None where it means none; lists are taken element by element.

    >>> [x.data for x in function_named("ReLU")([-1.0, 2.0])]
    [0.0, 2.0]
    """
    known = _known()
    return known.get(name) or known.get(ALIASES.get(name, "")) or _folded(known).get(_fold(name))


def unknown_function(name: str) -> str:
    r"""Return the message for a function that there is not, with the nearest that there is.

    >>> print(unknown_function("tahn"), unknown_function("norm"), sep="\n")
    unknown function 'tahn'; did you mean tan or tanh or atan?
    unknown function 'norm'; write sqrt(sum(x**2))
    """
    if name in INSTEAD:
        return f"unknown function {name!r}; write {INSTEAD[name]}"
    known = list(_known())
    return unknown("function", name, known, most=len(known))


def _known() -> dict[str, Function]:
    return {name: _of_entry(entry) for name, entry in names().items()} | COMPOSED


def _folded(known: dict[str, Function]) -> dict[str, Function]:
    return {_fold(name): function for name, function in known.items()} | {
        _fold(alias): known[name] for alias, name in ALIASES.items() if alias.isascii() and name in known
    }


def _fold(name: str) -> str:
    return name.lower().replace("_", "")


def _of_entry(entry: Entry) -> Function:
    name = entry.name
    match row_of_entry(entry).lists:
        case 0 if name in {"maximum", "minimum"}:
            return lambda *operands: _between(name, operands)
        case 0:
            return lambda *operands: elementwise(_called(name), *operands)
        case 1:
            return lambda *operands: _called(name)(_one_list(name, operands))
    return lambda *operands: _of_two_lists(name, operands)


def _called(name: str) -> Function:
    return getattr(functions, name)  # type: ignore[no-any-return]


def _between(name: str, operands: tuple[Array, ...]) -> Array:
    """Return the largest or smallest of two, of more, or of one list."""
    if len(operands) == 1 and isinstance(operands[0], list):
        operands = tuple(flat(operands[0]))
    if len(operands) < 2:
        return _called(name)(*operands)  # which says how many it takes
    return functools.reduce(lambda x, y: elementwise(_called(name), x, y), operands)


def _one_list(name: str, operands: tuple[Array, ...]) -> Array:
    """Return the operands of a function of one list, which may stand one by one."""
    listed = operands[0] if len(operands) == 1 and isinstance(operands[0], list) else list(operands)
    if len(shape(listed or [0.0])) > 1 and name not in {"total", "mean"}:
        raise ShapeError(f"{name} takes one list, and this is {described(listed)}")
    return flat(listed)


def _of_two_lists(name: str, operands: tuple[Array, ...]) -> Array:
    if name == "dot" and any(len(shape(x)) > 1 for x in operands):
        return product(*operands)
    if not all(len(shape(x)) == 1 for x in operands):
        raise OperandError(f"{name} takes lists, such as [x, y]; of numbers write x*y")
    return _called(name)(*operands)


def _composed(function: Callable[[Any], Array]) -> Function:
    return lambda *operands: function(_one_list(function.__name__, operands))


COMPOSED: dict[str, Function] = {
    **{function.__name__: _composed(function) for function in (mean, softmax, log_softmax)},
    **{name: getattr(losses, name) for name in ("mse", "half_squared_error", "hinge")},
    **{name: getattr(losses, name) for name in ("cross_entropy", "binary_cross_entropy")},
    "matmul": product,
    "transpose": transposed,
}

"""scalargrad: scalar reverse-mode automatic differentiation to learn from and to keep using."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scalargrad import nn
from scalargrad.engine import Value
from scalargrad.functions import (
    abs,  # noqa: F401
    acos,
    add,
    asin,
    atan,
    clip,
    cos,
    cosh,
    divide,
    dot,
    elu,
    erf,
    exp,
    expm1,
    gelu,
    leaky_relu,
    log,
    log1p,
    log_sigmoid,
    log_softmax,
    logsumexp,
    maximum,
    mean,
    minimum,
    multiply,
    negative,
    positive,
    pow,  # noqa: F401
    power,
    relu,
    sigmoid,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    sqrt,
    subtract,
    tan,
    tanh,
    total,
    where,
)
from scalargrad.gradcheck import gradcheck
from scalargrad.naming import label, leaves
from scalargrad.operators import no_grad
from scalargrad.tracing import Trace, trace
from scalargrad.transforms import grad, hessian, value_and_grad

if TYPE_CHECKING:
    from scalargrad import optim
    from scalargrad.diagnosis import Diagnosis, diagnose
    from scalargrad.drawing import draw
    from scalargrad.training import History, fit

__version__ = "0.1.0"
# What not everyone needs is imported when it is first asked for, so that `import scalargrad` stays quick.
_MODULE_OF = {
    "Diagnosis": "diagnosis",
    "History": "training",
    "diagnose": "diagnosis",
    "draw": "drawing",
    "fit": "training",
    "optim": "optim",
}
# A star import leaves Python's own abs and pow alone; they work on Values too.
__all__ = [
    "Diagnosis",
    "History",
    "Trace",
    "Value",
    "acos",
    "add",
    "asin",
    "atan",
    "clip",
    "cos",
    "cosh",
    "diagnose",
    "divide",
    "dot",
    "draw",
    "elu",
    "erf",
    "exp",
    "expm1",
    "fit",
    "gelu",
    "grad",
    "gradcheck",
    "hessian",
    "label",
    "leaky_relu",
    "leaves",
    "log",
    "log1p",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "multiply",
    "negative",
    "nn",
    "no_grad",
    "optim",
    "positive",
    "power",
    "relu",
    "sigmoid",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "subtract",
    "tan",
    "tanh",
    "total",
    "trace",
    "value_and_grad",
    "where",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    module = import_module(f"{__name__}.{_MODULE_OF[name]}")
    found = globals()[name] = module if name == _MODULE_OF[name] else getattr(module, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})

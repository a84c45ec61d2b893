"""scalargrad: scalar reverse-mode automatic differentiation to learn from, then to keep using."""

from importlib import import_module
from typing import TYPE_CHECKING

from scalargrad.answers import missing
from scalargrad.engine import functions
from scalargrad.engine.composed import log_softmax, mean, pick, softmax, where
from scalargrad.engine.forward import jvp
from scalargrad.engine.functions import *  # noqa: F403  # one for each row of the table
from scalargrad.engine.gradcheck import gradcheck
from scalargrad.engine.naming import label, leaves
from scalargrad.engine.recording import no_grad
from scalargrad.engine.transforms import grad, hessian, jacobian, value_and_grad, vjp
from scalargrad.engine.value import Value, afresh

if TYPE_CHECKING:
    from scalargrad import datasets as datasets  # for `scalargrad.datasets`
    from scalargrad import nn, optim
    from scalargrad import plots as plots
    from scalargrad.drawing import draw, draw_dot
    from scalargrad.exercises import Exercise, exercise
    from scalargrad.replay import record
    from scalargrad.tracing import Trace, trace
    from scalargrad.training import Diagnosis, History, diagnose, fit

__version__ = "0.1.0"
# What not everyone needs is imported when it is first asked for, so that `import scalargrad` stays quick.
_MODULE_OF = {
    "Diagnosis": "training",
    "Exercise": "exercises",
    "History": "training",
    "Trace": "tracing",
    "datasets": "datasets",
    "diagnose": "training",
    "draw": "drawing",
    "draw_dot": "drawing",
    "examples": "examples",
    "exercise": "exercises",
    "expressions": "expressions",
    "fit": "training",
    "nn": "nn",
    "optim": "optim",
    "plots": "plots",
    "record": "replay",
    "trace": "tracing",
}
__all__ = [
    "Diagnosis",
    "Exercise",
    "History",
    "Trace",
    "Value",
    "afresh",
    "diagnose",
    "draw",
    "draw_dot",
    "exercise",
    "fit",
    "grad",
    "gradcheck",
    "hessian",
    "jacobian",
    "jvp",
    "label",
    "leaves",
    "log_softmax",
    "mean",
    "nn",
    "no_grad",
    "optim",
    "pick",
    "record",
    "softmax",
    "trace",
    "value_and_grad",
    "vjp",
    "where",
]
# Written by `python -m scalargrad.engine.stubs`; a star import leaves Python's own abs and pow alone.
__all__ += [
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "clip",
    "cos",
    "cosh",
    "divide",
    "dot",
    "elu",
    "erf",
    "exp",
    "exp2",
    "expm1",
    "gelu",
    "leaky_relu",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "logsumexp",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "positive",
    "power",
    "relu",
    "sigmoid",
    "silu",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "subtract",
    "tan",
    "tanh",
    "total",
]


if not TYPE_CHECKING:  # which would take any name to be there

    def __getattr__(name: str) -> object:
        if name in functions.__all__:  # a primitive that was entered since
            return getattr(functions, name)
        if name not in _MODULE_OF:
            raise missing(__name__, name)
        module = import_module(f"{__name__}.{_MODULE_OF[name]}")
        found = globals()[name] = module if name == _MODULE_OF[name] else getattr(module, name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF, *functions.__all__})

"""scalargrad: scalar reverse-mode automatic differentiation to learn from and to keep using."""

from scalargrad import functions, nn
from scalargrad.engine import Value
from scalargrad.functions import *  # noqa: F403  # the functions made from the table, listed there
from scalargrad.gradcheck import gradcheck
from scalargrad.operators import no_grad
from scalargrad.transforms import grad, hessian, value_and_grad

__version__ = "0.1.0"
__all__ = ["Value", "grad", "gradcheck", "hessian", "nn", "no_grad", "value_and_grad", *functions.__all__]

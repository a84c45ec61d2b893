"""The optimiser that is meant: by itself, by its name, by what makes one."""

from collections.abc import Callable
from typing import Literal, Protocol

from scalargrad.engine.value import Value
from scalargrad.errors import OperandError, meant
from scalargrad.optim.optimizer import Optimizer
from scalargrad.optim.optimizers import SGD, Adam, AdamW, RMSprop
from scalargrad.optim.schedules import Schedule

OptimizerName = Literal["sgd", "adam", "adamw", "rmsprop"]
OptimizerLike = OptimizerName | Optimizer | Callable[[list[Value]], Optimizer] | None
OPTIMIZERS: dict[OptimizerName, type[Optimizer]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": AdamW,
    "rmsprop": RMSprop,
}
RATE = 0.01  # of Adam, where nobody says which optimiser


class HasParameters(Protocol):
    """What an optimiser can move."""

    def parameters(self) -> list[Value]:
        """Return the leaf Values to move."""


def optimizer_of(
    model: HasParameters, given: OptimizerLike = None, lr: float | Schedule | None = None
) -> Optimizer:
    """Return the optimiser of the parameters of a model, by default Adam; `lr` is the rate of a new one.

    Raises OperandError for what has no parameters, for what is no optimiser, and for a rate beside an
    optimiser that has its own.

    >>> from scalargrad import nn
    >>> type(optimizer_of(nn.Neuron(2), "SGD", lr=0.1)).__name__
    'SGD'
    """
    if not hasattr(model, "parameters"):
        message = f"fit trains what has parameters(), such as a Module, got {model!r:.60}"
        hint = "; give it the model itself, which it records on its own" * hasattr(model, "of_values")
        raise OperandError(message + hint)
    parameters = model.parameters()
    made = given if isinstance(given, Optimizer) else _made(parameters, given, lr)
    if not isinstance(made, Optimizer):
        message = f"optimizer must be an Optimizer, or make one of a list of parameters, got {given!r:.60}"
        raise OperandError(message)
    if made is given and lr is not None:
        message = f"the optimizer has a rate already, lr={made.lr!r}: change it there"
        raise OperandError(message)
    if not set(made.parameters) & set(parameters):
        message = "the optimizer holds none of the parameters of this model: make it of model.parameters()"
        raise OperandError(message)
    return made


def _made(parameters: list[Value], given: OptimizerLike, lr: float | Schedule | None) -> object:
    if given is None:
        return Adam(parameters, RATE if lr is None else lr)
    make: Callable[..., object] = given  # type: ignore[assignment]  # or a name
    if isinstance(given, str):
        make = OPTIMIZERS[meant("optimizer", given, OPTIMIZERS)]
    return make(parameters) if lr is None else make(parameters, lr=lr)

"""What PyTorch keeps in `torch.nn.functional`, where it means the same.

>>> import scalargrad.nn.functional as F
>>> from scalargrad import Value
>>> F.relu(Value(-2.0)).data, F.mse_loss([Value(3.0), Value(1.0)], [1.0, 1.0]).data
(0.0, 2.0)
"""

from typing import TYPE_CHECKING

from scalargrad.answers import missing
from scalargrad.engine.composed import log_softmax, softmax
from scalargrad.engine.functions import elu, gelu, leaky_relu, relu, sigmoid, silu, softplus, tanh
from scalargrad.nn.losses import binary_cross_entropy as binary_cross_entropy_with_logits
from scalargrad.nn.losses import cross_entropy
from scalargrad.nn.losses import mse as mse_loss

__all__ = [
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "elu",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "mse_loss",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "tanh",
]

if not TYPE_CHECKING:  # which would take any name to be there

    def __getattr__(name: str) -> object:
        raise missing(__name__, name)

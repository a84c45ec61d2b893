"""How gradients move parameters: optimisers, with clipping, with schedules."""

from typing import TYPE_CHECKING

from scalargrad.answers import missing
from scalargrad.optim.choice import OPTIMIZERS
from scalargrad.optim.clipping import clip_grad_norm, clip_grad_value, gradient_norm
from scalargrad.optim.optimizer import Optimizer
from scalargrad.optim.optimizers import SGD, Adam, AdamW, RMSprop
from scalargrad.optim.schedules import (
    Schedule,
    cosine_decay,
    exponential_decay,
    linear_decay,
    step_decay,
    warmup,
)

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "Schedule",
    "clip_grad_norm",
    "clip_grad_value",
    "cosine_decay",
    "exponential_decay",
    "gradient_norm",
    "linear_decay",
    "step_decay",
    "warmup",
]

if not TYPE_CHECKING:  # which would take any name to be there

    def __getattr__(name: str) -> object:
        raise missing(__name__, name)

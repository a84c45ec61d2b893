"""How gradients move parameters: optimisers, with clipping, with schedules."""

from scalargrad.optim.clipping import clip_grad_norm, clip_grad_value, gradient_norm
from scalargrad.optim.optimizers import SGD, Adam, AdamW, Optimizer, RMSProp
from scalargrad.optim.schedules import cosine_decay, exponential_decay, linear_decay, step_decay, warmup

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSProp",
    "clip_grad_norm",
    "clip_grad_value",
    "cosine_decay",
    "exponential_decay",
    "gradient_norm",
    "linear_decay",
    "step_decay",
    "warmup",
]

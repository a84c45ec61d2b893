"""Neural networks of Values: how a model is built."""

from typing import TYPE_CHECKING

from scalargrad.answers import missing
from scalargrad.nn import functional
from scalargrad.nn.activations import Activation, Softmax
from scalargrad.nn.initialisers import (
    INITIALISERS,
    he_normal,
    he_uniform,
    uniform,
    xavier_normal,
    xavier_uniform,
    zeros,
)
from scalargrad.nn.layers import Layer, Neuron
from scalargrad.nn.losses import (
    LOSSES,
    binary_cross_entropy,
    cross_entropy,
    half_squared_error,
    hinge,
    l2_penalty,
    mse,
)
from scalargrad.nn.module import Module
from scalargrad.nn.networks import MLP, Residual, Sequential
from scalargrad.nn.normalisation import BatchNorm

__all__ = [
    "INITIALISERS",
    "LOSSES",
    "MLP",
    "Activation",
    "BatchNorm",
    "Layer",
    "Module",
    "Neuron",
    "Residual",
    "Sequential",
    "Softmax",
    "binary_cross_entropy",
    "cross_entropy",
    "functional",
    "half_squared_error",
    "he_normal",
    "he_uniform",
    "hinge",
    "l2_penalty",
    "mse",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

if not TYPE_CHECKING:  # which would take any name to be there

    def __getattr__(name: str) -> object:
        raise missing(__name__, name)

"""How does it learn: the training loop, its batches, a diagnosis of what goes wrong."""

from scalargrad.training.diagnosis import Diagnosis, diagnose
from scalargrad.training.fit import History, fit

__all__ = ["Diagnosis", "History", "diagnose", "fit"]

"""How a model learns: a training loop that a person can watch."""

from scalargrad.training.diagnosis import Diagnosis, diagnose
from scalargrad.training.fit import fit
from scalargrad.training.history import History

__all__ = ["Diagnosis", "History", "diagnose", "fit"]

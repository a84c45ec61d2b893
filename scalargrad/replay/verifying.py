"""Hold a program against the engine: what it gives at one sample against what the engine computes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalargrad.engine.node import evaluation_order
from scalargrad.engine.sweep import adjoints, edges_of
from scalargrad.engine.value import Value
from scalargrad.errors import RecordError, ScalargradError
from scalargrad.replay.recording import Recording

# Sums are added up in another order: where numbers cancel, more than the last bits of the rest may differ.
RELATIVE, OF_THE_LARGEST = 1e-6, 1e-10


@contextmanager
def writing(but: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Tell any error in writing or running a new program as a RecordError, but for those that numbers raise.

    A row of a user's may need what arrays, or formulas over them, do not have.
    """
    known: tuple[type[Exception], ...] = (ScalargradError, *but)
    try:
        yield
    except known:
        raise
    except Exception as error:
        message = (
            f"this cannot be written as a program over arrays ({type(error).__name__}: {error}); if that "
            "comes from a primitive of yours, write its row in another way, or go on without record"
        )
        raise RecordError(message) from error


@dataclass(frozen=True)
class Expected:
    """What the engine computes at one sample: the value, the derivatives by parameters, by arguments."""

    data: np.ndarray
    fresh: Sequence[np.ndarray]
    numbers: Sequence[np.ndarray]
    value: float
    scale: float
    by_parameters: np.ndarray
    by_arguments: np.ndarray

    def check(self, kind: str, found: Any) -> None:
        """Raise RecordError if a program gives something else."""
        value, holds, unsure, _, by_parameters, by_arguments = found
        pairs = [(np.ravel(value), np.array([self.value]))]
        if kind in {"parameters", "all"}:
            pairs.append((by_parameters, self.by_parameters))
        if kind in {"arguments", "all"}:
            flat = [np.ravel(x) for x in by_arguments]
            pairs.append((np.concatenate(flat) if flat else np.empty(0), self.by_arguments))
        certain = bool(np.all(holds)) or bool(np.any(unsure))
        if not certain or not all(_close(given, exact, self.scale) for given, exact in pairs):
            message = (
                "the program that was recorded does not compute what the function does: this is an error of "
                "scalargrad; please report it, and go on without record"
            )
            raise RecordError(message)


def swept(recording: Recording) -> dict[Value, float]:
    """Return the adjoints of a recording by the readable chain rule, which touches no grad."""
    return adjoints(evaluation_order(recording.output), 1.0, edges_of)


def _close(given: np.ndarray, exact: np.ndarray, scale: float) -> bool:
    """Tell whether numbers agree where both are finite; elsewhere the engine is asked, no program."""
    if given.shape != exact.shape:
        return False
    seen = np.isfinite(exact) & np.isfinite(given)
    return np.allclose(given[seen], exact[seen], rtol=RELATIVE, atol=OF_THE_LARGEST * scale)

"""What training leaves behind: the measures of each epoch."""

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from scalargrad.answers import answering
from scalargrad.errors import UnknownNameError, known
from scalargrad.notation.numbers import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STILL, HIGH, LONG = 1e-6, 0.02, 10  # parts of a loss that are no change, and of the first one; epochs


@answering("History")
@dataclass(repr=False)
class History:
    """What was measured in each epoch, and why training stopped.

    `loss` is the mean over the samples, each taken before the update that learned from it, with the
    penalty; `gradient_norms` are those of each layer as the last update of the epoch used them.
    `replay` says how steps were taken: "replayed", or "graph by graph" with the reason.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    gradient_norms: dict[str, list[float]] = field(default_factory=dict)
    learning_rates: list[float] = field(default_factory=list)
    stopped: str = ""
    replay: str = ""

    @property
    def epochs(self) -> int:
        """Return the number of completed epochs."""
        return len(self.loss)

    @property
    def watched(self) -> list[float]:
        """Return the losses that early stopping watches: on validation data, or else in training."""
        return self.validation_loss or self.loss

    @property
    def best_epoch(self) -> int:
        """Return the first epoch, counted from 0, with the least of the watched losses."""
        return self.watched.index(min(self.watched))

    def plot(self, *, log: bool = False, ax: "Axes | None" = None) -> "Axes":
        """Plot the loss over the epochs, dashed that on validation data, and return the axes."""
        from scalargrad.training.curves import loss_curves

        return loss_curves(self, log=log, ax=ax)

    __iter__ = None  # of what has names, not places

    def __getitem__(self, measure: str) -> Any:
        """Return a measure by its name, as from a dict of them."""
        if not isinstance(measure, str):
            message = f"an epoch has several measures: its loss is history.loss[{measure!r:.20}]"
            raise UnknownNameError(message)
        return getattr(self, known("measure of a history", measure, [each.name for each in fields(self)]))

    def __str__(self) -> str:
        if not self.epochs:
            return self.stopped
        first, last = self.loss[0], self.loss[-1]
        went = f"{self.stopped}: loss {first:.4g} → {last:.4g} in {counted(self.epochs, 'epoch')}"
        return went + self._advice(first, last)

    def _advice(self, first: float, last: float) -> str:
        """Return what to try where the loss rose, or stands still high up."""
        if last > first:
            return "; it rose, so try a smaller learning rate"
        moving = (i for i, loss in enumerate(self.loss) if not abs(loss - last) <= STILL * abs(last))
        still = 1 + max(moving, default=-1)
        if last > HIGH * first and self.epochs - still >= LONG:
            return f"; it stands still since epoch {still + 1}: diagnose(model, X, y) tells of dead units"
        return ""

    def __repr__(self) -> str:
        return f"<History: {self}>"

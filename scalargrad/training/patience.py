"""Early stopping: waiting for a better epoch as long as patience lasts."""

from scalargrad.nn.module import Module
from scalargrad.notation.numbers import counted
from scalargrad.training.history import History


class Best:
    """The wait for a better epoch while there is patience, and the state of the best one validated.

    The training loss is taken before the update, so it says nothing of the state after it.
    """

    def __init__(self, model: object, patience: int | None) -> None:
        self.model, self.patience = model, patience
        self.state: dict[str, float] | None = None

    def is_long_ago(self, history: History) -> bool:
        """Tell whether the best epoch lies further back than patience goes."""
        if self.patience is None:
            return False
        age = history.epochs - 1 - history.best_epoch
        if age == 0 and history.validation_loss and isinstance(self.model, Module):
            self.state = self.model.state_dict()
        return age >= self.patience

    @property
    def reason(self) -> str:
        """Return why training stops when that is long ago."""
        return f"no lower loss for {counted(self.patience or 0, 'epoch')}"

    def put_back(self) -> None:
        """Give the model the state it had after the best epoch, if that was kept."""
        if self.state is not None and isinstance(self.model, Module):
            self.model.load_state_dict(self.state)

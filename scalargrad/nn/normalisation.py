"""Batch normalisation: the one module that looks at a whole batch."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from scalargrad.engine.composed import mean
from scalargrad.engine.functions import dot
from scalargrad.engine.value import Value, afresh
from scalargrad.engine.watching import follow
from scalargrad.errors import ShapeError
from scalargrad.nn.activations import named_results
from scalargrad.nn.layers import inputs_of, whole_number
from scalargrad.nn.module import Module
from scalargrad.nn.samples import Sample, called


class BatchNorm(Module):
    """Compute yᵢ = γᵢ (xᵢ - μᵢ) / √(σᵢ² + ε) + βᵢ, μ and σ² being of the batch in training.

    In training, call `batch(samples)` with at least two: it also moves the running statistics,
    r ← (1 - momentum) · r + momentum · (statistic of the batch), with the unbiased variance.  In
    evaluation these take the place of μ and σ², so that samples do not depend on one another and
    may come one by one.  γ is `scale`, first 1, and β is `shift`, first 0.

    >>> norm = BatchNorm(1)
    >>> [round(y.data, 3) for (y,) in norm.batch([[1.0], [3.0]])]
    [-1.0, 1.0]
    >>> norm.running_mean
    [0.2]
    """

    buffers: ClassVar[tuple[str, ...]] = ("running_mean", "running_variance")

    def __init__(self, width: int, *, momentum: float = 0.1, eps: float = 1e-5) -> None:
        self.scale = [Value(1.0) for _ in range(whole_number("width", width))]
        self.shift = [Value(0.0) for _ in range(width)]
        self.momentum, self.eps = momentum, eps
        self.running_mean, self.running_variance = [0.0] * width, [1.0] * width

    @property
    def mixes_samples(self) -> bool:  # type: ignore[override]  # it depends on the mode
        """Tell whether outputs depend on the other samples of a batch, as they do in training."""
        return self.training

    def __call__(self, inputs: Any, /) -> list[Any]:
        """Return the outputs at a list of samples or, in evaluation mode, at one; raise ShapeError else."""
        return called(self.batch, inputs)  # type: ignore[no-any-return]

    def batch(self, samples: Iterable[Sample], /) -> list[list[Value]]:
        """Return the outputs at a batch, by its own statistics or, in evaluation, the running ones."""
        checked = [inputs_of(self, len(self.scale), sample) for sample in samples]
        if self.training and len(checked) < 2:
            place = f"{self.path}: " if self.path else ""
            message = (
                f"{place}a batch of {len(checked)} has no variance to divide by: "
                "call batch(samples) with at least two, or model.eval() first"
            )
            raise ShapeError(message)
        columns = [self._column(i, column) for i, column in enumerate(zip(*checked))]
        return [named_results(self, "y", row) for row in zip(*columns)]

    def _column(self, i: int, xs: Sequence[Value]) -> list[Value]:
        """Return the i-th output for every sample."""
        if self.training:
            centre = mean(xs)
            deviations = [x - centre for x in xs]
            variance = dot(deviations, deviations) / len(xs)
            unbiased = len(xs) / (len(xs) - 1)
            follow(lambda mean, variance: self._remember(i, mean, variance * unbiased), centre, variance)
        else:
            centre = afresh(lambda: self.running_mean[i])
            deviations = [x - centre for x in xs]
            variance = afresh(lambda: self.running_variance[i])
        factor = self.scale[i] / (variance + self.eps).sqrt()
        return [deviation * factor + self.shift[i] for deviation in deviations]

    def _remember(self, i: int, centre: float, variance: float) -> None:
        for running, new in ((self.running_mean, centre), (self.running_variance, variance)):
            running[i] += self.momentum * (new - running[i])

    def __repr__(self) -> str:
        return f"BatchNorm({len(self.scale)})"

"""The samples of a call: each goes to the program whose guards it meets."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scalargrad.engine.value import Value
from scalargrad.primitives.limits import NOTICED, quietly, raising
from scalargrad.replay.call import Call, Made
from scalargrad.replay.function import Kind
from scalargrad.replay.given import Argument
from scalargrad.replay.program import Found, Program
from scalargrad.replay.recording import Recording
from scalargrad.replay.verifying import swept

Data = Callable[[Program], np.ndarray]  # the numbers of the Values that a program reads from outside
Eagerly = Callable[[int], tuple[Recording, Made]]  # the function run on a sample, with its arguments
Derivatives = list[tuple[Sequence[Value], np.ndarray]]  # by Values, to be added up

CALL: Any = dict.fromkeys(NOTICED, "call") | {"under": "ignore"}


class Replayed(ABC):
    """What programs give for the samples of a call."""

    call: Call
    value: Any  # of each sample over a batch, or the one float
    is_finite: bool  # all of it, as far as is known
    sums: Derivatives  # by Values that were read
    firsts: Sequence[int]  # of the samples that each program took

    @property
    @abstractmethod
    def by_argument(self) -> list[np.ndarray]:
        """Return the derivatives by each argument laid flat, over the batch or for the one sample."""

    @property
    def by_value(self) -> Derivatives:
        """Return Values that were read or given as arguments, with derivatives to be added up."""
        given = any(flat.values for flat in self.call.flats)
        return [*self.sums, *_given(self.call, self.by_argument)] if given else self.sums

    @abstractmethod
    def follow(self) -> None:
        """Do what the function does beside its result, sample by sample."""


class Whole(Replayed):
    """What one program gives for all samples: the way without detours."""

    is_finite, firsts = True, (0,)

    def __init__(self, kind: Kind, program: Program, call: Call, found: Found) -> None:
        self.call = call
        self.value = float(found.value) if call.batch is None else np.array(found.value)
        self.sums = [(program.independents, found.gradient)] if kind in {"parameters", "all"} else []
        self._by_arguments = found.by_arguments

    @classmethod
    def of(cls, kind: Kind, program: Program, call: Call, seed: float, data: Data) -> "Whole | None":
        """Return what a program gives, None where samples need more: branches, limits, errors, followers."""
        if not program.is_plain and (program.followers or not program.holds_now):
            return None
        asks = program.given.hot or (program.given.tests and not call.is_checked)
        if not call.is_finite or (asks and not all(x.all() for x in program.given.passed(call.numbers))):
            return None
        inputs = data(program), program.given.fresh_data(call), call.numbers, seed
        try:
            found = raising(_finite, program, kind, inputs)
        except program.errors:
            return None
        if found is None or not (found.holds is True or np.all(found.holds)):
            return None
        is_sure = found.unsure is False or not np.any(found.unsure)
        return cls(kind, program, call, found) if is_sure else None

    @property
    def by_argument(self) -> list[np.ndarray]:
        """Return the derivatives by each argument laid flat, over the batch or for the one sample."""
        if not self._by_arguments:
            return []
        arrays = iter(self._by_arguments)
        lead = () if self.call.batch is None else (self.call.batch,)
        flats = self.call.flats
        return [np.reshape(next(arrays) if x.count else np.empty(0), (*lead, x.count)) for x in flats]

    def follow(self) -> None:
        """Do nothing: where a function does something beside its result, samples go one by one."""


class Samples(Replayed):
    """What programs give, sample by sample; `left` are the samples that none has taken yet.

    One sample without a batch is the sample 0.
    """

    is_finite = False

    def __init__(self, kind: Kind, call: Call, seed: float, data: Data, eagerly: Eagerly) -> None:
        self.kind, self.call, self.seed, self.data, self.eagerly = kind, call, seed, data, eagerly
        count = 1 if call.batch is None else call.batch
        self.left = np.arange(count)
        self.numbers = [x.reshape(count, -1) for x in call.numbers]
        self.values = np.empty(count)
        by_argument = kind in {"arguments", "all"}
        self.derivatives = [np.zeros((count, x.count)) for x in call.flats] if by_argument else []
        self.sums: Derivatives = []
        self.firsts: list[int] = []
        self.followed: list[tuple[int, Callable[..., object], list[float]]] = []

    # ---- results

    @property
    def value(self) -> Any:
        """Return the values over the batch, or the one float."""
        return float(self.values[0]) if self.call.batch is None else self.values

    @property
    def by_argument(self) -> list[np.ndarray]:
        """Return the derivatives by each argument laid flat, over the batch or for the one sample."""
        return self.derivatives if self.call.batch is not None else [x[0] for x in self.derivatives]

    def follow(self) -> None:
        """Do what the function does beside its result, sample by sample."""
        for _, function, numbers in sorted(self.followed, key=lambda item: item[0]):
            function(*map(float, numbers))

    # ---- running

    def take_non_finite(self) -> None:
        """Run the function itself on samples with numbers that are not finite."""
        for sample in self.left.tolist():
            if not all(np.isfinite(x[sample]).all() for x in self.numbers):
                self.take(sample)

    def take(self, sample: int) -> None:
        """Run the function itself on a sample that no program takes."""
        self._keep_eager(sample)
        self.left = self.left[self.left != sample]

    def run(self, program: Program) -> None:
        """Give a program those samples that are left and meet its guards."""
        data, fresh = self.data(program), program.given.fresh_data(self.call)
        if np.isfinite(data).all():
            self.left = self._run(program, self.left, data, fresh)
        else:
            for sample in self.left.tolist():
                self.take(sample)

    def _run(  # noqa: PLR0911  # one for each thing that may be with samples
        self, program: Program, mine: np.ndarray, data: np.ndarray, fresh: Sequence[np.ndarray]
    ) -> np.ndarray:
        """Run a program on samples, and return those whose guards it does not meet."""
        if not len(mine):
            return mine
        inputs = self._inputs(program, mine, data, fresh)
        can_take = program.given.can_take(inputs[2])
        if not can_take.all():
            for sample in mine[~can_take].tolist():
                self._keep_eager(sample)  # unless that raises an error
            return self._run(program, mine[can_take], data, fresh)
        found, is_noticed = self._found(program, inputs)
        if found is None:
            return self._carefully(program, mine, data, fresh)
        held, unsure = (np.broadcast_to(x, len(mine)) for x in (found.holds, found.unsure))
        if unsure.any():
            for sample in mine[unsure].tolist():
                self._keep_eager(sample)
            return self._run(program, mine[~unsure], data, fresh)
        if not held.all():
            left = self._run(program, mine[held], data, fresh)
            return np.sort(np.concatenate([mine[~held], left]))
        is_finite = quietly(_is_finite, program, found)
        if not is_finite or (is_noticed and not _is_only_backward(program, inputs)):
            return self._carefully(program, mine, data, fresh)
        self._keep(program, mine, found)
        return mine[:0]

    def _inputs(
        self, program: Program, mine: np.ndarray, data: np.ndarray, fresh: Any
    ) -> tuple[Any, Any, Any]:
        """Return what a program is given for some samples: data, numbers read afresh, arguments."""
        if program.given.batched:
            return data, [x[mine] for x in fresh], [x[mine] for x in self.numbers]
        return data, fresh, [x[0] for x in self.numbers]

    def _found(self, program: Program, inputs: Any) -> tuple[Found | None, bool]:
        """Return what a program gives, None where it raises an error, and whether NumPy noticed anything."""
        data, fresh, numbers = inputs
        notices: list[str] = []
        with np.errstate(**CALL, call=lambda kind, _: notices.append(kind)):
            try:
                return program.run(self.kind, data, fresh, numbers, self.seed), bool(notices)
            except program.errors:
                return None, True

    def _keep(self, program: Program, mine: np.ndarray, found: Found) -> None:
        """Keep what a program gives for samples."""
        self.values[mine] = found.value
        self.firsts.append(int(mine[0]))
        if self.kind in {"parameters", "all"}:
            self.sums.append((program.independents, found.gradient))
        takers = [taken for taken, flat in zip(self.derivatives, self.call.flats) if flat.count]
        for taken, array in zip(takers, found.by_arguments):
            taken[mine] = np.reshape(array, (len(mine), -1))
        numbers = iter([np.broadcast_to(x, len(mine)) for x in found.followed])
        for function, count in program.followers:
            columns = [next(numbers) for _ in range(count)]
            self.followed += [(i, function, list(row)) for i, *row in zip(mine.tolist(), *columns)]

    def _carefully(self, program: Program, mine: np.ndarray, data: np.ndarray, fresh: Any) -> np.ndarray:
        """Find the samples where a value is undefined or infinite: there the function itself is run."""
        if len(mine) == 1:
            self._keep_eager(int(mine[0]))
            return mine[:0]
        halves = np.array_split(mine, 2)
        return np.concatenate([self._run(program, half, data, fresh) for half in halves])

    def _keep_eager(self, sample: int) -> None:
        """Keep what the function itself gives for a sample, unless it raises an error."""
        recording, made = self.eagerly(sample)
        self.values[sample] = recording.output._data
        self.followed += [(sample, f, [v._data for v in values]) for f, values in recording.followers]
        if self.kind == "forward":
            return
        gradient = swept(recording)
        for derivatives, leaves in zip(self.derivatives, made):
            derivatives[sample] = [self.seed * gradient.get(leaf, 0.0) for leaf in leaves]
        if self.kind != "arguments":
            outer = [v for v in gradient if v.primitive is None and v._order < recording.since]
            outer = [v for v in outer if not isinstance(v, Argument)]
            self.sums.append((outer, self.seed * np.array([gradient[v] for v in outer])))


def _finite(program: Program, kind: Kind, inputs: Any) -> Found | None:
    """Return what a program gives, None unless the data that it reads and all that it gives is finite."""
    if program.values and not math.isfinite(inputs[0].dot(program.zeros_of_values)):
        return None
    found = program.run(kind, *inputs)
    return found if _is_finite(program, found) else None


def _is_finite(program: Program, found: Found) -> bool:
    """Tell whether a program gives finite numbers only; at infinity the engine has the last word."""
    value, gradient, by_arguments = found.value, found.gradient, found.by_arguments
    if not (np.isfinite(value).all() if program.given.batched else math.isfinite(value)):
        return False
    # 0 · g is not 0 where g is not finite, which is quicker seen than whether each element is
    if len(gradient) and not math.isfinite(gradient.dot(program.zeros)):
        return False
    return not by_arguments or all(np.isfinite(x).all() for x in by_arguments)


def _is_only_backward(program: Program, inputs: Any) -> bool:
    """Tell whether the values are in order, and only derivatives go to a limit, as they may."""
    try:
        raising(program.run, "forward", *inputs)
    except FloatingPointError:
        return False
    return True


def _given(call: Call, derivatives: Sequence[np.ndarray]) -> Derivatives:
    """Return the Values that were given as arguments, each with its derivative, summed over the samples."""
    return [
        ([value], np.array([quietly(np.sum, found[..., i])]))
        for flat, found in zip(call.flats, derivatives)
        for i, value in flat.values
    ]

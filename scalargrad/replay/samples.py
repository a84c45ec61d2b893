"""The samples of a call: each is given to the program whose guards it meets, and the results put together."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scalargrad.engine.value import Value
from scalargrad.replay.arguments import Flat, batch_of
from scalargrad.replay.function import Kind
from scalargrad.replay.program import Program
from scalargrad.replay.recorder import Argument, Recording
from scalargrad.replay.verifying import swept

# Of what NumPy notices: where the engine would raise an error, or where infinity begins.
Data = Callable[[Program], np.ndarray]
NOTICED = ("divide", "over", "invalid")
CALL = dict.fromkeys(NOTICED, "call") | {"under": "ignore"}
RAISE = dict.fromkeys(NOTICED, "raise") | {"under": "ignore"}


class Whole:
    """What one program gives for all samples of a call: the way without detours."""

    def __init__(self, kind: Kind, program: Program, flats: list[Flat], found: Any) -> None:
        self.flats = flats
        self.batch = batch_of(flats)
        self.value, _, _, *derivatives = found
        if self.batch is None:
            self.value = float(self.value)
        arrays = derivatives[0] if derivatives else ()
        count = len(program.parameters) if kind in {"parameters", "all"} else 0
        self._of_arguments = arrays[count:]
        self.sums = []
        if count:
            self.sums = [(program.values, np.concatenate([x.ravel() for x in arrays[:count]]))]

    @classmethod
    def of(cls, kind: Kind, program: Program, flats: list[Flat], seed: float, data: Data) -> "Whole | None":
        """Return what a program gives, None where samples need more than that: guards, limits, errors."""
        if not program.holds_now or program.followers:
            return None
        numbers = [flat.numbers for flat in flats if flat.count]
        if program.hot and not program.can_pick(numbers).all():
            return None
        notices: list[str] = []
        with np.errstate(**CALL, call=lambda kind, _: notices.append(kind)):
            try:
                found = program.run(kind, data(program), program.fresh_data(), numbers, seed)
            except (ValueError, ArithmeticError):  # of floats, in a block
                return None
        held = found[1]
        return None if notices or not (held is True or np.all(held)) else cls(kind, program, flats, found)

    @property
    def by_argument(self) -> list[np.ndarray]:
        """Return the derivatives by each argument laid flat, over the batch or for the one sample."""
        arrays = iter(self._of_arguments)
        lead = () if self.batch is None else (self.batch,)
        return [
            np.reshape(next(arrays) if flat.count else 0.0, (*lead, flat.count))
            if flat.count
            else np.zeros((*lead, 0))
            for flat in self.flats
        ]

    @property
    def by_value(self) -> list[tuple[Sequence[Value], np.ndarray]]:
        """Return Values that were read from outside or given as arguments, with derivatives to be added up."""
        return [*self.sums, *_given(self.flats, self.by_argument)] if self._of_arguments else self.sums


class Samples:
    """What a call gives, sample by sample; `left` are the samples that no program has taken yet.

    `eagerly` runs the function itself on a sample.  One sample without a batch is the sample 0.
    """

    def __init__(
        self,
        kind: Kind,
        flats: list[Flat],
        seed: float,
        data: Data,
        eagerly: Callable[[int], tuple[Recording, Any]],
    ) -> None:
        self.kind, self.seed, self.data, self.eagerly = kind, seed, data, eagerly
        self.flats = flats
        self.batch = batch_of(flats)
        count = 1 if self.batch is None else self.batch
        self.left = np.arange(count)
        self.numbers = [flat.numbers.reshape(count, -1) for flat in flats if flat.count]
        self.values = np.empty(count)
        self.derivatives = (
            [np.zeros((count, flat.count)) for flat in flats] if kind in {"arguments", "all"} else []
        )
        self.sums: list[tuple[Sequence[Value], np.ndarray]] = []
        self.followed: list[tuple[int, Callable[..., object], list[float]]] = []

    def run(self, program: Program) -> None:
        """Give a program those samples that are left and meet its guards."""
        data, fresh = self.data(program), program.fresh_data()
        self.left = self._run(program, self.left, data, fresh)

    def _run(
        self, program: Program, mine: np.ndarray, data: np.ndarray, fresh: Sequence[np.ndarray]
    ) -> np.ndarray:
        """Run a program on samples, and return those whose guards it does not meet."""
        numbers = self.numbers if len(mine) == len(self.values) else [x[mine] for x in self.numbers]
        if not program.batched:
            numbers = [x[0] for x in numbers]
        for sample in mine[~program.can_pick(numbers)]:
            self.eagerly(sample)  # which raises
        notices: list[str] = []
        with np.errstate(**CALL, call=lambda kind, _: notices.append(kind)):
            try:
                value, holds, followed, *derivatives = program.run(self.kind, data, fresh, numbers, self.seed)
            except (ValueError, ArithmeticError):  # of floats, in a block
                return self._carefully(program, mine, data, fresh)
        held = np.broadcast_to(holds, len(mine))
        if not held.all():
            if held.any():
                self._run(program, mine[held], data, fresh)
            return mine[~held]
        if notices and not self._is_only_backward(program, data, fresh, numbers):
            return self._carefully(program, mine, data, fresh)
        self.values[mine] = value
        self._keep(program, mine, derivatives)
        self._keep_followed(program, mine, followed)
        return mine[:0]

    def _is_only_backward(self, program: Program, data: np.ndarray, fresh: Any, numbers: Any) -> bool:
        """Tell whether the values are in order, and only derivatives go to a limit, as they may."""
        try:
            with np.errstate(**RAISE):
                program.run("forward", data, fresh, numbers)
        except FloatingPointError:
            return False
        return True

    def _carefully(self, program: Program, mine: np.ndarray, data: np.ndarray, fresh: Any) -> np.ndarray:
        """Find the samples where a value is undefined or infinite; the function itself says what happens."""
        if len(mine) > 1:
            for half in np.array_split(mine, 2):
                self._run(program, half, data, fresh)
            return mine[:0]
        (sample,) = mine.tolist()
        recording, made = self.eagerly(sample)
        gradient = swept(recording)
        self.values[sample] = recording.output._data
        arguments = [[gradient.get(leaf, 0.0) for leaf in leaves] for _, leaves in made]
        for derivatives, found in zip(self.derivatives, arguments):
            derivatives[sample] = self.seed * np.array(found)
        if self.kind in {"parameters", "all"}:
            outer = [
                value for value in gradient if value.primitive is None and value._order < recording.since
            ]
            outer = [value for value in outer if not isinstance(value, Argument)]
            self.sums.append((outer, self.seed * np.array([gradient[value] for value in outer])))
        for function, values in recording.followers:
            self.followed.append((sample, function, [value._data for value in values]))
        return mine[:0]

    def _keep(self, program: Program, mine: np.ndarray, derivatives: Any) -> None:
        if not derivatives:
            return
        found = list(derivatives[0])
        if self.kind != "arguments":
            of_parameters, found = found[: len(program.parameters)], found[len(program.parameters) :]
            if of_parameters:
                self.sums.append((program.values, np.concatenate([np.ravel(x) for x in of_parameters])))
        if self.kind != "parameters":
            takers = [taken for taken, flat in zip(self.derivatives, self.flats) if flat.count]
            for taken, array in zip(takers, found):
                taken[mine] = np.reshape(array, (len(mine), -1))

    def _keep_followed(self, program: Program, mine: np.ndarray, followed: Sequence[Any]) -> None:
        numbers = iter(np.broadcast_to(x, len(mine)) for x in followed)
        for function, count in program.followers:
            columns = [next(numbers) for _ in range(count)]
            self.followed += [
                (sample, function, [c[i] for c in columns]) for i, sample in enumerate(mine.tolist())
            ]

    # ---- results

    def follow(self) -> None:
        """Do what the function does beside its result, sample by sample."""
        for _, function, numbers in sorted(self.followed, key=lambda item: item[0]):
            function(*map(float, numbers))

    @property
    def value(self) -> Any:
        """Return the values over the batch, or the one float."""
        return float(self.values[0]) if self.batch is None else self.values

    @property
    def by_argument(self) -> list[np.ndarray]:
        """Return the derivatives by each argument laid flat, over the batch or for the one sample."""
        return self.derivatives if self.batch is not None else [x[0] for x in self.derivatives]

    @property
    def by_value(self) -> list[tuple[Sequence[Value], np.ndarray]]:
        """Return Values that were read from outside or given as arguments, with derivatives to be added up."""
        return [*self.sums, *_given(self.flats, self.by_argument)]


def _given(flats: list[Flat], derivatives: Sequence[np.ndarray]) -> list[tuple[Sequence[Value], np.ndarray]]:
    """Return the Values that were given as arguments, each with its derivative, summed over the samples."""
    return [
        ([value], np.array([np.sum(found[..., i])]))
        for flat, found in zip(flats, derivatives)
        for i, value in flat.values
    ]

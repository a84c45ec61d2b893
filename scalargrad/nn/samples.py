"""Samples: what goes into a network, one by itself or a list of them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from scalargrad.engine.value import Number, Value
from scalargrad.errors import ShapeError

Sample = Collection[Number]  # the inputs of a network: a list, a tuple, an array


def as_sample(inputs: Any) -> Any:
    """Return inputs as a list or an array, also a number by itself, or what can be gone through but once.

    >>> as_sample(1.0), as_sample(iter([1.0, 2.0])), as_sample((1.0, 2.0))
    ([1.0], [1.0, 2.0], (1.0, 2.0))
    """
    if hasattr(inputs, "__len__") and getattr(inputs, "shape", None) != ():
        return inputs
    return list(inputs) if isinstance(inputs, Iterator) else [inputs]


def is_batch(sample: Any) -> bool:
    """Tell whether inputs are a list of samples, a matrix, rather than the numbers of one.

    >>> is_batch([[1.0, 2.0]]), is_batch([1.0, 2.0])
    (True, False)
    """
    first = next(iter(sample), None)
    return hasattr(first, "__len__") and getattr(first, "shape", None) != ()


def one_list(inputs: Any, more: Sequence[Any]) -> None:
    """Raise ShapeError where a module is called with the inputs one by one, as a function is."""
    if more:
        given = ", ".join("a list" if hasattr(each, "__len__") else "a number" for each in (inputs, *more))
        message = f"a network takes all inputs in one list, as model([1.0, 2.0]), got {given}"
        raise ShapeError(message)


def as_list(outputs: Any) -> list[Value]:
    """Return outputs as a list, also those of a network of width 1."""
    return [outputs] if isinstance(outputs, Value) else outputs


def alone(outputs: list[Value]) -> Any:
    """Return outputs as a network gives them: the Value of a width of 1, as in micrograd, and else a list."""
    return outputs[0] if len(outputs) == 1 else outputs


def called(batch: Callable[[Iterable[Any]], list[Any]], inputs: Any, *more: Any) -> Any:
    """Return what the `batch` of a module gives at one sample or, at a list of samples, the list of it.

    Raises ShapeError for inputs that do not stand in one list.
    """
    one_list(inputs, more)
    sample = as_sample(inputs)
    return batch(sample) if is_batch(sample) else batch([sample])[0]

"""Modules: whatever holds parameters knows each by its path."""

import re
from collections.abc import Iterable, Iterator, Mapping
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, ClassVar, Self

from scalargrad.answers import answering, of_an_object
from scalargrad.elsewhere import LOADED
from scalargrad.engine.value import Value
from scalargrad.engine.watching import changed, condition
from scalargrad.errors import MissingMethodError, UnknownNameError
from scalargrad.nn import files

if TYPE_CHECKING:
    from os import PathLike

Part = Any  # what an attribute may hold: Values, modules, or lists and dicts of them, beside anything else


@answering("Module")
class Module:
    """What holds parameters, directly, in lists, or in other modules, and knows each by its path.

    Assigning an attribute names what is in it: `self.layers = [...]` gives the paths `layers[0]`, …
    A parameter is a leaf Value.  Buffers are attributes, lists of floats, that belong to the state
    but are not trained; a class names its own in `buffers`.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> [p.path for p in Line().parameters()]
    ['slope', 'offset']
    """

    path: str = ""
    _training: bool = True
    buffers: ClassVar[tuple[str, ...]] = ()
    mixes_samples: bool = False

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        own = vars(cls)
        if "batch" in own and "mixes_samples" not in own:
            cls.mixes_samples = True  # unless it says otherwise
        if "__call__" in own and "batch" not in own and cls.batch is not Module.batch:
            message = f"{cls.__name__} inherits a batch that computes something else: define batch, too"
            raise MissingMethodError(message)
        if "forward" in own and cls.__call__ is not Module.__call__:
            message = (
                f"{cls.__name__}.forward is not what a call calls: name it __call__, or derive from Module"
            )
            raise MissingMethodError(message)

    def __setattr__(self, name: str, part: Part) -> None:
        object.__setattr__(self, name, part)
        changed()
        if name == "path" or isinstance(part, Value | Module | list | tuple | dict):
            self._name_parts()

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Return the outputs at the inputs of one sample: each kind of module states its own.

        A module of your own defines this method, or `forward`, as in PyTorch.
        """
        return self.forward(*inputs, **named)

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Return what a call returns; raise MissingMethodError where a module does not say what that is."""
        if type(self).__call__ is not Module.__call__:
            return self(*inputs, **named)
        message = f"{type(self).__name__} does not say what it computes: define its method forward(self, x)"
        raise MissingMethodError(message)

    def batch(self, samples: Iterable[Any], /) -> list[Any]:
        """Return the list of outputs at a list of samples, here one by one.

        A module that mixes the samples of a batch, as BatchNorm does, overrides this method.  One that
        overrides it for another reason says `mixes_samples = False`.
        """
        return [self(sample) for sample in samples]

    @recursive_repr()
    def __repr__(self) -> str:
        """Return the kind of module with the modules in it, `Net(hidden=Layer(2, 3), out=Neuron(3))`."""
        parts = (f"{name}={part!r}" for name, part in vars(self).items() if isinstance(part, Module))
        return f"{type(self).__name__}({', '.join(parts)})"

    # ---- what is in it

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Yield (path from here, parameter), in the order of assignment, a shared one once.

        >>> from scalargrad import nn
        >>> [path for path, _ in nn.Layer(1, 2, seed=0).named_parameters()][:3]
        ['neurons[0].weights[0]', 'neurons[0].bias', 'neurons[1].weights[0]']
        """
        for path, part in self._named("", set()):
            if isinstance(part, Value) and part.primitive is None:
                yield path, part

    def parameters(self) -> list[Value]:
        """Return all parameters, in the order in which the modules were given them, a shared one once."""
        found: dict[int, Value | Module] = {}
        _gather(self, found)
        return [part for part in found.values() if isinstance(part, Value)]

    def named_modules(self) -> Iterator[tuple[str, "Module"]]:
        """Yield (path from here, module), this one first under the path ""."""
        for path, part in self._named("", set()):
            if isinstance(part, Module):
                yield path, part

    def zero_grad(self) -> None:
        """Set the grad of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    # ---- modes

    @property
    def training(self) -> bool:
        """Tell whether this module is in training mode; what is recorded holds for the mode it saw."""
        return bool(condition(self, "_training"))

    @training.setter
    def training(self, mode: bool) -> None:
        self._training = mode

    def train(self, mode: bool = True) -> Self:
        """Put this module and all in it into training mode, or with False out of it, and return it."""
        set_mode(self.named_modules(), training=mode)
        return self

    def eval(self) -> Self:
        """Put this module and all in it into evaluation mode, where BatchNorm does not learn."""
        set_mode(self.named_modules(), training=False)
        return self

    # ---- state

    def state_dict(self) -> dict[str, float]:
        """Return the data of all parameters and buffers by their paths.

        >>> from scalargrad import nn
        >>> nn.Neuron(2, init="zeros").state_dict()
        {'weights[0]': 0.0, 'weights[1]': 0.0, 'bias': 0.0}
        """
        state = {path: parameter.data for path, parameter in self.named_parameters()}
        return state | {path: numbers[i] for path, numbers, i in self._named_buffers()}

    def load_state_dict(self, state: Mapping[str, float]) -> Self:
        """Take over the data of a `state_dict` and return this module.

        Raises UnknownNameError, and changes nothing, unless it has exactly the paths of this module.
        """
        parameters, buffers = list(self.named_parameters()), list(self._named_buffers())
        _same_paths([*(path for path, _ in parameters), *(path for path, _, _ in buffers)], state)
        data = {path: Value(number).data for path, number in state.items()}  # refuses what is no number
        for path, parameter in parameters:
            parameter.data = data[path]
        for path, numbers, i in buffers:
            numbers[i] = data[path]
        return self

    def save(self, file: "str | PathLike[str]") -> None:
        """Write the state to a file that ends in `.json` or `.npz`; no code is stored in it."""
        files.write(self.state_dict(), file)

    @of_an_object(f"load {LOADED}")
    def load(self, file: "str | PathLike[str]") -> Self:
        """Take over the state from a file that `save` wrote, and return this module."""
        return self.load_state_dict(files.read(file))

    # ---- paths

    def _named(self, path: str, seen: set[int]) -> Iterator[tuple[str, "Value | Module"]]:
        """Yield this module and every Value and Module within it, once, with its path."""
        if id(self) in seen:
            return
        seen.add(id(self))
        yield path, self
        for name, part in vars(self).items():
            for path_of_item, item in _items(f"{path}.{name}" if path else name, part):
                if isinstance(item, Module):
                    yield from item._named(path_of_item, seen)
                elif id(item) not in seen:
                    seen.add(id(item))
                    yield path_of_item, item

    def _named_buffers(self) -> Iterator[tuple[str, list[float], int]]:
        """Yield the path, the list and the place in it of each number in a buffer."""
        for path, module in self.named_modules():
            for name in module.buffers:
                numbers = getattr(module, name)
                for i in range(len(numbers)):
                    yield f"{path}.{name}[{i}]" if path else f"{name}[{i}]", numbers, i

    def _name_parts(self) -> None:
        for path, part in self._named(self.path, set()):
            if isinstance(part, Module):
                part._be_called(path)
            else:
                part.path = path

    def _be_called(self, path: str) -> None:
        object.__setattr__(self, "path", path)

    def _path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def set_mode(named_modules: Iterable[tuple[str, Module]], *, training: bool) -> None:
    """Put modules into training mode, or into evaluation mode."""
    for _, module in named_modules:
        object.__setattr__(module, "_training", training)  # twice an epoch: nothing in it is named anew


def layer_of(path: str) -> str:
    """Return the path of the layer that a parameter or a result belongs to.

    >>> layer_of("layers[0].neurons[3].weights[1]"), layer_of("layers[1].scale[0]"), layer_of("bias")
    ('layers[0]', 'layers[1]', '')
    """
    return re.sub(r"(^|\.)(neurons\[\d+\]\.)?[^.]*$", "", path)


def _items(path: str, part: Part) -> Iterator[tuple[str, Value | Module]]:
    if isinstance(part, Value | Module):
        yield path, part
    elif isinstance(part, list | tuple):
        for i, item in enumerate(part):
            yield from _items(f"{path}[{i}]", item)
    elif isinstance(part, dict):
        for key, item in part.items():
            yield from _items(f"{path}[{key!r}]", item)


def _gather(part: Part, found: dict[int, Value | Module]) -> None:
    """Find the leaves and modules in a part: `_named` without the names, for training loops."""
    if isinstance(part, Value):
        if part.primitive is None:
            found[id(part)] = part
    elif isinstance(part, list | tuple):
        for item in part:
            _gather(item, found)
    elif isinstance(part, dict):
        _gather(list(part.values()), found)
    elif isinstance(part, Module) and id(part) not in found:
        found[id(part)] = part
        _gather(vars(part), found)


def _same_paths(own: list[str], state: Mapping[str, float]) -> None:
    missing, surplus = [path for path in own if path not in state], [*(state.keys() - set(own))]
    if missing or surplus:
        parts = [
            f"{len(paths)} of {count} {what}, such as {min(paths)!r}"
            for paths, count, what in (
                (missing, len(own), "paths here are not in it"),
                (surplus, len(state), "paths in it are not here"),
            )
            if paths
        ]
        message = f"the state does not fit: {' and '.join(parts)}"
        raise UnknownNameError(message)

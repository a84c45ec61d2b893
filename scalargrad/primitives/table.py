"""The table of primitives by name, with the decorators that enter a row or a family of rows."""

import functools
import inspect
import numbers
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from scalargrad.errors import EntryError, OperandError, unknown
from scalargrad.primitives.row import ActivationFacts, Primitive


class Family:
    """Make the rows of a parametrised primitive, the same row again for the same parameters.

    >>> from scalargrad.primitives.rows import power
    >>> power(3) is power(3), power(3).symbol
    (True, 'power(3)')
    """

    def __init__(
        self, maker: Callable[..., Primitive], samples: tuple[tuple[float, ...], ...], of_values: str = ""
    ) -> None:
        self.name = maker.__name__
        self.of_values = of_values
        self.__doc__ = self.documentation = inspect.getdoc(maker) or ""
        self.signature = inspect.signature(maker)
        self.samples = samples
        self.module = maker.__module__
        self._maker = maker
        self._alive: weakref.WeakValueDictionary[tuple[float, ...], Primitive] = weakref.WeakValueDictionary()
        self.row = functools.lru_cache(maxsize=1024)(self._row)

    def __call__(self, *parameters: float, **named: float) -> Primitive:
        """Return the row whose local derivatives close over these parameters.

        Raises OperandError for anything but real numbers: no derivative by a parameter is taken.
        """
        bound = self.signature.bind(*parameters, **named)
        bound.apply_defaults()
        for parameter in bound.args:
            if not isinstance(parameter, numbers.Real):
                message = f"{self.name} takes constant numbers as its parameters, got {parameter!r:.60}"
                raise OperandError(message + (self.of_values and f"; of Values write {self.of_values}"))
        return self.row(*map(float, bound.args))

    @property
    def sample(self) -> Primitive:
        """Return the row of the first sample, which has the operands that all have."""
        return self(*self.samples[0])

    @property
    def default(self) -> Primitive | None:
        """Return the row of the default parameters, None where some have no default."""
        try:
            self.signature.bind()
        except TypeError:
            return None
        return self()

    def _row(self, *parameters: float) -> Primitive:
        """Return the row that somebody still holds, else a new one; the cache before it is for speed."""
        row = self._alive.get(parameters)
        if row is None:
            made = self._maker(*parameters)
            row = self._alive[parameters] = replace(made, name=self.name, parameters=parameters)
        return row


Entry = Primitive | Family
TABLE: dict[str, Primitive] = {}
FAMILIES: dict[str, Family] = {}
E = TypeVar("E", Primitive, Family)
TakeBack = Callable[[], None]
Reader = Callable[[Entry], TakeBack | None]
_readers: list[Reader] = []
_made: dict[str, list[TakeBack | None]] = {}  # by the name of an entry, what undoes all that was made of it

Facts = Any  # the other fields of Primitive
FACTS = [
    field.name
    for field in fields(Primitive)
    if field.name not in {"name", "function", "partials", "operands"}
]
Decorator = Callable[[Callable[..., Any]], Primitive]


def member(partials: Callable[..., Any], **facts: Facts) -> Decorator:
    """Make the decorated z = f(m, x₁, …, xₖ) a row, with its local derivatives and other facts."""

    def state(function: Callable[..., Any]) -> Primitive:
        _, *operands = inspect.signature(function).parameters.values()  # after the namespace
        name = function.__name__.rstrip("_")  # `abs_` leaves Python's own `abs` alone
        for fact in facts:
            if fact not in FACTS:
                raise EntryError(unknown(f"fact of {name}", fact, FACTS))
        lists = facts.get("lists", 0)
        if any(x.kind is not x.POSITIONAL_OR_KEYWORD for x in operands) or len(operands) not in {1, 2}:
            raise EntryError(
                f"{name}{inspect.signature(function)}: a row takes one or two operands, or lists"
            )
        if lists and lists != len(operands):
            raise EntryError(f"{name} takes {len(operands)} lists, so say lists={len(operands)}, not {lists}")
        if not isinstance(facts.get("activation"), ActivationFacts | None):
            raise EntryError(f"{name}: activation takes ActivationFacts, got {facts['activation']!r:.60}")
        return Primitive(name, function, partials, tuple(x.name for x in operands), **facts)

    return state


def primitive(partials: Callable[..., Any], **facts: Facts) -> Decorator:
    """Make the decorated z = f(m, x₁, …, xₖ) a row of the table, under its name.

    `partials(m, z, x₁, …, xₖ)` is ∂z/∂x for one operand, a pair of them for two.  With `lists=1` or
    `lists=2` the operands are lists, and `partials` is a tuple with a list of local derivatives for each.
    The facts are the other fields of a Primitive: domain, text, latex, textbook, precedence, activation ….
    Raises EntryError, and enters nothing, if the row cannot be read or its name is taken.

    >>> @primitive(lambda m, z, x: 3.0 * x * x)
    ... def cube(m, x):
    ...     return x * x * x
    >>> withdraw("cube")
    """

    def enter(function: Callable[..., Any]) -> Primitive:
        return _entered(member(partials, **facts)(function), TABLE)

    return enter


def family(*samples: tuple[float, ...], of_values: str = "") -> Callable[[Callable[..., Primitive]], Family]:
    """Enter the decorated maker of rows as a family; `samples` are parameters worth testing, at least one.

    The maker takes the parameters and returns a row, made by `member`, that closes over them.
    `of_values` is what to write where a parameter is to be a Value, if anything.
    """
    if not samples or not all(isinstance(sample, tuple) for sample in samples):
        raise EntryError(
            f"write @family((0.1,), …), samples of the parameters in tuples, got {samples!r:.60}"
        )

    def enter(maker: Callable[..., Primitive]) -> Family:
        made = maker(*samples[0])
        if not isinstance(made, Primitive):
            raise EntryError(f"{maker.__name__} has to return a row made by @member, got {made!r:.60}")
        return _entered(Family(maker, samples, of_values), FAMILIES)

    return enter


def for_each_entry(read: Reader) -> Reader:
    """Call the decorated function with every row and family, and with those still to come.

    So whatever is made from the table, methods of Value for one, is complete at any time.  The function
    returns another, which takes back what was made, or None where nothing was.
    """
    _readers.append(read)
    for entry in entries():
        _made.setdefault(entry.name, []).append(read(entry))
    return read


def attached(owner: object, members: Mapping[str, Any]) -> TakeBack:
    """Set attributes of a class or module, and return the function that deletes them."""
    for name, made in members.items():
        setattr(owner, name, made)

    def take_back() -> None:
        for name in members:
            delattr(owner, name)

    return take_back


def _entered(entry: E, into: dict[str, E]) -> E:
    """Enter a row or family, whole or not at all; one from the same module gives way, as in a notebook."""
    name = entry.name
    old = TABLE.get(name) or FAMILIES.get(name)
    if old is not None and old.module != entry.module:
        raise EntryError(
            f"the table has a primitive {name!r} of {old.module} already; give yours another name"
        )
    withdraw(name)
    into[name] = entry
    made = _made[name] = []
    try:
        for read in _readers:
            made.append(read(entry))  # noqa: PERF401  # one by one, for what is taken back after an error
    except Exception as error:
        withdraw(name)
        raise EntryError(f"{name} cannot be entered: {error}") from error
    return entry


def withdraw(name: str) -> None:
    """Take an entry back, with all that was made from it.

    >>> @primitive(lambda m, z, x: 2.0 * x)
    ... def square(m, x):
    ...     return x * x
    >>> withdraw("square")
    >>> "square" in TABLE
    False
    """
    TABLE.pop(name, None)
    FAMILIES.pop(name, None)
    for take_back in filter(None, _made.pop(name, ())):
        take_back()


def entries() -> list[Entry]:
    """Return every row, then every family."""
    return [*TABLE.values(), *FAMILIES.values()]


def row_of_entry(entry: Entry) -> Primitive:
    """Return a row itself, of a family the row of its first sample: all have the same operands."""
    return entry.sample if isinstance(entry, Family) else entry


def rows() -> Iterator[Primitive]:
    """Yield every row of the table and, for every family, the rows of its samples."""
    yield from TABLE.values()
    for made in FAMILIES.values():
        yield from (made(*parameters) for parameters in made.samples)


def names() -> dict[str, Entry]:
    """Return every row and family by its name, and by each of its aliases that is no name itself.

    >>> names()["ln"] is TABLE["log"]
    True
    """
    aliases: dict[str, Entry] = {alias: row for row in TABLE.values() for alias in row.aliases}
    return aliases | {entry.name: entry for entry in entries()}


def row_of(name: str) -> Primitive | None:
    """Return the row of a name, of a family that of its default parameters; None where there is none."""
    family = FAMILIES.get(name)
    return family.default if family else TABLE.get(name)

"""What a function finds outside of itself: variables, attributes, lists, as they were when it was recorded.

A program holds for what they were: numbers in them are its constants, Values in them its parameters.  Data
of Values are read afresh, but a variable that names another model, or a list in which another Value stands,
makes another function, which has to be recorded anew.  So what the code of a function names is looked
at before each replay, in a few microseconds: for the most part one comparison of lists in C.
"""

import functools
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from operator import itemgetter
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from scalargrad.engine import watching
from scalargrad.engine.lines import is_outside, is_the_users
from scalargrad.engine.value import Value

PACKAGE_NAME = __name__.partition(".")[0]
SCALARS = (bool, int, float, complex, str, bytes, type(None))
OURS = "scalargrad.nn"  # whose objects a user changes
UNCHANGED = ("path", "_training")  # attributes of theirs by which nothing is computed, or that are conditions


class Outside:
    """What a function and all that it calls by name find outside, with what it was."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.look()

    def look(self) -> None:
        """Take what is there now for what there is to be."""
        found = _Found(self.function)
        self._names, self._in_modules = _Named(found.cells, found.scopes), _Named([], found.modules)
        self._containers, self._copies = found.containers, [x.copy() for x in found.containers]
        self._arrays, self._bytes = found.arrays, [x.tobytes() for x in found.arrays]
        self._last_change = watching.last_change
        self.holds_values = found.holds_values

    def is_same(self) -> bool:
        """Tell whether all is as it was."""
        try:
            return (
                self._names.is_same()
                and self._containers == self._copies
                and [x.tobytes() for x in self._arrays] == self._bytes
                and self._modules_are_same()
            )
        except (ValueError, KeyError):  # an empty cell, an array beside another one; a name that is gone
            return False

    def leave_out_changed(self) -> None:
        """Look no more at what is another now: a function that changes it by itself does not go by it."""
        self._names, self._in_modules = self._names.same(), self._in_modules.same()
        pairs = [(x, copy) for x, copy in zip(self._containers, self._copies) if x == copy]
        self._containers, self._copies = [x for x, _ in pairs], [copy for _, copy in pairs]
        kept = [(x, was) for x, was in zip(self._arrays, self._bytes) if x.tobytes() == was]
        self._arrays, self._bytes = [x for x, _ in kept], [was for _, was in kept]

    def _modules_are_same(self) -> bool:
        """Tell whether modules are what they were, which is asked only if an attribute of any was set."""
        last = watching.last_change
        if last is not self._last_change and not self._in_modules.is_same():
            return False
        self._last_change = last
        return True


class _Scope(NamedTuple):
    """The names of interest in a module, an object or a class: which are there, and which are not."""

    names: Mapping[str, Any]
    there: list[str]
    absent: frozenset[str]

    @classmethod
    def of(cls, names: Mapping[str, Any], wanted: Collection[str]) -> "_Scope":
        """Return what there is of wanted names."""
        there = [name for name in names if name in wanted]
        return cls(names, there, frozenset(wanted) - set(there))


class _Named:
    """Variables and attributes, with what they named."""

    def __init__(self, cells: list[CellType], scopes: list[_Scope]) -> None:
        self.cells, self.scopes = cells, scopes
        self._getters = [
            (itemgetter(*scope.there, scope.there[0]), scope.names)  # of two names it gives a tuple
            for scope in scopes
            if scope.there
        ]
        self._absent = [(scope.absent.isdisjoint, scope.names) for scope in scopes if scope.absent]
        self.were = self._now()
        self._ids = list(map(id, self.were))

    def is_same(self) -> bool:
        """Tell whether they name the same, or equal plain numbers, and no name came to them."""
        now = self._now()
        same = list(map(id, now)) == self._ids or all(map(_is_same, now, self.were))
        return same and all(is_disjoint(names) for is_disjoint, names in self._absent)

    def same(self) -> "_Named":
        """Return those that do."""
        were = iter(self.were)
        cells = [cell for cell in self.cells if _is_same(cell.cell_contents, next(were))]
        scopes = []
        for scope in self.scopes:
            there = [name for name in scope.there if _is_same(scope.names.get(name), next(were))]
            if scope.there:
                next(were)  # the first one, again
            scopes.append(_Scope(scope.names, there, scope.absent - scope.names.keys()))
        return _Named(cells, scopes)

    def _now(self) -> list[Any]:
        named = [cell.cell_contents for cell in self.cells]
        for get, names in self._getters:
            named += get(names)
        return named


class _Found:
    """What can be reached from a function through names that its code, or code that it calls, contains."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.names: set[str] = {"__call__"}
        self.homes = set(_homes(function))  # installed or not, what is recorded is the user's
        known = 0
        while known < len(self.names):  # what is called has names of its own
            known = len(self.names)
            self._walk(function)

    def _walk(self, function: Callable[..., Any]) -> None:
        self.cells: list[CellType] = []
        self.scopes: list[_Scope] = []
        self.modules: list[_Scope] = []
        self.containers: list[Any] = []
        self.arrays: list[np.ndarray] = []
        self.holds_values = False
        seen: dict[int, Any] = {}
        unread: list[Any] = [function]
        while unread:
            thing = unread.pop()
            if id(thing) not in seen and not isinstance(thing, SCALARS):
                seen[id(thing)] = thing
                unread += self._within(thing)

    def _within(self, thing: Any) -> Iterator[Any]:  # noqa: C901  # one case for each kind of thing
        """Yield what stands in a thing, and keep where it stands."""
        if isinstance(thing, list | set):
            self.containers.append(thing)
            yield from thing
        elif isinstance(thing, dict):
            self.containers.append(thing)
            yield from thing.values()
        elif isinstance(thing, tuple | frozenset):
            yield from thing
        elif isinstance(thing, np.ndarray):
            self.arrays.append(thing)
        elif isinstance(thing, MethodType):
            yield from (thing.__func__, thing.__self__)
        elif isinstance(thing, functools.partial):
            yield from (thing.func, thing.args, thing.keywords)
        elif isinstance(thing, FunctionType):
            yield from self._of_function(thing)
        elif hasattr(thing, "__wrapped__"):  # a decorated function, a recorded one
            yield thing.__wrapped__
        elif isinstance(thing, property):
            yield thing.fget
        elif isinstance(thing, ModuleType | type):
            yield from self._of_named(thing)
        else:
            yield from self._of_object(thing)

    def _of_named(self, thing: ModuleType | type) -> Iterator[Any]:
        if self._is_the_users(thing.__name__ if isinstance(thing, ModuleType) else thing.__module__):
            yield from self._of_scope(vars(thing), self.names)

    def _of_object(self, thing: Any) -> Iterator[Any]:
        """Yield attributes: those that are named or, of what inherits from this package, all."""
        self.holds_values |= isinstance(thing, Value)
        attributes, classes = getattr(thing, "__dict__", {}), type(thing).__mro__
        if any(cls.__module__.startswith(OURS) for cls in classes):
            but = {*UNCHANGED, *getattr(thing, "buffers", ())}
            yield from self._of_scope(attributes, self.names | attributes.keys() - but, self.modules)
        elif self._is_the_users(type(thing).__module__):
            yield from self._of_scope(attributes, self.names)
        yield from classes

    def _of_function(self, function: FunctionType) -> Iterator[Any]:
        if self._is_the_users(function.__module__) and is_outside(function.__code__.co_filename):
            named = set(_names(function.__code__))
            self.names |= named
            full = [cell for cell in function.__closure__ or () if not _is_empty(cell)]
            self.cells += full
            yield from (cell.cell_contents for cell in full)
            yield from (function.__defaults__ or (), function.__kwdefaults__ or {})
            yield from self._of_scope(function.__globals__, named)

    def _is_the_users(self, module: Any) -> bool:
        """Tell whether a module is neither of this package, nor Python's, nor installed but for a home."""
        if not isinstance(module, str) or module == "__main__":
            return True  # code that was made at run time, or is run by a profiler
        root = module.partition(".")[0]
        file = getattr(sys.modules.get(module), "__file__", None)
        return root in self.homes or (is_the_users(file) if file else root not in sys.stdlib_module_names)

    def _of_scope(
        self, names: Mapping[str, Any], wanted: Collection[str], kept: list[_Scope] | None = None
    ) -> Iterator[Any]:
        scope = _Scope.of(names, wanted)
        (self.scopes if kept is None else kept).append(scope)
        yield from (names[name] for name in scope.there)


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names of variables and attributes in a code, and in the code within it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _homes(function: Any) -> Iterator[str]:
    """Yield the packages that a function, or what it is made of, is defined in; none is this one."""
    if isinstance(function, functools.partial):
        for part in (function.func, *function.args):
            yield from _homes(part)
        return
    for thing in (getattr(function, "__wrapped__", function), type(function)):
        root = str(getattr(thing, "__module__", "")).partition(".")[0]
        if root not in {*sys.stdlib_module_names, PACKAGE_NAME}:
            yield root


def _is_empty(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # asks whether there are any
    except ValueError:
        return True
    return False


def _is_same(x: Any, y: Any) -> bool:
    return x is y or (isinstance(x, SCALARS) and type(x) is type(y) and bool(x == y))

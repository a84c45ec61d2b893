"""The names of claims: which number a person means by `d w5`, `do1/dnet1` or `w5+`."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scalargrad.checking.places import Place, ancestry, derivative_of, way
from scalargrad.errors import ShapeError, UnknownNameError, unknown
from scalargrad.notation.text import TextWriter
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.statements import statements

D = r"(?:d|∂|\\partial )\s*"
QUOTIENT = re.compile(rf"{D}(?P<of>.+?)\s*/\s*{D}(?P<by>.+)")
VIA = re.compile(rf"{D}(?P<by>.+?)\s+(?:via|through|over)\s+(?P<child>.+)")
ADJOINT = re.compile(rf"(?:{D}|grad[ _(]|∇\s*)(?P<by>.+?)\)?|(?P<by_of>.+?)[._]grad")
DELTA = re.compile(r"(?:δ|delta)[ _]?\(?(?P<unit>.+?)\)?")
SUM_OF = re.compile(r"(?:net|z|in|sum|preact|pre)[ _(]\s*(?P<unit>.+?)\)?")
OF_A_UNIT = re.compile(r"(?:out|output)[ _(]\s*(?P<unit>.+?)\)?|(?P<whole>.+?)[ _]total")
UPDATED = re.compile(r"(?P<leaf>.+?)\s*(?:\+|⁺|'|′|[ _]?new)|new[ _](?P<new>.+)")
DELTAS = ("δ", "delta")


class Names:
    """Find the place that a name of a claim means; names of the trace itself come first."""

    def __init__(self, trace: WengertList) -> None:
        self.trace = trace
        self._named = {v.name: v for v in trace}
        self._formulas = {_canonical(str(s.written(TextWriter()))): v for v, s in statements(trace).items()}
        self._formulas |= {_canonical(v.formula): v for v in trace if v.parents}

    def place(self, name: str) -> Place:
        """Return the place that is meant; raise UnknownNameError with the nearest names."""
        text = unicodedata.normalize("NFKC", name).replace("−", "-").strip()
        if (found := self._place(name.strip(), text)) is not None:
            return found
        if text[:1] in {"δ", "Δ"}:
            units = [v.name for v in self.trace if v.primitive and v.primitive.activation][:3]
            example = f"δ_{units[0]}" if units else f"d {self.trace.output.name}"
            message = f"unknown step {name!r}; δ is that of a value, as in {example}"
            raise UnknownNameError(message)
        known = [*self._named, *(f"d {known}" for known in self._named)]
        raise UnknownNameError(unknown("step", name, known))

    def _place(self, name: str, text: str) -> Place | None:
        if (v := self._instruction(text)) is not None:
            return Place("value", v)
        for read in (self._updated, self._via, self._quotient, self._delta, self._adjoint):
            if (place := read(name if read == self._updated else text)) is not None:
                return place
        return None

    def _instruction(self, text: str | None) -> Instruction | None:
        """Return the instruction of a name, of a formula, or the weighted sum of an activation."""
        if text is None:
            return None
        text = text.strip().replace("σ(", "sigmoid(")
        if text in self._named:
            return self._named[text]
        if (found := self._formulas.get(_canonical(text))) is not None:
            return found
        if unit := SUM_OF.fullmatch(text):
            return self._sum_of(unit["unit"])
        plain = OF_A_UNIT.fullmatch(text)
        return self._named.get(plain["unit"] or plain["whole"]) if plain else None

    def _sum_of(self, name: str) -> Instruction | None:
        v = self._named.get(name)
        return v.parents[0] if v and v.primitive and v.primitive.activation else None

    def _quotient(self, text: str) -> Place | None:
        if not (found := QUOTIENT.fullmatch(text)):
            return None
        of, by = self._instruction(found["of"]), self._instruction(found["by"])
        if by is None or of is None:
            return None
        if of is by and of is not self.trace.output:
            message = f"{text} is 1 whatever the numbers are: there is nothing to check"
            raise UnknownNameError(message)
        if (place := derivative_of(self.trace, of, by)) is None:
            message = f"{of.name} does not depend on {by.name}, so there is no {text} to check"
            raise UnknownNameError(message)
        return place

    def _via(self, text: str) -> Place | None:
        if not (found := VIA.fullmatch(text)) or (v := self._instruction(found["by"])) is None:
            return None
        child = self._instruction(found["child"])
        edges = self.trace.uses[v]
        ways = [edge for edge in edges if child in way(self.trace, edge)]
        ways = ways or [edge for edge in edges if child and edge.child in ancestry(child)]
        if len(ways) > 1:
            message = f"{v.name} is read {len(ways)} times on the way to {found['child']}: claim d {v.name}"
            raise UnknownNameError(message)
        if not ways:
            names = ", ".join(dict.fromkeys(way(self.trace, e)[-1].name for e in self.trace.uses[v]))
            message = f"expected one way of a contribution to {v.name} (through {names}), got {text!r}"
            raise UnknownNameError(message)
        return Place("contribution", v, ways[0])

    def _adjoint(self, text: str) -> Place | None:
        if not (found := ADJOINT.fullmatch(text)):
            return None
        v = self._instruction(found["by"] or found["by_of"])
        return Place("adjoint", v) if v else None

    def _delta(self, text: str) -> Place | None:
        """Return the place of δ, the adjoint of a weighted sum, by its name or that of the activation."""
        if not (found := DELTA.fullmatch(text)):
            return None
        v = self._sum_of(found["unit"]) or self._instruction(found["unit"])
        return Place("adjoint", v) if v else None

    def _updated(self, text: str) -> Place | None:
        if not (found := UPDATED.fullmatch(text)):
            return None
        v = self._instruction(found["leaf"] or found["new"])
        return Place("updated", v) if v and not v.parents else None


def is_delta(name: str) -> bool:
    """Tell whether an adjoint is called δ, which some books define as -∂E/∂z.

    >>> is_delta("δ_o1"), is_delta("d o1")
    (True, False)
    """
    return name.strip().startswith(DELTAS)


def singly(names: Names, numbers: Mapping[str, Any]) -> dict[str, float | str]:
    """Return claims with vectors and matrices taken apart: h = [0.8, 0.4] is h1, h2 or h[0], h[1].

    Raises ShapeError where there are more or fewer of them in the trace.
    """
    found: dict[str, float | str] = {}
    for name, x in numbers.items():
        if not isinstance(name, str):
            message = f"expected the name of a step, such as 'd x', got {name!r}"
            raise UnknownNameError(message)
        listed = _listed(x)
        if not isinstance(listed, list):
            found[name] = listed
            continue
        found |= _elements(names, name, listed)
    return found


def numbers_in(x: Any) -> Iterator[Any]:
    """Yield the single numbers of a claim, or of its text, which may be those of a vector.

    >>> list(numbers_in("[0.8, 0.4]")), list(numbers_in("73%"))
    (['0.8', '0.4'], ['73%'])
    """
    listed = _listed(x)
    yield from (each for _, each in _indexed(listed)) if isinstance(listed, list) else (listed,)


def _elements(names: Names, name: str, listed: list[Any]) -> dict[str, float | str]:
    flat = dict(_indexed(listed))
    if not flat:
        message = f"expected the numbers of {name}, got an empty list"
        raise ShapeError(message)
    for spell in (_in_brackets, _from_one, _from_nought):
        spelt = {f"{name}{spell(k)}": x for k, x in flat.items()}
        if all(_is_known(names, each) for each in spelt):
            beyond = f"{name}{spell((len(listed), *((0,) * (len(next(iter(flat))) - 1))))}"
            if _is_known(names, beyond):
                message = f"{name} has more than the {len(listed)} numbers given: there is {beyond}, too"
                raise ShapeError(message)
            return spelt
    first = f"{name}{_from_one(next(iter(flat), (0,)))}"
    names.place(first)  # raises, with the nearest names
    raise ShapeError(f"{name} has fewer than the {len(flat)} numbers given")


def _is_known(names: Names, name: str) -> bool:
    try:
        names.place(name)
    except UnknownNameError:
        return False
    return True


def _indexed(listed: list[Any], before: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    for i, x in enumerate(listed):
        if isinstance(x, list):
            yield from _indexed(x, (*before, i))
        else:
            yield (*before, i), x


def _listed(x: Any) -> Any:
    """Return the list that a sequence, an array or a text such as `[0.8, 0.4]` is, else what it is."""
    if isinstance(x, str):
        text = x.strip()
        return _parsed(text) if text.startswith("[") and text.endswith("]") else x
    if hasattr(x, "tolist"):
        return _of_array(x)
    return [_listed(each) for each in x] if isinstance(x, list | tuple) else x


def _of_array(x: Any) -> Any:
    """Return an array as a list of texts, each as short as its own type tells it: 0.797, also of 32 bits."""
    import numpy as np

    return np.asarray(x.detach() if hasattr(x, "detach") else x).astype(str).tolist()


def _parsed(text: str) -> list[Any]:
    """Return a list as it is typed, its numbers as texts; raise ShapeError where brackets lack.

    Where semicolons part the numbers, a comma is that of a decimal: `[0,8; 0,4]`.
    """
    stack: list[list[Any]] = [[]]
    number = r"[^\[\];\s]+" if ";" in text else r"[^\[\],\s]+"
    for part in re.findall(rf"[\[\]]|{number}", text):
        if part == "[":
            stack.append([])
        elif part == "]" and len(stack) > 1:
            inner = stack.pop()
            stack[-1].append(inner)
        else:
            stack[-1].append(part)
    if len(stack) != 1 or len(stack[0]) != 1:
        message = f"expected a list such as [0.8, 0.4], got {text!r}"
        raise ShapeError(message)
    (listed,) = stack[0]
    assert isinstance(listed, list)
    return listed


def _in_brackets(index: Sequence[int]) -> str:
    return f"[{','.join(map(str, index))}]"


def _from_one(index: Sequence[int]) -> str:
    return "".join(str(i + 1) for i in index)


def _from_nought(index: Sequence[int]) -> str:
    return "".join(map(str, index))


def _canonical(formula: str) -> str:
    """Return a formula with the factors and terms of a plain sum of products in alphabetical order."""
    text = formula.replace(" ", "").replace("·", "*")
    if re.search(r"[^\w*+.\[\]]|\*\*", text):  # a power is no product
        return text
    return "+".join(sorted("*".join(sorted(term.split("*"))) for term in text.split("+")))

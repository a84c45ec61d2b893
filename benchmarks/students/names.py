"""Which names a tutor may give to a slip of each class, in the one place where they are matched."""

import re
from collections.abc import Sequence

from scalargrad.study.check import Judgement
from students import descent
from students.classes import CLASSES
from students.handing_in import HandIn, attempted, first_difference
from students.work import Slip

# Classes that tell of the same thing in other words; the name of any is right for each.
RELATED: Sequence[set[str]] = (
    {"sign of a result", "difference reversed"},
    {"sign of an adjoint", "difference reversed"},
    {"sign of an adjoint", "sign of a contribution"},
    {"sign of an adjoint", "1/d² for -1/d²"},
    {"sign of an adjoint", "-cos for cos"},
    {"sign of an adjoint", "sin for -sin"},
    {"decimal point of a value", "decimal point of an adjoint"},
    {"term left out", "bias forgotten"},
    {"contribution forgotten", "only the last counted"},
    {"contribution forgotten", "-1 of the one-hot forgotten"},
    {"local derivative left out", "factor skipped over an unwritten row"},
    {"local derivative left out", "product as plus"},
    {"local derivative left out", "constant forgotten backwards"},
    {"local derivative left out", "relu's gate forgotten"},
    {"activation not applied", "function not applied"},
    {"activation not applied", "relu not applied"},
    {"function not applied", "raw scores normalised"},
    {"function not applied", "square forgotten"},
    {"neighbour taken forwards", "weights transposed forwards"},
    {"neighbour taken forwards", "wrong class"},
    {"neighbour taken backwards", "transposed weight backwards"},
    {"weight updated too early", "all weights updated too early"},
    {"digits of a value exchanged", "digits of a value written wrongly"},
    {"digits of an adjoint exchanged", "digits of an adjoint written wrongly"},
    {"derivative at the output", "1/ln x for 1/x"},
)
ACCEPTED: dict[str, set[str]] = {
    name: {name}.union(*(group for group in RELATED if name in group))
    for name in (*CLASSES, *descent.UPDATES)
}

# What remarks say, for a check that gives slips no names: a pattern, and the classes it tells of.
REMARKS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("sign is reversed", ("sign of a result", "sign of an adjoint")),
    ("decimal point", ("decimal point of a value",)),
    ("term .* is left out", ("term left out",)),
    ("term .* has the wrong sign", ("sign of a term",)),
    ("the factor .* is left out", ("local derivative left out",)),
    ("contribution .* is (forgotten|counted)", ("contribution forgotten",)),
    ("updated before", ("weight updated too early",)),
    ("was not applied", ("activation not applied", "function not applied")),
    ("itself is taken in the place of its factor", ("own factor",)),
    ("in the place of its derivative", ("f for f'",)),
    ("is taken at", ("derivative at the output",)),
    (" alone: the adjoint of", ("adjoint from above left out",)),
    (r"1 - .*\*.* has .* in the place of", ("1 - a² for 1 - h²",)),
    (r"\(1 - .*\) has .* in the place of", ("a(1 - a) for o(1 - o)",)),
)


def names(judgement: Judgement) -> set[str]:
    """Return the names of the slips that a judgement tells of, empty where it tells of none."""
    found = [getattr(judgement, "slip", ""), *getattr(judgement, "slips", ())]
    if hasattr(judgement, "slip"):
        return set(filter(None, found))
    if not judgement.remark:
        return set()
    told = next((classes for pattern, classes in REMARKS if re.search(pattern, judgement.remark)), None)
    return set(told or [judgement.remark])


def fits_as_well(hand_in: HandIn, named: set[str]) -> bool:
    """Tell whether a slip of another name, made somewhere, gives the same first wrong number."""
    classes = [name for name, accepted in ACCEPTED.items() if named & accepted]
    if hand_in.slip.name in descent.UPDATES:
        return any(descent.gives(hand_in, name) for name in classes if name in descent.UPDATES)
    classes = [name for name in classes if name in CLASSES]
    return any(_gives(hand_in, slip) for name in classes for slip in CLASSES[name](hand_in.problem))


def _gives(hand_in: HandIn, slip: Slip) -> bool:
    done = attempted(hand_in.problem, hand_in.style, hand_in.rows, slip)
    if done is None:
        return False
    first = first_difference(hand_in.rows, hand_in.honest, done)
    if first is None or hand_in.problem.text(first) != hand_in.first:
        return False
    claimed = hand_in.claims[hand_in.first]
    unit = hand_in.style.unit(float(claimed))
    return abs(float(done.texts[first]) - float(claimed)) <= 1.5 * unit

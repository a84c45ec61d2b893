"""Which names a tutor may give to a slip of each class, in the one place where they are matched."""

from scalargrad.checking.report import Judgement
from scalargrad.checking.slips import SLIPS
from students import descent
from students.classes import CLASSES
from students.handing_in import HandIn, attempted, first_difference
from students.work import Slip

# Where two slips tell of the same thing in other words, the name of either is right.
ACCEPTED: dict[str, set[str]] = {
    "sign of a result": {
        "sign reversed",
        "sign of an operand lost",
        "sign of the difference forgotten",
        "added for subtracted",
    },
    "decimal point of a value": {"point misplaced"},
    "term left out": {"term left out", "left factor left out", "right factor left out"},
    "bias forgotten": {"term left out"},
    "sign of a term": {"term with the wrong sign", "sign of an operand lost", "added for subtracted"},
    "neighbour taken forwards": {
        "other operand taken",
        "given number of another",
        "factors paired crosswise",
    },
    "weights transposed forwards": {
        "other operand taken",
        "given number of another",
        "factors paired crosswise",
    },
    "raw scores normalised": {"function not applied"},
    "wrong class": {"other operand taken", "given number of another"},
    "difference reversed": {"sign reversed", "sign of an operand lost"},
    "contribution forgotten": {"contribution forgotten", "one contribution alone", "one hot forgotten"},
    "only the last counted": {"contribution forgotten", "one contribution alone", "one hot forgotten"},
    "local derivative left out": {
        "local derivative left out",
        "product as a sum",
        "gate forgotten",
        "argument for the derivative",
    },
    "factor skipped over an unwritten row": {
        "local derivative left out",
        "product as a sum",
        "gate forgotten",
    },
    "adjoint from above left out": {"adjoint left out"},
    "sign of an adjoint": {"sign reversed", "sign of the difference forgotten"},
    "sign of a contribution": {"sign reversed", "sign of the difference forgotten"},
    "decimal point of an adjoint": {"point misplaced"},
    "net input for activation": {"other operand taken", "other factor taken", "function not applied"},
    "neighbour taken backwards": {"other factor taken", "given number of another"},
    "neighbour's adjoint taken": {"other adjoint taken", "adjoint of another"},
    "transposed weight backwards": {"other factor taken", "weights transposed", "given number of another"},
    "seed is the output": {"seed not one"},
    "relu's gate forgotten": {"gate forgotten"},
    "max routed to the wrong side": {"routed to the wrong side"},
    "max as plus": {"routed to the wrong side", "gate forgotten"},
    "max as product": {"extreme as a product"},
    "constant forgotten backwards": {
        "local derivative left out",
        "exponent not a factor",
        "product as a sum",
    },
    "digits of a value exchanged": {"digits exchanged", "operand miscopied"},
    "digits of a value written wrongly": {"digits exchanged"},
    "digits of an adjoint exchanged": {"digits exchanged"},
    "digits of an adjoint written wrongly": {"digits exchanged"},
    "activation not applied": {"function not applied"},
    "function not applied": {"function not applied"},
    "relu not applied": {"function not applied"},
    "sigmoid of +z": {"plus in the exponent"},
    "reciprocal forgotten": {
        "reciprocal of sigmoid forgotten",
        "reciprocal forgotten",
        "function not applied",
        "division left out",
        "quotient upside down",
    },
    "sum for product": {"added for multiplied", "other operation"},
    "product for sum": {"multiplied for added", "other operation"},
    "quotient upside down": {"quotient upside down", "other operation", "reciprocal forgotten"},
    "sigmoid for tanh": {"other activation"},
    "tanh for sigmoid": {"other activation"},
    "wrong logarithm": {"other base"},
    "degrees for radians": {"degrees"},
    "square forgotten": {"function not applied"},
    "multiple for power": {"multiplied by the exponent"},
    "min for max": {"wrong side taken"},
    "constant forgotten": {
        "left factor left out",
        "right factor left out",
        "division left out",
        "term left out",
    },
    "-1 of the one-hot forgotten": {"one hot forgotten", "contribution forgotten", "one contribution alone"},
    "-1 on the wrong class": {"one hot at the wrong class", "one hot forgotten"},
    "weight updated too early": {
        "updated weight used backwards",
        "all weights updated",
        "updated weight used",
    },
    "all weights updated too early": {
        "updated weight used backwards",
        "all weights updated",
        "updated weight used",
    },
    "1 - o for o(1 - o)": {"one minus alone"},
    "f for f'": {"value for the derivative"},
    "a(1 - a) for o(1 - o)": {"argument for the value"},
    "1 - a² for 1 - h²": {"argument for the value"},
    "derivative at the output": {"derivative at the value"},
    "o(1 - o) for tanh": {"derivative of another activation"},
    "1 - h² for sigmoid": {"derivative of another activation"},
    "1 - h for tanh": {"derivative of another activation"},
    "-1/d for -1/d²": {"square of the denominator forgotten", "wrong derivative of a quotient"},
    "1/d² for -1/d²": {"sign reversed", "wrong derivative of a quotient"},
    "1/d for -1/d²": {"wrong derivative of a quotient", "square of the denominator forgotten"},
    "n·eⁿ⁻¹ for eⁿ": {"power rule for the exponential"},
    "exponent forgotten": {"exponent not a factor"},
    "exponent not lowered": {"exponent not lowered", "derivative at the value"},
    "1/ln x for 1/x": {"wrong derivative of the logarithm", "derivative at the value"},
    "x for 1/x": {"argument for the derivative"},
    "-cos for cos": {"wrong derivative of the sine", "wrong derivative of the cosine", "sign reversed"},
    "sin for -sin": {"wrong derivative of the sine", "wrong derivative of the cosine", "sign reversed"},
    "1/√x for 1/(2√x)": {"wrong derivative of the root"},
    "plus as product": {"sum as a product"},
    "product as plus": {"product as a sum", "local derivative left out"},
    "own factor": {"own factor"},
    "step uphill": {"uphill"},
    "rate forgotten": {"rate left out"},
    "gradient forgotten": {"not updated", "gradient left out"},
    "step alone": {"step alone"},
    "gradient of a neighbour": {"gradient of another"},
}
assert set().union(*ACCEPTED.values()) <= {slip.name for slip in SLIPS}, "a name that no slip has"


def names(judgement: Judgement) -> set[str]:
    """Return the names of the slips that a judgement tells of, empty where it tells of none."""
    return set(judgement.slips)


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

"""Laws of trials: slips made in columns give what the work gives that is done again with each of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import trace
from scalargrad.checking.assumption import Assumption
from scalargrad.checking.claims import Precision
from scalargrad.checking.cone import cone
from scalargrad.checking.had import Had
from scalargrad.checking.places import Place, order_of_work
from scalargrad.checking.readings import updated
from scalargrad.checking.search import Candidate, _weighed
from scalargrad.checking.slips import SLIPS
from scalargrad.checking.trials import outcomes
from scalargrad.checking.work import Work
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import evaluate
from scalargrad.nn import MLP
from scalargrad.primitives.scalars import ieee

TRACES = {name: trace(example(name).output()) for name in GALLERY}
TRACES["partial"] = trace(  # where most slips leave the domain of something
    evaluate("y = log(w*x - b)*sqrt(u - w*x) + asin(b/x)", {"w": 0.75, "x": 2.0, "b": 1.25, "u": 2.0})
)


def done(t, rate=0.5):
    """Return honest work, to its end."""
    work = Work(t, Precision(decimals=4, coarsest=4, figures=None), rate=rate)
    for place in order_of_work(t, {}):
        work.keep(place, work.at(place))
    return work


def done_again(work, places, assumption):
    """Return the number of the last place under a slip, one place after the other."""
    redone = Work(work.trace, work.precision, work.rate)
    redone.had = dict(work.had)
    for place in places:
        redone.had[place] = redone.at(place)
        if (number := assumption.guess(redone, place)) is not None:
            redone.had[place] = Had(number, redone.had[place].span)
    return redone.number(places[-1])


@pytest.mark.parametrize("name", TRACES)
@given(data=st.data())
def test_a_column_is_the_work_done_again_with_its_slip(name, data):
    """Wherever it was made, once or throughout, and whatever the claim below it is."""
    work = done(TRACES[name])
    top = data.draw(st.sampled_from([p for p in work.had if p.kind == "adjoint" or p.v.parents]))
    places = cone(work, {}, top)
    at, slip = data.draw(st.sampled_from(places)), data.draw(st.sampled_from(SLIPS))
    assumptions = [Assumption(slip, each.variant, at, each.words) for each in slip.at(work, at)]
    assumptions += [each._replace(place=None) for each in assumptions if slip.belief]
    numbers = [0.0 if a.place is None else a.guess(work, at) for a in assumptions]
    for assumption, found in zip(assumptions, outcomes(work, places, list(zip(assumptions, numbers)))):
        expected = done_again(work, places, assumption)
        assert math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12), (assumption, top)


def test_more_trials_than_are_tried_at_once_are_all_told_apart():
    """A network has thousands; each column stays with its own trial."""
    t = trace((MLP(2, [6, 6, 1], seed=3)([0.3, -0.2]) - 1.0) ** 2)
    work = done(t)
    top = Place("adjoint", next(v for v in t if v.role == "parameter"))
    places = cone(work, {}, top)
    slips = [s for s in SLIPS if s.name in {"sign reversed", "point misplaced", "digits exchanged"}]
    trials = [
        (Assumption(slip, guess.variant, at, guess.words), guess.number)
        for at in places
        for slip in slips
        for guess in slip.at(work, at)
    ]
    assert len(trials) > 512
    found = outcomes(work, places, trials)
    for (assumption, _), number in list(zip(trials, found))[::37]:
        assert math.isclose(number, done_again(work, places, assumption), rel_tol=1e-9, abs_tol=1e-15)


@pytest.mark.parametrize("rate", [None, 0.5])
@pytest.mark.parametrize("name", GALLERY)
def test_who_updates_too_early_computes_with_leaves_that_made_their_step(name, rate):
    """Constants and what was computed stay; without a rate nothing moves."""
    t = TRACES[name]
    work = done(t, rate)
    moved = {v: v.value - (rate or 0.0) * v.adjoint for v in t if not v.parents and v.role != "constant"}
    for v in t:
        if v.parents:
            operands = [moved.get(parent, parent.value) for parent in v.parents]
            assert updated(work, v) == pytest.approx(v.primitive.value(ieee, operands), nan_ok=True)
            for i, local in enumerate(v.primitive.local_derivatives(ieee, v.value, operands)):
                assert updated(work, v, i) == pytest.approx(local, nan_ok=True)


def test_the_likeliest_explanations_are_held_against_the_rest_of_the_work():
    """Twelve of them, each at the six places where it is likeliest; of equals the last, which is nearest."""
    asked = []
    fitting = [
        Candidate(Assumption(slip, f"{i}", None, "words"), 0.5, (k + 1) * (1.0 + i // 2))
        for k, slip in enumerate(SLIPS[:15])
        for i in range(9)
    ]
    found = _weighed(fitting, (), lambda assumption: asked.append(assumption) or 0)
    assert [each.slip for each in asked] == [slip for slip in SLIPS[3:15][::-1] for _ in range(6)]
    assert [each.variant for each in asked] == ["8", "7", "6", "5", "4", "3"] * 12
    assert [(chance, each.variant) for chance, each in found] == [
        ((k + 1) * 25.0, "8") for k in range(14, 2, -1)
    ]

"""What the page of an exercise asks for, read off its sheet."""

from typing import Literal

from scalargrad.checking.claims import Precision
from scalargrad.checking.judging import spread
from scalargrad.checking.places import Place
from scalargrad.exercises.content import Content
from scalargrad.notation.mathml import MathWriter
from scalargrad.page import Quiz
from scalargrad.wengert.statements import statements


def quiz_of(sheet: Content) -> Quiz:
    """Return the blanks of a sheet with their formulas, and which steps have no line on it.

    >>> from scalargrad import Value, exercise
    >>> quiz = quiz_of(exercise(Value(3.0, label="x") ** 2, hints=True).sheet)
    >>> [(what, name) for what, name, _, _ in quiz.blanks]
    [('value 1', 'v1'), ('adjoint 0', 'd x')]
    """
    writer = MathWriter(sheet.digits)
    lines = (line for _, half in sheet.halves(writer) for line in half)
    formulas = {line.name: writer.equal(line.right) if line.right else "" for line in lines}
    between = spread(sheet.trace, Precision(sheet.digits, sheet.digits, None))
    blanks = []
    for each in sheet.blanks:
        kind: Literal["adjoint", "value"] = "adjoint" if each.is_adjoint else "value"
        low, high = (float(f"{x:.12g}") for x in between[Place(kind, sheet.trace[each.slot])])
        blanks.append((f"{kind} {each.slot}", each.written, formulas[each.written], (low, high)))
    found = statements(sheet.trace).values()
    folded = {inner.index: each.target.index for each in found for inner in each.folded}
    return Quiz(sheet.identity, tuple(blanks), folded)

"""What the page of an exercise asks for, read off its sheet."""

from scalargrad.exercises.content import Content
from scalargrad.notation.mathml import MathWriter
from scalargrad.page import Quiz
from scalargrad.wengert.statements import statements


def quiz_of(sheet: Content) -> Quiz:
    """Return the blanks of a sheet with their formulas, and which steps have no line on it.

    >>> from scalargrad import Value, exercise
    >>> quiz = quiz_of(exercise(Value(3.0, label="x") ** 2, hints=True).sheet)
    >>> [(what, name) for what, name, _ in quiz.blanks]
    [('value 1', 'v1'), ('adjoint 0', 'd x')]
    """
    writer = MathWriter(sheet.digits)
    lines = [line for _, half in sheet.halves(writer) for line in half if line.number is None]
    formulas = {line.name: writer.equal(line.right) if line.right else "" for line in lines}
    blanks = tuple(
        (f"{'adjoint' if each.is_adjoint else 'value'} {each.slot}", each.written, formulas[each.written])
        for each in sheet.blanks
    )
    found = statements(sheet.trace).values()
    folded = {inner.index: each.target.index for each in found for inner in each.folded}
    return Quiz(sheet.identity, blanks, folded)

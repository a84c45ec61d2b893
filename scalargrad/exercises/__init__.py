"""Exercises on backpropagation: worksheets with pleasant numbers, their keys, their marking."""

from scalargrad.exercises.exercise import Exercise, exercise

__all__ = ["Exercise", "exercise"]

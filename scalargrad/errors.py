"""The package's exceptions, each derived from the built-in one a caller would catch."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from scalargrad.elsewhere import answer

T = TypeVar("T")
S = TypeVar("S", bound=str)

MOST_LISTED = 40  # names that an error lists


class ScalargradError(Exception):
    """The base of every error that this package raises on purpose."""


class DomainError(ScalargradError, ValueError):
    """Report an operand outside the domain of a primitive, such as log(-1)."""


class RangeError(ScalargradError, OverflowError):
    """Report a value too large for a float, such as exp(1000)."""


class OperandError(ScalargradError, TypeError):
    """Report something that is not a real number where one is needed."""


class ArgumentIndexError(ScalargradError, IndexError):
    """Report a derivative by an argument that the function was not called with."""


class EntryError(ScalargradError, TypeError):
    """Report a primitive that cannot be entered into the table, with what is wrong in its row."""


class ShapeError(ScalargradError, ValueError):
    """Report a list of the wrong length, naming both lengths."""


class NoGraphError(ScalargradError, RuntimeError):
    """Report a sweep, inside of `no_grad`, of a value that has no graph."""


class StaleGraphError(ScalargradError, RuntimeError):
    """Report a leaf whose data was changed after something was computed from it."""


class NonFiniteError(ScalargradError, ArithmeticError):
    """Report a loss or a gradient that is inf or nan, with the node where that began.

    Raised by `fit`, it holds in `history` what was recorded up to there.
    """

    history: Any = None  # a History; this module imports nothing that could name its type


class ReadError(ScalargradError, TypeError):
    """Report a Value read as a plain number where a recording cannot follow, with the line and a remedy."""


class RecordError(ScalargradError, RuntimeError):
    """Report a function that cannot be recorded: it is another each time, or branches without end."""


class LostGradientWarning(UserWarning):
    """Warn of a Value that was read as a plain number where its derivative is wanted."""


class AppliedTwiceWarning(UserWarning):
    """Warn of a loss from logits that is given probabilities: sigmoid or softmax is applied twice."""


class SlowRecordWarning(UserWarning):
    """Warn of a recording that costs more than it saves."""


class MissingMethodError(ScalargradError, NotImplementedError):
    """Report a module that does not say what it computes."""


class UnknownNameError(ScalargradError, LookupError):
    """Report a name that is not there, with the nearest ones that are."""


class GraphTooLargeError(ScalargradError, ValueError):
    """Report a drawing of too many nodes or edges, or a layout that took too long."""


class RendererError(ScalargradError, RuntimeError):
    """Report that Graphviz or LaTeX is not installed, or that it made nothing."""


class MissingPackageError(ScalargradError, ImportError):
    """Report a package that something needs and that is not installed, with how to install it."""


class ExpressionError(ScalargradError, ValueError):
    """Report what cannot be read in an expression; `pointer` shows the place with a caret."""

    def __init__(self, message: str, line: str = "", start: int = 0, end: int = 0) -> None:
        super().__init__(message)
        self.line, self.start, self.end = line, start, max(end, start + 1)

    @property
    def pointer(self) -> str:
        """Return the line and, below it, carets under the place; nothing where there is none.

        >>> print(ExpressionError("no", "a + ?", 4).pointer)
        a + ?
            ^
        """
        return f"{self.line}\n{' ' * self.start}{'^' * (self.end - self.start)}" if self.line else ""


class NumberError(ScalargradError, ValueError):
    """Report a text that is no number, or one that can be read in two ways, with what to write."""


class StateFormatError(ScalargradError, ValueError):
    """Report a file that is not the state of a module, or a damaged one."""


class TraceFormatError(ScalargradError, ValueError):
    """Report a file that is not a trace, or a damaged one, with what is wrong and where."""


class TraceTooLargeError(ScalargradError, ValueError):
    """Report a table or page that would be too large to read, with the counts and a way that works."""


class ExerciseError(ScalargradError, ValueError):
    """Report an exercise that cannot be set: no pleasant numbers were found, or nothing is asked."""


class SheetError(ScalargradError, ValueError):
    """Report a filled sheet or a key that is damaged, with what is wrong and where."""


class WrongKeyError(ScalargradError, LookupError):
    """Report a key that is not that of the exercise on a sheet."""


def known(kind: str, word: T, words: Iterable[T]) -> T:
    """Return a word that is one of these; raise UnknownNameError for any other.

    >>> known("theme", "dark", ["light", "dark"])
    'dark'
    """
    words = list(words)
    if word not in words:
        raise UnknownNameError(unknown(kind, str(word), map(str, words)))
    return word


def meant(kind: str, word: str, words: Iterable[S]) -> S:
    """Return the one of some words that is meant, whatever its capitals and hyphens; raise as `known` does.

    >>> meant("activation", "LeakyReLU", ["relu", "leaky_relu"])
    'leaky_relu'
    """
    words, bare = list(words), _bare(word)
    found = next((each for each in words if _bare(each) == bare), None)
    if found is None:
        raise UnknownNameError(answer(kind, bare, word) or unknown(kind, str(word), words))
    return found


def _bare(word: str) -> str:
    return str(word).lower().translate(dict.fromkeys(map(ord, "-_ ")))


def unknown(kind: str, name: str, names: Iterable[str], most: int = MOST_LISTED) -> str:
    """Return the message for an unknown name, with the nearest known ones; else with `most` of all.

    >>> unknown("activation", "tahn", ["tanh", "relu"])
    "unknown activation 'tahn'; did you mean tanh?"
    """
    import difflib

    if said := answer(kind, name):
        return said
    names = sorted(names)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {first_of(names, most)}"
    return f"unknown {kind} {name!r}; {hint}"


def first_of(names: Sequence[str], most: int = MOST_LISTED) -> str:
    """Return names in a line, and how many more there are than `most`.

    >>> first_of(["a", "b", "c"], 2), first_of([])
    ('a, b and 1 more', 'none')
    """
    more = f" and {len(names) - most} more" * (len(names) > most)
    return f"{', '.join(names[:most] or ['none'])}{more}"

"""What is given in the place of an output, answered with the way to one."""

from scalargrad.engine.value import Value
from scalargrad.errors import OperandError


def no_output(name: str, x: object) -> OperandError:
    """Return the error of a function that needs the Value of an output, with how to come by one.

    >>> str(no_output("draw", [Value(2.0), Value(1.0)])).partition(": ")[2]
    'choose one of its Values, or their total'
    """
    return OperandError(f"{name} needs the Value of an output, got {x!r:.60}{_advice(name, x)}")


def _advice(name: str, x: object) -> str:
    if isinstance(x, (list, tuple)) and any(isinstance(item, Value) for item in x):
        return ": choose one of its Values, or their total"
    if isinstance(x, str):
        return (
            ": of an example of the gallery that is scalargrad.examples.example(name).output(), of a formula "
            "scalargrad.expressions.evaluate('w*x', {'w': 2.0, 'x': 3.0})"
        )
    if callable(getattr(x, "output", None)):
        return ": give its .output()"
    if callable(x):
        called = "model([1.0, 2.0])" if hasattr(x, "parameters") else "f(Value(2.0, label='x'))"
        return f": call it, as in {name}({called})"
    return ""

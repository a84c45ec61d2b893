"""Laws of letting go: what a function computes stays, and no name is kept that nothing reads any more."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from scalargrad.replay.letting_go import letting_go

SOURCES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("+-*"), st.integers(0, 99), st.integers(0, 99)),
    min_size=1,
    max_size=12,
)


def text_of(lines):
    """Return a function of x whose lines assign to a few names, again and again, and read earlier ones."""
    names, text = ["x"], ["def f(x):"]
    for target, sign, left, right in lines:
        text.append(f"    v{target} = {names[left % len(names)]} {sign} {names[right % len(names)]}")
        names.append(f"v{target}")
    return "\n".join([*text, f"    return {names[-1]} + x"]), names[-1]


def called(code, x):
    """Return what the function f of some code gives, with the names that are left when it returns."""
    scope, left = {}, set()
    exec(code, scope)

    def watch(frame, event, _):
        if event == "return" and frame.f_code.co_name == "f":
            left.update(frame.f_locals)
        return watch

    sys.settrace(watch)
    try:
        return scope["f"](x), left
    finally:
        sys.settrace(None)


@given(SOURCES, st.integers(-9, 9))
def test_a_function_gives_the_same_and_keeps_only_what_it_returns(lines, x):
    """Names that are assigned anew, or never read, among them; arguments belong to the caller."""
    text, last = text_of(lines)
    found, left = called(compile(letting_go(text, "f"), "f", "exec"), x)
    assert found == called(text, x)[0]
    assert left == {"x", last}


def test_other_functions_and_what_is_unpacked_stay_as_they_are():
    """Only single names are let go, of the function that was meant."""
    text = "def g(x):\n    v = x\n    return 1\ndef f(x):\n    a, b = x, x\n    c = a\n    return g(b)"
    assert called(compile(letting_go(text, "f"), "f", "exec"), 2) == (1, {"x", "a", "b"})

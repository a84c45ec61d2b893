"""How hand work is checked: what is claimed, what a person may have, which slip explains the rest."""

from typing import Literal, get_args

Delta = Literal[
    "positive", "negative"
]  # the sign of δ = ±∂E/∂z; here, for the command line starts without the rest
DELTAS: tuple[Delta, ...] = get_args(Delta)

"""How hand work is checked: what is claimed, what a person may have, which slip explains the rest."""

from typing import Literal, get_args

# The sign of δ = ±∂E/∂z stands here because the command line starts without the rest.
Delta = Literal["positive", "negative"]
DELTAS: tuple[Delta, ...] = get_args(Delta)

"""How hand work is checked: what is claimed, what a person may have, which slip explains the rest."""

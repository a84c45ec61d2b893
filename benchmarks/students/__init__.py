"""Simulated students: problems, hands that work them out, slips, and what is then handed in."""

from students import backward, copying, forward, operations, softmax, updating, wrong_rules

__all__ = ["backward", "copying", "forward", "operations", "softmax", "updating", "wrong_rules"]

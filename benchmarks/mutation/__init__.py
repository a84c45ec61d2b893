"""Mutation testing for `mutants.py`: changes to the source that some test ought to notice."""

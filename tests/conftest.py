"""Property tests draw the same examples in every run, and none is judged by its time."""

from hypothesis import settings

settings.register_profile("laws", derandomize=True, deadline=None, database=None, max_examples=80)
settings.load_profile("laws")

"""The workloads of `replay.py`: what is computed, and by whom."""

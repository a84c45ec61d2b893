"""What is its list: the evaluation trace of an output, with all that can be read from it."""

"""Record scalar code once, then replay it on arrays."""

"""What is a function: one row for each primitive, read over namespaces."""

"""How is a trace studied: explanations, checked hand work, tables, steps."""

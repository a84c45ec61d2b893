"""Study a trace: statements as a textbook writes them, explanations, checked hand work, steps."""

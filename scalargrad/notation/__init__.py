"""How is it written: rows of the table as text, as LaTeX, as MathML."""

"""How is it written: rows of the table as text, as LaTeX, in drawings, as MathML, as source text."""

"""Tables as HTML that reads well in a notebook, light or dark."""

from collections.abc import Sequence

from scalargrad.notation.numbers import in_line

Row = Sequence[str]
STYLE = "padding: .2em .7em; font-weight: normal; vertical-align: baseline; text-align: "
LEFT = f'align="left" style="{STYLE}left"'  # as an attribute too, for GitHub, which takes styles out
RIGHT = f'align="right" style="{STYLE}right; white-space: nowrap"'
TEMPLATE = """\
<table style="border-collapse: collapse; font-variant-numeric: lining-nums tabular-nums">
<thead style="border-bottom: 1px solid">
<tr>
{% for text in headings %}
<th scope="col" {{ attributes[loop.index0] }}>{{ text }}</th>
{% endfor %}
</tr>
</thead>
{% for rows in blocks %}
<tbody style="border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent)">
{% for row in rows %}
{% set missing = headings | length - row | length %}
<tr style="background: none">
{% for text in row %}
{% if loop.first %}
<th scope="row" colspan="{{ missing + 1 }}" {{ attributes[missing] }}>{{ text }}</th>
{% else %}
<td {{ attributes[missing + loop.index0] }}>{{ text }}</td>
{% endif %}
{% endfor %}
</tr>
{% endfor %}
</tbody>
{% endfor %}
</table>"""


def html_table(headings: Row, blocks: Sequence[Sequence[Row]], numeric: Sequence[bool]) -> str:
    """Return a table of blocks of rows that sets no colour, with numbers aligned on their points.

    Text is escaped unless it is Markup.  A row may be shorter than the headings: its first cell stands for
    the columns that it lacks.

    >>> "&lt;b&gt;" in html_table(["name", "value"], [[["<b>", "2.5"]]], [False, True])
    True
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    attributes = [Markup(RIGHT if number else LEFT) for number in numeric]  # noqa: S704  # our own
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(TEMPLATE).render(
        headings=headings, blocks=_in_line(blocks, numeric), attributes=attributes
    )


def _in_line(blocks: Sequence[Sequence[Row]], numeric: Sequence[bool]) -> list[list[list[str]]]:
    """Return blocks in which the numbers of a column have their points in line."""
    filled = [[list(row) for row in rows] for rows in blocks]
    for place in range(-len(numeric), 0):  # from the right, since a row may lack cells on the left
        rows = [row for rows in filled for row in rows if len(row) >= -place]
        if numeric[place]:
            for row, text in zip(rows, in_line([row[place] for row in rows])):
                row[place] = text
    return filled

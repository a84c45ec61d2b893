"""Labels that break whatever puts them into another language unescaped."""

LABELS = (
    "a|b",
    "w{1}",
    "<x>",
    "<b>bold</b>",
    'x<y & "z"',
    "\\alpha",
    "a:b",
    "</script><script>alert(1)</script>",
    "🙂",
)

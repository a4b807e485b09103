"""What a spreadsheet takes for formulas."""

FORMULAS = [
    "=cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "+1",
    "-1",
    "-1+2",
    '=HYPERLINK("http://example.com","x")',
    "'=1",
    "\t=1",
    "\uff1d1",
]
"""Texts that a spreadsheet takes, or could be made to take, for something to work out."""

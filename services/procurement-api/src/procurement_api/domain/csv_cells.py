"""Cells of CSV files that spreadsheets have written."""

from __future__ import annotations

import re

_ESCAPED_FORMULA = re.compile(r"'[=+\-@\t\r\n]")


def plain_cell(cell: str) -> str:
    """The text of a cell; an apostrophe before what spreadsheets may take for a formula is no part of it."""
    return cell[1:] if _ESCAPED_FORMULA.match(cell) else cell

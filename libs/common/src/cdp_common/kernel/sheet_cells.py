"""Cells of sheets as people and spreadsheets write them: numbers, days, yes and no, text that runs nothing.

Nothing is guessed. What can be read in two ways is a `CellFault` with a code of its own: a wrong number that
looks right is worse than a refused one.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

Cell = str | Decimal | date | bool
"""What a cell holds: text as it stands in a CSV file, or a value that a workbook has typed."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text begins that spreadsheets may take for a formula (OWASP, CSV injection)."""

MAX_DIGITS = 18
_ESCAPED_FORMULA = re.compile(r"'[=+\-@\t\r\n]")
_BLANKS = dict.fromkeys(map(ord, " \u00a0\u2009\u202f'’"), None)
_PLAIN_NUMBER = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,8})?")
"""How most numbers are written: nothing in them can be read in two ways, and they have digits to spare."""
_NUMBER = re.compile(r"(?P<sign>[-+\u2212]?)(?P<digits>[0-9][0-9.,]*|[.,][0-9]+)(?P<after>-?)")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_GROUPED_BY_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4}|[0-9]{2})(?: 00:00(?::00)?)?")
_NAMED_MONTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ \-]([A-Za-z]{3,9})[ \-,]+([0-9]{4}|[0-9]{2})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TRUE, _FALSE = frozenset({"yes", "y", "true", "1", "x"}), frozenset({"no", "n", "false", "0"})


class CellFault(ValueError):
    """A cell does not hold what its column asks for; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def safe_cell(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it: what looks like a formula gets an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """The text of a cell; an apostrophe before what spreadsheets may take for a formula is no part of it."""
    return text[1:] if text[:1] == "'" and _ESCAPED_FORMULA.match(text) else text


def is_blank(cell: Cell | None) -> bool:
    """Whether the cell holds nothing that anybody sees."""
    return cell is None or (isinstance(cell, str) and not cell.strip(" \t\r\n\u00a0\u202f\ufeff"))


def text_of(cell: Cell) -> str:
    """The cell as text; a number without the zeros that say nothing, a day as 2026-04-01."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if _is_midnight(cell) else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return plain_cell(cell.strip(" \t\r\n\u00a0\ufeff"))


def decimal_of(cell: Cell, *, decimal_comma: bool = False) -> Decimal:
    """The number in a cell: 1234.5, 1,234.50, £1,234, (5) or 5- for −5; no exponent, no percentage.

    With `decimal_comma` (a file whose cells stand between semicolons) 12,5 is twelve and a half, and 1,234
    could be either: it is refused as `number_ambiguous`.
    """
    if isinstance(cell, Decimal):
        return _bounded(cell)
    if isinstance(cell, str) and _PLAIN_NUMBER.fullmatch(cell):
        return Decimal(cell)
    if not isinstance(cell, str):
        raise CellFault("number_malformed", "a number is written like 1234.5 or 1,234.50")
    text = plain_cell(cell).translate(_BLANKS).strip().replace("£", "", 1)
    in_brackets = text.startswith("(") and text.endswith(")")
    found = _NUMBER.fullmatch(text[1:-1] if in_brackets else text)
    if found is None:
        raise CellFault("number_malformed", "a number is written like 1234.5 or 1,234.50")
    digits = _digits(found["digits"], decimal_comma=decimal_comma)
    number = _bounded(Decimal(digits))
    signs = [in_brackets, found["sign"] in ("-", "\u2212"), found["after"] == "-"]
    if sum(signs) > 1:
        raise CellFault("number_malformed", "a number has one sign")
    return -number if any(signs) else number


def share_of(cell: Cell, *, decimal_comma: bool = False) -> Decimal:
    """A share of 1: 0.25 or 25%."""
    if isinstance(cell, str) and cell.strip().endswith("%"):
        return decimal_of(cell.strip()[:-1], decimal_comma=decimal_comma) / 100
    return decimal_of(cell, decimal_comma=decimal_comma)


def day_of(cell: Cell) -> date:
    """The day in a cell: 2026-04-01, 01/04/2026 (the day first, as in the United Kingdom), 1 April 2026.

    Of a year with two digits the century is this one.
    """
    if isinstance(cell, datetime):
        if not _is_midnight(cell):
            raise CellFault("date_with_time", "a day has no time")
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = plain_cell(cell.strip()) if isinstance(cell, str) else ""
    if found := _ISO_DAY.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(text):
        return _day(_year(found[3]), int(found[2]), int(found[1]))
    if (found := _NAMED_MONTH.fullmatch(text)) and found[2][:3].lower() in _MONTHS:
        return _day(_year(found[3]), _MONTHS.index(found[2][:3].lower()) + 1, int(found[1]))
    raise CellFault("date_malformed", "a day is written like 2026-04-01 or 01/04/2026")


def yes_or_no(cell: Cell) -> bool:
    """Yes or no: yes, y, true, 1, x; no, n, false, 0."""
    if isinstance(cell, bool):
        return cell
    word = text_of(cell).lower()
    if word not in _TRUE | _FALSE:
        raise CellFault("yes_or_no_expected", "this is written yes or no")
    return word in _TRUE


def _digits(text: str, *, decimal_comma: bool) -> str:
    """The digits with a point before the decimals, whatever separates thousands."""
    if "," not in text:
        if text.count(".") <= 1:
            return text
        if decimal_comma and _GROUPED_BY_POINTS.fullmatch(text):
            return text.replace(".", "")
    elif decimal_comma and "." not in text and text.count(",") == 1:
        whole, _, rest = text.partition(",")
        if len(rest) == 3 and whole not in ("", "0"):
            raise CellFault("number_ambiguous", "a thousand, or one and a part? write 1234 or 1.234")
        return f"{whole or '0'}.{rest}"
    elif _GROUPED.fullmatch(text):
        return text.replace(",", "")
    elif decimal_comma and _GROUPED_BY_POINTS.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    raise CellFault("number_malformed", "thousands are grouped by three: 1,234,567.50")


def _bounded(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise CellFault("number_malformed", "this is no number")
    significant = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(significant) > MAX_DIGITS or (significant and number.adjusted() >= MAX_DIGITS):
        raise CellFault("too_many_digits", f"a number has at most {MAX_DIGITS} digits")
    return number


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as fault:
        raise CellFault("date_malformed", "there is no such day; the day stands before the month") from fault


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)

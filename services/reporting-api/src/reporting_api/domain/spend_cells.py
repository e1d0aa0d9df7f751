"""Amounts, days, currencies and postcodes as files of payments write them.

What the platform reads elsewhere is read here too (`kernel.sheet_cells`); beside it what ledgers add: `CR`
and `DR`, currency marks, dashes for nothing, serial days of spreadsheets, days with the month first, months
without a day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from cdp_common.kernel.sheet_cells import Cell, CellFault, day_of, decimal_of, is_blank, text_of

DateOrder = Literal["day_first", "month_first"]
OrderBasis = Literal["decided_by_rows", "assumed", "not_needed", "chosen"]

MARKS = {"£": "GBP", "€": "EUR", "$": "USD"}
"""What a mark beside an amount stands for; $ is taken for the dollar of the United States."""
_MANGLED_POUNDS = ("\u00c2\u00a3", "\u0153", "\ufffd")
"""What becomes of £ when UTF-8 or a code page of DOS is taken for another encoding before it reaches us."""
_CURRENCY_NAMES = {
    "STERLING": "GBP",
    "POUND": "GBP",
    "POUNDS": "GBP",
    "UKP": "GBP",
    "STG": "GBP",
    "EURO": "EUR",
}
_CURRENCY = re.compile(r"[A-Z]{3}")
_SIDE = re.compile(r"(?i)^(?P<number>.*?)\s*(?P<side>CR|DR)\.?$")
_LEADING_CODE = re.compile(r"^(?P<sign>[-(\u2212]?)\s*(?P<code>[A-Z]{3})\s*(?=[-(0-9.,\u2212])")
_TRAILING_CODE = re.compile(r"(?<=[0-9)\-])\s*(?P<code>[A-Z]{3})$")
_DASHES = frozenset({"-", "--", "\u2013", "\u2014", "\u2212"})

_SLASHED = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4}|[0-9]{2})(?:[ T].*)?")
_TIME = re.compile(
    r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:\s*[AaPp][Mm])?(?:Z|[+\-][0-9:]{4,6})?$"
)
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_WEEKDAY = re.compile(r"(?i)^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+")
_MONTH_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_MONTH_ONLY = re.compile(r"([A-Za-z]{3,9})[ \-/']+([0-9]{4}|[0-9]{2})")
_MONTH_NUMBER = re.compile(r"(?:([0-9]{4})[-/]([0-9]{1,2})|([0-9]{1,2})/([0-9]{4}))")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_EXCEL_EPOCH = date(1899, 12, 30)
FIRST_DAY = date(1990, 1, 1)
"""No payment before it is believed; nor one more than a year after the file came."""

# Outward and inward code as Royal Mail forms them (BS 7666).
_POSTCODE = re.compile(r"(?:[A-Z]{1,2}[0-9][0-9A-Z]?|GIR)[0-9][A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount and the currency that its own cell names, if it names one."""

    value: Decimal
    currency: str | None = None


def amount_of(cell: Cell, *, decimal_comma: bool = False) -> Amount:
    """The amount in a cell: −5 may stand as -5, 5-, (5), 5 CR, -£5, £(5) or (£5.00); a dash is nothing.

    Raises `CellFault`.
    """
    if not isinstance(cell, str):
        return Amount(decimal_of(cell))
    text = " ".join(cell.replace("\u00a0", " ").strip().strip("'").split())
    text, currency = _without_currency(text)
    sign = 1
    if (side := _SIDE.fullmatch(text)) and side["number"]:
        text, sign = side["number"], -1 if side["side"].upper() == "CR" else 1
    if text.replace(" ", "") in _DASHES:
        return Amount(Decimal(0), currency)
    number = decimal_of(text, decimal_comma=decimal_comma)
    if sign < 0 and number < 0:  # "-5 CR" says twice that it is a credit
        sign = 1
    return Amount(sign * number, currency)


def _without_currency(text: str) -> tuple[str, str | None]:
    """The text without its mark or code of a currency, and which one it was."""
    for mangled in _MANGLED_POUNDS:
        text = text.replace(mangled, "\u00a3", 1)
    for mark, code in MARKS.items():
        if mark in text:
            return text.replace(mark, "", 1).strip().replace("( ", "("), code
    for pattern in (_LEADING_CODE, _TRAILING_CODE):
        found = pattern.search(text)
        if found and found["code"] not in ("CR", "DR"):
            sign = found.groupdict().get("sign") or ""
            return (text[: found.start()] + sign + text[found.end() :]).strip(), found["code"]
    return text, None


def currency_of(cell: Cell | None) -> str:
    """The ISO 4217 code that a cell names; pounds where it is blank. Raises `CellFault`."""
    if cell is None or is_blank(cell):
        return "GBP"
    text = text_of(cell).upper()
    code = MARKS.get(text) or _CURRENCY_NAMES.get(text, text)
    if _CURRENCY.fullmatch(code) is None:
        raise CellFault("currency_unknown", "a currency is written by its code of three letters, like GBP")
    return code


@dataclass(slots=True)
class DateEvidence:
    """What a whole file says about whether the day or the month stands first in 03/04/2018."""

    day_first_rows: int = 0
    month_first_rows: int = 0
    open_rows: int = 0

    def take(self, cell: Cell | None) -> None:
        """Count a cell of the column of days."""
        if not isinstance(cell, str) or not (found := _SLASHED.fullmatch(cell.strip())):
            return
        first, second = int(found[1]), int(found[2])
        if first > 12 >= second:
            self.day_first_rows += 1
        elif second > 12 >= first:
            self.month_first_rows += 1
        else:
            self.open_rows += 1

    @property
    def order(self) -> tuple[DateOrder, OrderBasis]:
        """The order that more rows demand; the day first, as in the United Kingdom, where none does."""
        if self.month_first_rows > self.day_first_rows:
            return "month_first", "decided_by_rows"
        if self.day_first_rows:
            return "day_first", "decided_by_rows"
        return "day_first", "assumed" if self.open_rows else "not_needed"


@dataclass(frozen=True, slots=True)
class PaidOn:
    """A day of payment; where the file tells the month alone, the month's last day."""

    day: date
    by_month: bool = False


def paid_on_of(cell: Cell, order: DateOrder, latest: date) -> PaidOn:
    """The day in a cell, between 1990 and `latest`. Raises `CellFault`."""
    found = _paid_on(cell, order)
    if not FIRST_DAY <= found.day <= latest:
        raise CellFault("date_implausible", f"a payment is made between {FIRST_DAY} and {latest}")
    return found


def _paid_on(cell: Cell, order: DateOrder) -> PaidOn:
    if isinstance(cell, datetime):
        return PaidOn(cell.date())
    if isinstance(cell, Decimal):
        return PaidOn(_serial(cell))
    if not isinstance(cell, str):
        return PaidOn(day_of(cell))
    return _paid_on_text(cell, order)


@lru_cache(maxsize=10_000)
def _paid_on_text(cell: str, order: DateOrder) -> PaidOn:
    """The day in a text; the same days stand in many rows."""
    text = _TIME.sub("", _WEEKDAY.sub("", " ".join(cell.strip().strip("'").split())))
    if order == "month_first" and (found := _SLASHED.fullmatch(text)):
        return PaidOn(_day(_year(found[3]), int(found[1]), int(found[2])))
    if _COMPACT.fullmatch(text):
        return PaidOn(_day(int(text[:4]), int(text[4:6]), int(text[6:])))
    if _SERIAL.fullmatch(text):
        return PaidOn(_serial(Decimal(text)))
    if found := _YEAR_FIRST.fullmatch(text):
        return PaidOn(_day(int(found[1]), int(found[2]), int(found[3])))
    if (found := _MONTH_NAMED_FIRST.fullmatch(text)) and (month := _month(found[1])):
        return PaidOn(_day(int(found[3]), month, int(found[2])))
    if (found := _MONTH_ONLY.fullmatch(text)) and (month := _month(found[1])):
        return _whole_month(_year(found[2]), month)
    if found := _MONTH_NUMBER.fullmatch(text):
        return _whole_month(int(found[1] or found[4]), int(found[2] or found[3]))
    return PaidOn(day_of(text))


def _whole_month(year: int, month: int) -> PaidOn:
    first = _day(year, month, 1)
    return PaidOn(first.replace(day=monthrange(year, month)[1]), by_month=True)


def _serial(number: Decimal) -> date:
    """The day of a spreadsheet's serial number (days since 1899-12-30, as Excel and LibreOffice count)."""
    if not 1 <= number < 100_000:
        raise CellFault("date_malformed", "a day is written like 2026-04-01 or 01/04/2026")
    return _EXCEL_EPOCH + timedelta(days=int(number))


def _month(name: str) -> int | None:
    start = name[:3].lower()
    return _MONTHS.index(start) + 1 if start in _MONTHS else None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as fault:
        raise CellFault("date_malformed", "there is no such day") from fault


def postcode_of(cell: Cell | None) -> str | None:
    """A postcode without its space, in capitals; none where the cell holds none."""
    if cell is None or is_blank(cell):
        return None
    key = "".join(text_of(cell).split()).upper()
    return key if _POSTCODE.fullmatch(key) else None

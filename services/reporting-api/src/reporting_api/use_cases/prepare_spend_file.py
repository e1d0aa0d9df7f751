"""A file of payments, read whole before anything is kept: totals, faults, repeats; rows wait on disk."""

from __future__ import annotations

import hashlib
import marshal
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import IO, Any

from cdp_common.kernel.periods import Period
from cdp_common.kernel.sheet_cells import Cell, text_of
from reporting_api.domain.spend_individuals import RedactionRule
from reporting_api.domain.spend_rows import (
    MAX_FAULTS_LISTED,
    NoPayment,
    Payee,
    RowReader,
    SpendFault,
    SpendRow,
)
from reporting_api.use_cases.read_spend_file import SpendFile, SpendFileLook

FIRST_ROWS = 10
MAX_PASSED_OVER_LISTED = 20
PORTION_ROWS = 2_000

SpooledRow = tuple[Any, ...]
"""Row, day as an ordinal, pence, currency, payee's number or none, rule, postcode, category, department,
reference, whether it repeats an earlier row, whether the day is a month's last."""


@dataclass(slots=True)
class CurrencyTotals:
    """What the rows in one currency come to, in its hundredths."""

    rows: int = 0
    payments: int = 0
    credit_rows: int = 0
    credits: int = 0

    def take(self, pence: int) -> None:
        """Count a row."""
        self.rows += 1
        if pence < 0:
            self.credit_rows += 1
            self.credits += pence
        else:
            self.payments += pence

    @property
    def net(self) -> int:
        """Payments less credits."""
        return self.payments + self.credits


@dataclass(slots=True)
class PreparedSpend:
    """What a file came to."""

    look: SpendFileLook
    spool: IO[bytes]
    totals: dict[str, CurrencyTotals] = field(default_factory=dict)
    duplicate_rows: int = 0
    duplicates: int = 0
    """What rows that say exactly what an earlier one says come to, in pence; the totals count them."""
    redactions: Counter[RedactionRule] = field(default_factory=Counter)
    redacted: Counter[RedactionRule] = field(default_factory=Counter)
    """Rows without a name and their pence, by rule."""
    unnamed_rows: int = 0
    rounded_rows: int = 0
    by_month_rows: int = 0
    outside_rows: int = 0
    """Rows dated outside the stated period."""
    malformed_identifiers: int = 0
    payees: dict[Payee, int] = field(default_factory=dict)
    sites: dict[tuple[int, str], None] = field(default_factory=dict)
    """Payees by number, and postcodes that rows state of them."""
    passed_over: list[tuple[NoPayment, bool | None]] = field(default_factory=list)
    """Such rows, and whether those of totals agree with the rows before them."""
    passed_over_count: int = 0
    faults: list[SpendFault] = field(default_factory=list)
    fault_count: int = 0
    first: list[SpendRow] = field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None
    portions: int = 0

    @property
    def row_count(self) -> int:
        """How many payments and credits."""
        return sum(one.rows for one in self.totals.values())

    def written(self) -> Iterator[list[SpooledRow]]:
        """The rows again, by portions."""
        self.spool.seek(0)
        for _ in range(self.portions):
            # Written a moment ago by this process to a file that has no name.
            yield marshal.load(self.spool)  # noqa: S302


def prepare_spend_file(file: SpendFile, period: Period, today: date, spool: IO[bytes]) -> PreparedSpend:
    """Read a file from end to end; blocking, and so to be called in a thread.

    Raises `SpendFileUnreadable`, `SpendColumnsMissing`, and what CSV and workbooks raise; faults of rows are
    listed instead.
    """
    look = file.look()
    prepared = PreparedSpend(look, spool)
    seen: set[bytes] = set()
    with file.content(look, today) as (reader, rows):
        while portion := list(islice(rows, PORTION_ROWS)):
            taken = (_take(prepared, reader, number, cells, period, seen) for number, cells in portion)
            marshal.dump([row for row in taken if row is not None], spool)
            prepared.portions += 1
    return prepared


def _take(
    prepared: PreparedSpend,
    reader: RowReader,
    number: int,
    cells: Sequence[Cell | None],
    period: Period,
    seen: set[bytes],
) -> SpooledRow | None:
    found, faults = reader.read(number, cells)
    if isinstance(found, NoPayment):
        faults = _pass_over(prepared, found)
    if faults:
        prepared.fault_count += len(faults)
        prepared.faults += faults[: MAX_FAULTS_LISTED - len(prepared.faults)]
    if not isinstance(found, SpendRow):
        return None
    digest = _digest(cells)
    is_repeat = digest in seen
    seen.add(digest)
    _count(prepared, found, period, is_repeat=is_repeat)
    payee = None
    if found.payee is not None:
        payee = prepared.payees.setdefault(found.payee, len(prepared.payees))
        if found.postcode is not None:
            prepared.sites[payee, found.postcode] = None
    if len(prepared.first) < FIRST_ROWS:
        prepared.first.append(found)
    return (
        found.row,
        found.paid_on.toordinal(),
        found.pence,
        found.currency,
        payee,
        found.redaction,
        found.postcode,
        found.category,
        found.department,
        found.reference,
        is_repeat,
        found.by_month,
    )


def _pass_over(prepared: PreparedSpend, found: NoPayment) -> list[SpendFault]:
    """Note a row that is no payment; an amount alone that is not the sum so far is a fault."""
    agrees = None
    if found.stated_pence is not None:
        agrees = found.stated_pence == sum(one.net for one in prepared.totals.values())
    if not found.is_sure and not agrees:
        message = "an amount stands alone, and is no total"
        return [SpendFault(found.row, "paid_on", "paid_on_missing", message)]
    prepared.passed_over_count += 1
    if len(prepared.passed_over) < MAX_PASSED_OVER_LISTED:
        prepared.passed_over.append((found, agrees))
    return []


def _count(prepared: PreparedSpend, row: SpendRow, period: Period, *, is_repeat: bool) -> None:
    prepared.totals.setdefault(row.currency, CurrencyTotals()).take(row.pence)
    in_gbp = row.pence if row.currency == "GBP" else 0
    if is_repeat:
        prepared.duplicate_rows += 1
        prepared.duplicates += in_gbp
    if row.redaction is not None:
        prepared.redactions[row.redaction] += 1
        prepared.redacted[row.redaction] += in_gbp
    elif row.payee is None:
        prepared.unnamed_rows += 1
    prepared.rounded_rows += row.is_rounded
    prepared.by_month_rows += row.by_month
    prepared.outside_rows += not period.start <= row.paid_on <= period.end
    prepared.malformed_identifiers += row.malformed_identifiers
    prepared.first_day = min(prepared.first_day or row.paid_on, row.paid_on)
    prepared.last_day = max(prepared.last_day or row.paid_on, row.paid_on)


def _digest(cells: Sequence[Cell | None]) -> bytes:
    """A digest of what the row says in all its columns, before any name is left out."""
    texts = (
        cell.strip() if isinstance(cell, str) else "" if cell is None else text_of(cell) for cell in cells
    )
    stated = "\x1f".join(texts)
    return hashlib.blake2b(stated.encode("utf-8", "surrogatepass"), digest_size=12).digest()

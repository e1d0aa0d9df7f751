"""What a row of a file of payments says, once its columns are known: a payment, nothing, or faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal, TypeVar

from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.identifiers import IdentifierMalformed, OrganisationIdentifier
from cdp_common.kernel.money import AmountNotUsable, pence_from_gbp
from cdp_common.kernel.sheet_cells import Cell, CellFault, is_blank, text_of
from reporting_api.domain.spend_cells import (
    Amount,
    DateOrder,
    PaidOn,
    amount_of,
    currency_of,
    paid_on_of,
    postcode_of,
)
from reporting_api.domain.spend_header import ColumnMapping
from reporting_api.domain.spend_individuals import RedactionRule, individual_rule
from reporting_api.domain.spend_rules import SpendField, SpendRules, header_key

MAX_SPEND_ROWS = 250_000
MAX_SPEND_WORKBOOK_ROWS = 50_000
MAX_FAULTS_LISTED = 100
MAX_TEXT_CHARS = 300
MAX_REFERENCE_CHARS = 100
MAX_CELLS_OF_TOTALS = 4
"""A row that says total and more than this is a payment to a company so called."""

MAX_JUDGED = 50_000
_TEXTS: tuple[SpendField, ...] = (
    "supplier_name",
    "supplier_ref",
    "category",
    "purpose",
    "department",
    "reference",
)

PassedOver = Literal["totals_row", "repeated_header", "note"]
Value = TypeVar("Value")


class SpendRowsInvalid(InvalidInput):
    """Rows of the file break rules; `errors` lists them by row and column. Nothing of it was kept."""

    code = "spend_rows_invalid"
    title = "Rows of the file of payments are not valid"


@dataclass(frozen=True, slots=True)
class SpendFault:
    """What is wrong with a cell, or with a row as a whole; rows are lines of the file, from 1."""

    row: int
    field: SpendField | None
    code: str
    message: str

    @property
    def at_cell(self) -> FieldError:
        """The fault as a refusal lists it."""
        pointer = f"/rows/{self.row}" + (f"/{self.field}" if self.field else "")
        return FieldError(pointer, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Payee:
    """Who was paid, as far as it is kept: a supplier with a name, never a person."""

    name: str
    ref: str | None = None
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpendRow:
    """A payment, or with an amount below nothing a credit."""

    row: int
    paid_on: date
    by_month: bool
    pence: int
    is_rounded: bool
    currency: str
    payee: Payee | None
    redaction: RedactionRule | None
    postcode: str | None
    category: str | None
    department: str | None
    reference: str | None
    malformed_identifiers: int = 0


@dataclass(frozen=True, slots=True)
class NoPayment:
    """A row that is no payment, and why; `stated_pence` is what a row of totals says.

    Of a row with an amount alone that is not sure: it is one of totals if it states what the rows before it
    come to.
    """

    row: int
    reason: PassedOver
    stated_pence: int | None = None
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows of one file: its mapping, and how it writes days and numbers."""

    mapping: ColumnMapping
    header: tuple[str, ...]
    date_order: DateOrder
    decimal_comma: bool
    latest: date
    rules: SpendRules
    _places: dict[SpendField, int] = field(init=False)
    _judged: dict[tuple[str, str], RedactionRule | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", self.mapping.places)

    def read(
        self, row: int, cells: Sequence[Cell | None]
    ) -> tuple[SpendRow | NoPayment | None, list[SpendFault]]:
        """What the row says, and what is wrong with it; nothing of both where it is blank."""
        if len(cells) > len(self.header) and any(not is_blank(cell) for cell in cells[len(self.header) :]):
            message = f"the row has {len(cells)} cells, the header {len(self.header)}"
            return None, [SpendFault(row, None, "columns_mismatch", message)]
        stated = {
            name: cells[at]
            for name, at in self._places.items()
            if at < len(cells) and not is_blank(cells[at])
        }
        if (passed := self._passed_over(row, cells, stated)) is not None:
            return passed, []
        faults: list[SpendFault] = []
        amount = self._amount(row, stated, faults)
        paid_on = self._cell(row, "paid_on", stated, faults, self._paid_on)
        currency = self._cell(row, "currency", stated, faults, currency_of) if "currency" in stated else None
        if amount is None or paid_on is None or faults:
            return None, faults
        pence = self._pence(row, amount, faults)
        if pence is None:
            return None, faults
        is_rounded = Decimal(pence) != amount.value * 100
        return self._row(row, stated, paid_on, pence, is_rounded, currency or amount.currency or "GBP"), []

    def _row(
        self,
        row: int,
        stated: dict[SpendField, Cell | None],
        paid_on: PaidOn,
        pence: int,
        is_rounded: bool,
        currency: str,
    ) -> SpendRow:
        texts = {name: _text(stated[name]) for name in _TEXTS if name in stated}
        name = texts.get("supplier_name") or ""
        context = " ".join(texts.get(field) or "" for field in ("category", "purpose", "department"))
        redaction = self._judge(name, context)
        identifiers, malformed = _identifiers(stated)
        payee = None if redaction or not name else Payee(name, _cut(texts.get("supplier_ref")), identifiers)
        return SpendRow(
            row=row,
            paid_on=paid_on.day,
            by_month=paid_on.by_month,
            pence=pence,
            is_rounded=is_rounded,
            currency=currency,
            payee=payee,
            redaction=redaction,
            postcode=None if payee is None else postcode_of(stated.get("supplier_postcode")),
            category=texts.get("category"),
            department=texts.get("department"),
            reference=_cut(texts.get("reference")),
            malformed_identifiers=malformed,
        )

    def _judge(self, name: str, context: str) -> RedactionRule | None:
        """By which rule the name is not kept; the same payee stands in many rows, and is judged once."""
        if not name:
            return None
        if (name, context) not in self._judged:
            if len(self._judged) >= MAX_JUDGED:
                self._judged.clear()
            self._judged[name, context] = individual_rule(name, context, self.rules.individuals)
        return self._judged[name, context]

    def _passed_over(
        self, row: int, cells: Sequence[Cell | None], stated: dict[SpendField, Cell | None]
    ) -> NoPayment | None:
        if "paid_on" in stated and "amount" in stated:
            return NoPayment(row, "repeated_header") if self._is_header(cells) else None
        filled = [cell for cell in cells if cell is not None and not is_blank(cell)]
        words = [" ".join(text_of(cell).lower().split()) for cell in filled if isinstance(cell, str)]
        is_total = any(
            word.startswith(self.rules.totals_starting) or word.endswith(" total") for word in words
        )
        if "paid_on" not in stated and is_total and len(filled) <= MAX_CELLS_OF_TOTALS:
            return NoPayment(row, "totals_row", self._total(filled))
        if "paid_on" not in stated and len(filled) == 1 and "amount" in stated:
            return NoPayment(row, "totals_row", self._total(filled), is_sure=False)
        if "amount" not in stated and len(filled) <= 1:
            return NoPayment(row, "note")
        return None

    def _is_header(self, cells: Sequence[Cell | None]) -> bool:
        """Whether the header stands here again, as where pages were put together."""
        at = self._places["amount"]
        cell = cells[at] if at < len(cells) else None
        is_word = isinstance(cell, str) and cell[:1].isalpha()
        return is_word and header_key(str(cell)) == header_key(self.header[at]) != ""

    def _total(self, filled: Sequence[Cell]) -> int | None:
        """The last number of a row of totals, in pence."""
        for cell in reversed(filled):
            try:
                return pence_from_gbp(amount_of(cell, decimal_comma=self.decimal_comma).value)
            except (CellFault, AmountNotUsable):
                continue
        return None

    def _paid_on(self, cell: Cell) -> PaidOn:
        return paid_on_of(cell, self.date_order, self.latest)

    def _amount(
        self, row: int, stated: dict[SpendField, Cell | None], faults: list[SpendFault]
    ) -> Amount | None:
        def read(cell: Cell) -> Amount:
            return amount_of(cell, decimal_comma=self.decimal_comma)

        return self._cell(row, "amount", stated, faults, read)

    def _pence(self, row: int, amount: Amount, faults: list[SpendFault]) -> int | None:
        try:
            return pence_from_gbp(amount.value)
        except AmountNotUsable as fault:
            faults.append(SpendFault(row, "amount", fault.code, fault.detail))
            return None

    @staticmethod
    def _cell(
        row: int,
        name: SpendField,
        stated: dict[SpendField, Cell | None],
        faults: list[SpendFault],
        read: Callable[[Cell], Value],
    ) -> Value | None:
        cell = stated.get(name)
        if cell is None:
            faults.append(SpendFault(row, name, f"{name}_missing", "the cell is blank"))
            return None
        try:
            return read(cell)
        except CellFault as fault:
            faults.append(SpendFault(row, name, fault.code, fault.message))
            return None


_SCHEMES: tuple[tuple[SpendField, str], ...] = (
    ("company_number", "GB-COH"),
    ("charity_number", "GB-CHC"),
    ("vat_number", "GB-VAT"),
)


def _identifiers(stated: dict[SpendField, Cell | None]) -> tuple[tuple[str, ...], int]:
    """The identifiers of a row in the registers' own form, and how many cells hold none of that form."""
    found, malformed = [], 0
    for name, scheme in _SCHEMES:
        cell = stated.get(name)
        if cell is None:
            continue
        number = "".join(text_of(cell).split()).upper()
        if name == "company_number" and number.isdigit():
            number = number.zfill(8)  # spreadsheets lose leading noughts
        if name == "charity_number" and number.startswith(("SC", "NIC")):
            scheme = "GB-SC" if number.startswith("SC") else "GB-NIC"
        try:
            found.append(OrganisationIdentifier.parse(f"{scheme}:{number}").text)
        except IdentifierMalformed:
            malformed += 1
    return tuple(found), malformed


def _text(cell: Cell | None) -> str | None:
    """The cell's text with single spaces; the same words stand in many rows."""
    if cell is None:
        return None
    return _plain(cell) if isinstance(cell, str) else text_of(cell)


@lru_cache(maxsize=20_000)
def _plain(cell: str) -> str | None:
    return " ".join(text_of(cell).split())[:MAX_TEXT_CHARS] or None


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:MAX_REFERENCE_CHARS]

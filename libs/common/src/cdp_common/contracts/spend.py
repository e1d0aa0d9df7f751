"""Contracts of reporting-api about files of payments: what a file says, and the import that is kept of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from cdp_common.contracts.base import Contract, DataStatus, DecimalText, GbpText, Sha256

SpendFieldName = Literal[
    "paid_on",
    "amount",
    "irrecoverable_vat",
    "currency",
    "supplier_name",
    "supplier_ref",
    "supplier_postcode",
    "company_number",
    "charity_number",
    "vat_number",
    "category",
    "purpose",
    "department",
    "reference",
    "payer",
    "capital_or_revenue",
    "code",
]
SpendRedactionRule = Literal[
    "redacted_in_file",
    "redacted_commercial",
    "title_before_name",
    "category_of_individuals",
    "initials_and_surname",
    "removed_by_hand",
]
DateOrder = Literal["day_first", "month_first"]


class SpendColumn(Contract):
    """A column of a file, numbered from 1, and what it states."""

    number: int
    header: str
    field: SpendFieldName | None  # null: nobody knows, or another column states it better
    recognised_as: SpendFieldName | None
    found_by: Literal["alias", "words", "values", "chosen"] | None
    source: str | None  # of the name, as GET /v1/spend-rules lists sources


class SpendCurrencyTotals(Contract):
    """What the rows in one currency come to; nothing is converted."""

    currency: str
    rows: int
    payments: DecimalText
    credit_rows: int
    credits: DecimalText  # below nothing
    net: DecimalText


class SpendRepeats(Contract):
    """Rows that say exactly what an earlier row of the file says; they are counted in the totals."""

    rows: int
    net_gbp: GbpText


class SpendRedaction(Contract):
    """Rows of which no name is kept, by the rule that said so."""

    rule: SpendRedactionRule
    rows: int
    net_gbp: GbpText


class SpendRowPassedOver(Contract):
    """A row that is no payment; `agrees` says of a row of totals whether it states what the rows come to."""

    row: int
    reason: Literal["totals_row", "repeated_header", "note"]
    stated: DecimalText | None
    agrees: bool | None


class SpendFileSummary(Contract):
    """How a file was understood, and what it comes to."""

    format: Literal["csv", "xlsx"]
    separator: str | None
    header_row: int
    columns: list[SpendColumn]
    not_understood: list[str]  # headers of columns that nobody knows
    mapping: Sha256  # confirms this understanding when the file is imported
    rules_version: int
    amount_basis: Literal["net_of_vat", "gross", "not_stated"]
    date_order: DateOrder
    date_order_basis: Literal["decided_by_rows", "assumed", "not_needed", "chosen"]
    day_first_rows: int  # rows that can only be read with the day first, with the month first, or either way
    month_first_rows: int
    either_order_rows: int
    row_count: int
    totals: list[SpendCurrencyTotals]
    repeats: SpendRepeats
    redactions: list[SpendRedaction]
    supplier_count: int
    unnamed_rows: int  # neither a name nor a mark in its place
    rounded_rows: int  # amounts with parts of a penny, rounded half up
    month_only_rows: int  # dated on the last day of the month that they state
    rows_outside_period: int
    first_day: date | None
    last_day: date | None
    identifiers_malformed: int
    passed_over_count: int
    passed_over: list[SpendRowPassedOver]  # the first twenty


class SpendRow(Contract):
    """A payment, or a credit where the amount is below nothing."""

    row: int  # line of the file, from 1
    paid_on: date
    is_month_only: bool
    amount: DecimalText
    currency: str
    supplier_id: UUID | None = None
    supplier_name: str | None
    redaction: SpendRedactionRule | None
    postcode: str | None
    category: str | None
    department: str | None
    reference: str | None
    is_repeat: bool | None = None


class SpendRowFault(Contract):
    """What is wrong with a row, or with a field of it."""

    row: int
    field: SpendFieldName | None
    code: str
    message: str


class SpendPreview(Contract):
    """What importing a file would keep; nothing was kept."""

    summary: SpendFileSummary
    first_rows: list[SpendRow]
    fault_count: int
    faults: list[SpendRowFault]  # the first hundred


class SpendImport(Contract):
    """A file of payments that was taken in; the file itself is not kept."""

    id: UUID
    place_id: UUID
    organisation_id: UUID
    organisation_name: str
    ledger: str
    period_start: date
    period_end: date
    data_status: DataStatus
    state: Literal["standing", "superseded"]
    superseded_by: UUID | None
    supersedes_id: UUID | None
    supersedes_reason: str | None
    sha256: Sha256
    byte_count: int
    imported_at: datetime
    summary: SpendFileSummary


class SpendNames(Contract):
    """Headers under which files state a field, the earlier the better, and where the names come from."""

    source: str
    names: list[str]


class SpendFieldRule(Contract):
    """The names of a field; of an amount also what it is."""

    field: SpendFieldName
    basis: Literal["net_of_vat", "gross", "not_stated"] | None = None
    names: list[SpendNames]


class SpendMatchingRule(Contract):
    """From which score a name is taken for an organisation's, or shown to a person."""

    source: str
    scorer: str
    accept_from: DecimalText
    review_from: DecimalText
    candidates: int
    accepted_states: list[str]
    legal_words: list[str]
    spellings: dict[str, str]


class SpendRules(Contract):
    """A version of the rules by which files of payments are read and suppliers are found."""

    version: int
    valid_from: date
    sources: dict[str, str]
    fields: list[SpendFieldRule]
    header_words: dict[str, Any]
    individuals: dict[str, Any]
    organisation_words: dict[str, Any]
    totals: dict[str, Any]
    matching: SpendMatchingRule

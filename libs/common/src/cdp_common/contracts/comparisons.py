"""Contracts of toms-engine: the same lines under two editions, and a whole history under another edition."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DecimalText, GbpText, Sha256
from cdp_common.contracts.toms import BulkFault, Unit, ValuationLine


class Amounts(Contract):
    """Pounds by component."""

    social_gbp: GbpText
    local_economic_gbp: GbpText
    total_gbp: GbpText


class ComparisonRequest(Contract):
    """Lines to value under two published editions."""

    from_edition_hash: Sha256
    to_edition_hash: Sha256
    lines: Annotated[list[ValuationLine], Field(min_length=1, max_length=1000)]
    # The day on which the second edition's validities are judged, its own lines' days where null: an edition
    # that begins later than the lines says otherwise nothing about them.
    to_valid_on: date | None = None
    discount: bool = False
    discount_base_year: Annotated[int, Field(ge=1990, le=2150)] | None = None
    uprate_to_price_year: Annotated[int, Field(ge=1990, le=2150)] | None = None


class ComparedSide(Contract):
    """A line under one edition: its value, or why it has none there."""

    value: Amounts | None
    counted_quantity: DecimalText | None
    errors: list[BulkFault]


class ComparedLine(Contract):
    """A line under both editions; the difference is null where it has no value in one of them."""

    ref: str
    measure: Code
    before: ComparedSide
    after: ComparedSide
    difference: Amounts | None


class Comparison(Contract):
    """Lines under two editions; the amounts are of the lines that have a value in both."""

    from_edition_hash: Sha256
    to_edition_hash: Sha256
    method_version: str
    lines: list[ComparedLine]
    lines_in_both: int
    lines_only_before: int
    lines_only_after: int
    before: Amounts
    after: Amounts
    difference: Amounts


class NotRevalued(Contract):
    """Rows of a measure without a value under one of the editions, by the fault that came first."""

    # the edition that the row names, or the one that is asked about
    side: Literal["before", "after"]
    field: str
    code: str
    lines: int


class MeasureDifference(Contract):
    """One measure of one recorded edition: its rows that have a value in both, and those that have not."""

    from_edition_hash: Sha256 | None  # null for rows that could not be read, or name no edition of the call
    measure: Code | None
    unit: Unit | None
    lines: int
    # null where the measure's quantities do not add up (latest, ratio) or nothing was counted
    counted_before: DecimalText | None
    counted_after: DecimalText | None
    before: Amounts
    after: Amounts
    difference: Amounts
    not_revalued: list[NotRevalued]


class Revaluation(Contract):
    """A history under another edition, by measure; the amounts are of the rows that have a value in both."""

    to_edition_hash: Sha256
    method_version: str
    lines: int
    revalued: int
    measures: list[MeasureDifference]
    before: Amounts
    after: Amounts
    difference: Amounts

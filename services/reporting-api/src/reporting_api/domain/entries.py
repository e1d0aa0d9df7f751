"""A ledger entry: one figure of one measure, of one deliverer, landing in one area, entered once for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.amounts import Amounts

Figure = Literal["committed", "due", "delivered", "confirmed", "validated"]
Route = Literal["procurement", "own_activity", "grant", "planning", "charter", "joint"]
DataStatus = Literal["actual", "synthetic_sample"]
SourceKind = Literal[
    "commitment",
    "variation",
    "novation",
    "termination",
    "report",
    "review",
    "return",
    "rejection",
    "correction",
]

NextId = Callable[[], UUID]
"""Gives the next id; the domain makes none itself."""


@dataclass(frozen=True, slots=True)
class MeasureRef:
    """A measure of one edition with its place in the framework, as it stood when the entry was made."""

    edition_hash: str
    code: str
    theme: str
    outcome: str
    method_version: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a place's ledger.

    `effective_on` decides in which window it counts: the day of signing, the day an instalment falls due, the
    last day of the period reported on. An entry never changes: `reverses` names the one that it takes back.
    """

    id: UUID
    place_id: UUID
    figure: Figure
    deliverer_id: UUID
    commissioner_id: UUID | None
    route: Route
    activity_id: UUID | None
    commitment_line_id: UUID | None
    measure: MeasureRef
    effective_on: date
    period: Period
    area_code: str | None
    area_index: str | None
    counted_quantity: Decimal
    amounts: Amounts
    data_status: DataStatus
    source_kind: SourceKind
    source_id: UUID
    source_line_id: UUID
    reverses: UUID | None
    recorded_at: datetime

    def reversal(
        self,
        entry_id: UUID,
        recorded_at: datetime,
        *,
        source_kind: SourceKind,
        effective_on: date | None = None,
    ) -> Entry:
        """The entry that takes this one back, on the same day unless `effective_on` names a later one."""
        return replace(
            self,
            id=entry_id,
            effective_on=self.effective_on if effective_on is None else effective_on,
            counted_quantity=-self.counted_quantity,
            amounts=self.amounts.negated(),
            source_kind=source_kind,
            reverses=self.id,
            recorded_at=recorded_at,
        )


def worst_status(*statuses: DataStatus) -> DataStatus:
    """The status of something made of these parts: a sample anywhere makes the whole a sample."""
    return "synthetic_sample" if "synthetic_sample" in statuses else "actual"

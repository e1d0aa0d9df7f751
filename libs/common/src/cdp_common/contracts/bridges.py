"""Contracts of what stands before a publication's figures: the bridge from the last total, cells that
changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Code, Contract, GbpText, Sha256
from cdp_common.contracts.reporting import Basis, GroupBy, LedgerSource

BridgeStepName = Literal[
    "new_delivery", "late_reports", "validation_changes", "corrections", "editions", "membership", "together"
]
"""How a total came from the last one.

- new_delivery: of periods that end after the last publication's;
- late_reports: of earlier periods, not reported by then;
- validation_changes: reviewed, returned or rejected since then;
- corrections: reports put in the place of earlier ones, and what these took back;
- editions: the part of corrections by which a measure went over to another edition;
- membership: leavers keep what they delivered, so that this is nothing;
- together: what several steps hold of organisations that are not named and must not be told apart.
"""


class BridgeLine(Contract):
    """What one organisation's entries of one measure add to a step."""

    organisation_id: UUID
    organisation: str
    measure: Code
    edition_hash: Sha256
    entries: int
    total_gbp: GbpText


class BridgeStep(Contract):
    """One step: its sum, the lines of organisations that are named, and what the others add together."""

    step: BridgeStepName
    total_gbp: GbpText
    lines: list[BridgeLine]
    unnamed_gbp: GbpText  # so that lines and this are the total, to the penny


class Bridge(Contract):
    """From the last total to this one, for everything up to the period's end; licensed value is in
    neither."""

    figure: Literal["delivered", "validated"]
    last_number: int | None  # null before the first
    last_through: date | None
    last_gbp: GbpText
    steps: list[BridgeStep]
    this_through: date
    this_gbp: GbpText


class CellChange(Contract):
    """A cell in which a restatement differs from what it restates; null where one of them withholds it."""

    by: GroupBy
    basis: Basis | None
    scheme: str | None
    key: str
    label: str
    figure: Literal["committed", "due", "delivered", "validated"]
    before_gbp: GbpText | None
    after_gbp: GbpText | None


class BridgeEntry(Contract):
    """One ledger entry of a step, for those with a role in the place."""

    position: int
    step: BridgeStepName
    figure: Literal["delivered", "validated"]
    organisation_id: UUID
    measure: Code
    edition_hash: Sha256
    effective_on: date
    source_kind: LedgerSource
    source_id: UUID
    reverses: UUID | None
    total_gbp: GbpText
    recorded_at: datetime

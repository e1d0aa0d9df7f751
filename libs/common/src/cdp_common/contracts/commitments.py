"""The commitment line that promise-keeping services send to reporting inside their events."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import (
    ActedBy,
    Code,
    Contract,
    DataStatus,
    DecimalText,
    GbpText,
    Sha256,
    ShareText,
)
from cdp_common.contracts.licensed import Licensed
from cdp_common.contracts.line_inputs import LineInputs
from cdp_common.contracts.toms import Unit

Route = Literal["procurement", "own_activity", "grant", "planning", "charter", "joint"]
CommitmentKind = Literal[
    "contract", "call_off", "framework_agreement", "grant", "planning_obligation", "pledge", "plan"
]


class ScheduledShare(Contract):
    """A part of a commitment that falls due on a date; shares of one line sum to 1."""

    due_on: date
    share: ShareText


class CommitmentLine(Licensed):
    """One promised quantity, valued once at the edition it is pinned to.

    The pounds are null for readers without the licence of the figure that they rest on.

    Without a `schedule` it falls due in equal monthly parts at month end over [starts_on, ends_on].
    """

    line_id: UUID
    measure: Code
    edition_hash: Sha256
    method_version: str
    unit: Unit
    quantity: DecimalText  # as promised
    inputs: LineInputs | None = None  # what the quantity was made of, if that was stated
    activity: Code | None = None
    target_group: Code | None = None
    headcount: int | None = None  # of a pledge; of an agreement and a plan the inputs say how many people
    counted_quantity: DecimalText  # after the accumulation rule: what adds up
    social_gbp: GbpText | None
    local_economic_gbp: GbpText | None
    low_gbp: GbpText | None = None
    high_gbp: GbpText | None = None
    fiscal_gbp: GbpText | None
    starts_on: date
    ends_on: date
    schedule: list[ScheduledShare] = Field(default=[], max_length=600)
    # Of a line that was varied: the schedule, or the months, are of what falls due from this day on.
    rest_from: date | None = None
    area_code: Code | None = None
    industry: Code | None = None


class CommitmentsMade(Contract):
    """Payload of `agreement.signed`, `pledge.made` and `plan.adopted`: who promised what to whom."""

    source_id: UUID  # the agreement, the pledge or the plan
    kind: CommitmentKind
    route: Route
    reference: str
    title: str
    place_id: UUID
    deliverer_id: UUID
    deliverer_name: str
    commissioner_id: UUID | None  # null for a pledge and for a plan
    commissioner_name: str | None
    signed_on: date
    starts_on: date
    ends_on: date
    data_status: DataStatus
    # What the contract is worth, without VAT; null where nobody has stated it, and of a pledge.
    value_gbp: GbpText | None = None
    acted_by: ActedBy | None = None
    lines: list[CommitmentLine]


class CommitmentsVaried(Contract):
    """Payload of `agreement.varied` and `plan.varied`: lines that are new, or changed from a day on.

    A line states its whole life anew: what fell due before the date stays, and the rest falls due from then
    on, by the line's `schedule` (shares of the rest) or in equal monthly parts until it ends.
    """

    source_id: UUID
    place_id: UUID
    effective_on: date
    reason: str
    ends_on: date  # of the agreement or the plan, from now on
    value_gbp: GbpText | None = None  # what the contract is worth from now on; null where nobody states it
    acted_by: ActedBy | None = None
    lines: list[CommitmentLine]


class CommitmentsNovated(Contract):
    """Payload of `agreement.novated`: from a date on somebody else owes what the agreement promises."""

    source_id: UUID
    place_id: UUID
    effective_on: date
    reason: str
    deliverer_id: UUID
    deliverer_name: str
    acted_by: ActedBy | None = None


class CommitmentsEnded(Contract):
    """Payload of `agreement.terminated`, `pledge.withdrawn` and `plan.withdrawn`.

    What was not yet due is no longer owed.
    """

    source_id: UUID
    place_id: UUID
    effective_on: date
    reason: str
    acted_by: ActedBy | None = None

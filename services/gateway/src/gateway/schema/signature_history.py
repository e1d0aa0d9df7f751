"""How a signature of the Charter stood, day by day, and what made it so."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import signature_changes as contract
from cdp_common.contracts.base import EventActor as EventActorContract
from gateway.context import Info
from gateway.schema.enums import SignatureState, described_value
from gateway.schema.records import as_shown, said, shows


@strawberry.enum(description="What happened to a signature.")
class SignatureChangeKind(Enum):
    """What happened."""

    SIGNED = described_value("signed", "It was made.")
    RENEWED = described_value("renewed", "It was renewed.")
    SUSPENDED = described_value("suspended", "The place's programme manager suspended it.")
    REINSTATED = described_value("reinstated", "The programme manager put it in force again.")
    WITHDRAWN = described_value("withdrawn", "The signatory withdrew it.")
    LEVEL_CHANGED = described_value("level_changed", "The signatory went to another level.")
    MERGED = described_value("merged", "Records of its organisation were merged; another signature stands.")
    RENEWAL_DUE = described_value("renewal_due", "Its renewal came due.")
    LAPSED = described_value("lapsed", "It was not renewed in time.")


@shows(EventActorContract, "Who did something: the client, whose it is, and for whom it acted.")
class EventActor:
    """An actor."""

    client_id: str | None = said("The client; null in what was recorded before it was kept.")
    organisation_id: UUID = said("The REST id of the client's own organisation.")
    acted_for: UUID = said("The REST id of the organisation for which it acted.")
    person_id: UUID | None = said("The person at the client, by number; null where none was known.")
    is_person_asserted: bool = said("Whether the client alone says who that was.")


@shows(contract.PledgeRecorded, "When a pledge was made, and by whom.")
class PledgeRecorded:
    """A pledge's making."""

    pledge_id: UUID = said("The REST id of the pledge.")
    recorded_at: datetime = said("When it was recorded.")
    actor: EventActor | None = said("Who made it, for the signatory and programme managers; null for others.")


@shows(contract.SignatureChange, "One change of a signature as it was recorded.")
class SignatureChange:
    """A change."""

    number: int = said("Its number.")
    kind: SignatureChangeKind = said("What happened.")
    effective_on: date = said("From which day on.")
    recorded_at: datetime = said("When it was recorded.")
    charter_version: str | None = said("Of a signing and a renewal: the version signed; null of others.")
    starts_on: date | None = said("Of a signing and a renewal: the first day; null of others.")
    renews_on: date | None = said(
        "The first day on which it may be renewed; null of others.", "renewal_due_on"
    )
    expires_on: date | None = said("The day on which it expires; null of others.")
    level: str | None = said(
        "Of a signing, a renewal and a change of level: the level from then on; null for other changes."
    )
    merged_into: UUID | None = said(
        "Of a merger of records: the REST id of the signature that stands; null for other changes."
    )
    reason: str | None = said("Why, for the signatory and programme managers; null for others.")
    actor: EventActor | None = said("Who made it, for the same; null for others, and where the calendar did.")


@shows(contract.SignatureStanding, "How a signature stood, and since when.")
class SignatureStanding:
    """A standing."""

    state: SignatureState = said("How it stood.")
    from_on: date = said("From which day on.")
    reason: str | None = said("Why, for the signatory and programme managers; null for others.")


@shows(
    contract.SignatureHistory,
    "How a signature stood from its first day on.",
    without={"signature_id": "the parent", "organisation_id": "the parent's"},
)
class SignatureHistory:
    """A history."""

    until: date = said("The last day that is told.")
    standings: list[SignatureStanding] = said("How it stood, the earliest first.")
    changes: list[SignatureChange] = said("What made it so.")
    pledges: list[PledgeRecorded] = said("The pledges that stand under it, made by then.")


async def history_of_signature(
    parent: strawberry.Parent[Any],
    info: Info,
    as_of: Annotated[
        date | None, strawberry.argument(description="Until this day; today unless given.")
    ] = None,
) -> SignatureHistory | None:
    """The history."""
    record = await info.context.upstreams.charter.ask(
        lambda api: api.get_signature_history(parent.rest_id, as_of=as_of)
    )
    return as_shown(SignatureHistory, record)

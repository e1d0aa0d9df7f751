"""Contracts of charter-api: what happens to a signature after signing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Code, Contract, EventActor, ShortText
from cdp_common.contracts.charter import SignatureState, SigningPerson

SignatureChangeKind = Literal[
    "signed",
    "renewed",
    "suspended",
    "reinstated",
    "withdrawn",
    "level_changed",
    "merged",
    "renewal_due",
    "lapsed",
]


class RenewalDraft(Contract):
    """Signing for another period, which begins when the present one ends."""

    charter_id: UUID | None = None  # a newer version of the place's Charter; null for the one signed before
    signing_person: SigningPerson
    level: Code | None = None  # null for the present one, where the version signed has it


class LevelDraft(Contract):
    """Another level of the charter version that was signed."""

    level: Code


class StatedReason(Contract):
    """Why a programme manager suspends or reinstates; the signatory reads it, the public does not."""

    reason: ShortText


class SignatureChange(Contract):
    """One change as it was recorded."""

    number: int
    kind: SignatureChangeKind
    effective_on: date
    recorded_at: datetime
    charter_version: str | None  # of a signing and of a renewal, with the three days that follow
    starts_on: date | None
    renewal_due_on: date | None
    expires_on: date | None
    level: Code | None  # of a signing, a renewal and a change of level
    merged_into: UUID | None  # of a merger of records: the signature that stands
    reason: str | None  # for the signatory and the place's programme managers; null for everybody else
    actor: EventActor | None  # who made it, for the same; null where the calendar or the platform did


class PledgeRecorded(Contract):
    """When a pledge was made, and by whom."""

    pledge_id: UUID
    recorded_at: datetime
    actor: EventActor | None  # as above


class SignatureStanding(Contract):
    """A state, and from which day on the signature was in it."""

    state: SignatureState
    from_on: date
    reason: str | None  # as above


class SignatureHistory(Contract):
    """How a signature stood from its first day to `until`, and the changes that made it so."""

    signature_id: UUID
    organisation_id: UUID
    until: date
    standings: list[SignatureStanding]
    changes: list[SignatureChange]
    pledges: list[PledgeRecorded]  # that stand under the signature, made by then

"""Contracts of who bids: tenderers, and the portals that buyers let bid for those without an account."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from cdp_common.contracts.base import ActedBy, Contract, ShortText
from cdp_common.contracts.organisations import Identifier


class TendererRef(Contract):
    """The bidder: a known organisation by id, or by identifier and name where it has no account."""

    organisation_id: UUID | None = None
    identifier: Identifier | None = None
    legal_name: ShortText | None = None


class Tenderer(Contract):
    """One of those who bid together, by organisation id, scheme and id in a register, or a portal's own id.

    A portal's own id stands for an organisation that no register knows; it is that portal's alone.
    """

    lead: bool = False  # who answers for the bid; exactly one does
    organisation_id: UUID | None = None
    scheme: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z]{2,8}$")] | None = None
    id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    portal_local_id: ShortText | None = None
    legal_name: ShortText | None = None  # needed unless the organisation is named by its id


class BidAttestation(Contract):
    """Who authorised the submission; a portal's word, which it owes for those without an account."""

    authorised_by: ShortText  # role, not a person's name
    authorised_at: AwareDatetime
    portal_user_ref: ShortText | None = None  # means something to the portal alone; stays sealed for good


class OpenedTenderer(Contract):
    """One of those who bid together, as opening found it."""

    lead: bool
    organisation_id: UUID | None  # null for a member that is not known here
    identifier: Identifier | None
    portal_local_id: str | None
    legal_name: str


class OpenedAttestation(Contract):
    """Who authorised an opened bid, and when."""

    authorised_by: str
    authorised_at: datetime


class PortalAppointmentDraft(Contract):
    """Which portal may submit bids for a tender."""

    portal_organisation_id: UUID


class PortalAppointment(Contract):
    """That a portal may submit bids for a tender, for bidders without an account, until it is revoked."""

    id: UUID
    tender_id: UUID
    portal_organisation_id: UUID
    appointed_at: datetime
    acted_by: ActedBy | None = None  # who appointed it for the buyer
    revoked_at: datetime | None
    revoked_by: ActedBy | None = None


class PortalAppointmentChanged(Contract):
    """Payload of `portal_appointment.made` and `portal_appointment.revoked`."""

    appointment_id: UUID
    tender_id: UUID
    portal_organisation_id: UUID
    acted_by: ActedBy | None = None

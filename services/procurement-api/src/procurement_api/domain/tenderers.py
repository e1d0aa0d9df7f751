"""Who bids, alone or together, and for whom a portal may speak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput
from cdp_common.kernel.identifiers import IdentifierMalformed, OrganisationIdentifier
from cdp_common.kernel.proofs import canonical_json, commitment


class TenderersInvalid(InvalidInput):
    """Those who bid are not stated as they must be; each fault is named."""

    code = "tenderers_invalid"
    title = "The tenderers are not valid"


class AttestationInvalid(InvalidInput):
    """A portal's attestation is missing or breaks a rule; each fault is named."""

    code = "attestation_invalid"
    title = "The attestation is not valid"


class TendererNotCaller(Forbidden):
    """A bid is submitted by the bidder, by its delegate, or by a portal that the buyer appointed."""

    code = "tenderer_not_caller"
    title = "The caller does not act for the bidder"


class PortalAppointed(Conflict):
    """The portal is appointed for this tender."""

    code = "portal_appointed"
    title = "The portal has been appointed before"


@dataclass(frozen=True)
class Tenderer:
    """One of those who bid together, as it was stated; not yet known to hold."""

    at: str
    """Where it stands in the request."""
    lead: bool
    organisation_id: UUID | None = None
    scheme: str | None = None
    number: str | None = None
    portal_local_id: str | None = None
    legal_name: str | None = None

    @property
    def register_id(self) -> OrganisationIdentifier | None:
        """Its id in a register, which has been checked, if it was stated by one."""
        if self.scheme is None or self.number is None:
            return None
        return OrganisationIdentifier.parse(f"{self.scheme}:{self.number}")


@dataclass(frozen=True)
class Attested:
    """A portal's word on who authorised a submission."""

    authorised_at: datetime
    has_user_ref: bool


def lead_of(tenderers: Sequence[Tenderer]) -> Tenderer | None:
    """The one that answers for the bid, if there is exactly one."""
    leads = [tenderer for tenderer in tenderers if tenderer.lead]
    return leads[0] if len(leads) == 1 else None


def is_own_bid(tenderers: Sequence[Tenderer], own_ids: Collection[UUID]) -> bool:
    """Whether the organisation itself leads the bid, named by one of the ids that lead to it."""
    lead = lead_of(tenderers)
    return lead is not None and lead.organisation_id in own_ids


def require_tenderers_hold(tenderers: Sequence[Tenderer]) -> Tenderer:
    """The lead of a bid; refuses tenderers that are not one each, once each, under one lead."""
    faults = [fault for tenderer in tenderers for fault in _faults(tenderer)]
    if not faults:
        faults = _repeated(tenderers)
    lead = lead_of(tenderers)
    if lead is None:
        faults.append(FieldError("/tenderers", "lead_not_one", "Exactly one tenderer leads."))
    if faults or lead is None:
        raise TenderersInvalid("Those who bid are not stated as they must be.", errors=faults)
    return lead


def require_attested(attested: Attested | None, received_at: datetime) -> None:
    """Refuse a portal's bid without its word on who authorised it, by then, and at which user's hand."""
    if attested is None:
        words = "A portal says who authorised the bid."
        faults = [FieldError("/attestation", "attestation_missing", words)]
    else:
        faults = []
        if attested.authorised_at > received_at:
            words = "A bid is authorised before it comes in."
            faults.append(FieldError("/attestation/authorised_at", "authorised_later", words))
        if not attested.has_user_ref:
            words = "A portal says by its own reference which of its users submitted the bid."
            faults.append(FieldError("/attestation/portal_user_ref", "portal_user_missing", words))
    if faults:
        raise AttestationInvalid("The portal's attestation does not hold.", errors=faults)


def identity_key(key: bytes, tender_id: UUID, tenderer: Tenderer, portal_id: UUID | None) -> str:
    """What one bidder of one tender is known by before opening: without the key nobody can say who it is.

    The tenderer has been checked. A portal's own id is of that portal, whatever others call by it.
    """
    stated = {"portal": str(portal_id), "id": str(tenderer.portal_local_id)}
    if tenderer.organisation_id is not None:
        stated = {"organisation": str(tenderer.organisation_id)}
    elif (register_id := tenderer.register_id) is not None:
        stated = {"register": register_id.text}
    return commitment(key, canonical_json({"tender": str(tender_id), **stated}))


def _faults(tenderer: Tenderer) -> list[FieldError]:
    at = tenderer.at
    by_register = tenderer.scheme is not None or tenderer.number is not None
    ways = [tenderer.organisation_id is not None, by_register, tenderer.portal_local_id is not None]
    if ways.count(True) != 1:
        words = "By exactly one of organisation_id, scheme and id, or portal_local_id."
        return [FieldError(at, "identity_not_one", words)]
    faults = []
    if by_register:
        try:
            OrganisationIdentifier.parse(f"{tenderer.scheme or ''}:{tenderer.number or ''}")
        except IdentifierMalformed as fault:
            faults.append(FieldError(f"{at}/id", fault.code, fault.detail))
    if tenderer.organisation_id is None and tenderer.legal_name is None:
        faults.append(FieldError(f"{at}/legal_name", "legal_name_missing", "Its name is stated too."))
    return faults


def _repeated(tenderers: Sequence[Tenderer]) -> list[FieldError]:
    if len(tenderers) < 2:
        return []
    stated = [(each.organisation_id, each.register_id, each.portal_local_id) for each in tenderers]
    times = Counter(stated)
    return [
        FieldError(tenderer.at, "tenderer_repeated", "A tenderer is named once.")
        for tenderer, each in zip(tenderers, stated, strict=True)
        if times[each] > 1
    ]

"""Who bid, found at opening: known organisations, or asserted ones for those without an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.asserted import AssertedOrganisationDraft
from cdp_common.contracts.base import IdBatch
from cdp_common.contracts.bids import BidDraft
from cdp_common.contracts.organisations import Identifier
from cdp_common.kernel.identifiers import OrganisationIdentifier
from procurement_api.domain.tenderers import Tenderer
from procurement_api.use_cases.bidders import stated_tenderers

MAX_IDS_ASKED = 200


@dataclass(frozen=True)
class Found:
    """Who leads a bid, and all who bid together as they are stored."""

    lead_id: UUID
    lead_name: str
    rows: Sequence[dict[str, Any]]
    lead_now: UUID
    """The record that the lead's leads to, if it was merged: one organisation under two ids is one."""


async def find_tenderers(
    partners: PartnersClient, tender: RowMapping, bids: Sequence[RowMapping], drafts: Mapping[UUID, BidDraft]
) -> dict[UUID, Found]:
    """Who bid, by bid; can be asked again, since an organisation is asserted once.

    An identifier is that of the verified organisation that has it: a mere claim to it gives nobody a bid.
    """
    stated = {bid["id"]: stated_tenderers(drafts[bid["id"]], bid["tenderer_organisation_id"]) for bid in bids}
    named = {each.organisation_id for tenderers in stated.values() for each in tenderers}
    names, present = await _names(partners, [each for each in named if each is not None])
    found = {}
    for bid in bids:
        members = [await _known(partners, each, names) for each in stated[bid["id"]]]
        position = next(index for index, (tenderer, _) in enumerate(members) if tenderer.lead)
        lead, lead_id = members[position]
        if lead_id is None:
            lead_id = await _asserted(partners, tender, bid, lead)
        members[position] = lead, lead_id
        rows = [_row(bid["id"], index, *member, names) for index, member in enumerate(members)]
        lead_now = present.get(lead_id, lead_id)
        found[bid["id"]] = Found(lead_id, rows[position]["legal_name"], rows, lead_now)
    return found


async def _names(
    partners: PartnersClient, organisation_ids: Sequence[UUID]
) -> tuple[dict[UUID, str], dict[UUID, UUID]]:
    """The organisations' names, and the ids of the records that theirs lead to.

    One that partners-api does not know goes by its id.
    """
    present: dict[UUID, UUID] = {}
    names = {organisation_id: str(organisation_id) for organisation_id in organisation_ids}
    for start in range(0, len(organisation_ids), MAX_IDS_ASKED):
        asked = IdBatch(ids=list(organisation_ids[start : start + MAX_IDS_ASKED]))
        found = await partners.batch_organisations(asked)
        names.update({known: one.legal_name for one in found.items for known in one.ids})
        present.update({known: one.id for one in found.items for known in one.ids})
    return names, present


async def _known(
    partners: PartnersClient, tenderer: Tenderer, names: dict[UUID, str]
) -> tuple[Tenderer, UUID | None]:
    """The tenderer with its organisation's id if that is known; a name found is added to `names`."""
    if tenderer.organisation_id is not None or tenderer.register_id is None:
        return tenderer, tenderer.organisation_id
    page = await partners.list_organisations(identifier=tenderer.register_id.text, state="verified")
    for organisation in page.items:
        names[organisation.id] = organisation.legal_name
        return tenderer, organisation.id
    return tenderer, None


async def _asserted(partners: PartnersClient, tender: RowMapping, bid: RowMapping, lead: Tenderer) -> UUID:
    register_id = lead.register_id
    draft = AssertedOrganisationDraft(
        portal_organisation_id=bid["portal_organisation_id"],
        buyer_organisation_id=tender["buyer_organisation_id"],
        identifier=None if register_id is None else _identifier(register_id),
        portal_local_id=lead.portal_local_id,
        legal_name=lead.legal_name or "",
        data_status=tender["data_status"],
    )
    return (await partners.assert_organisation(draft)).id


def _identifier(register_id: OrganisationIdentifier) -> Identifier:
    return Identifier(scheme=register_id.scheme, id=register_id.id)


def _row(
    bid_id: UUID, position: int, tenderer: Tenderer, organisation_id: UUID | None, names: Mapping[UUID, str]
) -> dict[str, Any]:
    """One of those who bid; a known organisation goes by the name that it has, others by the one stated."""
    register_id = tenderer.register_id
    known = None if organisation_id is None else names.get(organisation_id)
    return {
        "bid_id": bid_id,
        "position": position,
        "lead": tenderer.lead,
        "organisation_id": organisation_id,
        "scheme": None if register_id is None else register_id.scheme,
        "number": None if register_id is None else register_id.id,
        "portal_local_id": tenderer.portal_local_id,
        "legal_name": known or tenderer.legal_name or str(organisation_id),
    }

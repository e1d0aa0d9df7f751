"""A buyer, or a portal for it, makes a tender that no notice is imported for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.tenders import TenderCorrection, TenderDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.merges import current_record
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain.ocid import minted
from procurement_api.domain.tender import TermsInvalid, require_terms_hold
from procurement_api.domain.tender_draft import require_draft_holds
from procurement_api.storage.tenders import add_tender
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.others import known_place, require_slug
from procurement_api.use_cases.rights import NotTheBuyer
from procurement_api.use_cases.set_terms import rules_of
from procurement_api.use_cases.tender_values import estimates_of, lot_rows, value_columns


async def create_tender(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    draft: TenderDraft,
    once: Once,
    ocid_prefix: str,
    now: datetime,
) -> Answer:
    """The draft tender; without an ocid of the buyer's own it gets one of the deployment's prefix."""
    async with db.begin() as tx:
        if caller.org != await current_record(tx, draft.buyer_organisation_id):
            raise NotTheBuyer("Tenders are made for the organisation that the caller acts for.")
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
    require_draft_right(draft, now)
    place = await known_place(partners, draft.place_id)
    if draft.terms is not None:
        require_slug(place, draft.terms.place_slug, "/terms/place_slug")

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        tender = await add_tender(tx, _row(caller.org, draft, ocid_prefix, now))
        return await keep_answer(tx, once, 201, tender_answer(tender), now)


def require_draft_right(draft: TenderCorrection, now: datetime) -> None:
    """Refuse a draft whose lots, areas or values, or whose own terms do not hold."""
    lots = [lot.id for lot in draft.lots]
    require_draft_holds(lots, draft.delivery_areas, estimates_of(draft.value, draft.lots))
    if draft.terms is not None:
        with faults_of_terms():
            require_terms_hold(rules_of(draft.terms), lots, now)


@contextmanager
def faults_of_terms() -> Iterator[None]:
    """Name the faults of terms where these stand in a draft."""
    try:
        yield
    except TermsInvalid as refusal:
        faults = [FieldError(f"/terms{each.pointer}", each.code, each.message) for each in refusal.errors]
        raise TermsInvalid(refusal.detail, errors=faults) from refusal


def _row(buyer_id: UUID, draft: TenderDraft, ocid_prefix: str, now: datetime) -> dict[str, Any]:
    tender_id: UUID = new_id()
    return {
        **draft_columns(draft),
        "id": tender_id,
        "ocid": draft.ocid or minted(ocid_prefix, tender_id),
        "buyer_organisation_id": buyer_id,
        "state": "draft",
        "measures": [],
        "terms_version": 0,
        "bids_since_terms_version": 0,
        "version": 1,
        "data_status": draft.data_status,
        "created_at": now,
    }


def draft_columns(draft: TenderCorrection) -> dict[str, Any]:
    """What a draft says, as it is stored."""
    terms = draft.terms
    return {
        "reference": draft.reference,
        "title": draft.title,
        "description": draft.description,
        "place_id": draft.place_id,
        "delivery_areas": list(draft.delivery_areas),
        **value_columns(draft.value),
        "lots": lot_rows(draft.lots),
        "terms": None if terms is None else terms.model_dump(mode="json"),
        "deadline_at": None if terms is None else terms.deadline_at,
    }

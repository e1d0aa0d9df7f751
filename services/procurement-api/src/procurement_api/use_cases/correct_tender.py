"""A buyer corrects its draft tender; what is published changes by amendments alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.tenders import Tender, TenderCorrection, TenderTerms
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.tender import require_lots_fit, require_state
from procurement_api.storage.tenders import change_tender, tender_by_id
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.create_tender import draft_columns, faults_of_terms, require_draft_right
from procurement_api.use_cases.others import known_place, require_slug
from procurement_api.use_cases.rights import own_tender
from procurement_api.use_cases.set_terms import rules_of


async def correct_tender(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    tender_id: UUID,
    correction: TenderCorrection,
    if_match: str | None,
    now: datetime,
) -> Tender:
    """The draft as it says now; its process, its buyer, and what an imported notice said stay."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        _require_correctable(tender, if_match)
    require_draft_right(correction, now)
    place = await known_place(partners, correction.place_id)

    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        _require_correctable(tender, if_match)
        columns = draft_columns(correction)
        if correction.terms is None:
            columns = {**columns, **_terms_kept(tender, correction)}
        if columns["terms"] is not None:
            require_slug(place, columns["terms"]["place_slug"], "/terms/place_slug")
        return tender_answer(await change_tender(tx, tender_id, **columns))


def _require_correctable(tender: RowMapping, if_match: str | None) -> None:
    require_match(if_match, tender_answer(tender))
    require_state(tender["state"], "draft")


def _terms_kept(tender: RowMapping, correction: TenderCorrection) -> dict[str, Any]:
    """The terms that the draft has, if they hold with its lots."""
    if tender["terms"] is not None:
        with faults_of_terms():
            terms = rules_of(TenderTerms.model_validate(tender["terms"]))
            require_lots_fit(terms, [lot.id for lot in correction.lots])
    return {name: tender[name] for name in ("terms", "deadline_at")}

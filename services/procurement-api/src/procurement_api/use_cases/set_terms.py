"""A buyer sets the terms of its draft tender."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.tenders import Tender, TenderTerms
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.tender import AskedMeasure, Terms, require_state, require_terms_hold
from procurement_api.storage.tenders import change_tender, tender_by_id
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.others import require_slug
from procurement_api.use_cases.rights import own_tender


async def set_terms(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    tender_id: UUID,
    terms: TenderTerms,
    if_match: str | None,
    now: datetime,
) -> Tender:
    """The draft with its new terms, which replace the earlier ones as a whole."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        require_match(if_match, tender_answer(tender))
        require_state(tender["state"], "draft")
        require_terms_hold(rules_of(terms), lot_ids(tender), now)
    # Local figures go by the slug: another place's would value the bids wrongly.
    require_slug(await partners.get_place(tender["place_id"]), terms.place_slug)

    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        require_match(if_match, tender_answer(tender))
        require_state(tender["state"], "draft")
        changed = await change_tender(
            tx, tender_id, terms=terms.model_dump(mode="json"), deadline_at=terms.deadline_at
        )
        return tender_answer(changed)


def lot_ids(tender: Mapping[Any, Any]) -> frozenset[str]:
    """The ids of a tender's lots."""
    return frozenset(lot["id"] for lot in tender["lots"])


def rules_of(terms: TenderTerms) -> Terms:
    """The terms as the rules see them."""
    return Terms(
        measures=[
            AskedMeasure(asked.measure, asked.weight, asked.target, asked.lots) for asked in terms.measures
        ],
        method=terms.scoring.method,
        quantitative_share=terms.scoring.quantitative_share,
        qualitative_share=terms.scoring.qualitative_share,
        social_value_weight=terms.social_value_weight,
        deadline_at=terms.deadline_at,
        contract=ContractPeriod(terms.contract_starts_on, terms.contract_ends_on),
        award_by=terms.award_by,
    )

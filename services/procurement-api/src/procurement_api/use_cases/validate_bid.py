"""A bidder tries its bid out: it is held to every rule, valued and explained, and nothing of it is kept."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.bids import BidDraft, BidLine, BidTrial, ValuedBidLine
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.contracts.toms import ValuedLine
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from procurement_api.domain.bid import Demands, reason_to_disregard, require_bid_holds
from procurement_api.domain.tender import require_submittable
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.bid_rules import bid_content, demands_of, quantity_of, told_apart
from procurement_api.use_cases.bidders import bidder_of, own_ids, require_may_submit
from procurement_api.use_cases.rights import tender_to_bid_for
from procurement_api.use_cases.value_bid import value_bid

_NOTHING = Decimal("0.00")


async def validate_bid(
    db: Database,
    toms: TomsClient,
    identity_key: bytes,
    caller: Caller,
    tender_id: UUID,
    draft: BidDraft,
    received_at: datetime,
) -> BidTrial:
    """The bid's lines as opening would value them, until the deadline."""
    async with db.begin() as tx:
        tender = tender_to_bid_for(caller, await tender_by_id(tx, tender_id))
        await require_may_submit(tx, caller, tender_id, draft)
        own = await own_ids(tx, caller)
    require_submittable(tender["state"], tender["deadline_at"], received_at)
    bidder_of(caller, own, tender_id, draft, identity_key, received_at)
    content, demands = bid_content(draft), demands_of(tender)
    require_bid_holds(content, demands)
    terms = TenderTerms.model_validate(tender["terms"])
    worth = await value_bid(toms, terms, draft, tender["published_at"].date())
    reasons = [
        worth.refused.get(str(index)) or reason_to_disregard(line, demands.measures[line.measure])
        for index, line in enumerate(content.lines)
    ]
    lines = [
        _tried(line, demands, worth.valued.get(str(index)), reason)
        for index, (line, reason) in enumerate(zip(draft.lines, reasons, strict=True))
    ]
    counted = (line.total_gbp for line in lines if line.disregarded is None and line.total_gbp is not None)
    return for_reader(BidTrial(lines=lines, total_gbp=sum(counted, _NOTHING)), caller.scopes)


def _tried(
    line: BidLine, demands: Demands, valued: ValuedLine | None, disregarded: str | None
) -> ValuedBidLine:
    """The line with its value; one that could not be valued counts nothing."""
    worked_out: dict[str, Any] = {
        "inputs": line.inputs,
        "quantity": quantity_of(line, valued),
        "per_year": [],
    }
    return ValuedBidLine(
        **{**dict(line), **told_apart(line, demands.contract), **worked_out},
        counted_quantity=valued.counted_quantity if valued else Decimal(0),
        social_gbp=valued.social_gbp if valued else _NOTHING,
        local_economic_gbp=valued.local_economic_gbp if valued else _NOTHING,
        total_gbp=valued.total_gbp if valued else _NOTHING,
        low_gbp=valued.low_gbp if valued else None,
        high_gbp=valued.high_gbp if valued else None,
        fiscal_gbp=valued.fiscal_gbp if valued else _NOTHING,
        disregarded=disregarded,
        explanation=valued.explanation if valued else None,
        licensed_framework=valued.licensed_framework if valued else None,
    )

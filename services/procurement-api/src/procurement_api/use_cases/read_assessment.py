"""What each bidder reads of the decision."""

from __future__ import annotations

from uuid import UUID

from cdp_common.contracts.assessments import AssessmentSummary
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from procurement_api.domain.assessment import AssessmentNotFound, AssessmentNotReady
from procurement_api.storage.assessments import latest_summary, sendings_of
from procurement_api.storage.bids import bid_by_id
from procurement_api.use_cases.rights import own_bid


async def get_assessment(db: Database, caller: Caller, bid_id: UUID, lot: str | None) -> AssessmentSummary:
    """The summary that was sent for the caller's own bid, of the lot if one is named."""
    async with db.begin() as tx:
        bid = own_bid(caller, await bid_by_id(tx, bid_id))
        found = await latest_summary(tx, bid_id, lot)
        if found is None:
            sent = await sendings_of(tx, bid["tender_id"])
            if lot in sent or (lot is None and sent):
                raise AssessmentNotFound("The bid was not assessed for it.")
            raise AssessmentNotReady("The buyer has not sent the summaries.")
    return for_reader(AssessmentSummary.model_validate(found["document"]), caller.scopes)

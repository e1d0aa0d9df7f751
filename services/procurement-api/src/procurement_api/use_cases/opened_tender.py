"""A tender whose bids are open and which has not been awarded: it can be scored and evaluated."""

from __future__ import annotations

from sqlalchemy import RowMapping

from cdp_common.contracts.tenders import TenderTerms
from procurement_api.domain.tender import TenderStateWrong, require_state


def opened_terms(tender: RowMapping) -> TenderTerms:
    """The terms of a tender whose bids are open and which has not been awarded."""
    require_state(tender["state"], "closed", "evaluated")
    if tender["opened_at"] is None:
        raise TenderStateWrong("The bids have not been opened.")
    return TenderTerms.model_validate(tender["terms"])

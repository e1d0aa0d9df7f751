"""The row of a bid that is submitted for the first time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cdp_common.kernel.identifiers import new_id
from procurement_api.use_cases.bidders import Bidder


def new_bid(tender: Mapping[Any, Any], bidder: Bidder, received_at: datetime) -> dict[str, Any]:
    """The first row of a bid, under the terms that the tender has now."""
    return {
        "id": new_id(),
        "tender_id": tender["id"],
        "tenderer_organisation_id": bidder.organisation_id,
        "portal_organisation_id": bidder.portal_id,
        "tenderer_key": bidder.key,
        "state": "sealed",
        "terms_version": tender["terms_version"],
        "version": 1,
        "created_at": received_at,
    }

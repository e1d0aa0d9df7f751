"""Reading the versions of a published tender's terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cdp_common.contracts.amendments import TermsVersion
from cdp_common.contracts.tenders import PinnedMeasure, TenderTerms
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from procurement_api.storage.tenders import tender_by_id
from procurement_api.storage.terms_versions import terms_versions_page
from procurement_api.use_cases.answers import london_text
from procurement_api.use_cases.rights import visible_tender
from procurement_api.use_cases.tender_values import lots_answer, value_answer


async def list_terms_versions(
    db: Database, caller: Caller | None, tender_id: UUID, cursor: str | None, limit: int
) -> tuple[list[TermsVersion], str | None]:
    """The terms as published and after each amendment, oldest first, and the cursor of the next page."""
    async with db.begin() as tx:
        visible_tender(caller, await tender_by_id(tx, tender_id))
        rows = await terms_versions_page(tx, tender_id, cursor, limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["version"]])
    return [_answer(row) for row in kept], next_cursor


def _answer(row: Mapping[Any, Any]) -> TermsVersion:
    return TermsVersion(
        version=row["version"],
        in_force_at=row["in_force_at"],
        reason=row["reason"],
        amended=row["amended"],
        bids_stand=row["bids_stand"],
        deadline_at=row["deadline_at"],
        deadline_london=london_text(row["deadline_at"]),
        title=row["title"],
        description=row["description"],
        value=value_answer(row),
        lots=lots_answer(row),
        terms=TenderTerms.model_validate(row["terms"]),
        measures=[PinnedMeasure.model_validate(measure) for measure in row["measures"]],
    )

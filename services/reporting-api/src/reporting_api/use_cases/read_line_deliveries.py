"""What was delivered against promised lines, for those who promised, for whom, and who see every report."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.base import Batch
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.line_deliveries import LineDelivery
from cdp_common.db.database import Database
from cdp_common.kernel.licence import sees_figures
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.web.caller import Caller
from reporting_api.storage.line_deliveries import line_deliveries
from reporting_api.use_cases.read_reports import PLACE_ROLES
from reporting_api.use_cases.report_contracts import plain


async def batch_line_deliveries(db: Database, caller: Caller, ids: Sequence[UUID]) -> Batch[LineDelivery]:
    """The lines among `ids` that the caller may see: promised by it, or to it, or in a place of its roles."""
    async with db.begin() as tx:
        rows = await line_deliveries(tx, set(ids), caller.org)
    seen = {
        row["line_id"]: for_reader(_delivery(row), caller.scopes) for row in rows if _is_visible(row, caller)
    }
    wanted = list(dict.fromkeys(ids))
    return Batch(
        items=[seen[line_id] for line_id in wanted if line_id in seen],
        missing=[line_id for line_id in wanted if line_id not in seen],
    )


def _is_visible(row: RowMapping, caller: Caller) -> bool:
    """As lines of reports are: without the licence nobody sees how much others did of licensed measures."""
    concerns = caller.org in (row["deliverer_id"], row["commissioner_id"])
    may_know = row["is_all_own"] or sees_figures(row["licence_framework"], caller.scopes)
    return bool(may_know and (concerns or caller.has_role(row["place_id"], *PLACE_ROLES)))


def _delivery(row: RowMapping) -> LineDelivery:
    return LineDelivery(
        licensed_framework=row["licence_framework"],
        commitment_line_id=row["line_id"],
        unit=row["unit"],
        delivered_quantity=plain(row["delivered"]),
        total_gbp=gbp_from_pence(row["pence"]),
        validated_gbp=gbp_from_pence(row["validated_pence"]),
        report_count=row["report_count"],
        through=row["through"],
        data_status="synthetic_sample" if row["is_sample"] else row["data_status"],
    )

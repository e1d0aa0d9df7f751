"""reporting-api's part of the graph: totals made elsewhere, as they stand and as they were recorded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from cdp_common.contracts import prior_totals
from gateway.context import Info
from gateway.schema.enums import DataStatus
from gateway.schema.money import Money
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First
from gateway.schema.records import page_of, said, shows


@shows(
    prior_totals.PriorTotalShown,
    "A total made elsewhere; it stands beside the four figures, in none of them.",
)
class StandingPriorTotal:
    """A prior total as it stands."""

    id: strawberry.ID = said("The id by which the REST APIs know it.")
    version: int = said("Which version it is.")
    title: str = said("What it is called.")
    amount: Money = said("The amount.", of="amount_gbp")
    period_start: date = said("The first day that it counts.")
    period_end: date = said("The last day that it counts.")
    publisher: str = said("Who published it.")
    basis: str = said("By which method and prices it was made.")
    validated_by: str | None = said("Who validated it; null where nobody is named.")
    url: str | None = said("Where it was published; null where none is stated.")
    data_status: DataStatus = said("Whether it is real or a sample.")
    recomputable: bool = said("False: its lines are not in this ledger.")


@shows(prior_totals.PriorTotalVersion, "What a prior total was from one version on.")
class PriorTotalVersion:
    """A version of a prior total."""

    version: int = said("The version.")
    title: str = said("What it was called.")
    amount: Money = said("The amount.", of="amount_gbp")
    period_start: date = said("The first day that it counts.")
    period_end: date = said("The last day that it counts.")
    publisher: str = said("Who published it.")
    basis: str = said("By which method and prices it was made.")
    validated_by: str | None = said("Who validated it; null where nobody is named.")
    url: str | None = said("Where it was published; null where none is stated.")
    data_status: DataStatus = said("Whether it is real or a sample.")
    reason: str | None = said("Why it was corrected; null of the first.")
    withdrawn: bool = said("Whether it was withdrawn.")
    recorded_at: datetime = said("When it was stated.")


_OF_NEWEST = (
    *("version", "title", "amount_gbp", "period_start", "period_end", "publisher", "basis"),
    *("validated_by", "url", "data_status", "recomputable", "withdrawn", "place_id"),
)


@shows(
    prior_totals.PriorTotal,
    "A prior total with its versions, the newest first.",
    without=dict.fromkeys(_OF_NEWEST, "stands in the newest version"),
)
class RecordedPriorTotal:
    """A prior total and what it was."""

    id: strawberry.ID = said("The id by which the REST APIs know it.")
    versions: list[PriorTotalVersion] = said("Its versions.")


async def prior_totals_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[RecordedPriorTotal] | None:
    """A page of a place's prior totals."""
    key: UUID = parent.rest_id
    return await page_of(
        RecordedPriorTotal,
        info.context.upstreams.reporting,
        lambda api, page: api.list_prior_totals(key, **page),
        first,
        after,
    )

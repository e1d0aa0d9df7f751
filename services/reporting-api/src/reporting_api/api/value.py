"""Routes for the collective value and the ledger behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Moment, Page
from cdp_common.contracts.ledger_heads import LedgerHead, LedgerKeys
from cdp_common.contracts.reporting import (
    Basis,
    CollectiveValue,
    FeedState,
    Granularity,
    GroupBy,
    LedgerEntry,
)
from cdp_common.db.paging import cut_page
from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import MaybeCaller, signed_caller
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import PUBLIC, LedgerSigner, Memory, Toms, Window
from reporting_api.use_cases import read_ledger, read_value
from reporting_api.use_cases.compute_value import Dimension
from reporting_api.use_cases.sign_heads import public_head_keys

router = APIRouter(tags=["collective value"])

PLAIN: tuple[GroupBy, ...] = tuple(name for name in get_args(GroupBy) if name not in ("crosswalk", "period"))
PERIODS: Mapping[str, Granularity] = MappingProxyType(
    {f"period:{granularity}": granularity for granularity in get_args(Granularity)}
)
GROUPINGS = ", ".join([*PLAIN, *PERIODS, "crosswalk:<scheme>"])
_CROSSWALK = re.compile(r"crosswalk:([A-Za-z0-9][A-Za-z0-9._-]{0,63})")


class GroupingUnknown(InvalidInput):
    """A grouping that was asked for does not exist, or was asked for twice."""

    code = "grouping_unknown"
    title = "There is no such grouping"


def _groups(text: str | None) -> tuple[list[Dimension], list[Granularity]]:
    """The groupings that a comma list names, those of organisations without their basis, and the periods."""
    names = [name.strip() for name in text.split(",")] if text else []
    periods = [PERIODS[name] for name in names if name in PERIODS]
    groups = [group for name in names if (group := _group(name)) is not None]
    if len(groups) + len(periods) != len(names) or len(set(groups)) + len(set(periods)) != len(names):
        fault = FieldError("?group_by", "grouping_unknown", f"a comma list of {GROUPINGS}")
        raise GroupingUnknown("A grouping is unknown or named twice.", errors=[fault])
    return groups, periods


def _group(name: str) -> Dimension | None:
    crosswalk = _CROSSWALK.fullmatch(name)
    if crosswalk is not None:
        return Dimension("crosswalk", scheme=crosswalk[1])
    return next((Dimension(grouping) for grouping in PLAIN if grouping == name), None)


@router.get("/v1/places/{place_id}/collective-value", response_model=CollectiveValue)
async def get_collective_value(
    place_id: UUID,
    caller: MaybeCaller,
    window: Window,
    db: ServiceDatabase,
    toms: Toms,
    now: Now,
    memory: Memory,
    as_of: Annotated[Moment | None, Query(description="As known at this moment; now without it.")] = None,
    group_by: Annotated[str | None, Query(max_length=500, description=f"Comma list of {GROUPINGS}.")] = None,
    basis: Annotated[Basis, Query(description="Of the grouping by organisation.")] = "delivered_by",
) -> Response:
    """The four figures of a window: live with a role in the place, else as last published for that period."""
    moment: datetime | None = as_of
    groups, granularities = _groups(group_by)
    answer = await read_value.get_collective_value(
        db,
        toms,
        caller,
        place_id,
        window,
        as_of=moment,
        groups=groups,
        granularities=granularities,
        basis=basis,
        now=now,
        memory=memory,
    )
    return Response(answer, media_type="application/json")


@router.get("/v1/places/{place_id}/ledger-entries")
async def list_ledger_entries(
    place_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reporting:read"])],
    db: ServiceDatabase,
    page: Paging,
) -> Page[LedgerEntry]:
    """The place's ledger in the order of recording, for those with a role in the place."""
    found = await read_ledger.list_ledger_entries(db, caller, place_id, cursor=page.cursor, limit=page.limit)
    items, following = cut_page(found, page.limit, lambda entry: [entry.recorded_at, entry.id])
    return Page(items=items, next=page_links(request, following))


@router.get("/v1/places/{place_id}/ledger-head", dependencies=PUBLIC)
async def get_ledger_head(place_id: UUID, db: ServiceDatabase, signer: LedgerSigner, now: Now) -> LedgerHead:
    """The last sealed block of the place's ledger, signed; keep it to hold the place to it."""
    return await read_ledger.get_ledger_head(db, signer, place_id, now)


@router.get("/v1/ledger-keys", dependencies=PUBLIC)
async def get_ledger_keys(db: ServiceDatabase, signer: LedgerSigner, now: Now) -> LedgerKeys:
    """The public keys with which heads of ledgers are verified, as a JWK set."""
    return await public_head_keys(db, signer, now)


@router.get("/v1/feeds")
async def list_feeds(
    caller: Annotated[Caller, Security(signed_caller, scopes=["reporting:read"])],
    db: ServiceDatabase,
) -> Page[FeedState]:
    """How far the feeds of the other services have been read, and what was set aside."""
    return Page(items=await read_ledger.list_feeds(db))

"""What payments come to in a place or for one partner: shares, leakage, and LM3 of surveyed rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import spend_figures as contract
from cdp_common.contracts.base import DataStatus
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.paging import cut_page
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import gbp_from_pence, pence_from_gbp
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.spend_figures import (
    MAX_GROUPS,
    Split,
    local_multiplier,
    require_round_holds,
    require_window_holds,
    retainable,
)
from reporting_api.domain.spend_imports import require_member
from reporting_api.storage.copies import memberships_at
from reporting_api.storage.spend_figures import (
    add_round,
    imports_in,
    newest_rounds,
    other_currencies,
    review_count,
    rounds_page,
    spend_groups,
    spend_total,
)
from reporting_api.use_cases.import_spend import READERS


async def place_figures(
    db: Database,
    caller: Caller,
    place_id: UUID,
    organisation_id: UUID | None,
    window: Period,
    by: contract.SpendGroupBy | None,
    now: datetime,
) -> contract.SpendFigures:
    """The figures of all partners of a place, or of one, for its officers and managers."""
    caller.requires_role(place_id, *READERS)
    return await _figures(db, place_id, organisation_id, window, by, now)


async def own_figures(
    db: Database,
    caller: Caller,
    place_id: UUID,
    window: Period,
    by: contract.SpendGroupBy | None,
    now: datetime,
) -> contract.SpendFigures:
    """The figures of the own organisation in a place."""
    return await _figures(db, place_id, caller.org, window, by, now)


async def record_round(
    db: Database, caller: Caller, place_id: UUID, draft: contract.SpendRoundDraft, once: Once, now: datetime
) -> Answer:
    """What a survey of the own suppliers found, on record; an earlier return stays and counts no more."""
    window = Period(draft.period_start, draft.period_end)
    async with db.begin() as tx:
        memberships = await memberships_at(tx, place_id, now)
        own = [row for row in memberships if row["organisation_id"] == caller.org]
        require_member(((row["valid_from"], row["valid_to"]) for row in own), window)
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        require_round_holds(draft.asked_count, draft.answered_count)
        row = {
            **draft.model_dump(exclude={"amount_gbp"}),
            "pence": pence_from_gbp(draft.amount_gbp),
            "id": new_id(),
            "place_id": place_id,
            "organisation_id": caller.org,
            "acted_by": caller.act,
            "client_id": caller.client_id,
            "person_id": caller.sub,
            "recorded_at": now,
        }
        await add_round(tx, row)
        return await once.keep(tx, 201, _round(row), now=now)


async def list_rounds(
    db: Database, caller: Caller, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[contract.SpendRound], str | None]:
    """Surveyed rounds: all of the place for its officers and managers, else the own ones."""
    own = None if caller.has_role(place_id, *READERS) else caller.org
    async with db.begin() as tx:
        rows = await rounds_page(tx, place_id, organisation_id=own, cursor=cursor, limit=limit)
    kept, following = cut_page(rows, limit, lambda row: [row["id"]])
    return [_round(row) for row in kept], following


async def _figures(
    db: Database,
    place_id: UUID,
    organisation_id: UUID | None,
    window: Period,
    by: contract.SpendGroupBy | None,
    now: datetime,
) -> contract.SpendFigures:
    require_window_holds(window)
    async with db.begin() as tx:
        total = await spend_total(tx, place_id, organisation_id, window)
        groups, left_out = (
            ([], 0)
            if by is None
            else await spend_groups(tx, place_id, organisation_id, window, by, MAX_GROUPS)
        )
        imports = await imports_in(tx, place_id, organisation_id, window)
        currencies = await other_currencies(tx, place_id, organisation_id, window)
        waiting = await review_count(tx, place_id, organisation_id, window)
        without = await partners_without_import(tx, place_id, organisation_id, window, imports, now)
        multiplier = await _multiplier(tx, place_id, organisation_id, window)
    statuses: set[DataStatus] = {row["data_status"] for row in imports}
    shown = [_figure(row, by_category=by == "category") for row in groups]
    leaks = [one.leakage.retainable_gbp for one in shown if one.leakage is not None]
    return contract.SpendFigures(
        place_id=place_id,
        period_start=window.start,
        period_end=window.end,
        organisation_id=organisation_id,
        by=by,
        data_status="synthetic_sample" if "synthetic_sample" in statuses else "actual",
        total=_figure(total, by_category=False),
        groups=shown,
        groups_left_out=left_out,
        retainable_gbp=sum(leaks, gbp_from_pence(0)) if by == "category" else None,
        other_currencies=[
            contract.SpendInCurrency(
                currency=row["currency"], row_count=row["row_count"], net=gbp_from_pence(int(row["net"]))
            )
            for row in currencies
        ],
        suppliers_to_review=waiting,
        partners_counted=sorted({row["organisation_name"] for row in imports}),
        partners_without_import=without,
        local_multiplier=multiplier,
    )


async def partners_without_import(
    tx: AsyncConnection,
    place_id: UUID,
    organisation_id: UUID | None,
    window: Period,
    imports: Sequence[RowMapping],
    now: datetime,
) -> list[str]:
    """The members in a window of whom no import counts, by name."""
    counted = {row["organisation_id"] for row in imports}
    return sorted(
        {
            row["organisation_name"]
            for row in await memberships_at(tx, place_id, now)
            if row["valid_from"] <= window.end
            and (row["valid_to"] is None or row["valid_to"] >= window.start)
            and row["organisation_id"] not in counted
            and organisation_id in (None, row["organisation_id"])
        }
    )


async def _multiplier(
    tx: AsyncConnection, place_id: UUID, organisation_id: UUID | None, window: Period
) -> contract.LocalMultiplier:
    """LM3 over the partners who have payments and both surveyed rounds of exactly this window."""
    partners, _ = await spend_groups(tx, place_id, organisation_id, window, "partner", MAX_GROUPS)
    rounds = {
        (row["organisation_id"], row["round"]): row["pence"]
        for row in await newest_rounds(tx, place_id, organisation_id, window)
    }
    base = {row["organisation_id"]: int(row["net"] - row["to_members"]) for row in partners}
    names = {row["organisation_id"]: row["name"] for row in partners}
    whole = [org for org in base if (org, 2) in rounds and (org, 3) in rounds]
    found = whole or list(base)
    second = [rounds[org, 2] for org in found if (org, 2) in rounds]
    sums: list[int | None] = [
        sum(base[org] for org in found) if found else None,
        sum(second) if second else None,
        # One partner's second round and another's third follow nobody's money.
        sum(rounds[org, 3] for org in whole) if whole else None,
    ]
    multiplier = local_multiplier(*sums)
    return contract.LocalMultiplier(
        value=multiplier.value,
        reason=multiplier.reason,
        round_1_gbp=None if sums[0] is None else gbp_from_pence(sums[0]),
        round_2_gbp=None if sums[1] is None else gbp_from_pence(sums[1]),
        round_3_gbp=None if sums[2] is None else gbp_from_pence(sums[2]),
        partners=sorted(names[org] for org in whole),
        partners_left_out=sorted(names[org] for org in base if org not in whole),
    )


def _figure(row: RowMapping, *, by_category: bool) -> contract.SpendFigure:
    pence = {name: int(row[name]) for name in _SUMS}
    outside, suppliers = pence["outside"], row["local_suppliers"]
    inside = pence["by_postcode"] + pence["by_presence"]
    location = Split(inside, outside, pence["nowhere"])
    key = {name: row[name] for name in ("organisation_id", "name", "period_start") if name in row}
    return contract.SpendFigure(
        **key,
        row_count=row["row_count"],
        payments_gbp=gbp_from_pence(pence["payments"]),
        credits_gbp=gbp_from_pence(pence["credits"]),
        net_gbp=gbp_from_pence(pence["net"]),
        to_members_gbp=gbp_from_pence(pence["to_members"]),
        third_party_gbp=gbp_from_pence(pence["net"] - pence["to_members"]),
        without_name_gbp=gbp_from_pence(pence["nameless"]),
        repeats_gbp=gbp_from_pence(pence["repeats"]),
        repeat_rows=row["repeat_rows"],
        local=contract.SpendLocation(
            **_split(location),
            by_postcode_gbp=gbp_from_pence(pence["by_postcode"]),
            by_presence_gbp=gbp_from_pence(pence["by_presence"]),
        ),
        sme=contract.SpendSplit(**_split(Split(pence["sme"], pence["not_sme"], pence["sme_unknown"]))),
        vcse=contract.SpendSplit(**_split(Split(pence["vcse"], pence["not_vcse"], pence["vcse_unknown"]))),
        leakage=contract.SpendLeakage(
            local_suppliers=suppliers,
            outside_gbp=gbp_from_pence(outside),
            retainable_gbp=gbp_from_pence(retainable(outside, suppliers)),
        )
        if by_category
        else None,
    )


_SUMS = (
    *("payments", "credits", "net", "to_members", "nameless", "repeats", "by_postcode", "by_presence"),
    *("outside", "nowhere", "sme", "not_sme", "sme_unknown", "vcse", "not_vcse", "vcse_unknown"),
)


def _split(split: Split) -> dict[str, Any]:
    return {
        "yes_gbp": gbp_from_pence(split.yes),
        "no_gbp": gbp_from_pence(split.no),
        "unknown_gbp": gbp_from_pence(split.unknown),
        "yes_share": split.share(split.yes),
        "no_share": split.share(split.no),
        "unknown_share": split.share(split.unknown),
        "no_share_reason": split.no_share_reason,
    }


def _round(row: Mapping[str, Any] | RowMapping) -> contract.SpendRound:
    return contract.SpendRound(
        id=row["id"],
        place_id=row["place_id"],
        organisation_id=row["organisation_id"],
        round=row["round"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        amount_gbp=gbp_from_pence(row["pence"]),
        asked_count=row["asked_count"],
        answered_count=row["answered_count"],
        method=row["method"],
        source=row["source"],
        data_status=row["data_status"],
        recorded_at=row["recorded_at"],
    )

"""The licensed parts of theme totals: summed from the ledger, and kept as publications showed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.domain.licensed_totals import (
    LicensedTotal,
    Parts,
    Pounds,
    ShownTotal,
    Source,
    TotalKey,
)
from reporting_api.storage.figures import EDITION, LICENSED, LINES, MEASURE, Slice
from reporting_api.storage.ledger_tables import licensed_totals

_PARTS = text(f"""
    WITH {LINES}
    SELECT l.theme, e.framework, l.figure, l.deliverer_id, l.commissioner_id, l.activity_id,
           l.edition_hash, l.measure,
           sum(l.social_pence)::bigint AS social_pence, sum(l.local_pence)::bigint AS local_pence
    FROM lines l {MEASURE} {EDITION}
    WHERE l.figure IN ('delivered', 'validated') AND l.effective_on BETWEEN :since AND :until AND {LICENSED}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8""")  # noqa: S608 - made of constants


async def licensed_parts(tx: AsyncConnection, lines: Slice) -> dict[TotalKey, Parts]:
    """What each theme's delivered and validated totals hold of licensed value, by where it comes from."""
    found: dict[TotalKey, dict[Source, Pounds]] = {}
    for row in (await tx.execute(_PARTS, lines.parameters)).mappings():
        key = TotalKey(row["theme"], row["framework"], row["figure"])
        found.setdefault(key, {})[_source(row)] = Pounds(row["social_pence"], row["local_pence"])
    return dict(found)


async def shown_before(tx: AsyncConnection, place_id: UUID) -> list[ShownTotal]:
    """Every licensed total that the place's publications showed, as it was first included, oldest first."""
    columns = licensed_totals.c
    query = (
        select(licensed_totals)
        .where(columns.place_id == place_id, columns.outcome == "included")
        .order_by(columns.number, columns.theme, columns.framework, columns.figure)
    )
    return [
        ShownTotal(
            TotalKey(row["theme"], row["framework"], row["figure"]),
            row["number"],
            Period(row["period_start"], row["period_end"]),
            {_source_of_json(part): _pounds_of_json(part) for part in row["parts"]},
            row["is_split"],
        )
        for row in (await tx.execute(query)).mappings()
    ]


async def keep_shown(
    tx: AsyncConnection, publication: Mapping[str, Any], totals: Mapping[TotalKey, LicensedTotal]
) -> None:
    """Remember the licensed totals that a publication shows; from then on they do not change."""
    rows = [
        {
            "publication_id": publication["id"],
            "place_id": publication["place_id"],
            "number": publication["number"],
            "period_start": publication["period_start"],
            "period_end": publication["period_end"],
            "theme": key.theme,
            "framework": key.framework,
            "figure": key.figure,
            "outcome": total.outcome,
            "social_pence": total.pounds.social_pence,
            "local_pence": total.pounds.local_pence,
            "is_split": total.is_split,
            "parts": [_json_of(source, pounds) for source, pounds in total.parts.items()],
        }
        for key, total in totals.items()
    ]
    if rows:
        await tx.execute(insert(licensed_totals), rows)


async def shown_in(tx: AsyncConnection, publication_id: UUID) -> list[RowMapping]:
    """The licensed totals that one publication shows: figure, outcome, theme, framework and pence."""
    query = select(licensed_totals).where(licensed_totals.c.publication_id == publication_id)
    return list((await tx.execute(query)).mappings())


def _source(row: RowMapping) -> Source:
    return Source(
        row["deliverer_id"], row["commissioner_id"], row["activity_id"], (row["edition_hash"], row["measure"])
    )


def _json_of(source: Source, pounds: Pounds) -> dict[str, Any]:
    return {
        "deliverer_id": str(source.deliverer_id),
        "commissioner_id": None if source.commissioner_id is None else str(source.commissioner_id),
        "activity_id": None if source.activity_id is None else str(source.activity_id),
        "measure": list(source.measure),
        "social_pence": pounds.social_pence,
        "local_pence": pounds.local_pence,
    }


def _source_of_json(part: Mapping[str, Any]) -> Source:
    commissioner_id, activity_id = part["commissioner_id"], part["activity_id"]
    edition_hash, code = part["measure"]
    return Source(
        UUID(part["deliverer_id"]),
        None if commissioner_id is None else UUID(commissioner_id),
        None if activity_id is None else UUID(activity_id),
        (edition_hash, code),
    )


def _pounds_of_json(part: Mapping[str, Any]) -> Pounds:
    return Pounds(part["social_pence"], part["local_pence"])

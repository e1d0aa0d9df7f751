"""What landed in each area, with its decile of deprivation and band of need, from the ledger's lines."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.figures import LEFT_OUT, FigureName, FigureSum
from reporting_api.storage.figures import LICENSED, LINES, MEASURE, Slice

_NO_RANGE = "(l.social_pence <> 0 OR l.local_pence <> 0) AND (l.low_pence IS NULL OR l.high_pence IS NULL)"
_SUMS = text(f"""
    WITH {LINES}
    SELECT l.figure, a.code, a.name, a.decile, a.band,
           sum(l.social_pence)::bigint AS social_pence, sum(l.local_pence)::bigint AS local_pence,
           sum(l.fiscal_pence)::bigint AS fiscal_pence,
           coalesce(sum(l.low_pence), 0)::bigint AS low_pence,
           coalesce(sum(l.high_pence), 0)::bigint AS high_pence,
           sum(CASE WHEN {_NO_RANGE}
               THEN CASE WHEN l.reverses IS NULL THEN 1 ELSE -1 END ELSE 0 END)::bigint AS rangeless,
           bool_or(l.data_status = 'synthetic_sample') AS has_samples,
           ({LICENSED}) AS is_licensed
    FROM lines l {MEASURE}
    LEFT JOIN areas a ON a.need_index = l.area_index AND a.code = l.area_code
        AND a.need_index = CAST(:index AS text)
    WHERE l.figure IN ('delivered', 'validated') AND l.effective_on BETWEEN :since AND :until
    GROUP BY l.figure, a.code, a.name, a.decile, a.band, is_licensed
    ORDER BY a.code""")  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class LandedSum:
    """A figure's value that landed in one area, of a decile and band; none where no such area is stated."""

    figure: FigureName
    area_code: str | None
    area_name: str | None
    decile: int | None
    band: str | None
    value: FigureSum
    has_samples: bool


_INDICES = text(f"""
    WITH {LINES}
    SELECT DISTINCT l.area_index FROM lines l
    WHERE l.figure IN ('delivered', 'validated') AND l.effective_on BETWEEN :since AND :until
        AND l.area_index IS NOT NULL""")  # noqa: S608 - made of constants


async def indices_landed_in(tx: AsyncConnection, lines: Slice) -> frozenset[str]:
    """The indices of need in whose areas value of a slice landed."""
    return frozenset((await tx.execute(_INDICES, lines.parameters)).scalars())


async def landed_sums(tx: AsyncConnection, lines: Slice, need_index: str | None) -> list[LandedSum]:
    """The sums of 'delivered' and 'validated' of a slice.

    Of what the reader may not see they say that it is left out, and nothing else. What landed in an area of
    another index than `need_index` is in no area of this one: ranks of two are never put into one figure.
    """
    rows = (await tx.execute(_SUMS, {**lines.parameters, "index": need_index})).mappings()
    return [
        LandedSum(
            row["figure"],
            row["code"],
            row["name"],
            row["decile"],
            row["band"],
            LEFT_OUT
            if row["is_licensed"]
            else FigureSum(
                row["social_pence"],
                row["local_pence"],
                row["fiscal_pence"],
                row["low_pence"],
                row["high_pence"],
                row["rangeless"],
            ),
            row["has_samples"],
        )
        for row in rows
    ]

"""How a place's value is spread by need: by decile and band, for each head, and its concentration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.need_figures import (
    AreaFigure,
    BandFigure,
    ConcentrationAbsent,
    DecileFigure,
    LandedBand,
    NeedFigure,
    NeedFigures,
)
from cdp_common.db.database import Database
from cdp_common.kernel.licence import frameworks_held
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller, RoleMissing
from reporting_api.domain.concentration import DecileValue, concentration_index, per_head
from reporting_api.domain.figures import FigureSum, sum_of
from reporting_api.storage.decile_sums import LandedSum, landed_sums
from reporting_api.storage.figures import Slice
from reporting_api.storage.ledger import position_at
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.people_by_need import People, people_of
from reporting_api.use_cases.read_value import require_known_moment, sees_live_figures
from reporting_api.use_cases.value_contracts import value_figure

_BANDS: tuple[LandedBand, ...] = ("severe", "high", "mild", "low", "not_placed")


async def get_need_figures(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    place_id: UUID,
    window: Period,
    *,
    as_of: datetime | None,
    now: datetime,
) -> NeedFigures:
    """Delivered and validated value of a window by need, as known at `as_of`, now without it.

    Bands and populations are those that hold now.
    """
    if not sees_live_figures(caller, place_id):
        raise RoleMissing("This needs a role in the place.")
    require_known_moment(as_of, now)
    place = await place_of(db, partners, place_id, now)
    people = await people_of(toms, place.need_index, place.slug)
    async with db.begin() as tx:
        position = None if as_of is None else await position_at(tx, place_id, as_of)
    async with db.begin() as tx:
        lines = Slice(place_id, window, position, frameworks_held(caller.scopes))
        sums = await landed_sums(tx, lines, place.need_index)
    return NeedFigures(
        place_id=place_id,
        window_start=window.start,
        window_end=window.end,
        as_of=as_of or now,
        need_index=place.need_index,
        population=people.total,
        per_head_absent=people.absent,
        delivered=_figure([each for each in sums if each.figure == "delivered"], people),
        validated=_figure([each for each in sums if each.figure == "validated"], people),
        data_status="synthetic_sample" if any(each.has_samples for each in sums) else "actual",
    )


def _figure(sums: Sequence[LandedSum], people: People) -> NeedFigure:
    value = sum_of(each.value for each in sums)
    by_decile = {decile: _where(sums, decile=decile) for decile in _deciles(sums, people)}
    index, index_absent = _concentration(by_decile, people)
    return NeedFigure(
        value=value_figure(value),
        per_head_gbp=per_head(value.total_pence, people.total or 0),
        by_band=[_band(sums, band, people) for band in _BANDS],
        by_decile=[
            DecileFigure(
                decile=decile,
                population=None if people.absent else people.by_decile.get(decile, 0),
                value=value_figure(found),
                per_head_gbp=per_head(found.total_pence, people.by_decile.get(decile, 0)),
            )
            for decile, found in by_decile.items()
        ],
        by_area=_areas(sums, people),
        concentration_index=index,
        concentration_absent=index_absent,
    )


def _band(sums: Sequence[LandedSum], band: LandedBand, people: People) -> BandFigure:
    found = sum_of(each.value for each in sums if (each.band or "not_placed") == band)
    population = None if people.absent or band == "not_placed" else people.by_band.get(band, 0)
    return BandFigure(
        band=band,
        population=population,
        value=value_figure(found),
        per_head_gbp=per_head(found.total_pence, population or 0),
    )


def _areas(sums: Sequence[LandedSum], people: People) -> list[AreaFigure]:
    """The areas in which something landed, by code."""
    parts: dict[tuple[str, str], list[FigureSum]] = {}
    for each in sums:
        if each.area_code is not None:
            parts.setdefault((each.area_code, each.area_name or each.area_code), []).append(each.value)
    found = {area: sum_of(values) for area, values in sorted(parts.items())}
    return [
        AreaFigure(
            code=code,
            name=name,
            population=people.by_area.get(code),
            value=value_figure(value),
            per_head_gbp=per_head(value.total_pence, people.by_area.get(code, 0)),
        )
        for (code, name), value in found.items()
    ]


def _deciles(sums: Sequence[LandedSum], people: People) -> list[int]:
    """The deciles that the place has people in or value landed in, the most deprived first."""
    return sorted({*people.by_decile, *(each.decile for each in sums if each.decile is not None)})


def _where(sums: Sequence[LandedSum], decile: int) -> FigureSum:
    return sum_of(each.value for each in sums if each.decile == decile)


def _concentration(
    by_decile: Mapping[int, FigureSum], people: People
) -> tuple[Decimal | None, ConcentrationAbsent | None]:
    if people.absent:
        return None, people.absent
    values = [
        DecileValue(decile, people.by_decile.get(decile, 0), found.total_pence)
        for decile, found in by_decile.items()
    ]
    index = concentration_index(values)
    if index is not None:
        return index, None
    below_zero = any(each.pence < 0 for each in values)
    return None, "value_below_zero" if below_zero else "nothing_placed"

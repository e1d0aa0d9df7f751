"""How a publication's value is spread by need: bands, deciles, for each head, and how concentrated it is.

Deciles stand below the bands in the table that disclosure control protects, and areas below deciles, so that
nothing can be told by subtracting one from another. What is told beside the cells follows from what they
show: figures for each head from a shown cell and a public number of people; the concentration index only
where no decile is withheld.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.published_need import (
    NeedFigureAbsent,
    PublishedNeed,
    PublishedNeedCell,
)
from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.money import pence_from_gbp
from reporting_api.domain.concentration import DecileValue, concentration_index, per_head
from reporting_api.domain.figures import FOUR_FIGURES, NOT_PLACED, NOTHING
from reporting_api.domain.groupings import GroupedCell
from reporting_api.use_cases.compute_value import Dimension
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.people_by_need import People, people_of
from reporting_api.use_cases.value_contracts import value_figure, withheld_for
from reporting_api.use_cases.value_to_publish import ToPublish

_BANDS, _DECILES, _AREAS = Dimension("need_band"), Dimension("decile"), Dimension("area")


@dataclass(frozen=True, slots=True)
class NeedOfPlace:
    """The index of need that a place names, and who lives in its areas."""

    index: str | None
    people: People


async def need_of_place(
    db: Database, partners: PartnersClient, toms: TomsClient, place_id: UUID, clock: Clock
) -> NeedOfPlace:
    """What the other services say of the place, asked before anything is written."""
    place = await place_of(db, partners, place_id, clock())
    return NeedOfPlace(place.need_index, await people_of(toms, place.need_index, place.slug))


def published_need(found: ToPublish, need: NeedOfPlace, landed_in: Collection[str]) -> PublishedNeed:
    """The figures by need of a protected value; `landed_in` are the indices in whose areas value landed."""
    people = need.people
    is_of_one = set(landed_in) <= {need.index}
    absent: NeedFigureAbsent | None = people.absent or (None if is_of_one else "several_indices")
    total = None if absent else people.total
    deciles = _deciles(found, people, absent) if need.index is not None and is_of_one else []
    delivered, delivered_absent = _concentration(deciles, "delivered", absent)
    validated, validated_absent = _concentration(deciles, "validated", absent)
    whole = found.value.figures
    return PublishedNeed(
        need_index=need.index,
        population=total,
        per_head_absent=absent,
        delivered_per_head_gbp=per_head(pence_from_gbp(whole.delivered.total_gbp), total or 0),
        validated_per_head_gbp=per_head(pence_from_gbp(whole.validated.total_gbp), total or 0),
        bands=[
            _cell(cell, None if absent else people.by_band.get(cell.key, 0), _hidden(found, _BANDS))
            for cell in found.computed.cells[_BANDS]
        ],
        deciles=deciles,
        areas=_areas(found, people) if need.index is not None and is_of_one else [],
        moved_areas=list(found.moved_areas),
        delivered_concentration_index=delivered,
        delivered_concentration_absent=delivered_absent,
        validated_concentration_index=validated,
        validated_concentration_absent=validated_absent,
    )


def _hidden(found: ToPublish, dimension: Dimension) -> frozenset[str]:
    return found.protection.withheld[dimension]


def _deciles(found: ToPublish, people: People, absent: NeedFigureAbsent | None) -> list[PublishedNeedCell]:
    """The deciles in which value landed, and those without any in which people live, in order."""
    cells = found.computed.cells[_DECILES]
    shown = [
        _cell(cell, None if absent else _living_in(cell, people), _hidden(found, _DECILES)) for cell in cells
    ]
    landed = {cell.key.partition("~")[0] for cell in cells}
    nothing = dict.fromkeys(FOUR_FIGURES, NOTHING)
    shown += [
        _cell(
            GroupedCell(str(decile), "", "", nothing, {}, "", is_licensed=False),
            None if absent else count,
            frozenset(),
        )
        for decile, count in people.by_decile.items()
        if str(decile) not in landed
    ]
    return sorted(shown, key=lambda cell: _rank(cell.key))


def _areas(found: ToPublish, people: People) -> list[PublishedNeedCell]:
    """The areas in which value landed, by code; who lives in one may be known where it is not of all."""
    hidden = _hidden(found, _AREAS)
    cells = [cell for cell in found.computed.cells[_AREAS] if cell.key != NOT_PLACED]
    return [
        _cell(cell, people.by_area.get(cell.key), hidden) for cell in sorted(cells, key=lambda one: one.key)
    ]


def _rank(key: str) -> tuple[bool, int, str]:
    decile = key.partition("~")[0]
    return (decile == NOT_PLACED, 0 if decile == NOT_PLACED else int(decile), key)


def _living_in(cell: GroupedCell, people: People) -> int | None:
    """Who lives in a decile, or in the part of it that lies in one band."""
    decile = cell.key.partition("~")[0]
    if decile == NOT_PLACED:
        return None
    if "~" in cell.key:
        return people.by_part.get((int(decile), cell.qualifier), 0)
    return people.by_decile.get(int(decile), 0)


def _cell(cell: GroupedCell, population: int | None, hidden: frozenset[str]) -> PublishedNeedCell:
    is_withheld = cell.key in hidden
    living = None if cell.key == NOT_PLACED else population
    delivered, validated = cell.figures["delivered"], cell.figures["validated"]
    return PublishedNeedCell(
        key=cell.key,
        under=cell.parent or None,
        population=living,
        delivered=None if is_withheld else value_figure(delivered),
        validated=None if is_withheld else value_figure(validated),
        delivered_per_head_gbp=None if is_withheld else per_head(delivered.total_pence, living or 0),
        validated_per_head_gbp=None if is_withheld else per_head(validated.total_pence, living or 0),
        suppressed=is_withheld,
        withheld=withheld_for(cell) if is_withheld else None,
    )


def _concentration(
    deciles: Sequence[PublishedNeedCell],
    figure: Literal["delivered", "validated"],
    absent: NeedFigureAbsent | None,
) -> tuple[Decimal | None, NeedFigureAbsent | None]:
    """The index of what the deciles show, or why there is none."""
    if absent is not None:
        return None, absent
    if any(cell.suppressed for cell in deciles if cell.key != NOT_PLACED):
        return None, "deciles_withheld"
    values = list(shown_by_decile(deciles, figure).values())
    index = concentration_index(values)
    if index is not None:
        return index, None
    return None, "value_below_zero" if any(each.pence < 0 for each in values) else "nothing_placed"


def shown_by_decile(
    deciles: Sequence[PublishedNeedCell], figure: Literal["delivered", "validated"]
) -> Mapping[int, DecileValue]:
    """What shown cells come to by decile, the parts of a decile together; what is not placed is left out."""
    found: dict[int, DecileValue] = {}
    for cell in deciles:
        value = cell.delivered if figure == "delivered" else cell.validated
        if cell.key == NOT_PLACED or value is None:
            continue
        decile = int(cell.key.partition("~")[0])
        so_far = found.get(decile, DecileValue(decile, 0, 0))
        found[decile] = DecileValue(
            decile,
            so_far.population + (cell.population or 0),
            so_far.pence + pence_from_gbp(value.total_gbp),
        )
    return found

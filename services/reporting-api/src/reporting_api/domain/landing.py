"""Where a line's value lands, who delivered it, and the ledger entries that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.periods import Period
from cdp_common.kernel.quantities import split_quantity
from reporting_api.domain.activities import PartnerShare
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.entries import DataStatus, Entry, MeasureRef, NextId, Route, SourceKind
from reporting_api.domain.reports import AreaShare

DeliveredFigure = Literal["delivered", "confirmed", "validated"]


@dataclass(frozen=True, slots=True)
class Landing:
    """A share of a line and the area where it landed; none is 'not placed', another place's 'elsewhere'."""

    area_code: str | None
    share: Decimal
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class DeliveredLine:
    """A line of a report with everything that its ledger entries repeat."""

    line_id: UUID
    report_id: UUID
    place_id: UUID
    period: Period
    measure: MeasureRef
    route: Route
    commissioner_id: UUID | None
    commitment_line_id: UUID | None
    activity_id: UUID | None
    deliverers: tuple[PartnerShare, ...]
    landings: tuple[Landing, ...]
    area_index: str | None
    data_status: DataStatus


def landings_of(
    areas: Sequence[AreaShare], place_of_area: Mapping[str, str] | None, place_slug: str
) -> tuple[Landing, ...]:
    """The stated areas in order, then what is left of 1 as 'not placed'.

    `place_of_area` tells in which place an area lies; without an index every area is taken to be in this one.
    """
    landings = [
        Landing(
            area.area_code,
            area.share,
            is_elsewhere=place_of_area is not None and place_of_area[area.area_code] != place_slug,
        )
        for area in areas
    ]
    rest = 1 - sum(area.share for area in areas)
    if rest > 0:
        landings.append(Landing(None, Decimal(rest)))
    return tuple(landings)


def entries_of_delivery(
    line: DeliveredLine,
    figure: DeliveredFigure,
    counted_quantity: Decimal,
    amounts: Amounts,
    source_kind: SourceKind,
    next_id: NextId,
    now: datetime,
) -> list[Entry]:
    """One entry per deliverer and area: together the line's value, less what landed in another place.

    A joint activity's line is reported once and split over the partners' shares; each partner's part is then
    split over the areas. The last share of each split takes the rounding.
    """
    shares = [deliverer.share for deliverer in line.deliverers]
    parts = zip(line.deliverers, amounts.split(shares), split_quantity(counted_quantity, shares), strict=True)
    return [
        _entry(
            line, figure, deliverer.organisation_id, landing, landed, quantity, source_kind, next_id(), now
        )
        for deliverer, part, part_quantity in parts
        for landing, landed, quantity in _landed(line.landings, part, part_quantity)
        if not landing.is_elsewhere
    ]


def reversals_of(
    standing: Sequence[Entry], source_kind: SourceKind, next_id: NextId, now: datetime
) -> list[Entry]:
    """The entries that take back everything a report has standing in the ledger."""
    return [entry.reversal(next_id(), now, source_kind=source_kind) for entry in standing]


def _landed(
    landings: Sequence[Landing], amounts: Amounts, quantity: Decimal
) -> list[tuple[Landing, Amounts, Decimal]]:
    shares = [landing.share for landing in landings]
    return list(zip(landings, amounts.split(shares), split_quantity(quantity, shares), strict=True))


def _entry(
    line: DeliveredLine,
    figure: DeliveredFigure,
    deliverer_id: UUID,
    landing: Landing,
    amounts: Amounts,
    quantity: Decimal,
    source_kind: SourceKind,
    entry_id: UUID,
    now: datetime,
) -> Entry:
    return Entry(
        id=entry_id,
        place_id=line.place_id,
        figure=figure,
        deliverer_id=deliverer_id,
        commissioner_id=line.commissioner_id,
        route=line.route,
        activity_id=line.activity_id,
        commitment_line_id=line.commitment_line_id,
        measure=line.measure,
        effective_on=line.period.end,
        period=line.period,
        area_code=landing.area_code,
        area_index=line.area_index if landing.area_code is not None else None,
        counted_quantity=quantity,
        amounts=amounts,
        data_status=line.data_status,
        source_kind=source_kind,
        source_id=line.report_id,
        source_line_id=line.line_id,
        reverses=None,
        recorded_at=now,
    )

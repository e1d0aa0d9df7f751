"""A window's figures period by period: live from the ledger, in public from what was published of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.reporting import FourFigures, Grouping, ValueCell
from cdp_common.kernel.periods import Period
from reporting_api.domain.groupings import headline_of
from reporting_api.domain.value_periods import Granularity, key_of, label_of, periods_of
from reporting_api.storage.figures import Slice
from reporting_api.storage.publications import figures_of_periods
from reporting_api.storage.remembered import Remembered
from reporting_api.storage.rolled_figures import figures_within, rolled_figures
from reporting_api.use_cases.value_contracts import four_figures


async def live_periods(
    tx: AsyncConnection, lines: Slice, granularities: Sequence[Granularity], memory: Remembered
) -> list[Grouping]:
    """The figures of each period of a slice's window, as the ledger has them for the reader."""
    if not granularities:
        return []
    whole = await rolled_figures(tx, lines, memory)
    found = []
    for granularity in granularities:
        cells = []
        for period in periods_of(lines.window, granularity):
            part = await figures_within(whole, period)
            headline = headline_of(await part.figures_by("total"))
            cells.append(_cell(period, four_figures(headline)))
        found.append(_grouping(granularity, cells))
    return found


async def published_periods(
    tx: AsyncConnection,
    place_id: UUID,
    window: Period,
    moment: datetime,
    granularities: Sequence[Granularity],
) -> list[Grouping]:
    """What was last published of exactly each period up to a moment; nothing is said of the others."""
    found = []
    for granularity in granularities:
        periods = periods_of(window, granularity)
        published = await figures_of_periods(tx, place_id, periods, moment)
        cells = [
            _cell(period, None if text is None else FourFigures.model_validate_json(text))
            for period, text in ((period, published.get(period)) for period in periods)
        ]
        found.append(_grouping(granularity, cells))
    return found


def _cell(period: Period, figures: FourFigures | None) -> ValueCell:
    is_missing = figures is None
    return ValueCell(
        key=key_of(period),
        label=label_of(period),
        figures=figures,
        suppressed=is_missing,
        withheld="not_published" if is_missing else None,
    )


def _grouping(granularity: Granularity, cells: list[ValueCell]) -> Grouping:
    # What is committed is counted once in each period at whose end it is in force.
    return Grouping(by="period", granularity=granularity, additive=False, cells=cells)

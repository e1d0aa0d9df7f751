"""A place's four figures at one constant edition beside those recorded, for who sees live figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.value_at_edition import FigureAtEdition, MeasureAtEdition, ValueAtEdition
from cdp_common.db.database import Database
from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.exact import without_trailing_zeros
from cdp_common.kernel.licence import frameworks_held
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller, RoleMissing
from reporting_api.domain import constant_edition as domain
from reporting_api.domain.constant_edition import (
    RecordedSum,
    Terms,
    less,
    measures_at_edition,
    prices_needed,
    whole_of,
)
from reporting_api.domain.figures import FOUR_FIGURES, FigureSum
from reporting_api.domain.obligations import ratio_of
from reporting_api.storage.copies import place_known
from reporting_api.storage.figures import Slice, see_one_moment
from reporting_api.storage.ledger import position_at
from reporting_api.storage.recorded_sums import recorded_sums
from reporting_api.storage.remembered import Remembered
from reporting_api.storage.rollup_reading import base_of
from reporting_api.use_cases.ask_prices import kinds_of, prices_at, published_edition
from reporting_api.use_cases.read_value import require_known_moment, sees_live_figures
from reporting_api.use_cases.value_contracts import value_figure

MOST_SUMS = 20_000
"""Sums by figure, measure, edition, industry and period: 45 measures of 36 months are some 6,500."""
_WEIGHT_SUM = 4
"""A sum with its names is as large as so many plain ones."""


class TooMuchToRevalue(InvalidInput):
    """The window holds more kinds of quantities than are valued again in one answer."""

    code = "too_much_to_revalue"
    title = "The window holds too much to be valued again at once"


async def get_value_at_edition(
    db: Database,
    toms: TomsClient,
    caller: Caller,
    place_id: UUID,
    window: Period,
    edition_hash: str,
    *,
    as_of: datetime | None,
    now: datetime,
    memory: Remembered,
) -> ValueAtEdition:
    """The figures of a window as known at `as_of` (now without it), recorded and at the edition.

    toms-engine is asked for prices once the sums are read; `memory` keeps sums and prices.
    """
    if not sees_live_figures(caller, place_id):
        raise RoleMissing("This needs a role in the place.")
    require_known_moment(as_of, now)
    edition = await published_edition(toms, edition_hash, memory)
    slug, sums = await _recorded(db, place_id, window, as_of, memory)
    kinds = await kinds_of(toms, edition_hash, {(one.edition_hash, one.measure) for one in sums}, memory)
    terms = Terms(edition_hash, kinds, frameworks_held(caller.scopes))
    prices = await prices_at(toms, terms, slug, prices_needed(sums, terms), memory)
    figures = {
        figure: _figure(measures_at_edition([one for one in sums if one.figure == figure], terms, prices))
        for figure in FOUR_FIGURES
    }
    return ValueAtEdition(
        place_id=place_id,
        window_start=window.start,
        window_end=window.end,
        as_of=as_of or now,
        edition_hash=edition_hash,
        framework=edition.framework,
        edition=edition.edition,
        edition_title=edition.title,
        committed=figures["committed"],
        due=figures["due"],
        delivered=figures["delivered"],
        validated=figures["validated"],
        data_status="synthetic_sample" if any(one.has_samples for one in sums) else "actual",
    )


async def _recorded(
    db: Database, place_id: UUID, window: Period, as_of: datetime | None, memory: Remembered
) -> tuple[str, Sequence[RecordedSum]]:
    """The short name of the place, and what its ledger holds, remembered where no line can still come."""
    position = None
    if as_of is not None:
        async with db.begin() as tx:
            position = await position_at(tx, place_id, as_of)
    async with db.begin() as tx:
        await see_one_moment(tx)
        place = await place_known(tx, place_id)
        base = await base_of(tx, place_id, position)
        key = ("recorded sums", place_id, base.until or base.position, window)
        found = None if base.with_inbox else memory.get(key, list)
        if found is None:
            found = await recorded_sums(tx, Slice(place_id, window, position), most=MOST_SUMS + 1)
            if not base.with_inbox:
                memory.keep(key, found, _WEIGHT_SUM * len(found) + 1)
    if len(found) > MOST_SUMS:
        fault = FieldError("?to", "too_much_to_revalue", f"at most {MOST_SUMS} sums are valued again")
        raise TooMuchToRevalue("Ask for a shorter window.", errors=[fault])
    return "" if place is None else place.slug, found


def _figure(measures: Sequence[domain.MeasureAtEdition]) -> FigureAtEdition:
    recorded, revalued, at_edition = whole_of(measures)
    return FigureAtEdition(
        recorded=value_figure(recorded),
        recorded_of_revalued=value_figure(revalued),
        at_edition=value_figure(at_edition),
        difference=value_figure(less(at_edition, revalued)),
        revalued_share=ratio_of(revalued.total_pence, recorded.total_pence),
        measures=[_measure(measure) for measure in measures],
    )


def _measure(one: domain.MeasureAtEdition) -> MeasureAtEdition:
    recorded, at_edition, quantity = one.recorded, one.at_edition, one.counted_quantity
    difference: FigureSum | None = None
    if recorded is not None and at_edition is not None:
        difference = less(at_edition, recorded)
    return MeasureAtEdition.model_validate(
        {
            "measure": one.kind.code,
            "title": one.kind.title,
            "unit": one.kind.unit,
            "recorded_edition_hash": one.kind.edition_hash,
            "counted_quantity": None if quantity is None else without_trailing_zeros(quantity),
            "recorded": None if recorded is None else value_figure(recorded),
            "at_edition": None if at_edition is None else value_figure(at_edition),
            "difference": None if difference is None else value_figure(difference),
            "not_revalued": None if one.not_revalued is None else one.not_revalued.because,
            "fault": None if one.not_revalued is None else one.not_revalued.fault,
        }
    )

"""A place's collective value: live for those with a role in the place, as published for everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.reporting import Basis, CollectiveValue
from cdp_common.db.database import Database
from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.licence import frameworks_held
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.publications import NotPublished
from reporting_api.domain.value_periods import Granularity
from reporting_api.storage.crosswalks import require_scheme
from reporting_api.storage.figures import Slice, see_one_moment
from reporting_api.storage.ledger import position_at, settled_position_at
from reporting_api.storage.publications import latest_of_period
from reporting_api.storage.remembered import Remembered
from reporting_api.use_cases.compute_value import Dimension, compute_value
from reporting_api.use_cases.gather import gather_crosswalks
from reporting_api.use_cases.group_by_period import live_periods, published_periods
from reporting_api.use_cases.read_publications import thawed
from reporting_api.use_cases.value_json import live_json

LIVE_SCOPE = "reporting:read"


class AsOfInFuture(InvalidInput):
    """What will be known later cannot be asked for."""

    code = "as_of_in_future"
    title = "The moment asked for is in the future"


def sees_live_figures(caller: Caller | None, place_id: UUID) -> bool:
    """Whether the caller reads the place's ledger: the scope, and any role in the place."""
    return caller is not None and caller.has_scope(LIVE_SCOPE) and bool(caller.roles.get(place_id))


def require_known_moment(as_of: datetime | None, now: datetime) -> None:
    """Refuse a moment that is still to come."""
    if as_of is not None and as_of > now:
        fault = FieldError("?as_of", "as_of_in_future", "must not lie in the future")
        raise AsOfInFuture("What will be known later cannot be asked for.", errors=[fault])


async def get_collective_value(
    db: Database,
    toms: TomsClient,
    caller: Caller | None,
    place_id: UUID,
    window: Period,
    *,
    as_of: datetime | None,
    groups: Sequence[Dimension],
    granularities: Sequence[Granularity] = (),
    basis: Basis,
    now: datetime,
    memory: Remembered,
) -> bytes:
    """The four figures of a window with the groupings asked for, as known at `as_of` (now without it).

    `granularities` are those of groupings by period.

    It is the contract `CollectiveValue` as JSON. `memory` keeps what later questions need again.
    """
    require_known_moment(as_of, now)
    dimensions = [replace(group, basis=basis) if group.by == "organisation" else group for group in groups]
    if sees_live_figures(caller, place_id):
        assert caller is not None  # nobody else sees live figures
        if any(dimension.scheme is not None for dimension in dimensions):
            await gather_crosswalks(db, toms)
        licences = frameworks_held(caller.scopes)
        return await _live_value(
            db, place_id, window, as_of, dimensions, granularities, licences, now, memory
        )
    value = await _published_value(db, place_id, window, as_of or now, dimensions, granularities)
    return value.model_dump_json().encode()


async def _live_value(
    db: Database,
    place_id: UUID,
    window: Period,
    as_of: datetime | None,
    dimensions: Sequence[Dimension],
    granularities: Sequence[Granularity],
    licences: frozenset[str],
    now: datetime,
    memory: Remembered,
) -> bytes:
    position: int | None = None
    if as_of is not None:
        position = await settled_position_at(db, place_id, as_of)
        if position is None:
            async with db.begin() as tx:
                position = await position_at(tx, place_id, as_of)
    async with db.begin() as tx:
        await see_one_moment(tx)
        for dimension in dimensions:
            if dimension.scheme is not None:
                await require_scheme(tx, dimension.scheme)
        lines = Slice(place_id, window, position, licences)
        computed = await compute_value(tx, lines, as_of or now, dimensions, memory=memory)
        periods = await live_periods(tx, lines, granularities, memory)
    return live_json(computed, memory, periods)


async def _published_value(
    db: Database,
    place_id: UUID,
    window: Period,
    moment: datetime,
    dimensions: Sequence[Dimension],
    granularities: Sequence[Granularity],
) -> CollectiveValue:
    async with db.begin() as tx:
        row = await latest_of_period(tx, place_id, window, moment)
        if row is None:
            raise NotPublished("Nothing is published for exactly this period up to this moment.")
        value = thawed(row["document"]).value
        frozen = {grouping.scheme for grouping in value.groupings}
        for dimension in dimensions:
            if dimension.scheme not in frozen | {None}:
                await require_scheme(tx, str(dimension.scheme))
        periods = await published_periods(tx, place_id, window, moment, granularities)
    shown = [
        grouping
        for grouping in value.groupings
        if Dimension(grouping.by, grouping.basis, grouping.scheme) in dimensions
    ]
    return value.model_copy(update={"groupings": [*shown, *periods]})

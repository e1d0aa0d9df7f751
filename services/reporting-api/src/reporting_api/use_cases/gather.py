"""Asking the other services for what a use case needs, before any transaction is open, and remembering it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TypeVar
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts import toms as contract
from cdp_common.contracts.base import IdBatch
from cdp_common.contracts.needs import AreaBatchRequest
from cdp_common.contracts.partners import Organisation
from cdp_common.contracts.toms import Edition, Measure, MeasureBatchRequest, MeasureKey
from cdp_common.db.database import Database
from cdp_common.kernel.errors import FieldError, InvalidInput
from reporting_api.domain.crosswalks import Crosswalk
from reporting_api.storage.copies import (
    AreaCopy,
    EditionCopy,
    MeasureCopy,
    PlaceCopy,
    area_codes_kept,
    areas_known,
    editions_known,
    keep_areas,
    keep_bands,
    keep_measures,
    keep_names,
    keep_place,
    measures_known,
)
from reporting_api.storage.crosswalks import editions_without_crosswalks, keep_crosswalks
from reporting_api.storage.figures_changed import tell_figures_by_need

MEASURES_PER_CALL = 500
AREAS_PER_CALL = 1_000
ORGANISATIONS_PER_CALL = 200

Item = TypeVar("Item")


class PlaceUnknown(InvalidInput):
    """No place has this id, or it is not the one that the short name stands for."""

    code = "place_unknown"
    title = "There is no such place"


async def place_of(
    db: Database, partners: PartnersClient, place_id: UUID, now: datetime, *, slug: str | None = None
) -> PlaceCopy:
    """The place, as partners-api has it now; refused when there is none, or when `slug` is not its name."""
    try:
        found = await partners.get_place(place_id)
    except UpstreamProblem as problem:
        if problem.status != 404:
            raise
        fault = FieldError("/place_id", "place_unknown", "no place has this id")
        raise PlaceUnknown("No place has this id.", errors=[fault]) from problem
    if slug is not None and found.slug != slug:
        fault = FieldError("/place_slug", "place_slug_differs", "the place has another short name")
        raise PlaceUnknown("The id and the short name are of two places.", errors=[fault])
    place = PlaceCopy(found.id, found.slug, found.need_index)
    async with db.begin() as tx:
        await keep_place(tx, place, now)
    return place


async def organisations_of(
    db: Database, partners: PartnersClient, ids: Collection[UUID], now: datetime
) -> dict[UUID, Organisation]:
    """The organisations among `ids` that partners-api knows."""
    found: dict[UUID, Organisation] = {}
    for some in _portions(sorted(ids), ORGANISATIONS_PER_CALL):
        batch = await partners.batch_organisations(IdBatch(ids=some))
        found.update({known: one for one in batch.items for known in one.ids})
    async with db.begin() as tx:
        await keep_names(tx, {who: found[who].legal_name for who in found}, now)
    return found


async def measures_of(
    db: Database, toms: TomsClient, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], MeasureCopy]:
    """The measures that these (edition, code) pairs name; those that no edition has are left out."""
    wanted = set(keys)
    async with db.begin() as tx:
        known = await measures_known(tx, wanted)
    missing = sorted(wanted - known.keys())
    if not missing:
        return known
    found: list[Measure] = []
    for some in _portions(missing, MEASURES_PER_CALL):
        request = MeasureBatchRequest(keys=[MeasureKey(edition_hash=key[0], code=key[1]) for key in some])
        found.extend((await toms.batch_measures(request)).items)
    async with db.begin() as tx:
        kept = await editions_known(tx, {measure.edition_hash for measure in found})
    asked = await editions_asked(toms, {measure.edition_hash for measure in found} - kept.keys())
    editions = {edition_hash: _edition_copy(edition) for edition_hash, edition in asked.items()} | kept
    copies = [_measure_copy(measure, editions[measure.edition_hash]) for measure in found]
    async with db.begin() as tx:
        await keep_measures(tx, editions.values(), copies)
        for edition_hash, edition in sorted(asked.items()):
            await keep_crosswalks(tx, edition_hash, map(_crosswalk, edition.crosswalks))
    return known | {(copy.edition_hash, copy.code): copy for copy in copies}


async def areas_of(
    db: Database, toms: TomsClient, need_index: str, codes: Iterable[str]
) -> dict[str, AreaCopy]:
    """The areas of an index that these codes name; those that it does not hold are left out.

    An index that a place names before anybody has imported it holds none.
    """
    wanted = set(codes)
    async with db.begin() as tx:
        known = await areas_known(tx, need_index, wanted)
    found = await _areas_asked(toms, need_index, sorted(wanted - known.keys()))
    if found:
        async with db.begin() as tx:
            await keep_areas(tx, found)
    return known | {area.code: area for area in found}


async def refresh_bands(
    db: Database, toms: TomsClient, need_index: str, place_slug: str | None, now: datetime
) -> None:
    """Take over the bands that hold now for the areas of a place that are kept here, or of every place.

    Live figures by need band follow them, of the past as well; what was published stays as it was.
    """
    async with db.begin() as tx:
        codes = await area_codes_kept(tx, need_index, place_slug)
    found = await _areas_asked(toms, need_index, sorted(codes))
    async with db.begin() as tx:
        await keep_bands(tx, found)
        await tell_figures_by_need(tx, need_index, place_slug, now)


async def _areas_asked(toms: TomsClient, need_index: str, codes: Sequence[str]) -> list[AreaCopy]:
    found: list[AreaCopy] = []
    for some in _portions(codes, AREAS_PER_CALL):
        try:
            batch = await toms.batch_areas(AreaBatchRequest(index=need_index, codes=some))
        except UpstreamProblem as problem:
            if problem.status != 404:
                raise
            return []
        found.extend(
            AreaCopy(need_index, area.code, area.name, area.place, area.decile, area.band)
            for area in batch.items
        )
    return found


async def gather_crosswalks(db: Database, toms: TomsClient) -> None:
    """See to it that the crosswalks of every edition kept here are kept too.

    They come with the edition; only those that an earlier build kept without them are asked for.
    """
    async with db.begin() as tx:
        missing = await editions_without_crosswalks(tx)
    for edition_hash, edition in (await editions_asked(toms, missing)).items():
        async with db.begin() as tx:
            await keep_crosswalks(tx, edition_hash, map(_crosswalk, edition.crosswalks))


async def editions_asked(toms: TomsClient, hashes: Iterable[str]) -> dict[str, Edition]:
    """These editions, as toms-engine has them."""
    return {edition_hash: await toms.get_edition_by_hash(edition_hash) for edition_hash in sorted(hashes)}


def _edition_copy(edition: Edition) -> EditionCopy:
    return EditionCopy(
        edition.edition_hash, edition.framework, edition.edition, edition.title, edition.data_status
    )


def _crosswalk(crosswalk: contract.Crosswalk) -> Crosswalk:
    shares: dict[str, dict[str, Decimal]] = {}
    for row in crosswalk.rows:
        shares.setdefault(row.measure, {})[row.category] = row.share
    return Crosswalk(crosswalk.scheme, crosswalk.title, crosswalk.categories, shares)


def _measure_copy(measure: Measure, edition: EditionCopy) -> MeasureCopy:
    proxy = measure.proxy
    is_redistributable = proxy is None or proxy.redistributable
    inherited = None if proxy is None else proxy.licence_framework
    return MeasureCopy(
        edition_hash=measure.edition_hash,
        code=measure.code,
        title=measure.title,
        theme=measure.theme.code,
        theme_title=measure.theme.title,
        outcome=measure.outcome.code,
        outcome_title=measure.outcome.title,
        unit=measure.unit,
        excludes=tuple(measure.excludes),
        price_year=None if measure.proxy is None else measure.proxy.price_year,
        is_redistributable=is_redistributable,
        licence_framework=None if is_redistributable else inherited or edition.framework,
        data_status=edition.data_status,
    )


def _portions(items: Sequence[Item], size: int) -> Iterable[list[Item]]:
    """The items in lists of at most `size`."""
    waiting = iter(items)
    while some := list(islice(waiting, size)):
        yield some

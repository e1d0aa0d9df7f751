"""What one request has asked of the services: each thing once, things of one kind together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.charter import Charter, Signatory
from cdp_common.contracts.needs import AreaBatchRequest, AreaNeed
from cdp_common.contracts.partners import Membership, Organisation, Place, Statement
from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import Basis, CollectiveValue, FourFigures
from cdp_common.contracts.targets import TargetProgress
from cdp_common.contracts.tenders import Tender
from cdp_common.contracts.toms import Edition, Measure, MeasureBatchRequest, MeasureKey
from gateway.errors import UpstreamFault
from gateway.pages import cursor_of
from gateway.upstreams import Upstreams

MAX_IDS_PER_CALL = 200
MAX_MEASURES_PER_CALL = 500
MAX_AREAS_PER_CALL = 1000
# A publication carries all its groupings, so they are looked through a few at a time.
PUBLICATIONS_PER_PAGE = 10
EDITIONS_PER_PAGE = 100
CHARTERS_PER_PAGE = 100

Key = TypeVar("Key")
Found = TypeVar("Found")


class HasId(Protocol):
    """A record with the id under which it is looked up."""

    @property
    def id(self) -> UUID:
        """The id."""


Record = TypeVar("Record", bound=HasId)


@dataclass(frozen=True)
class ValueKey:
    """One question about a place's collective value: the groupings are the ones that the query selects.

    A grouping is a dimension, or `crosswalk:` with the code of a scheme.
    """

    place_id: UUID
    start: date
    end: date
    as_of: datetime | None
    groups: tuple[str, ...] = ()
    basis: Basis | None = None


class Loaders:
    """The loaders of one request. What is asked for in the same moment goes into the same call."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams
        self.organisations: DataLoader[UUID, Organisation | None] = DataLoader(
            self._organisations, max_batch_size=MAX_IDS_PER_CALL
        )
        self.places: DataLoader[UUID, Place | None] = DataLoader(
            self._places, max_batch_size=MAX_IDS_PER_CALL
        )
        self.tenders: DataLoader[UUID, Tender | None] = DataLoader(
            self._tenders, max_batch_size=MAX_IDS_PER_CALL
        )
        self.signatories: DataLoader[UUID, Signatory | None] = DataLoader(
            self._signatories, max_batch_size=MAX_IDS_PER_CALL
        )
        self.measures: DataLoader[MeasureKey, Measure | None] = DataLoader(
            self._measures, max_batch_size=MAX_MEASURES_PER_CALL
        )
        self.areas: DataLoader[tuple[str, str], AreaNeed | None] = DataLoader(
            self._areas, max_batch_size=MAX_AREAS_PER_CALL
        )
        self.target_progress: DataLoader[UUID, TargetProgress | None] = DataLoader(
            self._target_progress, max_batch_size=MAX_IDS_PER_CALL
        )
        # These have no batch read: a thing that is asked for twice is still fetched once.
        self.memberships = _one_by_one(self._membership)
        self.statements = _one_by_one(self._statement)
        self.editions = _one_by_one(self._edition)
        self.charters = _one_by_one(self._charter)
        self.publications = _one_by_one(self._publication)
        self.places_by_slug = _one_by_one(self._place_by_slug)
        self.values = _one_by_one(self._value)
        self.cells = _one_by_one(self._cells)
        # These are looked for in a list of their place.
        self.publications_by_number: DataLoader[tuple[UUID, int], Publication | None] = DataLoader(
            self._publications_by_number
        )
        self.charters_of_places: DataLoader[tuple[UUID, UUID], Charter | None] = DataLoader(
            self._charters_of_places
        )

    # ------------------------------------------------------------ batch reads
    async def _organisations(self, ids: list[UUID]) -> list[Organisation | None]:
        answer = await self._upstreams.partners.ask(lambda api: api.batch_organisations(IdBatch(ids=ids)))
        # The id of a record that was merged leads to the one that stays.
        found = {known: record for record in answer.items for known in record.ids}
        return [found.get(key) for key in ids]

    async def _places(self, ids: list[UUID]) -> list[Place | None]:
        return _in_order(
            ids, await self._upstreams.partners.ask(lambda api: api.batch_places(IdBatch(ids=ids)))
        )

    async def _tenders(self, ids: list[UUID]) -> list[Tender | None]:
        return _in_order(
            ids, await self._upstreams.procurement.ask(lambda api: api.batch_tenders(IdBatch(ids=ids)))
        )

    async def _signatories(self, ids: list[UUID]) -> list[Signatory | None]:
        return _in_order(
            ids, await self._upstreams.charter.ask(lambda api: api.batch_signatories(IdBatch(ids=ids)))
        )

    async def _target_progress(self, ids: list[UUID]) -> list[TargetProgress | None]:
        answer = await self._upstreams.reporting.ask(lambda api: api.batch_target_progress(IdBatch(ids=ids)))
        found = {record.target_id: record for record in answer.items}
        return [found.get(key) for key in ids]

    async def _measures(self, keys: list[MeasureKey]) -> list[Measure | None]:
        answer = await self._upstreams.toms.ask(
            lambda api: api.batch_measures(MeasureBatchRequest(keys=keys))
        )
        found = {MeasureKey(edition_hash=one.edition_hash, code=one.code): one for one in answer.items}
        return [found.get(key) for key in keys]

    async def _areas(self, keys: list[tuple[str, str]]) -> Sequence[AreaNeed | BaseException | None]:
        """One call for each index; in practice a request asks about one."""
        codes_by_index: dict[str, list[str]] = {}
        for index, code in keys:
            codes_by_index.setdefault(index, []).append(code)
        answers = await asyncio.gather(
            *(self._areas_of(index, codes) for index, codes in codes_by_index.items()), return_exceptions=True
        )
        by_index = dict(zip(codes_by_index, answers, strict=True))
        return [_pick(by_index[index], code) for index, code in keys]

    async def _areas_of(self, index: str, codes: list[str]) -> dict[str, AreaNeed]:
        answer = await self._upstreams.toms.ask(
            lambda api: api.batch_areas(AreaBatchRequest(index=index, codes=codes))
        )
        return {area.code: area for area in answer.items}

    # ------------------------------------------------------------ single reads
    async def _membership(self, key: UUID) -> Membership | None:
        return await _or_none(self._upstreams.partners.ask(lambda api: api.get_membership(key)))

    async def _statement(self, key: UUID) -> Statement | None:
        return await _or_none(self._upstreams.partners.ask(lambda api: api.get_statement(key)))

    async def _edition(self, key: UUID) -> Edition | None:
        return await _or_none(self._upstreams.toms.ask(lambda api: api.get_edition(key)))

    async def _charter(self, key: UUID) -> Charter | None:
        return await _or_none(self._upstreams.charter.ask(lambda api: api.get_charter(key)))

    async def _publication(self, key: UUID) -> Publication | None:
        return await _or_none(self._upstreams.reporting.ask(lambda api: api.get_publication(key)))

    async def _place_by_slug(self, slug: str) -> Place | None:
        page = await self._upstreams.partners.ask(lambda api: api.list_places(slug=slug))
        return page.items[0] if page.items else None

    async def _value(self, key: ValueKey) -> CollectiveValue:
        return await self._upstreams.reporting.ask(
            lambda api: api.get_collective_value(
                key.place_id,
                from_=key.start,
                to=key.end,
                as_of=key.as_of,
                group_by=",".join(key.groups) or None,
                basis=key.basis,
            )
        )

    # ------------------------------------------------------------ looked up in answers
    async def _cells(self, question: ValueKey) -> dict[str, FourFigures]:
        """The figures of each cell that is not withheld, by its key."""
        value = await self.values.load(question)
        return {
            cell.key: cell.figures
            for grouping in value.groupings
            for cell in grouping.cells
            if cell.figures is not None
        }

    # ------------------------------------------------------------ looked up in lists
    async def _publications_by_number(
        self, keys: list[tuple[UUID, int]]
    ) -> Sequence[Publication | BaseException | None]:
        reporting = self._upstreams.reporting
        return await _found_in_lists(
            keys,
            lambda place_id, cursor: reporting.ask(
                lambda api: api.list_publications(place_id, limit=PUBLICATIONS_PER_PAGE, cursor=cursor)
            ),
            lambda publication: publication.number,
        )

    async def _charters_of_places(
        self, keys: list[tuple[UUID, UUID]]
    ) -> Sequence[Charter | BaseException | None]:
        charter = self._upstreams.charter
        return await _found_in_lists(
            keys,
            lambda place_id, cursor: charter.ask(
                lambda api: api.list_charters(place_id=place_id, limit=CHARTERS_PER_PAGE, cursor=cursor)
            ),
            lambda version: version.id,
        )

    async def edition_named(self, framework: str, edition: str) -> Edition | None:
        """A framework's edition by its code."""
        cursor: str | None = None
        while True:
            page = await self._editions_page(framework, cursor)
            cursor = cursor_of(page)
            found = next((one for one in page.items if one.edition == edition), None)
            if found is not None or cursor is None:
                return found

    async def _editions_page(self, framework: str, cursor: str | None) -> Page[Edition]:
        return await self._upstreams.toms.ask(
            lambda api: api.list_editions(framework=framework, limit=EDITIONS_PER_PAGE, cursor=cursor)
        )


def _in_order(ids: Iterable[UUID], answer: Batch[Record]) -> list[Record | None]:
    found = {record.id: record for record in answer.items}
    return [found.get(key) for key in ids]


async def _found_in_lists(
    keys: Sequence[tuple[UUID, Key]],
    fetch: Callable[[UUID, str | None], Awaitable[Page[Found]]],
    key_of: Callable[[Found], Key],
) -> Sequence[Found | BaseException | None]:
    """What stands in places' lists under the keys; each list is read once, as far as it is needed."""
    wanted: dict[UUID, set[Key]] = {}
    for place_id, key in keys:
        wanted.setdefault(place_id, set()).add(key)

    async def read(place_id: UUID) -> dict[Key, Found]:
        found: dict[Key, Found] = {}
        cursor: str | None = None
        while True:
            page = await fetch(place_id, cursor)
            found |= {key_of(one): one for one in page.items if key_of(one) in wanted[place_id]}
            cursor = cursor_of(page)
            if cursor is None or len(found) == len(wanted[place_id]):
                return found

    answers = await asyncio.gather(*(read(place_id) for place_id in wanted), return_exceptions=True)
    by_place = dict(zip(wanted, answers, strict=True))
    return [_pick(by_place[place_id], key) for place_id, key in keys]


def _pick(found: Mapping[Key, Found] | BaseException, key: Key) -> Found | BaseException | None:
    return found if isinstance(found, BaseException) else found.get(key)


def _one_by_one(fetch: Callable[[Key], Awaitable[Found]]) -> DataLoader[Key, Found]:
    async def fetch_all(keys: list[Key]) -> Sequence[Found | BaseException]:
        return await asyncio.gather(*(fetch(key) for key in keys), return_exceptions=True)

    return DataLoader(fetch_all)


async def _or_none(asked: Awaitable[Found]) -> Found | None:
    try:
        return await asked
    except UpstreamFault as fault:
        if fault.is_not_found:
            return None
        raise

"""Reads the parts of an edition, as far as the caller may see them."""

from dataclasses import dataclass
from uuid import UUID

from cdp_common.contracts import editions as wire
from cdp_common.contracts.framework_packs import Workstream as WireWorkstream
from cdp_common.contracts.toms import Crosswalk, Measure, Proxy
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from toms_engine.domain import edition as domain
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.errors import CrosswalkNotFound, MeasureNotFound, ProxyNotFound
from toms_engine.use_cases.published_editions import PublishedEditions
from toms_engine.use_cases.read_editions import page_of, seen_book
from toms_engine.use_cases.views import crosswalk_view, holds_licence, measure_view, proxy_view


@dataclass(frozen=True)
class EditionReader:
    """Who reads which edition, and where editions are."""

    db: Database
    editions: PublishedEditions
    caller: Caller | None
    edition_id: UUID

    async def book(self) -> Catalogue:
        """The edition; raises `EditionNotFound` where the caller may not see it."""
        return await seen_book(self.db, self.editions, self.caller, self.edition_id)


@dataclass(frozen=True)
class MeasureFilter:
    """Which measures a list holds; a field that is None leaves all in."""

    theme: str | None = None
    outcome: str | None = None
    unit: str | None = None
    need: str | None = None
    tag: str | None = None
    valuation: str | None = None

    def lets_in(self, book: Catalogue, measure: domain.Measure) -> bool:
        """Whether the measure is one that is wanted."""
        return (
            self.theme in (None, book.theme_of(measure).code)
            and self.outcome in (None, measure.outcome)
            and self.unit in (None, measure.unit)
            and self.valuation in (None, measure.valuation)
            and (self.need is None or self.need in measure.needs)
            and (self.tag is None or self.tag in measure.tags)
        )


async def list_measures(
    reader: EditionReader, wanted: MeasureFilter, cursor: str | None, limit: int
) -> tuple[list[Measure], str | None]:
    """One page of an edition's measures in the order of its pack, and the cursor of the next."""
    book = await reader.book()
    found = [measure for measure in book.content.measures if wanted.lets_in(book, measure)]
    page, next_cursor = page_of(found, cursor, limit)
    licensed = holds_licence(reader.caller, book.content)
    return [measure_view(book, measure, licensed=licensed) for measure in page], next_cursor


async def get_measure(reader: EditionReader, code: str) -> Measure:
    """One measure of an edition."""
    book = await reader.book()
    measure = book.measures.get(code)
    if measure is None:
        raise MeasureNotFound("The edition has no measure under this code.")
    return measure_view(book, measure, licensed=holds_licence(reader.caller, book.content))


async def list_proxies(
    reader: EditionReader, cursor: str | None, limit: int
) -> tuple[list[Proxy], str | None]:
    """One page of an edition's proxies in the order of its pack, and the cursor of the next."""
    book = await reader.book()
    page, next_cursor = page_of(book.content.proxies, cursor, limit)
    licensed = holds_licence(reader.caller, book.content)
    return [proxy_view(proxy, licensed=licensed) for proxy in page], next_cursor


async def get_proxy(reader: EditionReader, code: str) -> Proxy:
    """One proxy of an edition."""
    book = await reader.book()
    proxy = book.proxies.get(code)
    if proxy is None:
        raise ProxyNotFound("The edition has no proxy under this code.")
    return proxy_view(proxy, licensed=holds_licence(reader.caller, book.content))


async def list_multipliers(
    reader: EditionReader, place: str | None, cursor: str | None, limit: int
) -> tuple[list[wire.Multiplier], str | None]:
    """One page of an edition's local multipliers, of one place if asked, and the cursor of the next."""
    book = await reader.book()
    found = [row for row in book.content.multipliers if place in (None, row.place)]
    page, next_cursor = page_of(found, cursor, limit)
    return [wire.Multiplier.model_validate(row, from_attributes=True) for row in page], next_cursor


async def list_crosswalks(
    reader: EditionReader, cursor: str | None, limit: int
) -> tuple[list[Crosswalk], str | None]:
    """One page of an edition's crosswalks in the order of its pack, and the cursor of the next."""
    book = await reader.book()
    page, next_cursor = page_of(book.content.crosswalks, cursor, limit)
    return [crosswalk_view(crosswalk) for crosswalk in page], next_cursor


async def get_crosswalk(reader: EditionReader, scheme: str) -> Crosswalk:
    """One crosswalk of an edition."""
    book = await reader.book()
    for crosswalk in book.content.crosswalks:
        if crosswalk.scheme == scheme:
            return crosswalk_view(crosswalk)
    raise CrosswalkNotFound("The edition has no crosswalk of this scheme.")


async def get_workstreams(reader: EditionReader) -> wire.Workstreams:
    """The workstreams and targets of an edition, all of them: a pack holds at most 50 and 500."""
    book = await reader.book()
    return wire.Workstreams(
        edition_hash=book.edition_hash,
        workstreams=[
            WireWorkstream.model_validate(stream, from_attributes=True) for stream in book.content.workstreams
        ],
        targets=[wire.Target.model_validate(target, from_attributes=True) for target in book.content.targets],
    )

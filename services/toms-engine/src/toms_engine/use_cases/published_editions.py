"""Published editions in memory: they never change, so a copy under its hash is good for ever."""

from collections import OrderedDict
from collections.abc import Collection

from cdp_common.db.database import Database
from toms_engine.domain.catalogue import Catalogue
from toms_engine.storage.editions import published_catalogues

CAPACITY = 32
"""Editions kept; a place works with a handful, and one of a thousand measures takes a few megabytes."""


class PublishedEditions:
    """The published editions by hash; the ones used least recently are read again when asked for."""

    def __init__(self, database: Database, capacity: int = CAPACITY) -> None:
        self._database = database
        self._capacity = capacity
        self._kept: OrderedDict[str, Catalogue] = OrderedDict()

    async def by_hash(self, edition_hash: str) -> Catalogue | None:
        """The published edition with this hash; a draft is none."""
        return (await self.by_hashes([edition_hash])).get(edition_hash)

    async def by_hashes(self, hashes: Collection[str]) -> dict[str, Catalogue]:
        """The published editions among these hashes."""
        found = {wanted: self._kept[wanted] for wanted in hashes if wanted in self._kept}
        for wanted in found:
            self._kept.move_to_end(wanted)
        unknown = set(hashes).difference(found)
        if unknown:
            async with self._database.begin() as tx:
                read = await published_catalogues(tx, unknown)
            found.update((book.edition_hash, book) for book in read)
            self._keep(read)
        return found

    def _keep(self, books: Collection[Catalogue]) -> None:
        for book in books:
            self._kept[book.edition_hash] = book
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

"""How things are read for one request: by ids in one call, one by one, or out of a list of their place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from cdp_common.contracts.base import Batch, IdBatch, Page
from gateway.errors import UpstreamFault

MAX_IDS_PER_CALL = 200

Key = TypeVar("Key")
Found = TypeVar("Found")


class OneByOne(Generic[Key, Found]):
    """Loads each thing by a call of its own, and what is asked twice once."""

    def __init__(self, fetch: Callable[[Key], Coroutine[Any, Any, Found]]) -> None:
        self._fetch = fetch
        self._asked: dict[Key, asyncio.Task[Found]] = {}

    def load(self, key: Key) -> asyncio.Task[Found]:
        """The thing, perhaps asked for already."""
        asked = self._asked.get(key)
        if asked is None or asked.cancelled():
            asked = self._asked[key] = asyncio.create_task(self._fetch(key))
        return asked


class HasId(Protocol):
    """A record with the id under which it is looked up."""

    @property
    def id(self) -> UUID:
        """The id."""


Record = TypeVar("Record", bound=HasId)


async def found_in_lists(
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
            cursor = page.next_cursor
            if cursor is None or len(found) == len(wanted[place_id]):
                return found

    answers = await asyncio.gather(*(read(place_id) for place_id in wanted), return_exceptions=True)
    by_place = dict(zip(wanted, answers, strict=True))
    return [pick(by_place[place_id], key) for place_id, key in keys]


def pick(found: Mapping[Key, Found] | BaseException, key: Key) -> Found | BaseException | None:
    """What was found under a key; a fault stays one."""
    return found if isinstance(found, BaseException) else found.get(key)


def by_id(ask: Callable[[IdBatch], Awaitable[Batch[Record]]]) -> DataLoader[UUID, Record | None]:
    """Loads records by their ids, together."""

    async def fetch_all(ids: list[UUID]) -> list[Record | None]:
        found = {record.id: record for record in (await ask(IdBatch(ids=ids))).items}
        return [found.get(key) for key in ids]

    return DataLoader(fetch_all, max_batch_size=MAX_IDS_PER_CALL)


async def or_none(asked: Awaitable[Found]) -> Found | None:
    """The answer; None where there is no such thing."""
    try:
        return await asked
    except UpstreamFault as fault:
        if fault.is_not_found:
            return None
        raise

"""Reads under way: the same one, asked with the same rights, is carried once for all who wait for it.

Rights are the token itself and what opens a draft, so that nothing which one caller may see ever answers
another; requests without either share among themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from cdp_common.clients.upstream import PREVIEW_HEADER, Carrier, Reply

READS_BY_POST = "/batch"
"""How the paths of batch reads end, which are asked by POST."""

Key = tuple[str, str, str | None, str | None, bytes | None]


@dataclass
class _UnderWay:
    """A read under way, and how many wait for it."""

    task: asyncio.Task[Reply]
    waiting: int = 0


class SharedReads:
    """A `Carrier` over another one. It keeps nothing: a read that has ended is carried again."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._under_way: dict[Key, _UnderWay] = {}

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        """The answer, perhaps to a call that somebody else began; raises as the other carrier does."""
        if method != "GET" and not (method == "POST" and url.endswith(READS_BY_POST)):
            return await self._carrier.exchange(method, url, headers, content)
        rights = (headers.get("Authorization"), headers.get(PREVIEW_HEADER))
        key = (method, url, *rights, content)
        read = self._under_way.get(key)
        if read is None:
            read = self._begun(key, headers)
        read.waiting += 1
        try:
            # One who gives up must not end it for the others; the last one does.
            return await asyncio.shield(read.task)
        finally:
            read.waiting -= 1
            if not read.waiting:
                read.task.cancel()
                self._forget(key, read)

    def _begun(self, key: Key, headers: Mapping[str, str]) -> _UnderWay:
        method, url, _, _, content = key
        task = asyncio.create_task(self._carrier.exchange(method, url, headers, content))
        read = self._under_way[key] = _UnderWay(task)
        task.add_done_callback(lambda _: self._forget(key, read))
        return read

    def _forget(self, key: Key, read: _UnderWay) -> None:
        if self._under_way.get(key) is read:
            del self._under_way[key]

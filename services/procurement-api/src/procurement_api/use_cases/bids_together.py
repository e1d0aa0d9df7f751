"""Bids for one tender, sent to the database together: the first at once, those that come meanwhile after it.

Nobody waits for others to come. Each has its own outcome, and is committed when it is told so.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from cdp_common.db.database import Database, DatabaseBusy
from cdp_common.kernel.errors import Unavailable
from procurement_api.storage.take_bids import FirstVersion, take_bids

MOST_TOGETHER = 50
MOST_WAITING = 2_000
MOST_WAITED_S = 15.0
"""For so long a bid waits to be sent; see `Settings.opening_grace_s`."""


class _Waiting(NamedTuple):
    first: FirstVersion
    taken: asyncio.Future[bool]
    since_s: float


class BidsTogether:
    """The bids for one version of one tender that this process is taking."""

    def __init__(self, tender_id: UUID, tender_version: int) -> None:
        self._tender = tender_id, tender_version
        self._waiting: deque[_Waiting] = deque()
        self._locks: set[int] = set()
        self._sending: asyncio.Task[None] | None = None
        self.is_outdated = False
        """Whether the tender has turned out to be of another version by now."""

    async def take(self, db: Database, first: FirstVersion) -> bool:
        """Whether the bid was taken; if not, nothing of it was written.

        One whose key another is being taken under is not, nor one that finds too many waiting. Raises what
        the database is unavailable for.
        """
        if first.lock in self._locks or len(self._waiting) >= MOST_WAITING:
            return False
        taken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(first, taken, time.monotonic()))
        self._locks.add(first.lock)
        if self._sending is None:
            # In a context of its own: it is no part of the request that happens to begin it.
            self._sending = asyncio.create_task(self._send_all(db), context=contextvars.Context())
        try:
            return await taken
        finally:
            self._locks.discard(first.lock)

    async def _send_all(self, db: Database) -> None:
        try:
            while self._waiting:
                most = min(len(self._waiting), MOST_TOGETHER)
                await self._send(db, [self._waiting.popleft() for _ in range(most)])
        finally:
            self._sending = None

    async def _send(self, db: Database, waiting: Sequence[_Waiting]) -> None:
        """Take these; where one of several spoils the statement, each by itself."""
        sent = [each for each in waiting if _is_to_be_sent(each)]
        if not sent:
            return
        try:
            taken = await take_bids(db, *self._tender, [each.first for each in sent])
        except Exception as fault:  # handed on to those who wait
            if len(sent) > 1 and not isinstance(fault, Unavailable):
                for each in sent:
                    await self._send(db, [each])
                return
            for each in sent:
                _tell(each.taken, fault)
        except BaseException:
            for each in sent:
                each.taken.cancel()  # the process ends
            raise
        else:
            self.is_outdated = self.is_outdated or taken is None
            for each, was_taken in zip(sent, taken or [False] * len(sent), strict=True):
                _tell(each.taken, was_taken)


def _is_to_be_sent(waiting: _Waiting) -> bool:
    """Whether somebody still waits for it, and not for too long."""
    if time.monotonic() - waiting.since_s > MOST_WAITED_S:
        _tell(waiting.taken, DatabaseBusy("the bids before this one were not stored in time"))
    return not waiting.taken.done()


def _tell(waiting: asyncio.Future[bool], outcome: bool | Exception) -> None:
    if waiting.done():
        return
    if isinstance(outcome, Exception):
        waiting.set_exception(outcome)
    else:
        waiting.set_result(outcome)

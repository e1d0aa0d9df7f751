"""What happens at the services, for those who listen: read from the feeds, as far as each may hear of it.

A feed is read once for all who listen for the same organisation, with the token of one of them: so each
service itself decides what they hear, and the gateway holds no credential of its own. Everything is bounded:
listeners in all and of one client, and what waits for a listener who does not take it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from cdp_common.clients.upstream import UpstreamProblem, UpstreamUnavailable
from cdp_common.contracts.base import EventEnvelope, EventPage
from cdp_common.web.caller import Caller
from gateway.errors import SubscriptionTooSlow, TooManySubscriptions, UpstreamFault

MAX_LISTENERS = 1_000
MAX_LISTENERS_OF_A_CLIENT = 20
MAX_WAITING = 200
PAGE_SIZE = 200
CHECK_TOKEN_S = 2.0
MAX_BACKOFF_S = 5.0

Verify = Callable[[str], Awaitable[Caller]]
"""Judges a token again; raises when it is over or revoked."""


class ReadFeed(Protocol):
    """Reads a service's feed with a caller's token."""

    async def __call__(self, service: str, token: str, *, after: int, from_end: bool) -> EventPage:
        """A page after a position; from the end: an empty page that says where the feed ends."""


@dataclass(frozen=True)
class Happening:
    """One event of one service."""

    service: str
    event: EventEnvelope


@dataclass(eq=False)
class Listener:
    """Somebody who listens: what waits to be taken, or why nothing more comes."""

    caller: Caller
    verify: Verify
    _waiting: asyncio.Queue[Happening] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))
    _fault: Exception | None = None

    def offer(self, happening: Happening) -> None:
        """Let it wait; a listener who lags too far behind hears no more."""
        try:
            self._waiting.put_nowait(happening)
        except asyncio.QueueFull:
            self.end(SubscriptionTooSlow("Events came faster than they were taken; subscribe again."))

    def end(self, fault: Exception) -> None:
        """Tell nothing more, and why."""
        self._fault = self._fault or fault

    @property
    def is_over(self) -> bool:
        """Whether nothing more is told."""
        return self._fault is not None

    async def happenings(self) -> AsyncIterator[Happening]:
        """What happens, one after the other, for as long as the token is good; raises what ends it."""
        while True:
            if self._fault is not None:
                raise self._fault
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_TOKEN_S):
                    happening = await self._waiting.get()
                    await self.verify(self.caller.token)
                    yield happening
                    continue
            await self.verify(self.caller.token)


class Happenings:
    """The readers of all feeds that somebody listens to."""

    def __init__(self, read: ReadFeed, poll_s: float) -> None:
        self._read = read
        self._poll_s = poll_s
        self._readers: dict[tuple[str, UUID], _Reader] = {}
        self._of_clients: Counter[tuple[str, UUID]] = Counter()

    @asynccontextmanager
    async def listening(
        self, services: Sequence[str], caller: Caller, verify: Verify
    ) -> AsyncIterator[Listener]:
        """A listener to the services, who hears what happens from now on."""
        client = (caller.client_id, caller.org)
        if self._of_clients.total() >= MAX_LISTENERS or self._of_clients[client] >= MAX_LISTENERS_OF_A_CLIENT:
            raise TooManySubscriptions("As many subscriptions as this process gives are open; close some.")
        self._of_clients[client] += 1
        listener = Listener(caller, verify)
        try:
            async with AsyncExitStack() as joined:
                for service in services:
                    await joined.enter_async_context(self._joined(service, listener))
                yield listener
        finally:
            self._of_clients[client] -= 1
            if not self._of_clients[client]:
                del self._of_clients[client]

    @asynccontextmanager
    async def _joined(self, service: str, listener: Listener) -> AsyncIterator[None]:
        key = (service, listener.caller.org)
        reader = self._readers.get(key)
        if reader is None:
            reader = self._readers[key] = _Reader(service, self._read, self._poll_s)
        reader.add(listener)
        try:
            await reader.is_ready.wait()
            yield
        finally:
            if reader.remove(listener):
                self._readers.pop(key, None)


class _Reader:
    """Reads one service's feed for the listeners of one organisation."""

    def __init__(self, service: str, read: ReadFeed, poll_s: float) -> None:
        self._service = service
        self._read = read
        self._poll_s = poll_s
        self._listeners: list[Listener] = []
        self._task: asyncio.Task[None] | None = None
        self.is_ready = asyncio.Event()
        """Set once it is known where the feed ended, or that it cannot be read."""

    def add(self, listener: Listener) -> None:
        self._listeners.append(listener)
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def remove(self, listener: Listener) -> bool:
        """Whether nobody listens any more; then reading ends."""
        self._listeners.remove(listener)
        if not self._listeners and self._task is not None:
            self._task.cancel()
        return not self._listeners

    async def _run(self) -> None:
        position: int | None = None
        wait_s = self._poll_s
        while True:
            position, page = await self._page(position)
            if page is None:
                wait_s = min(wait_s * 2, MAX_BACKOFF_S)
            else:
                wait_s = 0.0 if len(page.items) == PAGE_SIZE else self._poll_s
                for event in page.items:
                    for listener in self._open:
                        listener.offer(Happening(self._service, event))
            self.is_ready.set()
            await asyncio.sleep(wait_s)

    @property
    def _open(self) -> list[Listener]:
        return [listener for listener in self._listeners if not listener.is_over]

    async def _page(self, position: int | None) -> tuple[int | None, EventPage | None]:
        """The next page, read with the token that lasts longest; one that is refused ends its listener."""
        listeners = self._open
        if not listeners:
            return position, None
        listener = max(listeners, key=lambda one: one.caller.expires_at)
        try:
            page = await self._read(
                self._service, listener.caller.token, after=position or 0, from_end=position is None
            )
        except UpstreamProblem as problem:
            listener.end(UpstreamFault.refused(self._service, problem))
            return position, None
        except UpstreamUnavailable:
            return position, None
        return page.next_after, page

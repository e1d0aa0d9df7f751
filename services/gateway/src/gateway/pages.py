"""Relay cursors over the services' keyset pages."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cdp_common.contracts.base import Page
from gateway.errors import AfterInvalid

MAX_PAGE_SIZE = 100
MAX_CURSOR_CHARS = 4096

Item = TypeVar("Item")

FetchPage = Callable[[int, str | None], Awaitable[Page[Item]]]
"""Gives a service's page of at most so many items, after the service's own cursor."""


@dataclass(frozen=True)
class Position:
    """Where a page starts: the service's cursor, and how many items after it are passed over.

    A service gives a cursor for the end of a page only; with the count every edge has one of its own.
    """

    cursor: str | None = None
    passed: int = 0

    @property
    def text(self) -> str:
        """The position as the opaque cursor of an edge."""
        content = json.dumps([self.cursor, self.passed], separators=(",", ":"))
        return urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str | None) -> Position:
        """The position that a cursor of ours stands for; the start without one."""
        if text is None:
            return cls()
        try:
            if len(text) > MAX_CURSOR_CHARS:
                raise ValueError
            cursor, passed = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            is_ours = (cursor is None or isinstance(cursor, str)) and type(passed) is int
            if not is_ours or not 0 <= passed <= MAX_PAGE_SIZE:
                raise ValueError
        except (ValueError, TypeError, RecursionError) as fault:
            raise AfterInvalid("`after` takes a cursor from an edge of this list.") from fault
        return cls(cursor, passed)


@dataclass(frozen=True)
class Slice(Generic[Item]):
    """A part of a list: its items, each with the position after it."""

    items: list[tuple[Item, Position]]
    has_next: bool
    has_previous: bool


async def read_slice(fetch: FetchPage[Item], first: int, after: str | None) -> Slice[Item]:
    """The `first` items after a cursor: one call, or two where passed items would push some off the page."""
    position = Position.parse(after)
    start = position
    items: list[tuple[Item, Position]] = []
    while True:
        wanted = min(position.passed + first - len(items), MAX_PAGE_SIZE)
        page = await fetch(wanted, position.cursor)
        following = page.next_cursor
        for index, item in enumerate(page.items[position.passed :], start=position.passed + 1):
            is_last = index == len(page.items) and following is not None
            items.append((item, Position(following) if is_last else Position(position.cursor, index)))
        if following is None or len(items) >= first:
            return Slice(items, has_next=following is not None, has_previous=start != Position())
        position = Position(following)

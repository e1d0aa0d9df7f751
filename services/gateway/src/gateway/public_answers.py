"""What the public was answered a moment ago: kept for a few seconds, and worked out once for all who wait.

Only requests without a token, of a caller or of a draft, come here, so nothing that one may see is ever given
to another. What is kept is bounded in number and size, and for how long it is given unasked; an answer with
an error is not kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from strawberry.types.execution import ExecutionResult

from gateway.noted_reads import Read
from gateway.texts import json_bytes

MOST_ENTRIES = 10_000
"""Answers kept at once, and ways of asking; the one that was asked for longest ago goes first."""

Seconds = Callable[[], float]
Make = Callable[[], Awaitable["Answer"]]
StillHolds = Callable[["Answer"], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a document came to: `body` is its JSON where it came to no error, with the hash of it.

    Of a whole answer `result` holds no data any more: it is in the body. `key` is under what it is kept, if
    it is, and `reads` what it was made of.
    """

    result: ExecutionResult
    body: bytes | None
    etag: str | None
    may_be_stored: bool = True
    key: bytes | None = None
    reads: Sequence[Read] = ()

    @classmethod
    def unkept(cls, result: ExecutionResult) -> Answer:
        """The answer of what was done, or to who reads a draft: without a hash, for nobody is to keep it."""
        return cls(result, None, None, may_be_stored=False)

    @classmethod
    def of(cls, result: ExecutionResult, key: bytes | None = None, reads: Sequence[Read] = ()) -> Answer:
        """The answer, written down once if it is whole."""
        if result.errors:
            return cls(result, None, None)
        body = body_of(result)
        written = ExecutionResult(data=None, errors=None, extensions=result.extensions)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return cls(written, body, tag, key=key, reads=tuple(reads))


@dataclass(frozen=True, slots=True)
class Asked:
    """One way of asking, and what it came to: which answer, known by its hash, under which headers."""

    key: bytes
    etag: str
    headers: tuple[tuple[bytes, bytes], ...]
    scope: dict[str, Any]
    """Which route answered."""


def body_of(result: ExecutionResult, errors: list[dict[str, Any]] | None = None) -> bytes:
    """The JSON of an answer."""
    stated: dict[str, Any] = {"errors": errors} if errors else {}
    stated["data"] = result.data
    if result.extensions:
        stated["extensions"] = result.extensions
    return json_bytes(stated)


def key_of(document: str, variables: Mapping[str, Any] | None, operation_name: str | None) -> bytes:
    """What makes two requests of the public the same."""
    stated = json.dumps([document, variables or {}, operation_name], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(stated.encode()).digest()


class PublicAnswers:
    """The answers of one process; `lifetime_s` 0 keeps none, and still lets those who wait share one."""

    def __init__(self, lifetime_s: float, most_bytes: int, now_s: Seconds) -> None:
        self._lifetime_s = lifetime_s
        self._most_bytes = most_bytes
        self._now_s = now_s
        self._kept: OrderedDict[bytes, tuple[float, Answer]] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[bytes, asyncio.Task[Answer]] = {}
        self._asked: OrderedDict[bytes, Asked] = OrderedDict()

    @property
    def lifetime_s(self) -> float:
        """How long an answer is given again."""
        return self._lifetime_s

    def recognise(self, asked: bytes, came_to: Asked) -> None:
        """Remember what a way of asking came to."""
        self._asked[asked] = came_to
        self._asked.move_to_end(asked)
        if len(self._asked) > MOST_ENTRIES:
            self._asked.popitem(last=False)

    def recognised(self, asked: bytes) -> tuple[Asked, bytes] | None:
        """What a way of asking came to, with the answer's body, if that very answer is still kept."""
        known = self._asked.get(asked)
        answer = None if known is None else self._fresh(known.key)
        if known is None or answer is None or answer.body is None or answer.etag != known.etag:
            return None
        self._asked.move_to_end(asked)
        return known, answer.body

    async def answer(self, key: bytes, make: Make, still_holds: StillHolds) -> Answer:
        """The answer that is kept, that somebody already waits for, or that `make` gives.

        One whose seconds are over is given on where it still holds.
        """
        if (kept := self._fresh(key)) is not None:
            return kept
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._made(key, make, still_holds))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        # Whoever began it may leave; the others still get their answer.
        return await asyncio.shield(task)

    async def _made(self, key: bytes, make: Make, still_holds: StillHolds) -> Answer:
        over = self._kept.get(key)
        if over is not None and over[1].reads and await still_holds(over[1]):
            answer = over[1]
        else:
            answer = await make()
        if answer.body is not None and self._lifetime_s > 0:
            self._keep(key, answer, len(answer.body))
        return answer

    def _fresh(self, key: bytes) -> Answer | None:
        found = self._kept.get(key)
        if found is None:
            return None
        until_s, answer = found
        if self._now_s() >= until_s:
            return None  # it may still hold
        self._kept.move_to_end(key)
        return answer

    def _keep(self, key: bytes, answer: Answer, size: int) -> None:
        if size > self._most_bytes:
            return
        self._forget(key)
        self._kept[key] = (self._now_s() + self._lifetime_s, answer)
        self._bytes += size
        while self._bytes > self._most_bytes or len(self._kept) > MOST_ENTRIES:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: bytes) -> None:
        found = self._kept.pop(key, None)
        if found is not None and found[1].body is not None:
            self._bytes -= len(found[1].body)

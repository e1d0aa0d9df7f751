"""An answer is written while its request is read: slow readers, and callers who hang up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Request
from starlette.requests import ClientDisconnect

from cdp_common.kernel.errors import CdpError
from toms_engine.api.two_way import GATHERED_BYTES, TwoWayAnswer
from toms_engine.api.waiting import IN_MEMORY_BYTES, READ_BYTES, WaitingBytes
from toms_engine.domain.file_errors import TooManyRows

PIECE = b"x" * GATHERED_BYTES


def test_what_waits_comes_out_in_its_order_from_memory_and_from_disk():
    waiting = WaitingBytes(most_bytes=4 * READ_BYTES)
    parts = [bytes([number]) * READ_BYTES for number in range(IN_MEMORY_BYTES // READ_BYTES + 4)]
    for part in parts[:-1]:
        waiting.put(part)
        assert not waiting.is_full
    waiting.put(parts[-1])
    assert waiting.is_full
    found = b""
    while waiting:
        found += waiting.take()
    assert found == b"".join(parts)
    assert (waiting.take(), waiting.is_full) == (b"", False)
    waiting.put(b"again")
    assert waiting.take() == b"again"
    waiting.close()


class Echo:
    """Gives back what it is given; refuses the piece after `most`."""

    media_type = "text/csv"

    def __init__(self, most: int = 10**6) -> None:
        self.pieces, self._most = 0, most

    def answer(self, piece: bytes, *, is_last: bool) -> Iterator[bytes]:
        self.pieces += 1
        if self.pieces > self._most:
            raise TooManyRows("Enough.")
        yield piece

    def stopped(self, fault: CdpError) -> bytes:
        return fault.code.encode()


class Wire:
    """A caller's side of one exchange: what it sends, and what reaches it."""

    def __init__(self, *sent: dict[str, Any]) -> None:
        self._sent = list(sent)
        self.received: list[bytes] = []

    async def receive(self) -> dict[str, Any]:
        if not self._sent:
            await asyncio.Event().wait()  # the caller says no more, and does not hang up
        return self._sent.pop(0)

    async def send(self, message: dict[str, Any]) -> None:
        self.received.append(message.get("body", b""))


def body(piece: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": piece, "more_body": more}


async def exchange(wire: Wire, run: Echo, *, idle_s: float = 5) -> list[bool]:
    """Run one exchange; a truth for each time that it ended."""
    ended: list[bool] = []
    request = Request({"type": "http", "headers": []}, wire.receive)
    answer = TwoWayAnswer(
        request, run, idle_s=idle_s, most_waiting_bytes=10**7, at_end=lambda: ended.append(True)
    )
    try:
        await answer.begin()
        await answer({"type": "http"}, wire.receive, wire.send)  # type: ignore[arg-type]  # no more than it uses
    finally:
        assert ended == [True]
    return ended


async def test_the_answer_begins_before_the_body_ends():
    wire = Wire(body(PIECE, more=True), body(b"end", more=False))
    await exchange(wire, Echo())
    assert b"".join(wire.received) == PIECE + b"end"


async def test_a_caller_who_hangs_up_while_sending_stops_the_work():
    wire, run = Wire(body(PIECE, more=True), {"type": "http.disconnect"}, body(PIECE, more=True)), Echo()
    with pytest.raises(ClientDisconnect):
        await exchange(wire, run)
    assert run.pieces == 1


async def test_a_caller_who_hangs_up_before_reading_all_stops_the_sending():
    class Gone(Wire):
        async def send(self, message: dict[str, Any]) -> None:
            if message.get("body"):
                await asyncio.Event().wait()  # nobody reads

    wire = Gone(body(PIECE, more=True), body(b"end", more=False), {"type": "http.disconnect"})
    with pytest.raises(ClientDisconnect):
        await exchange(wire, Echo())


async def test_a_fault_on_the_way_ends_the_answer_with_its_reason():
    wire = Wire(body(PIECE, more=True), body(PIECE, more=True), body(b"end", more=False))
    await exchange(wire, Echo(most=1))
    assert b"".join(wire.received) == PIECE + b"too_many_rows"


async def test_a_body_that_does_not_go_on_is_given_up():
    wire = Wire(body(PIECE, more=True))
    await exchange(wire, Echo(), idle_s=0.05)
    assert b"".join(wire.received) == PIECE + b"body_stalled"

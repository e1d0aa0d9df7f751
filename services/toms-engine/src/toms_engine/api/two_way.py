"""An answer that is written while its request is still being read."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from fastapi import HTTPException, Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from cdp_common.kernel.errors import CdpError
from toms_engine.api.waiting import WaitingBytes
from toms_engine.domain.file_errors import BodyStalled

GATHERED_BYTES = 512 * 1024
"""What is read before a thread is bothered with it."""

Result = TypeVar("Result")


class Run(Protocol):
    """What turns a body into an answer, piece by piece; it works in a thread."""

    @property
    def media_type(self) -> str:
        """The format of the answer."""

    def answer(self, piece: bytes, *, is_last: bool) -> Iterator[bytes]:
        """What a piece of the body adds to the answer; raises a `CdpError` when no more can be read."""

    def stopped(self, fault: CdpError) -> bytes:
        """How an answer ends that has begun and cannot go on."""


class TwoWayAnswer(Response):
    """Reads, works and sends at the same time, so that neither side waits for the other's end.

    A caller who only reads after sending is not left waiting either: what has no reader yet waits in memory
    and then on disk. When the caller hangs up, work stops at the end of the step under way.
    """

    def __init__(
        self,
        request: Request,
        run: Run,
        *,
        idle_s: float,
        most_waiting_bytes: int,
        at_end: Callable[[], None],
    ) -> None:
        super().__init__(media_type=run.media_type)
        del self.headers["content-length"]
        self._pieces = request.stream()
        self._run, self._idle_s, self._at_end = run, idle_s, at_end
        self._waiting = WaitingBytes(most_waiting_bytes)
        self._turn = asyncio.Condition()
        self._all_read = asyncio.Event()
        self._is_done = False
        # One thread for the whole run: what one lays aside in memory, another would not use again.
        self._thread = ThreadPoolExecutor(1, "file")

    async def begin(self) -> None:
        """Work until there is something to send; a refusal before that is raised, and answered as such."""
        try:
            while not self._waiting and not self._all_read.is_set():
                await self._work_once()
        except BaseException:
            self._end()
            raise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is while the rest is being worked on."""
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            async with asyncio.TaskGroup() as tasks:
                watch = tasks.create_task(self._watch(receive))
                tasks.create_task(self._work())
                await self._send_all(send)
                watch.cancel()
        except BaseExceptionGroup as faults:
            _, others = faults.split(ClientDisconnect)
            raise others or ClientDisconnect from None
        finally:
            self._end()

    def _end(self) -> None:
        self._thread.shutdown(wait=False)
        self._waiting.close()
        self._at_end()

    # ---------------------------------------------------------------- reading and working
    async def _work(self) -> None:
        try:
            while not self._all_read.is_set():
                await self._work_once()
        except CdpError as fault:
            await self._put(self._run.stopped(fault))
        except HTTPException as fault:  # the body's limit, which speaks the framework's language
            if not isinstance(fault.__cause__, CdpError):
                raise
            await self._put(self._run.stopped(fault.__cause__))
        async with self._turn:
            self._is_done = True
            self._turn.notify_all()

    async def _work_once(self) -> None:
        """Read a part of the body and work it off, step by step."""
        body, is_last = await self._more()
        steps = self._run.answer(body, is_last=is_last)
        while (part := await self._in_thread(next, steps, None)) is not None:
            if part:
                await self._put(part)
        if is_last:
            self._all_read.set()

    async def _in_thread(self, work: Callable[..., Result], *given: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    async def _more(self) -> tuple[bytes, bool]:
        """More of the body, and whether that was the last of it."""
        gathered: list[bytes] = []
        size = 0
        while size < GATHERED_BYTES:
            try:
                async with asyncio.timeout(self._idle_s):
                    piece = await anext(self._pieces, None)
            except TimeoutError:
                raise BodyStalled(f"Nothing more came for {self._idle_s:g} seconds.") from None
            if piece is None:
                return b"".join(gathered), True
            gathered.append(piece)
            size += len(piece)
        return b"".join(gathered), False

    async def _put(self, part: bytes) -> None:
        """Let a part of the answer wait for its reader, once there is room for it."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._idle_s):
                    await self._turn.wait_for(lambda: not self._waiting.is_full)
            except TimeoutError:
                raise ClientDisconnect from None  # a caller who reads nothing is as good as gone
            await asyncio.to_thread(self._waiting.put, part)
            self._turn.notify_all()

    # ---------------------------------------------------------------- sending
    async def _send_all(self, send: Send) -> None:
        while True:
            async with self._turn:
                await self._turn.wait_for(lambda: bool(self._waiting) or self._is_done)
                part = await asyncio.to_thread(self._waiting.take)
                self._turn.notify_all()
            if not part:
                break
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _watch(self, receive: Receive) -> None:
        """Notice that the caller hung up after it sent all; until then reading the body notices."""
        await self._all_read.wait()
        while (await receive())["type"] != "http.disconnect":
            pass
        raise ClientDisconnect

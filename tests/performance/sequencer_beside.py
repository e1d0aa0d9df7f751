"""The sequencer at work in a thread of its own, with a clock that tells of it alone.

The clock counts the seconds that it and its database session work and those that it waits for its next turn,
not what neighbours keep it from working: on a machine with nothing else to do that is the clock on the wall.
"""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, text

from cdp_common.db.database import Database
from cdp_common.kernel.clock import utc_now
from reporting_api.use_cases.run_sequencer import INTERVAL_S, seal_all


@dataclass
class Sequencer:
    """Seals all places at its usual interval for so many seconds of its own clock."""

    url: URL
    schema: str
    lasts_s: float
    sealed_count: int = 0
    passes: int = 0
    ready: threading.Event = field(default_factory=threading.Event)
    _waited_s: float = 0.0
    _waiting_since: float | None = None
    _threads: tuple[Path, ...] = ()
    """Where the kernel says how long its thread and its session have worked."""
    _worked_before_s: float = 0.0
    _ended_at_s: float | None = None
    """What it had worked when it ended: its thread is gone then."""

    @property
    def worked_s(self) -> float:
        """Seconds on a processor since it began."""
        if self._ended_at_s is not None:
            return self._ended_at_s
        return _on_processor_s(self._threads) - self._worked_before_s

    @property
    def clock_s(self) -> float:
        """Seconds worked and waited since it began."""
        since = self._waiting_since
        return self.worked_s + self._waited_s + (0.0 if since is None else time.monotonic() - since)

    def run(self) -> None:
        """Until its time is over."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        db = Database(self.url, schema=self.schema, app_name="bench sequencer", pool_size=1)
        try:
            async with db.begin() as tx:
                session = await tx.scalar(text("SELECT pg_backend_pid()"))
            threads = (Path("/proc/self/task", str(threading.get_native_id())), Path("/proc", str(session)))
            self._threads = tuple(thread / "schedstat" for thread in threads)
            self._worked_before_s = _on_processor_s(self._threads)
            self.ready.set()
            while self.clock_s < self.lasts_s:
                began_s = self.clock_s
                self.sealed_count += await seal_all(db, utc_now)
                self.passes += 1
                await self._wait(began_s + INTERVAL_S - self.clock_s)
            self._ended_at_s = self.worked_s
        finally:
            self.ready.set()
            await db.dispose()

    async def _wait(self, for_s: float) -> None:
        if for_s > 0:
            self._waiting_since = began = time.monotonic()
            await asyncio.sleep(for_s)
            self._waiting_since = None
            self._waited_s += time.monotonic() - began


def _on_processor_s(threads: tuple[Path, ...]) -> float:
    return sum(int(thread.read_text(encoding="ascii").split()[0]) for thread in threads) / 1e9

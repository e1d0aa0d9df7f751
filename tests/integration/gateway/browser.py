"""A real browser without a window, told what to do over its own protocol (Chrome DevTools)."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
START_S, PATIENCE_S = 30, 30


@dataclass
class Page:
    """One page of the browser."""

    socket: ClientWebSocketResponse
    faults: list[str] = field(default_factory=list)
    _ids: count[int] = field(default_factory=lambda: count(1))

    async def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to one command; faults that the page reports meanwhile are noted."""
        number = next(self._ids)
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message: dict[str, Any] = await self.socket.receive_json(timeout=PATIENCE_S)
            if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.faults.append(str(message["params"]))
            if message.get("id") == number:
                result: dict[str, Any] = message.get("result", {})
                return result

    async def value(self, expression: str) -> Any:
        """What an expression comes to in the page."""
        found = await self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    async def until(self, expression: str) -> Any:
        """What an expression comes to once that is true."""
        async with asyncio.timeout(PATIENCE_S):
            value = await self.value(expression)
            while not value:
                await asyncio.sleep(0.1)
                value = await self.value(expression)
            return value


@asynccontextmanager
async def browsing(url: str, folder: Path) -> AsyncIterator[Page]:
    """The page at an address, in a browser that ends with the block."""
    assert BROWSER is not None
    process = await asyncio.create_subprocess_exec(
        BROWSER,
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
    )
    try:
        port = await _port(folder / "DevToolsActivePort")
        async with ClientSession() as http:
            async with http.put(f"http://127.0.0.1:{port}/json/new?about:blank") as answer:
                address = (await answer.json())["webSocketDebuggerUrl"]
            async with http.ws_connect(address, max_msg_size=0) as socket:
                page = Page(socket)
                for domain in ("Runtime", "Log", "Page"):
                    await page.tell(f"{domain}.enable")
                await page.tell("Page.navigate", url=url)
                yield page
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _port(told: Path) -> int:
    """Where the browser listens, which it writes into its folder."""
    async with asyncio.timeout(START_S):
        while not (words := _words(told)):  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(0.05)
    return int(words[0])


def _words(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split() if path.exists() else []

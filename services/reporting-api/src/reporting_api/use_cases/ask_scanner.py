"""Asking a virus scanner about a file, by clamd's INSTREAM command (clamd(8)) over a socket.

Well-kept clients speak TCP only, or a thread for each kilobyte; the command is a few lines.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import unquote, urlsplit

MAX_REPLY_BYTES = 4096
_REPLY = re.compile(r"stream: (?:OK|(?P<found>.{1,200}) FOUND)\x00?\n?")


class ScannerAddressUnusable(Exception):
    """The setting names no scanner: neither a socket of this machine nor a host with a port."""


class ScannerSilent(Exception):
    """The scanner cannot be reached, took too long, or did not say what a file holds."""


class Scanner:
    """A clamd at `unix:///path/of/socket` or `tcp://host:port`."""

    def __init__(self, address: str, limit_s: float) -> None:
        require_scanner_address(address)
        self._address = urlsplit(address)
        self._limit_s = limit_s

    async def finds(self, pieces: AsyncIterator[bytes]) -> str | None:
        """What the scanner calls that which it found in a file; none where it found nothing.

        Raises `ScannerSilent`; nothing may be taken from that.
        """
        try:
            async with asyncio.timeout(self._limit_s):
                reader, writer = await self._connect()
                try:
                    reply = await _sent(reader, writer, pieces)
                finally:
                    writer.close()
        except (OSError, EOFError, TimeoutError) as fault:
            raise ScannerSilent(type(fault).__name__) from fault
        said = _REPLY.fullmatch(reply.decode("utf-8", errors="replace"))
        if said is None:
            raise ScannerSilent("the reply says neither OK nor FOUND")
        return said["found"]

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.scheme == "unix":
            return await asyncio.open_unix_connection(unquote(self._address.path))
        return await asyncio.open_connection(self._address.hostname, self._address.port)


async def _sent(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: AsyncIterator[bytes]
) -> bytes:
    writer.write(b"zINSTREAM\x00")
    async for piece in pieces:
        writer.write(len(piece).to_bytes(4, "big") + piece)
        await writer.drain()
    writer.write(bytes(4))
    await writer.drain()
    return await reader.read(MAX_REPLY_BYTES)


def require_scanner_address(address: str | None) -> None:
    """Refuse a setting that names neither a socket nor a host with its port."""
    if address is None:
        return
    parts = urlsplit(address)
    try:
        is_host = parts.scheme == "tcp" and bool(parts.hostname) and parts.port is not None
    except ValueError as fault:
        raise ScannerAddressUnusable("the port is no port") from fault
    is_socket = parts.scheme == "unix" and not parts.netloc and len(parts.path) > 1
    if not (is_host and not parts.path) and not is_socket:
        raise ScannerAddressUnusable("write unix:///path/of/clamd.sock or tcp://host:3310")

"""Files that exports are written to as their rows come: compressed JSON Lines, or Parquet made by a child.

The child process takes the library that writes Parquet into its memory, and gives it back when it ends.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from reporting_api.domain.exports import ExportFormat

COMPRESSION_LEVEL = 6
CHILD_ENDS_WITHIN_S = 60.0
MAX_FAULT_BYTES = 2_000
_CHILD = "reporting_api.storage.parquet_writing"


class ExportNotWritten(Exception):
    """The file could not be written."""


class RowFile(Protocol):
    """A file that takes rows, each a line of JSON, until it is closed."""

    async def write(self, rows: Sequence[str]) -> None:
        """Add rows at the end; waits while those before are not taken yet."""


def row_file(
    form: ExportFormat, path: Path, types: dict[str, str], about: dict[str, Any]
) -> AbstractAsyncContextManager[RowFile]:
    """A file of the form at the path, whole when the block has ended without raising.

    `types` are the columns of a Parquet file with their types, `about` what its metadata say of them.
    """
    return _json_lines(path) if form == "jsonl" else _parquet(path, types, about)


class _JsonLines:
    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file

    async def write(self, rows: Sequence[str]) -> None:
        await asyncio.to_thread(self._file.write, _lines(rows))


@asynccontextmanager
async def _json_lines(path: Path) -> AsyncIterator[RowFile]:
    try:
        # Neither name nor time of making in it: the same rows are the same bytes.
        with path.open("wb") as plain, gzip.GzipFile("", "wb", COMPRESSION_LEVEL, plain, mtime=0) as file:
            yield _JsonLines(file)
    except OSError as fault:
        raise ExportNotWritten(str(fault)) from fault


class _Parquet:
    def __init__(self, stdin: asyncio.StreamWriter) -> None:
        self._stdin = stdin

    async def write(self, rows: Sequence[str]) -> None:
        self._stdin.write(_lines(rows))
        try:
            await self._stdin.drain()
        except OSError as fault:
            raise ExportNotWritten("the process that writes Parquet has ended") from fault


@asynccontextmanager
async def _parquet(path: Path, types: dict[str, str], about: dict[str, Any]) -> AsyncIterator[RowFile]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _CHILD,
        str(path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    assert child.stdin is not None
    try:
        head = {"types": types, "about": about}
        child.stdin.write(json.dumps(head).encode() + b"\n")
        yield _Parquet(child.stdin)
        async with asyncio.timeout(CHILD_ENDS_WITHIN_S):
            _, said = await child.communicate(b"")  # with nothing to say its input would stay open
        if child.returncode != 0:
            raise ExportNotWritten(said[-MAX_FAULT_BYTES:].decode(errors="replace"))
    except TimeoutError as fault:
        raise ExportNotWritten("the process that writes Parquet does not end") from fault
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()


def _environment() -> dict[str, str]:
    """What the child needs of this process's environment: no address, no key, and one thread."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LANG")}
    return kept | {"POLARS_MAX_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _lines(rows: Sequence[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()

"""A file in a request's body: received to disk, bounded before and after decompression, read line by line."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

from fastapi import Depends, Request

from cdp_common.db.idempotency import Once
from cdp_common.kernel.errors import BadRequest, TooLarge, Unavailable
from cdp_common.web.identity import Signed
from cdp_common.web.once import KeyHeader, scoped_once
from cdp_common.web.requests import MediaTypeUnsupported

IN_MEMORY_BYTES = 1024 * 1024
MAX_AT_ONCE = 4
READ_BYTES = 64 * 1024


class UploadTooLarge(TooLarge):
    """The file is larger, once decompressed, than the operation reads."""

    code = "upload_too_large"
    title = "The file is too large"


class UploadMalformed(BadRequest):
    """The body is said to be compressed and cannot be decompressed."""

    code = "upload_malformed"
    title = "The file cannot be decompressed"


class UploadsBusy(Unavailable):
    """As many files as this process takes at once are being received."""

    code = "uploads_busy"
    title = "Other files are being received"
    retry_after_s = 5


@dataclass(frozen=True)
class Upload:
    """A file that was received whole."""

    sha256: str
    """Of the bytes that were sent."""
    byte_count: int
    is_gzip: bool
    max_bytes: int
    """The most that is read of it, decompressed."""
    _file: IO[bytes]

    def content(self) -> Iterator[bytes]:
        """The file's decompressed bytes in pieces, from the start.

        Raises when they are too many or malformed.
        """
        self._file.seek(0)
        source: IO[bytes] = self._file
        if self.is_gzip:
            source = gzip.GzipFile(fileobj=self._file, mode="rb")  # type: ignore[assignment]  # an IO in all but name
        count = 0
        while piece := _read(source):
            count += len(piece)
            if count > self.max_bytes:
                raise UploadTooLarge(f"This operation reads at most {self.max_bytes} bytes of a file.")
            yield piece

    @contextmanager
    def unpacked(self) -> Iterator[IO[bytes]]:
        """The file's decompressed bytes as a file that can be read from anywhere."""
        if not self.is_gzip:
            self._file.seek(0)
            yield self._file
            return
        with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as plain:
            for piece in self.content():
                plain.write(piece)
            plain.seek(0)
            yield plain

    def lines(self, max_line_bytes: int) -> Iterator[bytes]:
        """The file's lines with their ends; a line longer than allowed comes in pieces without an end."""
        reader = io.BufferedReader(_Pieces(self.content()), READ_BYTES)
        while line := reader.readline(max_line_bytes):
            yield line


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer has no len
        if not self._rest:
            self._rest = next(self._pieces, b"")
        given, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


def _read(source: IO[bytes]) -> bytes:
    try:
        return source.read(READ_BYTES)
    except (OSError, EOFError, zlib.error) as fault:
        raise UploadMalformed("The body is not a whole gzip file.") from fault


class UploadRoom:
    """How many files a process receives at the same time; more are asked to come again."""

    def __init__(self, places: int = MAX_AT_ONCE) -> None:
        self._free = places

    @asynccontextmanager
    async def receive(
        self, request: Request, media_types: Collection[str], max_bytes: int
    ) -> AsyncIterator[Upload]:
        """The request's body as a file, which is gone when the block ends.

        Reads the media types named, and each of them under `Content-Encoding: gzip`.
        """
        if self._free == 0:
            raise UploadsBusy("Send the file again in a few seconds.")
        is_gzip = _encoding(request, media_types)
        self._free -= 1
        try:
            with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
                sha256, byte_count = await _fill(file, request)
                yield Upload(sha256, byte_count, is_gzip, max_bytes, file)
        finally:
            self._free += 1


def _encoding(request: Request, media_types: Collection[str]) -> bool:
    """Whether the body is compressed; raises when it is of another type."""
    stated = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if stated not in media_types or encoding not in ("identity", "gzip"):
        known = " or ".join(sorted(media_types))
        raise MediaTypeUnsupported(f"This operation reads {known}, plain or with Content-Encoding gzip.")
    return encoding == "gzip"


async def _fill(file: SpooledTemporaryFile[bytes], request: Request) -> tuple[str, int]:
    """Write the body to the file; gives its hash and size. The body limit has counted what arrives."""
    digest, byte_count = hashlib.sha256(), 0
    async for piece in request.stream():
        digest.update(piece)
        byte_count += len(piece)
        await asyncio.to_thread(file.write, piece)
    return digest.hexdigest(), byte_count


@dataclass(frozen=True)
class UploadCall:
    """A call that uploads a file once: it becomes a `Once` when the file's hash is known."""

    request: Request
    once_by: Callable[[str], Once]
    """Given the fingerprint."""

    def once(self, upload: Upload) -> Once:
        """The call with this very file."""
        asked = f"{self.request.url.path}?{self.request.url.query}\n{upload.sha256} {upload.is_gzip}"
        return self.once_by(hashlib.sha256(asked.encode()).hexdigest())


async def upload_call(request: Request, caller: Signed, header: KeyHeader = None) -> UploadCall:
    """The call as one that is done once; the body is not read yet."""
    return UploadCall(request, scoped_once(request, caller, header))


OnceUpload = Annotated[UploadCall, Depends(upload_call)]

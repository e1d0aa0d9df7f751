"""Where the bytes of files lie, evidence and exports: an S3-compatible store, or a folder of this machine.

A store is never asked inside a transaction. What is about to be written is first noted as loose, in a
transaction of its own; the row that stands for it takes that note away. What stays loose is removed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from os import SEEK_END
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from obstore.store import ObjectStore as Store

from cdp_common.kernel.errors import Unavailable

if TYPE_CHECKING:  # a shape that the library has for type checkers alone
    from obstore import GetOptions

PIECE_BYTES = 256 * 1024
PART_BYTES = 5 * 1024 * 1024
"""The least that S3 takes as a part of an upload; twice of it is all that is held of a file."""
PARTS_AT_ONCE = 2
CALL_LIMIT_S = 60.0
"""How long a store may take for a small file to be written, or for one piece to be read."""
SLOWEST_BYTES_PER_S = 1024 * 1024
"""A larger file is given so much longer."""
_CONNECT_LIMIT = timedelta(seconds=5)


class StoreAddressUnusable(Exception):
    """The setting names no store: neither a folder nor a bucket."""


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """How an S3-compatible store is reached; what is not said follows the machine's own credentials."""

    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_key_file: Path | None = None


class Blobs:
    """The store of this deployment; without an address it takes and gives nothing.

    What it cannot do it refuses as `silent`, which says what its files are.
    """

    def __init__(self, address: str | None, access: BucketAccess, silent: type[Unavailable]) -> None:
        self._address, self._access, self._silent = address, access, silent
        self._opened: Store | None = None

    def require_store(self) -> None:
        """Refuse where this deployment keeps no files, or its store cannot be opened."""
        self._store()

    async def put(self, key: str, file: IO[bytes]) -> None:
        """Write a file under a key, whole or not at all; the file is read from its start."""
        byte_count = file.seek(0, SEEK_END)
        file.seek(0)
        store = self._store()
        try:
            async with asyncio.timeout(CALL_LIMIT_S + byte_count / SLOWEST_BYTES_PER_S):
                await obstore.put_async(
                    store, key, file, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE
                )
        except (BaseError, OSError, TimeoutError) as fault:
            raise self._silent("The file could not be written; send it again.") from fault

    async def pieces(self, key: str, part: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        """The bytes under a key, in pieces; of a `part` those from its first number up to its second.

        Raises what refuses when the first is asked for, or where the store falls silent later.
        """
        options: GetOptions = {} if part is None else {"range": part}
        try:
            async with asyncio.timeout(CALL_LIMIT_S):
                found = await obstore.get_async(self._store(), key, options=options)
                stream = found.stream(min_chunk_size=PIECE_BYTES)
            while True:
                async with asyncio.timeout(CALL_LIMIT_S):
                    piece = await anext(stream, None)
                if piece is None:
                    return
                yield bytes(piece)
        except (BaseError, OSError, TimeoutError) as fault:
            raise self._silent("The file could not be read; ask again later.") from fault

    async def remove(self, key: str) -> None:
        """Remove what lies under a key; nothing to do where nothing does."""
        try:
            async with asyncio.timeout(CALL_LIMIT_S):
                await obstore.delete_async(self._store(), key)
        except FileNotFoundError:
            return
        except (BaseError, OSError, TimeoutError) as fault:
            raise self._silent("The file could not be removed.") from fault

    def _store(self) -> Store:
        if self._opened is None:
            if self._address is None:
                raise self._silent("This deployment keeps no files.")
            try:
                self._opened = _open(self._address, self._access)
            except (BaseError, OSError, ValueError) as fault:
                raise self._silent("The store cannot be opened.") from fault
        return self._opened


def require_store_address(address: str | None) -> None:
    """Refuse a setting that names neither a folder (`file:///…`) nor a bucket (`s3://…`)."""
    if address is None:
        return
    parts = urlsplit(address)
    is_folder = parts.scheme == "file" and not parts.netloc and len(parts.path) > 1
    is_bucket = parts.scheme == "s3" and bool(parts.netloc)
    if not (is_folder or is_bucket) or parts.query or parts.fragment:
        raise StoreAddressUnusable("write file:///folder, or s3://bucket with a prefix if wanted")


def _open(address: str, access: BucketAccess) -> Store:
    parts = urlsplit(address)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # where it is new, nobody else looks into it
        return LocalStore(prefix=folder)
    stated: dict[str, str] = {}
    if access.endpoint is not None:
        stated["endpoint"] = access.endpoint
    if access.region is not None:
        stated["region"] = access.region
    if access.access_key_id is not None and access.secret_key_file is not None:
        stated["access_key_id"] = access.access_key_id
        stated["secret_access_key"] = _secret(access.secret_key_file)
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=stated,  # type: ignore[arg-type]  # a TypedDict whose members are all text
        client_options={
            "allow_http": (access.endpoint or "").startswith("http://"),
            "connect_timeout": _CONNECT_LIMIT,
            "timeout": timedelta(seconds=CALL_LIMIT_S),
        },
    )


def _secret(path: Path) -> str:
    return path.read_text(encoding="ascii").strip()

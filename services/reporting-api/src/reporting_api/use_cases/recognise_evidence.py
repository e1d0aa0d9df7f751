"""What a file's own bytes say that it is; blocking, and so to be asked in a thread."""

from __future__ import annotations

import zipfile
import zlib
from typing import IO

from reporting_api.domain.evidence_files import (
    HEAD_BYTES,
    MediaType,
    is_package,
    is_text,
    kind_of_bytes,
    kind_of_package,
    may_begin_text,
    require_stated_type,
)

TAIL_BYTES = 1024
READ_BYTES = 256 * 1024
MAX_LIST_BYTES = 1024 * 1024
"""Of a package's list of parts: some ten thousand of them; Office writes a few dozen."""
MAX_TYPES_BYTES = 256 * 1024
"""Of the part that names the types of the others, unpacked."""
_TYPES_PART = "[Content_Types].xml"
_END_OF_LIST = b"PK\x05\x06"
_END_BYTES = 22


def require_recognised(file: IO[bytes], stated: str) -> None:
    """Refuse a file whose bytes are not of the type that its sender states."""
    head, tail = _ends(file)
    if is_package(head):
        require_stated_type(stated, _kind_of_package(file), has_text=False)
        return
    found = kind_of_bytes(head, tail)
    has_text = found is None and may_begin_text(head) and _holds_text(file)
    require_stated_type(stated, found, has_text=has_text)


def _ends(file: IO[bytes]) -> tuple[bytes, bytes]:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL_BYTES))
    return head, file.read(TAIL_BYTES)


def _holds_text(file: IO[bytes]) -> bool:
    file.seek(0)
    while piece := file.read(READ_BYTES):
        if not is_text(piece):
            return False
    return True


def _kind_of_package(file: IO[bytes]) -> MediaType | None:
    """The type of an Office document; only its list of parts and of their types are read, and bounded."""
    if not _has_short_list(file):
        return None
    try:
        with zipfile.ZipFile(file) as package, package.open(_TYPES_PART) as types:
            stated = types.read(MAX_TYPES_BYTES)
            return kind_of_package(package.namelist(), stated.decode("utf-8", errors="replace"))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, zlib.error, EOFError):
        return None


def _has_short_list(file: IO[bytes]) -> bool:
    """Whether the list of parts is as short as Office makes it: it is read into memory whole."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES))
    end = file.read(_END_BYTES)
    return end.startswith(_END_OF_LIST) and int.from_bytes(end[12:16], "little") <= MAX_LIST_BYTES

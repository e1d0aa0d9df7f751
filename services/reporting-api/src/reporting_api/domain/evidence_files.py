"""Evidence as files: what may be one, what its bytes say that it is, and who may read it when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, Gone, InvalidInput, NotFound, Unavailable

MediaType = Literal[
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/csv",
    "text/plain",
]
ScanState = Literal["not_scanned", "unscanned", "clean", "refused"]
RemovalReason = Literal[
    "personal_data", "wrong_file", "no_longer_needed", "refused_by_scanner", "never_used", "kept_long_enough"
]

XLSX: MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX: MediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

EXTENSIONS: Mapping[MediaType, str] = MappingProxyType(
    {
        "application/pdf": "pdf",
        XLSX: "xlsx",
        DOCX: "docx",
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/webp": "webp",
        "text/csv": "csv",
        "text/plain": "txt",
    }
)
"""The types that are recognised, and how their files are called when they are given out."""

HEAD_BYTES = 64
"""So many first bytes tell which type a file is of, or that it is a package whose list has to be read."""
PACKAGE_HEAD = b"PK\x03\x04"

_MAIN_PARTS: Mapping[str, MediaType] = MappingProxyType(
    {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": XLSX,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": DOCX,
    }
)
"""The content types of the main part, by ECMA-376 part 1; with macros they are others."""

# What a text must not begin with: it would be something that a program runs or a browser draws.
_NO_TEXT = (b"%PDF-", b"PK\x03\x04", b"MZ", b"\x7fELF", b"GIF8", b"#!", b"{\\rtf", b"<")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Control characters other than tab, line feed, form feed and carriage return stand in no text.
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\f\r") + b"\x7f"


class EvidenceStoreUnavailable(Unavailable):
    """The store does not answer, has lost the file, or this deployment has none."""

    code = "evidence_store_unavailable"
    title = "Files of evidence cannot be reached"
    retry_after_s = 30


class EvidenceNotFound(NotFound):
    """No file of evidence has this id, or none that the caller may know of."""

    code = "evidence_not_found"
    title = "There is no such evidence"


class EvidenceTypeRefused(InvalidInput):
    """The bytes of the file are not of the type that it is said to be of."""

    code = "evidence_type_refused"
    title = "The file is not of the stated type"


class EvidenceRefusedByScanner(InvalidInput):
    """A scanner found something in the file; it was not kept."""

    code = "evidence_refused_by_scanner"
    title = "The file was refused by the scanner"


class EvidenceUnscanned(Conflict):
    """The scanner has not answered yet; until then nobody reads the file."""

    code = "evidence_unscanned"
    title = "The file has not been scanned yet"
    retry_after_s = 60


class EvidenceRemoved(Gone):
    """The file was erased; its hash, size and uses stay on record."""

    code = "evidence_removed"
    title = "The file is gone"


@dataclass(frozen=True, slots=True)
class EvidenceUse:
    """A line that rests on a file, of a report that was submitted."""

    report_id: UUID
    place_id: UUID
    commissioner_id: UUID | None
    licence_framework: str | None
    """The framework whose licence the line's pounds need: without it only the reporter sees the line."""


@dataclass(frozen=True, slots=True)
class EvidenceReader:
    """Who asks for a file: the organisation acted for, the places it reads, the licences it holds."""

    organisation_id: UUID
    places: frozenset[UUID]
    licences: frozenset[str]


def may_read(reader: EvidenceReader, owner_id: UUID, uses: Collection[EvidenceUse]) -> bool:
    """Whether somebody may know of a file: its own organisation, and whoever may judge a line that uses it.

    Those are the validators, managers and officers of the place, and the commissioner of the line. Nobody
    else, and never the public.
    """
    if reader.organisation_id == owner_id:
        return True
    return any(
        (use.place_id in reader.places or use.commissioner_id == reader.organisation_id)
        and (use.licence_framework is None or use.licence_framework in reader.licences)
        for use in uses
    )


def is_package(head: bytes) -> bool:
    """Whether the file is a ZIP package, whose list of parts tells what it is."""
    return head.startswith(PACKAGE_HEAD)


def kind_of_bytes(head: bytes, tail: bytes) -> MediaType | None:
    """The type whose signature the first and last bytes bear; none for texts, packages and all else.

    Signatures: ISO 32000-2 section 7.5.2 and 7.5.5; W3C PNG section 5.2; ITU-T T.81 B.1.1.3; RFC 9649.
    """
    if head.startswith(b"%PDF-") and b"%%EOF" in tail:
        return "application/pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def kind_of_package(part_names: Collection[str], content_types: str) -> MediaType | None:
    """The type of an Office document by its parts and its list of their types; none with macros in it."""
    if any(name.lower().endswith("vbaproject.bin") for name in part_names):
        return None
    found = {kind for main, kind in _MAIN_PARTS.items() if f'"{main}"' in content_types}
    return found.pop() if len(found) == 1 else None


def may_begin_text(head: bytes) -> bool:
    """Whether a file that begins like this may be plain text."""
    return not head.removeprefix(_BYTE_ORDER_MARK).lstrip(b" \t\r\n").startswith(_NO_TEXT)


def is_text(piece: bytes) -> bool:
    """Whether a piece of a file holds nothing but text, in whatever extension of ASCII."""
    return len(piece.translate(None, _CONTROL)) == len(piece)


def require_stated_type(stated: str, found: MediaType | None, *, has_text: bool) -> None:
    """Refuse a file whose bytes are not of the type that its sender states.

    A CSV file and a plain text look the same, so a text is of the type that it is said to be of.
    """
    fits = has_text if stated in ("text/csv", "text/plain") else found == stated
    if not fits:
        seen = "a text" if has_text else found or "none of the types that are taken"
        raise EvidenceTypeRefused(f"The file is said to be {stated}; its bytes say {seen}.")

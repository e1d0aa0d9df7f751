"""What bytes say of a file, who may read it, and how a scanner answers."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from cdp_common.kernel.identifiers import new_id
from cdp_common.web.content_digest import (
    ContentDigestDiffers,
    ContentDigestMalformed,
    digest_header,
    require_digest,
    sha256_stated,
)
from reporting_api.domain.evidence_files import (
    DOCX,
    XLSX,
    EvidenceReader,
    EvidenceTypeRefused,
    EvidenceUse,
    may_read,
)
from reporting_api.domain.report_file import line_of
from reporting_api.storage.blobs import StoreAddressUnusable, require_store_address
from reporting_api.use_cases.ask_scanner import (
    Scanner,
    ScannerAddressUnusable,
    ScannerSilent,
    require_scanner_address,
)
from reporting_api.use_cases.recognise_evidence import require_recognised

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(20)
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20)


def workbook() -> bytes:
    book, content = Workbook(), io.BytesIO()
    book.save(content)
    return content.getvalue()


def package(main: str, *more: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("[Content_Types].xml", f'<Types><Override ContentType="{main}"/></Types>')
        for name in more:
            made.writestr(name, "x")
    return content.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_SHEET = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (WEBP, "image/webp"),
        (workbook(), XLSX),
        (package(WORD), DOCX),
        (b"date,hours\n2026-07-01,4\n", "text/csv"),
        ("caf\u00e9;4\r\n".encode("windows-1252"), "text/csv"),
        (b"\xef\xbb\xbfnotes", "text/plain"),
    ],
)
def test_a_file_whose_bytes_are_of_its_type_is_taken(content: bytes, stated: str):
    require_recognised(io.BytesIO(content), stated)


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        (PDF, "image/png"),
        (PNG, "application/pdf"),
        (b"%PDF-1.7 cut off", "application/pdf"),
        (b"\n" + PDF, "application/pdf"),
        (PNG[:8], "image/png"),
        (PDF, "text/plain"),
        (b"<script>alert(1)</script>", "text/plain"),
        (b"\xef\xbb\xbf  <html>", "text/csv"),
        (b"#!/bin/sh\n", "text/plain"),
        (b"MZ\x90\x00", "text/plain"),
        (b"a,b\x00c", "text/csv"),
        (b"a" * 300_000 + b"\x1b", "text/plain"),
        (package(WORD), XLSX),
        (package(MACRO_SHEET), XLSX),
        (package(SHEET, "xl/vbaProject.bin"), XLSX),
        (package(SHEET + '"/><Override ContentType="' + WORD), XLSX),
        (b"PK\x03\x04 no package", XLSX),
        (workbook()[:-1], XLSX),
        (workbook() + b"x", XLSX),
    ],
)
def test_a_file_that_is_something_else_is_refused(content: bytes, stated: str):
    with pytest.raises(EvidenceTypeRefused):
        require_recognised(io.BytesIO(content), stated)


OWNER, OTHER, PLACE, ELSEWHERE, REPORT = (new_id() for _ in range(5))


@pytest.mark.parametrize(
    ("reader", "uses", "expected"),
    [
        (EvidenceReader(OWNER, frozenset(), frozenset()), [], True),
        (EvidenceReader(OTHER, frozenset(), frozenset()), [], False),
        (EvidenceReader(OTHER, frozenset({PLACE}), frozenset()), [], False),
        (EvidenceReader(OTHER, frozenset({PLACE}), frozenset()), [(PLACE, None, None)], True),
        (EvidenceReader(OTHER, frozenset({ELSEWHERE}), frozenset()), [(PLACE, None, None)], False),
        (EvidenceReader(OTHER, frozenset(), frozenset()), [(PLACE, OTHER, None)], True),
        (EvidenceReader(OTHER, frozenset(), frozenset()), [(PLACE, OWNER, None)], False),
        (EvidenceReader(OTHER, frozenset({PLACE}), frozenset()), [(PLACE, OTHER, "fw")], False),
        (EvidenceReader(OTHER, frozenset({PLACE}), frozenset({"fw"})), [(PLACE, None, "fw")], True),
        (EvidenceReader(OTHER, frozenset({PLACE}), frozenset({"x"})), [(PLACE, None, "fw")], False),
    ],
)
def test_a_file_is_read_by_its_owner_and_by_who_may_judge_a_line_of_it(
    reader: EvidenceReader, uses: list[tuple[object, object, str | None]], expected: bool
):
    stated = [EvidenceUse(REPORT, place, org, licence) for place, org, licence in uses]  # type: ignore[arg-type]  # ids
    assert may_read(reader, OWNER, stated) is expected


def test_a_stated_digest_holds_or_refuses():
    sha256 = hashlib.sha256(b"x").hexdigest()
    require_digest(None, sha256)
    require_digest(digest_header(sha256), sha256)
    require_digest(f"sha-512=:AAAA:, {digest_header(sha256)}", sha256)
    require_digest("sha-512=:AAAA:", sha256)
    assert sha256_stated(digest_header(sha256)) == sha256
    with pytest.raises(ContentDigestDiffers):
        require_digest(digest_header("0" * 64), sha256)
    for malformed in ("", "sha-256=abc", "sha-256=:AAAA:", sha256, "sha-256=:" + "=" * 44 + ":"):
        with pytest.raises(ContentDigestMalformed):
            require_digest(malformed, sha256)


def test_addresses_of_stores_and_scanners_are_checked_before_anything_starts():
    for address in (None, "file:///var/lib/cdp/evidence", "s3://bucket", "s3://bucket/some/prefix"):
        require_store_address(address)
    for address in ("", "file://", "file://host/x", "s3://", "https://x.example", "s3://bucket?x=1"):
        with pytest.raises(StoreAddressUnusable):
            require_store_address(address)
    for scanner in (None, "unix:///run/clamd.sock", "tcp://clamav:3310"):
        require_scanner_address(scanner)
    for scanner in ("", "tcp://clamav", "tcp://clamav:x", "tcp://h:1/path", "unix://h/x", "http://h:1"):
        with pytest.raises(ScannerAddressUnusable):
            require_scanner_address(scanner)


def test_a_cell_of_a_file_names_stored_files_and_hashed_addresses():
    file_id = "01900000-0000-7000-8000-00000000000A"
    cell = f"{file_id} https://example.org/a.pdf#sha256={'AB' * 32} https://example.org/b"
    stated, _ = line_of(1, {"evidence": cell}, decimal_comma=False)
    assert stated["evidence"] == [
        {"title": "Evidence 1", "evidence_id": file_id.lower()},
        {"title": "a.pdf", "url": "https://example.org/a.pdf", "sha256": "ab" * 32},
        {"title": "b", "url": "https://example.org/b"},
    ]


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (b"stream: OK\x00", None),
        (b"stream: Eicar-Signature FOUND\x00", "Eicar-Signature"),
        (b"INSTREAM size limit exceeded. ERROR\x00", ScannerSilent),
        (b"", ScannerSilent),
        (b"stream: OK FOUND it", ScannerSilent),
    ],
)
async def test_the_scanner_is_sent_the_file_in_chunks_and_believed_only_when_it_is_plain(
    tmp_path: Path, reply: bytes, found: str | type[ScannerSilent] | None
):
    heard = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readexactly(27))
        writer.write(reply)
        writer.close()

    server = await asyncio.start_unix_server(answer, tmp_path / "clamd.sock")
    scanner = Scanner(f"unix://{tmp_path}/clamd.sock", limit_s=5)
    async with server:
        if found is ScannerSilent:
            with pytest.raises(ScannerSilent):
                await scanner.finds(_pieces(b"abc", b"de"))
        else:
            assert await scanner.finds(_pieces(b"abc", b"de")) == found
    assert heard == [b"zINSTREAM\x00" + b"\x00\x00\x00\x03abc" + b"\x00\x00\x00\x02de" + bytes(4)]


async def test_a_scanner_that_is_not_there_is_silent(tmp_path: Path):
    with pytest.raises(ScannerSilent):
        await Scanner(f"unix://{tmp_path}/none.sock", limit_s=5).finds(_pieces(b"a"))

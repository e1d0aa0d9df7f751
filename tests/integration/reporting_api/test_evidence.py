"""Evidence as files: kept, used by lines, read by the few who may, scanned, erased, and no longer kept."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text
from tests.integration.reporting_api.evidence_calls import PATH, PDF, keep_file, resting_on, send_file
from tests.integration.reporting_api.intake_calls import file_query
from tests.integration.reporting_api.test_client import client, draft, key
from tests.integration.reporting_api.test_corrections import correct
from tests.integration.reporting_api.test_drafts import counts, etag
from tests.integration.reporting_api.world import World, codes, contract_line, keyed, line

from cdp_common.contracts.evidence import EvidenceErasure, StoredEvidence
from cdp_common.contracts.report_drafts import DraftContent
from cdp_common.contracts.reporting import Report, ReportLineDraft
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import month_end
from cdp_common.web.content_digest import digest_header
from reporting_api.storage.loose_blobs import loosen_blob
from reporting_api.use_cases.ask_scanner import Scanner
from reporting_api.use_cases.keep_evidence import EvidenceKeeping
from reporting_api.use_cases.tend_evidence import EvidenceRetention, tend_evidence

SHA256 = hashlib.sha256(PDF).hexdigest()
RETENTION = EvidenceRetention(unused=timedelta(days=90), after_period=timedelta(days=2557))
# The test file of anti-virus programs, in two halves so that none takes offence at this one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def keeping(world: World) -> EvidenceKeeping:
    kept: EvidenceKeeping = world.app.state.evidence_keeping
    return kept


def blobs_in(world: World) -> set[str]:
    """Every file in the store that is the test's own."""
    folder = Path(str(world.app.state.settings.evidence_store).removeprefix("file://"))
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def changes_since(world: World, before: set[str]) -> set[str]:
    return blobs_in(world) - before


async def tend(world: World, later: timedelta = timedelta()) -> None:
    await tend_evidence(world.db, keeping(world), RETENTION, lambda: world.clock() + later)


@asynccontextmanager
async def scanner(world: World, folder: Path) -> AsyncIterator[list[str]]:
    """A clamd on a socket that knows one virus, while the block lasts; the list may tell it to be silent."""
    mood: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\x00"
        content = b""
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(size)
        if not mood:
            writer.write(b"stream: Eicar FOUND\x00" if EICAR in content else b"stream: OK\x00")
        writer.close()

    async with await asyncio.start_unix_server(answer, folder / "clamd.sock"):
        plain = keeping(world)
        scanning = replace(plain, scanner=Scanner(f"unix://{folder}/clamd.sock", limit_s=10))
        world.app.state.evidence_keeping = scanning
        yield mood
        world.app.state.evidence_keeping = plain


async def test_a_file_is_kept_once_and_given_only_to_those_who_may_judge_a_line_of_it(world: World):
    before = blobs_in(world)
    council = client(world, world.as_org(world.council))
    said: dict[str, Any] = {"stated": {"Content-Digest": digest_header(SHA256)}, "name": "caf\u00e9 log.pdf"}
    kept = await keep_file(world, world.council, **said)
    assert (kept.sha256, kept.byte_count, kept.scan, kept.report_ids) == (SHA256, len(PDF), "not_scanned", [])
    assert changes_since(world, before) == {f"{SHA256}/{kept.id}"}
    assert await world.count("loose_blobs") == 0

    again = await send_file(world, world.as_org(world.council))
    assert (again.status_code, again.json()["id"]) == (200, str(kept.id))
    assert await world.count("loose_blobs") == 1  # the second copy, until it is removed
    await tend(world, timedelta(days=2))
    assert changes_since(world, before) == {f"{SHA256}/{kept.id}"}
    assert await world.count("loose_blobs") == 0

    made = await world.sign()
    owed = contract_line(made.lines[0].line_id, evidence=[{"title": "x", "evidence_id": str(kept.id)}])
    others = await world.try_report(world.supplier, world.report_draft(owed))
    assert codes(others) == [("/lines/0/evidence/0/evidence_id", "evidence_unknown")]
    supplied = await keep_file(world, world.supplier)
    readers = {
        "validator": world.as_validator(),
        "manager": world.as_manager(),
        "commissioner": world.as_org(world.council),
        "stranger": world.as_org(world.college),
    }
    for headers in readers.values():
        assert (await world.http.get(f"{PATH}/{supplied.id}", headers=headers)).status_code == 404
    owed["evidence"][0]["evidence_id"] = str(supplied.id)
    report = await world.report(world.supplier, owed)
    assert [(one.evidence_id, one.sha256, one.url) for one in report.lines[0].evidence] == [
        (supplied.id, SHA256, None)
    ]
    for name, headers in readers.items():
        answer = await world.http.get(f"{PATH}/{supplied.id}/file", headers=headers)
        assert answer.status_code == (404 if name == "stranger" else 200), name
    answer = await world.http.get(f"{PATH}/{kept.id}/file", headers=world.as_org(world.council))
    assert answer.content == PDF
    shown = {
        name: answer.headers[name]
        for name in ("content-type", "content-length", "repr-digest", "x-content-type-options")
    }
    assert shown == {
        "content-type": "application/pdf",
        "content-length": str(len(PDF)),
        "repr-digest": digest_header(SHA256),
        "x-content-type-options": "nosniff",
    }
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-disposition"] == (
        f"attachment; filename=\"evidence-{kept.id}.pdf\"; filename*=UTF-8''caf%C3%A9%20log.pdf"
    )
    assert answer.headers["cache-control"] == "private, no-store"
    assert (await client(world, world.as_org(world.supplier)).get_evidence(supplied.id)).report_ids == [
        report.id
    ]

    # The same file under a report of the council: two reporters rest on one document.
    assert await world.count("report_conflicts") == 0
    await world.report(world.council, resting_on(kept))
    assert (
        await world.scalar("SELECT kind || ' ' || shared FROM report_conflicts") == f"same_evidence {SHA256}"
    )

    erasure = EvidenceErasure(reason="personal_data")
    manager = world.as_manager()
    fetched = await world.http.get(f"{PATH}/{supplied.id}", headers=manager)
    stale = {**manager, "If-Match": '"x"'}
    path = f"{PATH}/{supplied.id}/erasure"
    assert (await world.http.post(path, json=erasure.model_dump(), headers=stale)).status_code == 412
    erased = await world.http.post(
        path, json=erasure.model_dump(), headers={**manager, "If-Match": fetched.headers["etag"]}
    )
    gone = StoredEvidence.model_validate_json(erased.content)
    assert (gone.sha256, gone.file_name, gone.removal_reason) == (SHA256, None, "personal_data")
    assert ("evidence.removed", "personal_data") in [
        (kind, data.get("reason")) for kind, data in await world.events()
    ]
    refused = await world.http.get(f"{PATH}/{supplied.id}/file", headers=manager)
    assert (refused.status_code, refused.json()["code"]) == (410, "evidence_removed")
    await tend(world)
    assert changes_since(world, before) == {f"{SHA256}/{kept.id}"}
    assert [one.id for one in (await council.list_evidence()).items] == [kept.id]


REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({"stated": {"Content-Digest": digest_header("0" * 64)}}, 400, "content_digest_differs"),
    ({"stated": {"Content-Digest": "sha-256=x"}}, 400, "content_digest_malformed"),
    ({"kind": "image/png"}, 422, "evidence_type_refused"),
    ({"kind": "application/zip"}, 415, "unsupported_media_type"),
    ({"stated": {"Content-Encoding": "gzip"}}, 415, "unsupported_media_type"),
    ({"content": b""}, 422, "evidence_empty"),
    ({"content": PDF + bytes(25 * 1024 * 1024)}, 413, "body_too_large"),
    ({"name": "../x.pdf"}, 422, "invalid_input"),
]


async def test_what_cannot_be_kept_leaves_nothing_behind(world: World, tmp_path: Path):
    before = blobs_in(world)
    for changes, status, code in REFUSALS:
        answer = await send_file(world, world.as_org(world.council), **{"content": PDF, **changes})
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    turned = await send_file(world, world.as_org(world.council), name="report-\u202efdp.html.pdf")
    assert (turned.status_code, codes(turned)) == (422, [("?file_name", "text_unseen")])
    async with scanner(world, tmp_path):
        answer = await send_file(world, world.as_org(world.council), EICAR, kind="text/plain")
        assert (answer.status_code, answer.json()["code"]) == (422, "evidence_refused_by_scanner")
        assert "Eicar" in answer.json()["detail"]
    kept = await keep_file(world, world.council)
    for bad, pointer, code in (
        ({"title": "x"}, "", "evidence_unnamed"),
        ({"title": "x", "evidence_id": str(kept.id), "url": "https://a.example"}, "", "evidence_unnamed"),
        ({"title": "x", "evidence_id": str(new_id())}, "/evidence_id", "evidence_unknown"),
        ({"title": "x", "evidence_id": str(kept.id), "sha256": "0" * 64}, "/sha256", "evidence_differs"),
    ):
        refused = await world.try_report(world.council, world.report_draft(line(evidence=[bad])))
        assert codes(refused) == [(f"/lines/0/evidence/0{pointer}", code)]
    assert await world.count("reports") == 0
    assert len(changes_since(world, before)) == 1


async def test_an_address_comes_with_the_hash_of_what_lies_there_and_older_reports_are_read_without(
    world: World,
):
    council, mine = client(world, world.as_org(world.council)), world.as_org(world.council)
    bare = {"title": "Log", "url": "https://example.org/log"}
    hashed = {**bare, "sha256": SHA256}
    earlier = await world.report(world.council, line(evidence=[hashed]))
    async with world.db.begin() as tx:  # as it was reported before hashes were asked for
        await tx.execute(text("UPDATE report_lines SET evidence = evidence #- '{0,sha256}'"))
    older = await council.get_report(earlier.id)
    assert [one.model_dump(exclude_none=True) for one in older.lines[0].evidence] == [bare]
    assert (await council.list_report_lines(earlier.id)).items == older.lines
    assert (await world.review(older)).state == "validated"

    may = {"period_start": "2026-05-01", "period_end": "2026-05-31"}
    kept = await council.create_report_draft(
        draft(world, lines=[line(evidence=[hashed, bare])], **may), idempotency_key=key()
    )
    tag = await etag(world, world.council, kept.id)
    before, figures = await counts(world), await world.value()
    refusals = [
        (await world.try_report(world.council, world.report_draft(line(evidence=[hashed, bare]), **may)), 1),
        (await correct(world, older, lines=[line(evidence=[bare])]), 0),
    ]
    for refused, place in refusals:
        assert (refused.status_code, refused.json()["code"]) == (422, "report_invalid")
        assert codes(refused) == [(f"/lines/0/evidence/{place}/sha256", "sha256_missing")]
    by_csv = "measure,quantity,unit,route,evidence\nHOURS,1,hours,own_activity,https://example.org/log{}\n"
    in_file = await send_report(world, by_csv.format("").encode())
    assert codes(in_file) == [("/rows/1/evidence", "sha256_missing")]
    submission = f"/v1/report-drafts/{kept.id}/submission"
    unfinished = await world.http.post(submission, headers={**keyed(mine), "If-Match": tag})
    assert codes(unfinished) == [("/lines/0/evidence", "sha256_missing")]
    assert await counts(world) == before
    assert await world.value() == figures
    assert await etag(world, world.council, kept.id) == tag

    whole = DraftContent(lines=[ReportLineDraft.model_validate(line(evidence=[hashed]))])
    await council.replace_report_draft(kept.id, whole, if_match=tag)
    tag = await etag(world, world.council, kept.id)
    submitted = await council.submit_report_draft(kept.id, if_match=tag, idempotency_key=key())
    corrected = await correct(world, older, lines=[line(evidence=[hashed])])
    sent = await send_report(world, by_csv.format(f"#sha256={SHA256.upper()}").encode(), month=6)
    reports = [submitted, Report.model_validate_json(corrected.content)]
    assert [report.lines[0].evidence[0].sha256 for report in reports] == [SHA256, SHA256]
    assert sent.json()["report"]["lines"][0]["evidence"] == [{**hashed, "title": "log", "evidence_id": None}]


async def test_files_wait_unread_for_a_scanner_and_are_kept_no_longer_than_needed(
    world: World, tmp_path: Path
):
    before = blobs_in(world)
    earlier = await keep_file(world, world.council, EICAR, kind="text/plain")
    used = await keep_file(world, world.council)
    await world.report(world.council, resting_on(used))
    mine = world.as_org(world.council)
    async with scanner(world, tmp_path) as mood:
        mood.append("silent")
        waiting = await keep_file(world, world.council, PDF + b" ")
        assert waiting.scan == "unscanned"
        unread = await world.http.get(f"{PATH}/{waiting.id}/file", headers=mine)
        assert (unread.status_code, unread.json()["code"]) == (409, "evidence_unscanned")
        await tend(world)
        mood.clear()
        await tend(world, timedelta(minutes=6))
    council = client(world, mine)
    states = {one.id: (one.scan, one.removal_reason) for one in (await council.list_evidence()).items}
    assert states == {
        earlier.id: ("refused", "refused_by_scanner"),
        used.id: ("clean", None),
        waiting.id: ("clean", None),
    }
    assert await council.get_evidence_file(waiting.id) == PDF + b" "
    assert len(changes_since(world, before)) == 2
    by_csv = f"measure,quantity,unit,route,evidence\nHOURS,1,hours,own_activity,{earlier.id}\n".encode()
    gone = await send_report(world, by_csv)
    assert codes(gone) == [("/rows/1/evidence", "evidence_removed")]

    async with world.db.begin() as tx:  # a process died between writing a blob and its row
        await loosen_blob(tx, "lost", world.clock())
    await tend(world, timedelta(days=91))
    assert (await council.get_evidence(waiting.id)).removal_reason == "never_used"
    assert (await council.get_evidence(used.id)).removal_reason is None
    async with world.db.begin() as tx:
        await tx.execute(text("UPDATE reports SET period_start = '2019-07-01', period_end = '2019-09-30'"))
    await tend(world)
    assert (await council.get_evidence(used.id)).removal_reason == "kept_long_enough"
    await tend(world)
    assert changes_since(world, before) == set()
    assert await world.count("loose_blobs") == 0


async def send_report(world: World, content: bytes, month: int = 5) -> httpx2.Response:
    headers = {**world.as_org(world.council), "Content-Type": "text/csv"}
    days = {"period_start": f"2026-{month:02}-01", "period_end": str(month_end(date(2026, month, 1)))}
    params = {**file_query(world), **days}
    return await world.http.post(
        "/v1/report-files",
        params=params,
        content=content,
        headers={**headers, "Idempotency-Key": str(new_id())},
    )

"""Drafts of reports: kept and changed by their organisation, counted nowhere, submitted in one call."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.integration.reporting_api.evidence_calls import keep_file, resting_on
from tests.integration.reporting_api.framework import EDITION
from tests.integration.reporting_api.test_client import client, draft, key
from tests.integration.reporting_api.world import QUARTER, World, codes, keyed, line

from cdp_common.clients.base import UpstreamProblem
from cdp_common.contracts.report_drafts import DraftContent, NewReportDraft
from cdp_common.contracts.report_files import ReportFileReceipt
from cdp_common.contracts.reporting import ReportLineDraft
from reporting_api.use_cases.keep_drafts import purge_drafts

PATH = "/v1/report-drafts"
COUNTED = ("reports", "report_lines", "ledger_inbox", "events", "report_states", "line_marks")


async def etag(world: World, org: UUID, draft_id: UUID) -> str:
    answer = await world.http.get(f"{PATH}/{draft_id}", headers=world.as_org(org))
    return str(answer.headers["etag"])


async def counts(world: World) -> list[int]:
    return [await world.count(table) for table in COUNTED]


async def test_a_draft_counts_nowhere_until_it_is_submitted_whole(world: World):
    council = client(world, world.as_org(world.council))
    evidence = await keep_file(world, world.council)
    before, figures = await counts(world), await world.value()
    made = await council.create_report_draft(draft(world), idempotency_key=key())
    assert (made.state, made.line_count, made.version) == ("draft", 1, 1)
    with pytest.raises(UpstreamProblem, match="report_draft_exists"):
        await council.create_report_draft(draft(world), idempotency_key=key())

    stated = [resting_on(evidence), line("NOWHERE"), line(unit="weeks"), line("CARBON", "2", "tco2e")]
    content = DraftContent(lines=[ReportLineDraft.model_validate(one) for one in stated])
    first = await etag(world, world.council, made.id)
    changed = await council.replace_report_draft(made.id, content, if_match=first)
    assert (changed.line_count, changed.version) == (4, 2)
    assert (await council.list_report_draft_lines(made.id)).items == content.lines
    with pytest.raises(UpstreamProblem, match="if_match_stale"):
        await council.submit_report_draft(made.id, if_match=first, idempotency_key=key())

    second = await etag(world, world.council, made.id)
    path, headers = f"{PATH}/{made.id}/submission", keyed(world.as_org(world.council))
    refused = await world.http.post(path, headers={**headers, "If-Match": second})
    assert (refused.status_code, refused.json()["code"]) == (422, "report_invalid")
    assert sorted(codes(refused)) == [
        ("/lines/1/measure", "measure_unknown"),
        ("/lines/2/unit", "unit_mismatch"),
    ]
    assert await counts(world) == before
    assert await world.value() == figures
    assert (await world.http.get(f"/v1/reports/{made.id}", headers=headers)).status_code == 404
    known = await world.http.get(f"/v1/evidence/{evidence.id}", headers=world.as_validator())
    assert known.status_code == 404  # a draft opens its evidence to nobody

    good = DraftContent(lines=[content.lines[0], content.lines[3]], named_totals_agreed=True)
    await council.replace_report_draft(made.id, good, if_match=second)
    third, once = await etag(world, world.council, made.id), key()
    report = await council.submit_report_draft(made.id, if_match=third, idempotency_key=once)
    assert (report.id, report.state, report.line_count) == (made.id, "submitted", 2)
    assert (report.named_totals_agreed, report.lines[0].evidence[0].evidence_id) == (True, evidence.id)
    assert await council.submit_report_draft(made.id, if_match=third, idempotency_key=once) == report
    assert (await council.list_report_drafts()).items == []
    assert await world.count("report_draft_lines") == 0
    total = sum(one.total_gbp or 0 for one in report.lines)
    assert (await world.value()).figures.delivered.total_gbp == total


async def test_files_and_nil_returns_become_drafts_that_are_forgotten_or_submitted(world: World):
    council = client(world, world.as_org(world.council))
    rows = b"measure,quantity,unit,route\nHOURS,10,hours,own_activity\nHOURS,x,hours,own_activity\n,,,\n"
    params = {
        "place_id": str(world.place),
        "period_start": QUARTER[0],
        "period_end": QUARTER[1],
        "edition_hash": EDITION,
        "as_draft": "true",
    }
    headers = {**world.as_org(world.council), "Content-Type": "text/csv"}
    refused = await world.http.post("/v1/report-files", params=params, content=rows, headers=keyed(headers))
    assert codes(refused) == [("/rows/2/quantity", "number_malformed")]
    params["faulty_rows"] = "leave_out"
    for more, code in (({"corrects": str(world.place)}, "report_not_found"), ({}, None)):
        answer = await world.http.post(
            "/v1/report-files", params={**params, **more}, content=rows, headers=keyed(headers)
        )
        assert answer.json().get("code") == code
    receipt = ReportFileReceipt.model_validate_json(answer.content)
    assert receipt.draft is not None
    assert (receipt.report, receipt.line_count, receipt.rows_left_out) == (None, 1, 1)
    assert await world.count("reports") == 0
    tag = await etag(world, world.council, receipt.draft.id)
    made = await council.submit_report_draft(receipt.draft.id, if_match=tag, idempotency_key=key())
    assert [one.measure for one in made.lines] == ["HOURS"]

    nothing = draft(world, lines=[], period_start=date(2026, 11, 1), period_end=date(2026, 11, 30))
    kept = await council.create_report_draft(nothing, idempotency_key=key())
    tag = await etag(world, world.council, kept.id)
    for content, expected in ((None, "lines_missing"), (DraftContent(nil_return=True), "period_in_future")):
        if content is not None:
            await council.replace_report_draft(kept.id, content, if_match=tag)
            tag = await etag(world, world.council, kept.id)
        answer = await world.http.post(
            f"{PATH}/{kept.id}/submission", headers={**keyed(headers), "If-Match": tag}
        )
        assert [code for _, code in codes(answer)] == [expected]
    await council.delete_report_draft(kept.id, if_match=tag)
    assert (await council.list_report_drafts()).items == []

    past = nothing.model_copy(update={"period_start": date(2026, 5, 1), "period_end": date(2026, 5, 31)})
    nil = await council.create_report_draft(
        past.model_copy(update={"nil_return": True}), idempotency_key=key()
    )
    tag = await etag(world, world.council, nil.id)
    assert (await council.submit_report_draft(nil.id, if_match=tag, idempotency_key=key())).nil_return is True

    old = await council.create_report_draft(draft(world), idempotency_key=key())
    assert await purge_drafts(world.db, world.clock, timedelta(days=1)) == 0
    assert await purge_drafts(world.db, world.clock, timedelta(days=-1)) == 1
    with pytest.raises(UpstreamProblem, match="report_draft_not_found"):
        await council.get_report_draft(old.id)


async def test_a_correction_is_drafted_changed_and_submitted_as_a_report_is(world: World):
    report = await world.report(world.council)
    council = client(world, world.as_org(world.council))
    days = {"period_start": report.period_start, "period_end": report.period_end}
    stated = NewReportDraft.model_validate({**draft(world).model_dump(), **days, "corrects": report.id})
    before, figures = await counts(world), await world.value()
    for change, code in (
        ({"period_end": report.period_end - timedelta(days=1)}, "period_differs"),
        ({"corrects": None, "reason": "x"}, "not_allowed"),
    ):
        body = stated.model_copy(update=change).model_dump(mode="json")
        refused = await world.http.post(PATH, json=body, headers=keyed(world.as_org(world.council)))
        assert [found for _, found in codes(refused)] == [code]
    other = client(world, world.as_org(world.charity))
    with pytest.raises(UpstreamProblem, match="report_not_found"):
        await other.create_report_draft(stated, idempotency_key=key())
    made = await council.create_report_draft(stated, idempotency_key=key())
    assert (made.corrects, made.correction_reason) == (report.id, None)
    assert (await counts(world), await world.value()) == (before, figures)

    tag = await etag(world, world.council, made.id)
    with pytest.raises(UpstreamProblem, match="report_invalid"):  # it does not say why
        await council.submit_report_draft(made.id, if_match=tag, idempotency_key=key())
    content = DraftContent(lines=[ReportLineDraft.model_validate(line(quantity="4"))], reason="typing error")
    changed = await council.replace_report_draft(made.id, content, if_match=tag)
    assert (changed.corrects, changed.correction_reason) == (report.id, "typing error")
    tag = await etag(world, world.council, made.id)
    corrected = await council.submit_report_draft(made.id, if_match=tag, idempotency_key=key())
    assert (corrected.id, corrected.supersedes) == (made.id, report.id)
    assert corrected.correction_reason == "typing error"
    assert sorted(entry.pence for entry in await world.ledger("delivered")) == [-17960, 7184, 17960]
    assert await world.scalar(f"SELECT state FROM reports WHERE id = '{report.id}'") == "superseded"
    with pytest.raises(UpstreamProblem, match="report_not_correctable"):
        await council.create_report_draft(stated, idempotency_key=key())


async def test_the_database_refuses_states_that_do_not_follow_each_other(world: World):
    report = await world.report(world.council)
    rejected = {"outcome": "rejected", "reason": "x"}
    assert (await world.try_review(report, rejected)).status_code == 201
    for state in ("submitted", "under_review", "validated", "returned", "superseded"):
        with pytest.raises(IntegrityError, match="a report does not come to be"):
            async with world.db.begin() as tx:
                await tx.execute(text("UPDATE reports SET state = :state"), {"state": state})
    assert await world.scalar("SELECT state FROM reports") == "rejected"

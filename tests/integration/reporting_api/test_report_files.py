"""Reports as CSV files and workbooks: the same rules as in JSON, faults by row and column, all or nothing."""

import gzip
import io
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
import pytest
from openpyxl import load_workbook
from tests.integration.reporting_api.framework import EDITION
from tests.integration.reporting_api.test_client import client
from tests.integration.reporting_api.world import QUARTER, World, codes, contract_line, keyed, line

from cdp_common.contracts.report_files import ReportFileReceipt
from cdp_common.kernel.sheet_cells import text_of
from cdp_common.web.workbooks import XLSX, Sheet, rows_of_workbook, workbook_of

TABLES = ("reports", "report_lines", "ledger_inbox", "events", "kept_answers")
HEADER = "Measure Code;Qty;Unit;Route;Where;Attribution;Start date;Notes"


def file_of(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode("windows-1252")


async def send(
    world: World, org: UUID, content: bytes, path: str = "/v1/report-files", **stated: Any
) -> httpx2.Response:
    media_type = stated.pop("media_type", "text/csv; charset=utf-8")
    headers = {**keyed(world.as_org(org)), "Content-Type": media_type, **stated.pop("headers", {})}
    params = {
        "place_id": str(world.place),
        "period_start": QUARTER[0],
        "period_end": QUARTER[1],
        "edition_hash": EDITION,
        **stated,
    }
    return await world.http.post(path, params=params, content=content, headers=headers)


async def counts(world: World) -> list[int]:
    return [await world.count(table) for table in TABLES]


async def test_a_file_as_spreadsheets_save_it_is_the_report_that_json_would_state(world: World):
    content = file_of(
        "HOURS;1.234,5;hrs;own activity;E01000001=0,5;50%;01/07/2026;caf\u00e9",
        "",
        "TONNES;;tco2e;own_activity;;;;left as it was",
        "JOBS;2;FTE years;Own Activity;;;2026-07-01;",
    )
    before = await counts(world)
    trial = await send(world, world.council, content, "/v1/report-files/validate")
    assert trial.status_code == 200, trial.text
    assert await counts(world) == before
    tried = ReportFileReceipt.model_validate_json(trial.content)
    assert (tried.report, tried.row_count, tried.line_count, tried.rows_without_quantity) == (None, 3, 2, 1)

    answer = await send(world, world.council, content)
    assert answer.status_code == 201, answer.text
    receipt = ReportFileReceipt.model_validate_json(answer.content)
    assert receipt.report is not None
    assert (receipt.totals, receipt.faults, receipt.report.line_count) == (tried.totals, [], 2)
    hours, jobs = receipt.report.lines
    stated = line(
        quantity="1234.5",
        attribution_share="0.5",
        started_on="2026-07-01",
        note="caf\u00e9",
        areas=[{"area_code": "E01000001", "share": "0.5"}],
    )
    same = await world.report(world.charity, stated, line("JOBS", "2", "fte_years", started_on="2026-07-01"))
    unlike = {"line_id"}
    assert [one.model_dump(exclude=unlike) for one in (hours, jobs)] == [
        one.model_dump(exclude=unlike) for one in same.lines
    ]
    assert len(await world.ledger("delivered")) == 6  # each line in two parts: placed or not, and jobs in one
    page = await client(world, world.as_org(world.council)).list_report_lines(receipt.report.id, limit=1)
    assert page.items == [hours]
    assert page.next is not None


async def test_one_bad_row_is_told_by_row_and_column_and_refuses_the_file(world: World):
    rows = [
        "HOURS;10;hours;own_activity;;;;a",
        "HOURS;ten;hours;own_activity;;150%;31/02/2026;b",
        "HOURS;10;weeks;own_activity;;;;c",
        "HOURS;-5;hours;own_activity;;;;d",
        "NOWHERE;10;hours;own_activity;;;;e",
        "HOURS;10;hours;own_activity;;;;a",
        "HOURS;12;hours;bazaar;;;;f",
        "HOURS;12;hours;own_activity;;;;f;too;many",
        f"HOURS;1{'0' * 30};hours;own_activity;;;;g",
    ]
    before = await counts(world)
    refused = await send(world, world.council, file_of(*rows))
    assert refused.status_code == 422
    assert refused.json()["code"] == "report_file_invalid"
    assert codes(refused) == [
        ("/rows/2/quantity", "number_malformed"),
        ("/rows/2/started_on", "date_malformed"),
        ("/rows/7/route", "not_allowed"),
        ("/rows/8", "columns_mismatch"),
        ("/rows/9/quantity", "too_many_digits"),
        ("/rows/6", "line_duplicated"),
        ("/rows/3/unit", "unit_mismatch"),
        ("/rows/5/measure", "measure_unknown"),
        ("/rows/4/quantity", "negative"),
    ]
    assert "Row 3, column unit" in refused.json()["errors"][6]["message"]
    assert await counts(world) == before

    answer = await send(world, world.council, file_of(*rows), faulty_rows="leave_out")
    assert answer.status_code == 201, answer.text
    receipt = ReportFileReceipt.model_validate_json(answer.content)
    assert (receipt.row_count, receipt.line_count, receipt.rows_left_out) == (9, 1, 8)
    assert [fault.row for fault in receipt.faults] == [2, 2, 7, 8, 9, 6, 3, 5, 4]
    only = await send(world, world.charity, file_of(*rows[1:2]), faulty_rows="leave_out")
    assert codes(only)[0] == ("/rows", "lines_missing")


@pytest.mark.parametrize(
    ("content", "changes", "status", "code"),
    [
        (b"measure,quantity\nHOURS,1\n", {}, 422, "report_file_unreadable"),
        (file_of(header="measure;measure;colour;unit;route"), {}, 422, "report_file_unreadable"),
        (b"", {}, 422, "report_file_unreadable"),
        (b"a\x00b\n", {}, 422, "csv_unreadable"),
        (b"no workbook", {"media_type": XLSX}, 422, "workbook_unreadable"),
        (file_of(), {"media_type": "application/pdf"}, 415, "unsupported_media_type"),
        (file_of(), {}, 422, "report_file_invalid"),
        (file_of(), {"period_end": "2026-12-31"}, 422, "report_invalid"),
        (file_of(), {"corrects": "01900000-0000-7000-8000-000000000001"}, 404, "report_not_found"),
    ],
)
async def test_a_file_that_cannot_be_one_is_refused(
    world: World, content: bytes, changes: dict[str, Any], status: int, code: str
):
    answer = await send(world, world.council, content, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await world.count("reports") == 0


async def test_a_template_is_filled_in_sent_and_corrected_as_a_workbook(world: World):
    made = await world.sign()
    owed = made.lines[0].line_id
    first = await world.report(
        world.supplier,
        contract_line(owed, "100"),
        line(note="=cmd()"),
        period_start="2026-04-01",
        period_end="2026-06-30",
    )
    supplier = client(world, world.as_org(world.supplier))
    period: dict[str, Any] = {"from_": date(2026, 7, 1), "to": date(2026, 9, 30)}
    as_text = (await supplier.get_report_template(world.place, **period)).decode("utf-8-sig").splitlines()
    assert as_text[0].startswith("measure,measure_title,quantity,unit,route,agreement")
    assert len(as_text) == 3
    assert "1336.3,100,1236.3,2028-03-31" in as_text[1]

    template = await supplier.get_report_template(world.place, **period, format_="xlsx")
    assert load_workbook(io.BytesIO(template)).sheetnames == ["lines", "about"]
    bounds = {"max_bytes": 10_000_000, "max_rows": 100}
    rows = [
        [text_of(cell) if cell is not None else "" for cell in cells]
        for _, cells in rows_of_workbook(io.BytesIO(template), sheet="lines", **bounds)
    ]
    assert str(owed) in rows[1]
    rows[1][rows[0].index("quantity")] = "50"
    filled = workbook_of([Sheet("lines", rows)])
    answer = await send(
        world, world.supplier, gzip.compress(filled), media_type=XLSX, headers={"Content-Encoding": "gzip"}
    )
    assert answer.status_code == 201, answer.text
    receipt = ReportFileReceipt.model_validate_json(answer.content)
    assert receipt.report is not None
    assert (receipt.rows_without_quantity, receipt.line_count) == (1, 1)
    assert receipt.report.lines[0].commitment_line_id == owed
    assert str(receipt.totals.total_gbp) == "898.00"

    other = await send(world, world.supplier, filled, media_type=XLSX, corrects=str(first.id), reason="x")
    assert codes(other) == [("?period_start", "period_differs")]
    rows[1][rows[0].index("quantity")] = "60"
    corrected = await send(
        world,
        world.supplier,
        workbook_of([Sheet("lines", rows)]),
        media_type=XLSX,
        corrects=str(receipt.report.id),
        reason="ten more",
    )
    assert corrected.status_code == 201, corrected.text
    assert corrected.json()["report"]["supersedes"] == str(receipt.report.id)
    assert sum(entry.pence for entry in await world.ledger("delivered")) == 179600 + 17960 + 107760


async def test_the_same_file_with_the_same_key_is_one_report(world: World):
    content, headers = file_of("HOURS;10;hours;own_activity;;;;"), keyed(world.as_org(world.council))
    first = await send(world, world.council, content, headers=headers)
    again = await send(world, world.council, content, headers=headers)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    other = await send(world, world.council, content + b"\r\n", headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await world.count("reports") == 1


async def test_a_report_is_tried_out_as_json(world: World):
    before = await counts(world)
    asked = keyed(world.as_org(world.council))
    draft = world.report_draft(line(quantity="10"), line("JOBS", "1", "fte_years"))
    answer = await world.http.post("/v1/reports/validate", json=draft, headers=asked)
    assert answer.status_code == 200, answer.text
    assert answer.json()["lines"][0]["total_gbp"] == "179.60"
    faulty = world.report_draft(line(unit="weeks"))
    refused = await world.http.post("/v1/reports/validate", json=faulty, headers=asked)
    assert codes(refused) == [("/lines/0/unit", "unit_mismatch")]
    assert await counts(world) == before

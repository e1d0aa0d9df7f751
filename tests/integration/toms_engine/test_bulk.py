"""Files of lines over HTTP: CSV and JSON Lines, in and out, while they are being sent."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from tests.integration.toms_engine.packs import licensed_pack, line, pack
from tests.integration.toms_engine.world import Headers, World, faults

from cdp_common.contracts.toms import BulkRecord
from toms_engine.domain.valuation import METHOD_VERSION

LINES = "application/x-ndjson"
UNTOLD = ("quantity", "licensed_framework", "explanation")
GZIP = {"Content-Encoding": "gzip"}
COLUMNS = ("ref", "measure", "quantity", "unit", "period_start", "period_end", "place", "industry")
SPEND = line(
    ref="spend",
    measure="M2",
    unit="gbp_spent",
    quantity="1000",
    place="county-durham",
    industry="construction",
)


def as_csv(*rows: dict[str, Any]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


async def send(
    world: World,
    edition: dict[str, Any],
    body: bytes | AsyncIterator[bytes],
    *,
    headers: Headers | None = None,
    **params: str,
) -> httpx2.Response:
    return await world.http.post(
        "/v1/valuations/bulk",
        params={"edition_hash": edition["edition_hash"], **params},
        content=body,
        headers={"Content-Type": "text/csv", **world.valuer(), **(headers or {})},
    )


def csv_records(answer: httpx2.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def json_records(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(one) for one in answer.text.splitlines()]


ROWS = (line(ref="a, b"), line(ref="bad", quantity="-1.001"), SPEND, line(ref="x", measure="M9"))
SUMMARY = {
    "record": "summary",
    "lines": 4,
    "valued": 2,
    "refused": 2,
    "social_gbp": "143.68",
    "local_economic_gbp": "250.00",
    "total_gbp": "393.68",
    "fiscal_gbp": "0.00",
    "method_version": METHOD_VERSION,
}


async def test_a_csv_file_is_answered_row_by_row_with_its_totals_at_the_end(world: World):
    edition = await world.published(pack())
    answer = await send(world, edition, as_csv(*ROWS))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    hours, bad, spend, unknown, summary = csv_records(answer)
    assert (hours["record"], hours["row"], hours["ref"]) == ("line", "1", "a, b")
    assert (hours["social_gbp"], hours["low_gbp"], hours["counted_quantity"]) == ("143.68", "", "10")
    assert (spend["local_economic_gbp"], spend["initial_spend_gbp"]) == ("250.00", "1000.00")
    assert (bad["record"], bad["row"], bad["ref"]) == ("refused", "2", "bad")
    assert bad["errors"] == "quantity:quantity_negative quantity:too_many_decimals"
    assert (unknown["errors"], unknown["total_gbp"]) == ("measure:measure_unknown", "")
    assert {name: summary[name] for name in SUMMARY} == {name: str(value) for name, value in SUMMARY.items()}
    assert summary["edition_hash"] == edition["edition_hash"]


async def test_json_lines_are_answered_by_records_that_keep_to_their_contract(world: World):
    edition = await world.published(pack())
    answer = await send(world, edition, as_lines(*ROWS), headers={"Content-Type": LINES})
    hours, bad, _, unknown, summary = json_records(answer)
    alone = (await world.value(edition, ROWS[0])).json()["lines"][0]
    shared = {name: value for name, value in alone.items() if name not in UNTOLD}
    assert hours == {"record": "line", "row": 1, **shared}
    assert [(fault["field"], fault["code"]) for fault in bad["errors"]] == [
        ("quantity", "quantity_negative"),
        ("quantity", "too_many_decimals"),
    ]
    assert unknown["errors"][0]["message"]
    assert summary == {**SUMMARY, "edition_hash": edition["edition_hash"]}
    for record in answer.text.splitlines():
        BulkRecord.validate_json(record)


@pytest.mark.parametrize(("sent", "wanted"), [("text/csv", LINES), (LINES, "text/csv")])
async def test_the_answer_comes_in_the_format_that_is_accepted(world: World, sent: str, wanted: str):
    edition = await world.published(pack())
    body = as_csv(line()) if sent == "text/csv" else as_lines(line())
    answer = await send(world, edition, body, headers={"Content-Type": sent, "Accept": wanted})
    assert answer.headers["content-type"].startswith(wanted)
    assert "143.68" in answer.text


async def test_a_large_file_in_gzip_is_valued_in_pieces(world: World):
    edition = await world.published(pack())
    count = 60_000
    packed = gzip.compress(as_csv(*(line(ref=str(number)) for number in range(count))), 1)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), 10_000):
            yield packed[start : start + 10_000]

    answer = await send(world, edition, pieces(), headers={"Content-Encoding": "gzip"})
    records = csv_records(answer)
    assert [int(record["row"]) for record in records[:-1]] == list(range(1, count + 1))
    assert records[-1]["total_gbp"] == f"{count * 14368 / 100:.2f}"


async def test_options_hold_for_all_lines(world: World):
    edition = await world.published(pack())
    answer = await send(world, edition, as_csv(line()), discount="true", discount_base_year="2025")
    alone = await world.value(edition, line(), discount=True, discount_base_year=2025)
    assert csv_records(answer)[0]["total_gbp"] == alone.json()["total_gbp"] != "143.68"


async def test_a_licensed_figure_is_refused_row_by_row_without_its_scope(world: World):
    edition = await world.published(licensed_pack())
    rows = as_csv(line(measure="L1"), line(measure="L1", quantity="7"))
    refused = csv_records(await send(world, edition, rows))
    assert [one["errors"] for one in refused[:2]] == ["measure:proxy_not_redistributable"] * 2
    assert (refused[2]["valued"], refused[2]["total_gbp"]) == ("0", "0.00")
    holder = world.valuer("frameworks:licensed:licensed-measures")
    assert csv_records(await send(world, edition, rows, headers=holder))[2]["total_gbp"] == "2098.65"


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"ref\n1\n", {}, 422, "header_refused"),
        (b"", {}, 422, "header_refused"),
        (as_csv(line()), {"Content-Type": "application/json"}, 415, "unsupported_media_type"),
        (as_csv(line()), {"Content-Type": "text/csv; charset=latin-1"}, 415, "unsupported_media_type"),
        (as_csv(line()), {"Content-Encoding": "br"}, 415, "unsupported_content_encoding"),
        (as_csv(line()), {"Content-Encoding": "gzip"}, 400, "upload_malformed"),
        (
            gzip.compress(as_csv(line()) + bytes(9_000_000)),
            {"Content-Encoding": "gzip"},
            413,
            "body_expands_too_far",
        ),
    ],
)
async def test_what_cannot_be_read_at_all_is_a_problem(
    world: World, body: bytes, headers: Headers, status: int, code: str
):
    edition = await world.published(pack())
    answer = await send(world, edition, body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_faulty_query_reads_nothing(world: World):
    edition = await world.published(pack())
    unknown = await send(world, {"edition_hash": "f" * 64}, as_csv(line()))
    assert (unknown.status_code, faults(unknown)) == (422, [("?edition_hash", "edition_unknown")])
    faulty = await send(world, edition, as_csv(line()), discount_base_year="2025")
    assert (faulty.status_code, faults(faulty)) == (422, [("?discount_base_year", "discount_not_asked")])


async def test_a_file_that_goes_wrong_on_the_way_ends_with_the_reason(world: World):
    edition = await world.published(pack())
    packed = gzip.compress(as_csv(*(line(ref=str(number)) for number in range(120_000))), 0)
    answer = await send(world, edition, packed[:-9], headers={"Content-Encoding": "gzip"})
    *records, last = csv_records(answer)
    assert (last["record"], last["errors"]) == ("stopped", "upload_malformed")
    assert last["lines"] == last["valued"] == str(len(records))


async def test_as_many_files_are_read_at_once_as_the_settings_say(world: World):
    edition = await world.published(pack())
    runs = world.app.state.files
    runs.begin()
    runs.begin()
    busy = await send(world, edition, as_csv(line()))
    assert (busy.status_code, busy.json()["code"], busy.headers["Retry-After"]) == (503, "bulk_busy", "10")
    runs.end()
    for _ in range(2):  # a run gives its place back, refused or not
        assert (await send(world, edition, b"ref\n")).status_code == 422
        assert (await send(world, edition, as_csv(line()))).status_code == 200

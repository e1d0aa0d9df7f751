"""Files of agreements: a report row by row; one bad row spoils nothing else, unless all or none is asked."""

import csv
import io
from typing import Any

import httpx2
from tests.integration.procurement_api.neighbours import EDITION
from tests.integration.procurement_api.world import Json, Party, World, refused

from cdp_common.kernel.identifiers import new_id

PATH = "/v1/agreements/imports"
HEADER = (
    *("reference", "kind", "title", "place_id", "place_slug", "deliverer_organisation_id", "signed_on"),
    *(
        "starts_on",
        "ends_on",
        "value_gbp",
        "edition_hash",
        "data_status",
        "measure",
        "quantity",
        "unit",
        "kpi",
    ),
)


def row(world: World, deliverer: Party, reference: str, **changes: str) -> dict[str, str]:
    return {
        "reference": reference,
        "kind": "grant",
        "title": "Kitchen grant",
        "place_id": str(world.partners.place_id),
        "place_slug": "county-durham",
        "deliverer_organisation_id": str(deliverer.id),
        "signed_on": "2026-07-01",
        "starts_on": "2026-07-01",
        "ends_on": "2027-06-30",
        "value_gbp": "40000.00",
        "edition_hash": EDITION,
        "data_status": "synthetic_sample",
        "measure": "M-HOURS",
        "quantity": "100",
        "unit": "hours",
        "kpi": "",
        **changes,
    }


def as_file(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


async def send(
    world: World, content: str | bytes, query: str = "", key: str | None = None, media: str = "text/csv"
) -> httpx2.Response:
    return await world.upload(f"{PATH}{query}", content, as_=world.buyer, key=key, media=media)


def told(report: Json) -> list[tuple[Any, ...]]:
    return [
        (item["status"], item["rows"], [(f["row"], f["column"], f["code"]) for f in item["faults"]])
        for item in report["items"]
    ]


def mixed(world: World, deliverer: Party) -> str:
    more = {"reference": "G-1", "measure": "M-COUNT", "quantity": "3", "unit": "count", "kpi": "Meals"}
    rows = [
        row(world, deliverer, "G-1"),
        more,
        row(world, deliverer, "G-2", unit="weeks"),
        row(world, deliverer, "G-3", signed_on="July", quantity="x"),
        row(world, deliverer, "TAKEN"),
        row(world, deliverer, "'=1+1", measure="", quantity="", unit=""),
        {"measure": "M-HOURS"},
        row(world, deliverer, "G-8", title="Kit\u202echen"),
    ]
    return as_file(rows) + "too,short\r\n"


async def test_each_agreement_is_registered_or_refused_by_itself(world: World) -> None:
    deliverer, key = world.party("Kitchen"), str(new_id())
    await world.registered(deliverer, reference="TAKEN")
    content = mixed(world, deliverer)
    first = await send(world, content, key=key)
    assert first.status_code == 207, first.text
    report = first.json()
    assert (report["registered"], report["refused"], report["atomic"]) == (2, 6, False)
    assert told(report) == [
        (201, [1, 2], []),
        (422, [3], [(3, "unit", "unit_mismatch")]),
        (422, [4], [(4, "signed_on", "wrong_format"), (4, "quantity", "invalid")]),
        (409, [5], [(5, "reference", "agreement_reference_taken")]),
        (201, [6], []),
        (422, [7], [(7, "reference", "required")]),
        (422, [8], [(8, "title", "text_unseen")]),
        (422, [9], [(9, None, "columns_mismatch")]),
    ]
    agreement = await world.done(
        "GET", f"/v1/agreements/{report['items'][0]['agreement_id']}", as_=world.buyer
    )
    assert [line["measure"] for line in agreement["lines"]] == ["M-HOURS", "M-COUNT"]
    assert agreement["kpis"] == [{"title": "Meals", "line_id": agreement["lines"][1]["line_id"]}]
    assert report["items"][4]["reference"] == "=1+1"
    assert len(await world.told("agreement.signed")) == 3
    again = await send(world, content, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")


async def test_an_atomic_import_registers_all_or_none(world: World) -> None:
    deliverer = world.party("Kitchen")
    await world.registered(deliverer, reference="TAKEN")
    good = [row(world, deliverer, "G-1"), row(world, deliverer, "G-2")]
    for bad in (row(world, deliverer, "G-3", unit="weeks"), row(world, deliverer, "TAKEN")):
        report = (await send(world, as_file([*good, bad]), "?atomic=true")).json()
        assert [item["status"] for item in report["items"]][:2] == [424, 424]
        assert (report["registered"], report["items"][0]["agreement_id"]) == (0, None)
        assert len(await world.told("agreement.signed")) == 1
    report = (await send(world, as_file(good), "?atomic=true")).json()
    assert (report["registered"], report["refused"]) == (2, 0)
    assert len(await world.told("agreement.signed")) == 3


async def test_a_file_that_cannot_be_read_changes_nothing(world: World) -> None:
    before, line = await world.state(), ",".join(HEADER)
    for content, code in (
        ("reference,nonsense\r\n", "column_unknown"),
        (f"{line},reference\r\n", "column_repeated"),
        ("reference\r\n", "column_missing"),
        (b"\xff\xfe", "text_not_utf8"),
        (f'{line}\r\n"open', "csv_malformed"),
        (f"{line}\r\n" + "x\r\n" * 1001, "too_many_rows"),
        (f"{line}\r\n" + "".join(f"R-{n}{',' * 15}\r\n" for n in range(101)), "too_many_agreements"),
    ):
        response = await send(world, content)
        assert response.status_code == 422, response.text
        assert response.json()["errors"][0]["code"] == code
    assert refused(await send(world, "{}", media="application/json")) == (415, "unsupported_media_type")
    assert await world.state() == before

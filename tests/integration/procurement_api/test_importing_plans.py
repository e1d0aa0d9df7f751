"""Files of plans: a report row by row; one bad row spoils nothing else, unless all or none is asked."""

import csv
import io
from typing import Any

from tests.integration.procurement_api.neighbours import EDITION
from tests.integration.procurement_api.plan_calls import adopted, partner_of
from tests.integration.procurement_api.world import Json, World, refused

from cdp_common.kernel.identifiers import new_id

PATH = "/v1/plans/imports"
HEADER = (
    *("reference", "title", "place_id", "place_slug", "adopted_on", "starts_on", "ends_on", "edition_hash"),
    *("data_status", "measure", "quantity", "unit", "area_code"),
)


def row(world: World, reference: str, year: int, **changes: str) -> dict[str, str]:
    """A plan of a hundred hours in the year from April."""
    return {
        "reference": reference,
        "title": "What we do",
        "place_id": str(world.partners.place_id),
        "place_slug": "county-durham",
        "adopted_on": "2026-03-20",
        "starts_on": f"{year}-04-01",
        "ends_on": f"{year + 1}-03-31",
        "edition_hash": EDITION,
        "data_status": "synthetic_sample",
        "measure": "M-HOURS",
        "quantity": "100",
        "unit": "hours",
        **changes,
    }


def as_file(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def told(report: Json) -> list[tuple[Any, ...]]:
    return [
        (item["status"], item["rows"], [(f["row"], f["column"], f["code"]) for f in item["faults"]])
        for item in report["items"]
    ]


async def test_each_plan_is_adopted_or_refused_by_itself(world: World) -> None:
    partner, key = partner_of(world, "Livin", until="2031-03-31"), str(new_id())
    await adopted(world, partner)  # for the year from April 2026
    count = {"reference": "P-27", "measure": "M-COUNT", "quantity": "3", "unit": "count"}
    rows = [
        row(world, "P-27", 2027),
        row(world, "P-28", 2028, unit="weeks"),
        count,
        row(world, "P-29", 2029, adopted_on="March", quantity="x"),
        row(world, "PLAN-2026", 2029),
        row(world, "P-27b", 2027),
        row(world, "P-31", 2031),
        {"measure": "M-HOURS"},
    ]
    content = as_file(rows)
    first = await world.upload(PATH, content, as_=partner, key=key)
    assert first.status_code == 207, first.text
    report = first.json()
    assert (report["adopted"], report["refused"], report["atomic"]) == (1, 6, False)
    assert told(report) == [
        (201, [1, 3], []),
        (422, [2], [(2, "unit", "unit_mismatch")]),
        (422, [4], [(4, "adopted_on", "wrong_format"), (4, "quantity", "invalid")]),
        (409, [5], [(5, "reference", "plan_reference_taken")]),
        (409, [6], [(6, "starts_on", "plan_period_taken")]),
        (403, [7], [(7, "place_id", "not_a_member")]),
        (422, [8], [(8, "reference", "required")]),
    ]
    plan = await world.done("GET", f"/v1/plans/{report['items'][0]['plan_id']}", as_=partner)
    assert [(line["measure"], line["quantity"]) for line in plan["lines"]] == [
        ("M-HOURS", "100"),
        ("M-COUNT", "3"),
    ]
    assert (plan["reference"], plan["starts_on"], plan["version"]) == ("P-27", "2027-04-01", 1)
    assert len(await world.told("plan.adopted")) == 2
    again = await world.upload(PATH, content, as_=partner, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    differs = as_file([row(world, "P-28", 2028), {**count, "reference": "P-28", "title": "Another"}])
    report = (await world.upload(PATH, differs, as_=partner)).json()
    assert told(report) == [(422, [1, 2], [(2, "title", "value_differs")])]


async def test_an_atomic_import_adopts_all_or_none(world: World) -> None:
    partner = partner_of(world, "Livin")
    await adopted(world, partner)
    good = [row(world, "P-27", 2027), row(world, "P-28", 2028)]
    bad = (row(world, "P-29", 2029, unit="weeks"), row(world, "PLAN-2026", 2029), row(world, "P-28b", 2028))
    for spoils in bad:
        report = (await world.upload(f"{PATH}?atomic=true", as_file([*good, spoils]), as_=partner)).json()
        assert [item["status"] for item in report["items"]][:2] == [424, 424]
        assert (report["adopted"], report["items"][0]["plan_id"]) == (0, None)
        assert len(await world.told("plan.adopted")) == 1
    report = (await world.upload(f"{PATH}?atomic=true", as_file(good), as_=partner)).json()
    assert (report["adopted"], report["refused"]) == (2, 0)
    assert len(await world.told("plan.adopted")) == 3
    before = await world.state()
    unknown = await world.upload(PATH, "reference,nonsense\r\n", as_=partner)
    assert refused(unknown) == (422, "plan_file_refused")
    assert unknown.json()["errors"][0]["code"] == "column_unknown"
    many = ",".join(HEADER) + "\r\n" + "".join(f"R-{n}{',' * 12}\r\n" for n in range(101))
    assert (await world.upload(PATH, many, as_=partner)).json()["errors"][0]["code"] == "too_many_plans"
    assert refused(await world.upload(PATH, "{}", as_=partner, media="application/json"))[0] == 415
    assert await world.state() == before

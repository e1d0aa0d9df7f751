"""The same lines, and whole histories, under two editions."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx2
from tests.integration.toms_engine.packs import licensed_pack, line, measure, pack, proxy
from tests.integration.toms_engine.world import World, faults

LINES = "application/x-ndjson"
NOTHING = {"social_gbp": "0.00", "local_economic_gbp": "0.00", "total_gbp": "0.00"}


def dearer(**changes: Any) -> dict[str, Any]:
    """The pack's next edition: an hour is worth £20, M3 is gone and M4 is new; it begins in 2027."""
    first = pack()
    kept = [{**one, "excludes": []} for one in first["measures"] if one["code"] != "M3"]
    return pack(
        edition="2027",
        effective_from="2027-01-01",
        proxies=[proxy(central_gbp="20.00")],
        measures=[*kept, measure("M4")],
        **changes,
    )


def social(pounds: str) -> dict[str, str]:
    return {"social_gbp": pounds, "local_economic_gbp": "0.00", "total_gbp": pounds}


async def compare(
    world: World, old: Any, new: Any, *lines: dict[str, Any], **options: Any
) -> httpx2.Response:
    body = {"from_edition_hash": old["edition_hash"], "to_edition_hash": new["edition_hash"]}
    return await world.http.post(
        "/v1/valuations/compare", json={**body, "lines": list(lines), **options}, headers=world.valuer()
    )


async def test_lines_are_compared_and_one_without_a_value_says_why(world: World):
    old, new = await world.published(pack()), await world.published(dearer())
    lines = (
        line(
            ref="both", claimed_value_gbp="143.68"
        ),  # what is claimed of one edition says nothing of the other
        line(ref="gone", measure="M3", unit="count", quantity="7"),
        line(ref="new", measure="M4"),
    )
    answer = (await compare(world, old, new, *lines, to_valid_on="2027-01-01")).json()
    both, gone, fresh = answer["lines"]
    assert both["before"] == {"value": social("143.68"), "counted_quantity": "10", "errors": []}
    assert both["after"] == {"value": social("160.00"), "counted_quantity": "10", "errors": []}
    assert both["difference"] == social("16.32")
    assert (gone["before"]["value"], gone["after"]["value"], gone["difference"]) == (NOTHING, None, None)
    assert [(one["field"], one["code"]) for one in gone["after"]["errors"]] == [
        ("measure", "measure_unknown")
    ]
    assert (fresh["before"]["value"], fresh["difference"]) == (None, None)
    counts = [answer[name] for name in ("lines_in_both", "lines_only_before", "lines_only_after")]
    assert counts == [1, 1, 1]
    assert [answer[name] for name in ("before", "after", "difference")] == [
        social("143.68"),
        social("160.00"),
        social("16.32"),
    ]


async def test_an_edition_that_begins_later_needs_a_day_to_be_judged_on(world: World):
    old, new = await world.published(pack()), await world.published(dearer())
    [only] = (await compare(world, old, new, line())).json()["lines"]
    assert [one["code"] for one in only["after"]["errors"]] == ["edition_not_effective"]


async def test_an_unknown_edition_is_refused(world: World):
    old = await world.published(pack())
    refused = await compare(world, old, {"edition_hash": "f" * 64}, line())
    assert (refused.status_code, faults(refused)) == (422, [("/to_edition_hash", "edition_unknown")])


async def test_a_licensed_figure_is_in_no_comparison_without_its_scope(world: World):
    edition = await world.published(licensed_pack())
    answer = await compare(world, edition, edition, line(measure="L1"))
    assert [one["code"] for one in answer.json()["lines"][0]["after"]["errors"]] == [
        "proxy_not_redistributable"
    ]
    assert "123" not in answer.text.replace(edition["edition_hash"], "")


async def revalue(
    world: World, body: bytes, media_type: str, old: Any, new: Any, **more: str
) -> httpx2.Response:
    params = {"from_edition_hash": old["edition_hash"], "to_edition_hash": new["edition_hash"], **more}
    headers = {**world.valuer(), "Content-Type": media_type}
    return await world.http.post("/v1/valuations/history", params=params, content=body, headers=headers)


async def test_a_history_is_revalued_by_measure(world: World):
    old, new = await world.published(pack()), await world.published(dearer())
    own = {"edition_hash": old["edition_hash"]}
    rows = [
        {**line(), **own, "claimed_value_gbp": "143.68"},
        {**line(quantity="0.5"), **own},
        {**line(quantity="-1"), **own},
        {**line(measure="M3", unit="count", quantity="7"), **own},
        {**line(measure="no such"), **own},
        {**line(), "edition_hash": "f" * 64},
    ]
    as_lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows) + b"[]\n"
    text = io.StringIO()
    writer = csv.DictWriter(text, [*line(), "edition_hash", "claimed_value_gbp"])
    writer.writeheader()
    writer.writerows(rows)
    as_csv = text.getvalue().encode() + b"short\n"
    answers = [
        (await revalue(world, body, kind, old, new, to_valid_on="2027-01-01")).json()
        for body, kind in ((as_lines, LINES), (as_csv, "text/csv"))
    ]
    for answer, unreadable in zip(answers, ("wrong_type", "columns_mismatch"), strict=True):
        assert (answer["lines"], answer["revalued"]) == (7, 2)
        assert (answer["before"], answer["after"]) == (social("150.86"), social("168.00"))
        assert answer["difference"] == social("17.14")
        unknown, of_edition, hours, count = answer["measures"]
        assert [(one["field"], one["code"], one["lines"]) for one in unknown["not_revalued"]] == [
            ("", unreadable, 1),
            ("edition_hash", "edition_unknown", 1),
        ]
        assert (of_edition["measure"], of_edition["not_revalued"][0]["code"]) == (None, "wrong_format")
        assert (hours["measure"], hours["unit"], hours["lines"]) == ("M1", "hours", 2)
        assert (hours["counted_before"], hours["counted_after"]) == ("10.5", "10.5")
        assert hours["difference"] == social("17.14")
        assert hours["not_revalued"] == [
            {"side": "before", "field": "quantity", "code": "quantity_negative", "lines": 1}
        ]
        assert (count["lines"], count["counted_before"]) == (0, None)
        assert count["not_revalued"] == [
            {"side": "after", "field": "measure", "code": "measure_unknown", "lines": 1}
        ]


async def test_a_history_says_which_editions_it_names(world: World):
    old = await world.published(pack())
    refused = await revalue(world, b"", "text/csv", old, {"edition_hash": "f" * 64})
    assert (refused.status_code, faults(refused)) == (422, [("?to_edition_hash", "edition_unknown")])
    without = await revalue(world, b"ref,measure,unit,period_start,period_end\n", "text/csv", old, old)
    assert (without.status_code, faults(without)) == (422, [("/header", "required")])

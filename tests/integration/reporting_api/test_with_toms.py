"""Reporting with the real toms-engine beside it: the same pounds from report to explanation."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.integration.reporting_api.export_calls import export, rows
from tests.integration.reporting_api.test_client import client, key
from tests.integration.reporting_api.test_report_files import send
from tests.integration.reporting_api.world import (
    QUARTER,
    World,
    codes,
    contract_line,
    keyed,
    promised_line,
)
from tests.integration.toms_engine.packs import measure, need_index, pack
from tests.integration.toms_engine.test_lookups import WARDS, furnished
from tests.integration.toms_engine.test_lookups import send as send_lookup
from tests.integration.toms_engine.world import World as TomsWorld

from cdp_common.contracts.reporting import Correction, PoundExplanation


@pytest.mark.parametrize("signed_on", [date(2019, 3, 15), date(2026, 3, 15)])
async def test_a_promise_signed_outside_its_editions_days_is_delivered_at_its_pounds(
    both: tuple[World, TomsWorld], signed_on: date
):
    """One older than its edition was valued as made on its first day; of a tender published in its days the
    contract may be signed after them."""
    world, toms = both
    edition = (await toms.published(pack(effective_to="2025-12-31")))["edition_hash"]
    promised = promised_line(edition_hash=edition, measure="M1")
    await world.sign(world.commitment(signed_on=signed_on, lines=[promised]))
    delivered = contract_line(promised.line_id, "10", measure="M1")
    report = await world.report(world.supplier, delivered)
    assert report.lines[0].social_gbp == Decimal("143.68")


async def test_pounds_are_the_engines_from_report_to_explanation(both: tuple[World, TomsWorld]):
    world, toms = both
    edition = (await toms.published(pack()))["edition_hash"]
    await toms.load_index(need_index())
    hours = {"edition_hash": edition, "measure": "M1", "unit": "hours", "route": "own_activity"}
    spend = {"edition_hash": edition, "measure": "M2", "unit": "gbp_spent", "route": "own_activity"}
    areas = [{"area_code": "E01", "share": "0.5"}, {"area_code": "E04", "share": "0.25"}]
    for org, quantity in ((world.council, "10.5"), (world.charity, "20"), (world.college, "30.25")):
        await world.report(
            org,
            {**hours, "quantity": quantity, "areas": areas},
            {**spend, "quantity": "1000.10", "industry": "construction"},
        )
    value = await world.value(group_by="theme,need_band")
    # 17.96 less a deadweight of 0.20 is 14.368 an hour; a pound spent in construction adds 0.25.
    assert value.figures.delivered.social_gbp == Decimal("872.85")  # 150.86 + 287.36 + 434.63
    assert value.figures.delivered.local_economic_gbp == Decimal("750.09")  # three times 250.03
    assert value.groupings[0].cells[0].label == "Second theme"
    assert value.editions[0].label == "Family measures (2026)"
    bands = {
        cell.key: cell.figures.delivered.social_gbp or Decimal(0)
        for cell in value.groupings[1].cells
        if cell.figures
    }
    assert bands["severe"] + bands["low"] + bands["not_placed"] == Decimal("872.85")
    publication = await world.publish()
    answer = await world.http.get(f"/v1/publications/{publication.id}/explanations/M1")
    assert answer.status_code == 200, answer.text
    explanation = PoundExplanation.model_validate_json(answer.content)
    assert explanation.total_gbp == Decimal("872.85")
    [group] = explanation.groups
    assert group.counted_quantity == Decimal("60.75")
    assert [(step.rule, step.factor, step.result) for step in group.steps] == [
        ("quantity", Decimal(1), Decimal(1)),
        ("proxy", Decimal("17.96"), Decimal("17.96")),
        ("deadweight", Decimal("0.80"), Decimal("14.368")),
    ]
    spent = await world.http.get(f"/v1/publications/{publication.id}/explanations/M2")
    assert PoundExplanation.model_validate_json(spent.content).total_gbp == Decimal("750.09")


async def test_what_the_engine_refuses_points_at_the_reports_line(both: tuple[World, TomsWorld]):
    world, toms = both
    edition = (await toms.published(pack()))["edition_hash"]
    spend = {"edition_hash": edition, "measure": "M2", "unit": "gbp_spent", "route": "own_activity"}
    draft = world.report_draft(
        {**spend, "quantity": "1", "industry": "construction"},
        {**spend, "quantity": "1", "industry": "fishing"},
    )
    answer = await world.try_report(world.council, draft)
    assert answer.status_code == 422, answer.text
    assert [pointer.split("/")[:3] for pointer, _ in codes(answer)] == [["", "lines", "1"]]
    assert await world.count("reports") == 0


async def test_less_accepted_is_valued_by_the_engine(both: tuple[World, TomsWorld]):
    world, toms = both
    edition = (await toms.published(pack()))["edition_hash"]
    hours = {"edition_hash": edition, "measure": "M1", "unit": "hours", "route": "own_activity"}
    report = await world.report(world.council, {**hours, "quantity": "10.5"})
    reviewed = await world.review(report, {0: "3.3"})
    assert reviewed.lines[0].validated_gbp == Decimal("47.41")  # 47.4144


JOBS = measure(
    "J1",
    unit="fte_years",
    accumulation="stock",
    year_rule="first_year_only",
    target_groups=["care-leavers", "veterans"],
)


def jobs_of(line_id: UUID, **changes: Any) -> dict[str, Any]:
    """Two posts of three people through the quarter, for what was promised of them."""
    stated = {"measure": "J1", "unit": "fte_years", "headcount": 3, "started_on": "2026-07-01", **changes}
    return contract_line(line_id, "2", **stated)


async def test_a_measure_of_target_groups_is_promised_reported_and_read_by_group(
    both: tuple[World, TomsWorld],
):
    world, toms = both
    edition = (await toms.published(pack(measures=[JOBS], crosswalks=[])))["edition_hash"]
    promise = promised_line(measure="J1", edition_hash=edition, unit="fte_years", target_group="care-leavers")
    owed = (await world.sign(world.commitment(lines=[promise]))).lines[0].line_id
    before = [await world.count(table) for table in ("reports", "report_lines")]

    async def refusal(line: dict[str, Any]) -> list[tuple[str, str]]:
        answer = await world.try_report(world.supplier, world.report_draft(line))
        assert answer.status_code == 422, answer.text
        return codes(answer)

    own = {"route": "own_activity", "commitment_line_id": None, "edition_hash": edition}
    own |= {"attests_contract_only": False, "attests_commitment": False}
    group = "/lines/0/target_group"
    assert await refusal(jobs_of(owed, target_group="veterans")) == [(group, "target_group_differs")]
    assert await refusal(jobs_of(owed, **own)) == [(group, "target_group_missing")]
    assert await refusal(jobs_of(owed, **own, target_group="clowns")) == [(group, "target_group_unknown")]
    assert await refusal(jobs_of(owed, headcount=None)) == [("/lines/0/headcount", "headcount_missing")]
    assert await refusal(jobs_of(owed, headcount=1)) == [("/lines/0/quantity", "fte_exceeds_headcount")]
    assert [await world.count(table) for table in ("reports", "report_lines")] == before

    # Two posts for 92 of 365 days, at £17.96 a year, are £9.05. The contract's line says of whom.
    lines = [jobs_of(owed), jobs_of(owed, **own, target_group="veterans")]
    report = await world.report(world.supplier, *lines)
    assert [one.target_group for one in report.lines] == ["care-leavers", "veterans"]
    assert [str(one.total_gbp) for one in report.lines] == ["9.05", "9.05"]
    reviewed = await world.review(report, {0: "1"})
    assert str(reviewed.lines[0].validated_gbp) == "4.53"
    supplier = client(world, world.as_org(world.supplier))
    again = Correction.model_validate({"reason": "as it was", "lines": lines})
    corrected = await supplier.correct_report(report.id, again, idempotency_key=key())
    assert [one.target_group for one in corrected.lines] == ["care-leavers", "veterans"]

    path = f"/v1/places/{world.place}/ledger-entries"
    read = await world.http.get(path, params={"limit": 100}, headers=world.as_manager())
    entries = read.json()["items"]
    groups = {(entry["figure"], entry["target_group"]) for entry in entries}
    assert groups == {
        *((figure, "care-leavers") for figure in ("committed", "due", "delivered", "validated")),
        ("delivered", "veterans"),
    }
    for kind, shown in (
        ("report_lines", ["care-leavers", "veterans"]),
        ("commitments", ["care-leavers"]),
        ("ledger_entries", ["care-leavers", "veterans"]),
    ):
        file = await export(world, world.as_org(world.supplier), kind)
        found = await rows(world, world.as_org(world.supplier), file.id)
        assert sorted({row["target_group"] for row in found}) == shown


async def test_a_file_of_a_template_and_a_draft_carry_target_groups(both: tuple[World, TomsWorld]):
    world, toms = both
    edition = (await toms.published(pack(measures=[JOBS], crosswalks=[])))["edition_hash"]
    promise = promised_line(measure="J1", edition_hash=edition, unit="fte_years", target_group="care-leavers")
    await world.sign(world.commitment(lines=[promise]))
    as_supplier = world.as_org(world.supplier)
    template = await world.http.get(
        f"/v1/places/{world.place}/report-template",
        params={"from": QUARTER[0], "to": QUARTER[1]},
        headers=as_supplier,
    )
    [row] = csv.DictReader(io.StringIO(template.content.decode("utf-8-sig")))
    assert row["target_group"] == "care-leavers"
    filled = {**row, "quantity": "2", "headcount": "3", "started_on": "2026-07-01"}
    others = [{**filled, "target_group": group} for group in ("veterans", "")]

    def file_of(*rows: dict[str, str]) -> bytes:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()

    refused = await send(world, world.supplier, file_of(filled, others[0]), "/v1/report-files/validate")
    assert refused.status_code == 200, refused.text
    assert [(one["row"], one["column"], one["code"]) for one in refused.json()["faults"]] == [
        (2, "target_group", "target_group_differs")
    ]
    # What the contract says need not be said again.
    kept = await send(world, world.supplier, file_of(others[1]), as_draft="true")
    assert kept.status_code == 201, kept.text
    path = f"/v1/report-drafts/{kept.json()['draft']['id']}"
    [stated] = (await world.http.get(f"{path}/lines", headers=as_supplier)).json()["items"]
    assert (stated["target_group"], stated["headcount"]) == (None, 3)
    headers = {**keyed(as_supplier), "If-Match": "*"}
    submitted = await world.http.post(f"{path}/submission", headers=headers)
    assert submitted.status_code == 201, submitted.text
    [line] = submitted.json()["lines"]
    assert (line["target_group"], line["total_gbp"]) == ("care-leavers", "9.05")


async def test_lines_land_by_postcode_and_ward_as_small_areas(both: tuple[World, TomsWorld]):
    world, toms = both
    edition = (await toms.published(pack()))["edition_hash"]
    await furnished(toms)
    wards = [*WARDS, ["E22", "E05000002", "Gilesgate"]]
    loaded = await send_lookup(toms, wards, layout="england-wales-lsoa-2021-ward", edition="2025-05")
    assert loaded.status_code == 201, loaded.text
    world.neighbours.need_index = "imd-2025"
    hours = {"edition_hash": edition, "measure": "M1", "unit": "hours", "route": "own_activity"}

    def landing(*areas: tuple[str, str]) -> dict[str, Any]:
        shares = [{"area_code": code, "share": share} for code, share in areas]
        return {**hours, "quantity": "100", "areas": shares}

    before = [await world.count(table) for table in ("reports", "report_lines")]
    draft = world.report_draft(landing(("E05000002", "0.5"), ("DH11AB", "0.1"), ("DH99ZZ", "0.1")))
    assert codes(await world.try_report(world.council, draft)) == [
        ("/lines/0/areas/1/area_code", "area_unclear"),  # the old area of the postcode is two by now
        ("/lines/0/areas/2/area_code", "area_unknown"),
    ]
    assert [await world.count(table) for table in ("reports", "report_lines")] == before

    report = await world.report(
        world.council, landing(("DH11AA", "0.25"), ("E05000002", "0.5"), ("E11", "0.1"))
    )
    landed = {area.area_code: str(area.share) for area in report.lines[0].areas}
    assert landed == {"E11": "0.35", "E21": "0.25", "E22": "0.25"}
    entries = {entry.area_code: entry.counted_quantity for entry in await world.ledger("delivered")}
    assert entries == {"E11": 35, "E21": 25, "E22": 25, None: 15}

    content = (
        b"measure,quantity,unit,route,areas\n"
        b"M1,100,hours,own_activity,dh1 1aa=0.5; E05000002=50%\n"
        b"M1,100,hours,own_activity,DH1 1AB\n"
    )
    by_file = {"edition_hash": edition, "faulty_rows": "leave_out"}
    answer = await send(world, world.charity, content, **by_file)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert [(one["row"], one["column"], one["code"]) for one in receipt["faults"]] == [
        (2, "areas", "area_unclear")
    ]
    [line] = receipt["report"]["lines"]
    assert {area["area_code"]: area["share"] for area in line["areas"]} == {
        "E11": "0.5",
        "E21": "0.25",
        "E22": "0.25",
    }
    # The postcode itself, which may be somebody's door, is kept nowhere.
    assert await world.scalar("SELECT count(*) FROM report_lines l WHERE l::text ~* 'dh1 ?1aa'") == 0

"""A partner's plan of own activity in the figures: committed, due, delivered, varied, withdrawn."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.integration.reporting_api.world import World, codes, line, promised_line, scheduled

from cdp_common.contracts.commitments import CommitmentsMade
from cdp_common.contracts.reporting import CollectiveValue, ValueCell
from cdp_common.db.feed_repairs import rewind


def plan_of(world: World, **changes: Any) -> CommitmentsMade:
    """A plan for the year from April 2026: the supplier promises £1,200.00 of volunteering, in months."""
    year = {"starts_on": date(2026, 4, 1), "ends_on": date(2027, 3, 31)}
    hours = {"quantity": Decimal(100), "counted_quantity": Decimal(100), "social_gbp": Decimal("1200.00")}
    plan = {
        "kind": "plan",
        "route": "own_activity",
        "reference": "PLAN-2026",
        "title": "What we do in 2026/27",
        "commissioner_id": None,
        "commissioner_name": None,
        "lines": [promised_line(**hours, **year)],
        **year,
        **changes,
    }
    return world.commitment(**plan)


def figures(value: CollectiveValue | ValueCell) -> tuple[str, str]:
    """What is committed and what is due."""
    assert value.figures is not None
    return str(value.figures.committed.total_gbp), str(value.figures.due.total_gbp)


async def until(world: World, first: str, last: str) -> tuple[str, str]:
    """What is committed on the last day of a window, and due in it."""
    return figures(await world.value(**{"from": first, "to": last}))


async def test_a_plan_is_committed_and_due_by_route_organisation_and_measure(world: World) -> None:
    await world.sign(plan_of(world))
    # In force from its adoption in March, due at each month's end from April on, over after March.
    assert await until(world, "2026-03-01", "2026-03-14") == ("0.00", "0.00")
    assert await until(world, "2026-03-01", "2026-03-15") == ("1200.00", "0.00")
    assert await until(world, "2026-04-01", "2026-04-29") == ("1200.00", "0.00")
    assert await until(world, "2026-04-01", "2026-04-30") == ("1200.00", "100.00")
    assert await until(world, "2026-04-01", "2027-03-31") == ("1200.00", "1200.00")
    assert await until(world, "2027-04-01", "2027-04-01") == ("0.00", "0.00")
    signed = await world.value(**{"from": "2026-03-01", "to": "2026-03-31"})
    assert signed.signed_in_window.total_gbp == Decimal("1200.00")
    value = await world.value(group_by="route,organisation,measure")
    found = {
        group.by: [(cell.label, figures(cell)) for cell in group.cells if cell.figures]
        for group in value.groupings
    }
    assert found == {
        "route": [("Own activity", ("1200.00", "300.00"))],
        "organisation": [("Supplier", ("1200.00", "300.00"))],
        "measure": [("Measure HOURS", ("1200.00", "300.00"))],
    }
    assert {entry.commissioner_id for entry in await world.ledger("due")} == {None}


async def test_a_report_line_names_the_plans_line_and_what_goes_beyond_it_is_shown(world: World) -> None:
    await world.join(world.supplier, date(2022, 9, 29))
    plan = await world.sign(plan_of(world))
    owed = {"commitment_line_id": str(plan.lines[0].line_id)}
    template = await world.http.get(
        f"/v1/places/{world.place}/report-template",
        params={"from": "2026-07-01", "to": "2026-09-30"},
        headers=world.as_org(world.supplier),
    )
    header, row = (text.split(",") for text in template.content.decode("utf-8-sig").splitlines())
    told = dict(zip(header, row, strict=True))
    names = ("route", "agreement", "commissioner", "committed_quantity", "commitment_line_id")
    assert [told[name] for name in names] == [
        *("own_activity", "PLAN-2026", "", "100", str(plan.lines[0].line_id)),
    ]
    assert told["attests_contract_only"] == ""  # that is for contracts

    before = await world.count("report_lines")
    other = await world.try_report(world.council, world.report_draft(line(**owed)))
    assert codes(other) == [("/lines/0/commitment_line_id", "commitment_unknown")]
    wrong = await world.try_report(world.supplier, world.report_draft(line(**owed, route="charter")))
    assert codes(wrong) == [("/lines/0/route", "route_differs")]
    assert await world.count("report_lines") == before

    await world.report(world.supplier, line(quantity="110", **owed), line(quantity="1", activity="More"))
    value = await world.value()
    delivered = (value.delivered_against_commitment.total_gbp, value.delivered_uncommitted.total_gbp)
    assert delivered == (Decimal("1975.60"), Decimal("17.96"))
    # Ten of a hundred and ten hours are beyond the promise.
    assert value.beyond_commitment is not None
    assert value.beyond_commitment.total_gbp == Decimal("179.60")
    assert value.delivery_ratio == Decimal("6.5853")  # £1,975.60 of the £300.00 due: sooner than planned
    # The partner owes the quarter as a member, and no report for the plan beside it.
    asked = {"place_id": str(world.place), "from": "2026-07-01", "to": "2026-12-31"}
    answer = await world.http.get("/v1/obligations", params=asked, headers=world.as_org(world.supplier))
    assert {each["kind"] for each in answer.json()["items"]} == {"month", "quarter"}


async def test_a_plan_that_is_varied_and_withdrawn_keeps_what_fell_due(world: World) -> None:
    plan = await world.sign(plan_of(world))
    [hours] = plan.lines
    more = hours.model_copy(
        update={
            "quantity": Decimal(150),
            "counted_quantity": Decimal(150),
            "social_gbp": Decimal("1800.00"),
        }
    )
    added = promised_line(
        social_gbp=Decimal("10.00"),
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 3, 31),
        schedule=scheduled((date(2026, 10, 31), "0.5"), (date(2027, 3, 31), "0.5")),
    )
    await world.change(plan, effective_on=date(2026, 9, 1), lines=[more, added])
    # £500.00 were due by August; £1,300.00 fall due in the seven months that are left.
    assert await until(world, "2026-04-01", "2026-08-31") == ("1200.00", "500.00")
    assert await until(world, "2026-09-01", "2026-09-30") == ("1810.00", "185.71")
    assert await until(world, "2026-04-01", "2027-03-31") == ("1810.00", "1810.00")

    await withdraw(world, plan, date(2026, 10, 31))
    assert await until(world, "2026-04-01", "2026-10-30") == ("1810.00", "685.71")
    assert await until(world, "2026-04-01", "2026-10-31") == ("0.00", "876.42")  # due on the day: owed
    assert await until(world, "2026-11-01", "2027-03-31") == ("0.00", "0.00")
    entries = await world.count("ledger_inbox")
    async with world.db.begin() as tx:
        await rewind(tx, "procurement", 0, clock=world.clock)
    assert await world.consume() == 3
    assert await world.count("ledger_inbox") == entries
    # What was done before it ended may still be reported against it, and nothing of after.
    owed = {"commitment_line_id": str(hours.line_id)}
    await world.report(world.supplier, line(**owed))
    late = world.report_draft(line(**owed), period_start="2026-11-01", period_end="2026-11-21")
    assert codes(await world.try_report(world.supplier, late)) == [
        ("/lines/0/commitment_line_id", "commitment_ended")
    ]


async def withdraw(world: World, plan: CommitmentsMade, on: date) -> None:
    """Tell that the varied plan was withdrawn and take it in."""
    await world.end(plan, on, version=3)


async def test_who_leaves_before_a_variation_holds_owes_nothing_from_the_last_day(
    world: World,
) -> None:
    plan = await world.sign(plan_of(world))
    [hours] = plan.lines
    more = hours.model_copy(update={"social_gbp": Decimal("1800.00")})
    await world.change(plan, effective_on=date(2026, 12, 1), lines=[more])
    assert await until(world, "2026-04-01", "2026-12-01") == ("1800.00", "800.00")
    await withdraw(world, plan, date(2026, 10, 23))
    assert await until(world, "2026-04-01", "2026-10-22") == ("1200.00", "600.00")
    for last in ("2026-10-23", "2026-11-30", "2026-12-01", "2027-03-31"):
        assert await until(world, "2026-04-01", last) == ("0.00", "600.00")
    await world.seal()
    assert await until(world, "2026-04-01", "2026-11-30") == ("0.00", "600.00")

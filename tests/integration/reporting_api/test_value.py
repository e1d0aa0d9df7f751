"""The collective value: groupings, coverage, and who sees it live."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.integration.reporting_api.framework import OTHER_EDITION
from tests.integration.reporting_api.world import World, codes, line

from cdp_common.contracts.reporting import CollectiveValue
from cdp_common.kernel.identifiers import new_id


def totals(value: CollectiveValue, index: int = 0) -> dict[str, Decimal]:
    cells = value.groupings[index].cells
    return {cell.key: cell.figures.delivered.total_gbp for cell in cells if cell.figures}


async def test_every_grouping_sums_to_the_total(world: World):
    await world.sign()
    await world.report(
        world.council,
        line(areas=[{"area_code": "E01000001", "share": "0.3"}]),
        line("JOBS", "0.5", "fte_years"),
        line("SHARE", "40", "percentage"),
    )
    await world.report(world.charity, line("GIFTS", "99.99", "gbp_invested"))
    groups = "theme,outcome,measure,organisation,area,need_band,route"
    value = await world.value(group_by=groups)
    assert [grouping.by for grouping in value.groupings] == groups.split(",")
    assert value.figures.delivered.total_gbp == Decimal("15279.59")
    for grouping in value.groupings:
        assert grouping.additive
        for figure in ("committed", "due", "delivered", "validated"):
            cells = [getattr(cell.figures, figure).total_gbp for cell in grouping.cells]
            assert sum(cells) == getattr(value.figures, figure).total_gbp, (grouping.by, figure)
    assert totals(value, 0) == {
        "climate": Decimal("0.00"),
        "community": Decimal("279.59"),
        "jobs": Decimal("15000.00"),
    }
    assert totals(value, 6) == {"procurement": Decimal("0.00"), "own_activity": Decimal("15279.59")}


async def test_periods_are_live_from_the_ledger_and_public_from_what_was_published_of_each(world: World):
    await world.sign()
    for month, quantity in ((7, "1"), (8, "2"), (9, "4")):
        period = {"period_start": f"2026-{month:02}-01", "period_end": f"2026-{month:02}-28"}
        await world.report(world.council, line(quantity=quantity), line("BANKED", "2", "count"), **period)
    await world.seal()
    value = await world.value(group_by="period:month,theme,period:financial_year")
    assert [grouping.by for grouping in value.groupings] == ["theme", "period", "period"]
    months, years = value.groupings[1:]
    assert (months.granularity, months.additive, years.granularity) == ("month", False, "financial_year")
    assert [cell.label for cell in months.cells] == ["July 2026", "August 2026", "September 2026"]
    assert totals(value, 1) == {
        "2026-07-01/2026-07-31": Decimal("17.96"),
        "2026-08-01/2026-08-31": Decimal("35.92"),
        "2026-09-01/2026-09-30": Decimal("71.84"),
    }
    # Each is what the same question gives of the period alone, licensed value left out of both.
    for cell in [*months.cells, *years.cells]:
        start, end = cell.key.split("/")
        alone = await world.value(**{"from": start, "to": end})
        assert cell.figures == alone.figures, cell.key
        assert cell.figures.delivered.licensed == "left_out"
    assert (
        sum(cell.figures.due.total_gbp for cell in months.cells if cell.figures)
        == value.figures.due.total_gbp
    )

    published = await world.publish()
    august_alone = await world.publish(period_start="2026-08-01", period_end="2026-08-31")
    answer = await world.ask_value(group_by="period:month,period:quarter")
    assert answer.status_code == 200, answer.text
    public = CollectiveValue.model_validate_json(answer.content)
    july, august, september = public.groupings[0].cells
    assert august.figures == august_alone.value.figures
    for cell in (july, september):
        assert (cell.figures, cell.suppressed, cell.withheld) == (None, True, "not_published")
    assert [cell.figures for cell in public.groupings[1].cells] == [published.value.figures]
    before = published.published_at - timedelta(seconds=1)
    early = await world.ask_value(group_by="period:month", as_of=before.isoformat())
    assert (early.status_code, early.json()["code"]) == (404, "not_published")

    refused = await world.ask_value(world.as_manager(), group_by="period:month", to="2031-07-01")
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_periods")
    for wrong in ("period", "period:week", "period:month,period:month"):
        answer = await world.ask_value(world.as_manager(), group_by=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "grouping_unknown")


async def test_local_economic_and_social_value_stay_apart(world: World):
    await world.report(world.council, line(), line("JOBS", "0.5", "fte_years"))
    delivered = (await world.value()).figures.delivered
    assert (delivered.social_gbp, delivered.local_economic_gbp, delivered.total_gbp) == (
        Decimal("179.60"),
        Decimal("15000.00"),
        Decimal("15179.60"),
    )


async def test_organisations_are_listed_by_name_and_not_by_amount(world: World):
    await world.report(world.supplier, line(quantity="500"))
    await world.report(world.charity, line(quantity="5"))
    await world.report(world.council, line(quantity="50"))
    [grouping] = (await world.value(group_by="organisation")).groupings
    assert [cell.label for cell in grouping.cells] == ["Charity", "Council", "Supplier"]


async def test_one_code_in_two_editions_gives_two_cells(world: World):
    await world.report(world.council, line(), line(quantity="1", edition_hash=OTHER_EDITION))
    value = await world.value(group_by="measure,theme")
    assert totals(value) == {"HOURS~eeeeeeeeeeee": Decimal("179.60"), "HOURS~ffffffffffff": Decimal("17.96")}
    assert totals(value, 1) == {"community": Decimal("197.56")}
    assert [use.label for use in value.editions] == ["Open TOMs (2026)", "Open TOMs (2027)"]
    assert value.editions[0].price_years == [2024]


async def test_live_figures_leave_licensed_value_out_for_those_without_the_licence(world: World):
    await world.report(
        world.council, line(), line("BANKED", "2", "count"), line("GIFTS", "7", "gbp_invested")
    )
    value = await world.value(group_by="theme,outcome,measure")
    assert totals(value) == {"community": Decimal("186.60")}
    assert totals(value, 1) == {"gifts": Decimal("7.00"), "volunteering": Decimal("179.60")}
    assert totals(value, 2) == {"GIFTS": Decimal("7.00"), "HOURS": Decimal("179.60")}
    assert (value.figures.delivered.total_gbp, value.figures.delivered.licensed) == (
        Decimal("186.60"),
        "left_out",
    )
    assert value.figures.committed.licensed == "none"
    [community] = value.groupings[0].cells
    assert community.figures is not None
    assert community.figures.delivered.licensed == "left_out"
    withheld = {cell.key: cell.withheld for cell in value.groupings[2].cells}
    assert withheld == {"BANKED": "licensed", "GIFTS": None, "HOURS": None}


async def test_a_holder_of_the_licence_sees_every_pound_live(world: World):
    await world.report(
        world.council, line(), line("BANKED", "2", "count"), line("GIFTS", "7", "gbp_invested")
    )
    scopes = ["reporting:read", "frameworks:licensed:open-toms"]
    answer = await world.ask_value(world.as_manager(scopes=scopes), group_by="theme,outcome,measure")
    value = CollectiveValue.model_validate_json(answer.content)
    assert totals(value) == {"community": Decimal("196.60")}
    assert totals(value, 1) == {"gifts": Decimal("7.00"), "volunteering": Decimal("189.60")}
    assert totals(value, 2) == {
        "BANKED": Decimal("10.00"),
        "GIFTS": Decimal("7.00"),
        "HOURS": Decimal("179.60"),
    }
    assert value.figures.delivered.licensed == "none"


async def test_a_report_counts_in_the_window_in_which_its_period_ends(world: World):
    await world.report(world.council)
    inside = await world.value(**{"from": "2026-09-30", "to": "2026-09-30"})
    assert inside.figures.delivered.total_gbp == Decimal("179.60")
    before = await world.value(**{"from": "2026-07-01", "to": "2026-09-29"})
    assert before.figures.delivered.total_gbp == Decimal("0.00")


async def test_coverage_counts_the_quarters_that_members_owe(world: World):
    await world.join(world.council, date(2022, 9, 29))
    await world.join(world.charity, date(2022, 9, 29))
    await world.join(
        world.college, date(2022, 9, 29), date(2026, 9, 29)
    )  # left a day before the quarter's end
    await world.report(world.council)
    coverage = (await world.value()).coverage
    assert (coverage.due_count, coverage.reported_count, coverage.ratio) == (2, 1, Decimal("0.5"))
    assert coverage.missing_organisations == ["Charity"]


async def test_monthly_reports_meet_the_quarter_when_they_cover_it(world: World):
    await world.join(world.council, date(2022, 9, 29))
    for start, end in (("2026-07-01", "2026-07-31"), ("2026-08-01", "2026-08-31")):
        await world.report(world.council, period_start=start, period_end=end)
    assert (await world.value()).coverage.reported_count == 0
    await world.report(world.council, period_start="2026-09-01", period_end="2026-09-30")
    assert (await world.value()).coverage.reported_count == 1


async def test_a_member_that_joined_within_the_quarter_owes_the_days_since(world: World):
    await world.join(world.council, date(2026, 9, 29))
    await world.report(world.council, period_start="2026-09-29", period_end="2026-09-30")
    coverage = (await world.value()).coverage
    assert (coverage.due_count, coverage.reported_count) == (1, 1)


async def test_a_returned_report_leaves_the_obligation_unmet(world: World):
    await world.join(world.council, date(2022, 9, 29))
    report = await world.report(world.council)
    await world.try_review(report, {"outcome": "returned", "reason": "x"})
    assert (await world.value()).coverage.reported_count == 0


async def test_a_quarter_that_is_not_over_is_not_owed_yet(world: World):
    await world.join(world.council, date(2022, 9, 29))
    coverage = (await world.value(**{"from": "2026-10-01", "to": "2026-12-31"})).coverage
    assert (coverage.due_count, coverage.ratio) == (0, None)


async def test_coverage_by_due_value_weighs_who_has_reported(world: World):
    await world.sign()
    assert (await world.value()).coverage.due_value_ratio == Decimal(0)
    await world.report(
        world.supplier, nil_return=True, lines=[], period_start="2026-08-01", period_end="2026-09-30"
    )
    assert (await world.value()).coverage.due_value_ratio == Decimal("0.6667")


async def test_figures_and_coverage_as_of_a_moment_stay_what_they_were(world: World):
    membership = await world.join(world.council, date(2022, 9, 29))
    report = await world.report(world.council)
    await world.seal()
    moment = world.clock()
    before = await world.value(as_of=moment.isoformat(), group_by="theme,organisation")
    world.clock.advance(timedelta(hours=1))
    await world.review(report)
    await world.report(world.charity)
    await world.join(world.council, date(2022, 9, 29), date(2026, 6, 30), membership_id=membership, version=2)
    await world.seal()
    now = await world.value()
    assert now.figures.validated.total_gbp == Decimal("179.60")
    assert now.coverage.due_count == 0
    assert await world.value(as_of=moment.isoformat(), group_by="theme,organisation") == before


async def test_what_is_not_sealed_counts_now_and_not_as_of_a_moment(world: World):
    await world.report(world.council)
    assert (await world.value()).figures.delivered.total_gbp == Decimal("179.60")
    as_of = await world.value(as_of=world.clock().isoformat())
    assert as_of.figures.delivered.total_gbp == Decimal("0.00")
    await world.seal()
    as_of = await world.value(as_of=world.clock().isoformat())
    assert as_of.figures.delivered.total_gbp == Decimal("179.60")


async def test_groupings_sum_to_the_total_while_others_write(wide_world: World):
    world = wide_world
    organisations = [new_id() for _ in range(8)]
    world.neighbours.organisations |= {org: f"Organisation {org}" for org in organisations}
    writing = [world.report(org) for org in organisations]
    reading = [world.value(group_by="theme,organisation,route") for _ in range(8)]
    sealing = [world.seal() for _ in range(4)]
    results = await asyncio.gather(*writing, *reading, *sealing)
    values = [result for result in results if isinstance(result, CollectiveValue)]
    assert len(values) == 8
    for value in values:
        for index in range(3):
            assert sum(totals(value, index).values()) == value.figures.delivered.total_gbp


async def test_the_future_is_not_asked_for(world: World):
    later = (world.clock() + timedelta(seconds=1)).isoformat()
    answer = await world.ask_value(world.as_manager(), as_of=later)
    assert (answer.status_code, answer.json()["code"]) == (422, "as_of_in_future")


@pytest.mark.parametrize("text", ["theme,nosuch", "theme,theme", "total"])
async def test_groupings_come_from_a_list(world: World, text):
    answer = await world.ask_value(world.as_manager(), group_by=text)
    assert (answer.status_code, codes(answer)) == (422, [("?group_by", "grouping_unknown")])


async def test_a_reversed_window_is_refused(world: World):
    answer = await world.ask_value(world.as_manager(), **{"from": "2026-09-30", "to": "2026-07-01"})
    assert (answer.status_code, answer.json()["code"]) == (422, "period_reversed")


async def test_without_scope_and_role_only_publications_are_read(world: World):
    await world.report(world.council)
    without_role = world.mint.headers(org=world.council, scopes=["reporting:read"])
    elsewhere = world.mint.headers(
        org=world.council, scopes=["reporting:read"], roles={new_id(): ["programme_manager"]}
    )
    without_scope = world.as_manager(scopes=[])
    for headers in (None, without_role, elsewhere, without_scope):
        answer = await world.ask_value(headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_published")

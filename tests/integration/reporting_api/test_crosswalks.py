"""The collective value by another system's categories: live, published, by the shares of the editions."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from tests.integration.reporting_api.framework import DOUBLE, EDITION, OBJECTIVES, OTHER_EDITION
from tests.integration.reporting_api.world import World, codes, line

from cdp_common.contracts.reporting import CollectiveValue, Grouping
from reporting_api.use_cases.verify_ledger import verify_ledger

BY_OBJECTIVE = "crosswalk:objectives"


def by_scheme(value: CollectiveValue, scheme: str = "objectives") -> Grouping:
    [found] = [grouping for grouping in value.groupings if grouping.scheme == scheme]
    return found


def delivered(grouping: Grouping) -> dict[str, str | None]:
    """Pounds by key, None where the cell is withheld."""
    return {
        cell.key: None if cell.figures is None else str(cell.figures.delivered.total_gbp)
        for cell in grouping.cells
    }


async def test_value_is_divided_by_the_shares_and_sums_to_the_total(world: World):
    await world.sign()
    await world.report(
        world.council,
        line(quantity="10.1"),
        line("JOBS", "0.5", "fte_years"),
        line("CARBON", "1", "tco2e"),
        line("SHARE", "40", "percentage"),
    )
    await world.report(world.charity, line("GIFTS", "99.99", "gbp_invested"))
    value = await world.value(group_by=f"theme,{BY_OBJECTIVE},route")
    assert [grouping.by for grouping in value.groupings] == ["theme", "crosswalk", "route"]
    grouping = by_scheme(value)
    assert (grouping.title, grouping.additive, grouping.editions_without) == ("Objectives", True, [])
    # 181.40 of volunteering: 54.42 and 126.98; carbon and jobs are mapped to nothing.
    assert delivered(grouping) == {
        "O1": "54.42",
        "O2": "0.00",
        "O6": "226.97",
        "not_mapped": "15270.00",
    }
    assert [cell.label for cell in grouping.cells] == [
        "More jobs",
        "Less carbon",
        "Help for groups",
        "Not mapped",
    ]
    for figure in ("committed", "due", "delivered", "validated"):
        for part in ("total_gbp", "social_gbp", "local_economic_gbp", "fiscal_gbp"):
            cells = [getattr(getattr(cell.figures, figure), part) for cell in grouping.cells]
            assert sum(cells) == getattr(getattr(value.figures, figure), part), (figure, part)


async def test_a_scheme_whose_shares_do_not_sum_to_one_says_so(world: World):
    await world.report(world.council, line())
    grouping = by_scheme(await world.value(group_by="crosswalk:double"), "double")
    assert grouping.additive is False
    assert delivered(grouping) == {"D1": "179.60", "D2": "179.60", "not_mapped": "0.00"}


async def test_lines_are_divided_by_the_edition_that_they_were_valued_at(world: World):
    later = {**OBJECTIVES, "shares": {"HOURS": {"O2": "1"}}}
    world.neighbours.crosswalks[OTHER_EDITION] = [later]
    await world.report(world.council, line(), line(quantity="1", edition_hash=OTHER_EDITION))
    value = await world.value(group_by=f"{BY_OBJECTIVE},crosswalk:double")
    assert delivered(by_scheme(value)) == {
        "O1": "53.88",
        "O2": "17.96",
        "O6": "125.72",
        "not_mapped": "0.00",
    }
    # One of the two editions does not know the other scheme: its value stands apart, and it is named.
    double = by_scheme(value, "double")
    assert double.editions_without == [OTHER_EDITION]
    assert delivered(double)["not_mapped"] == "17.96"


async def test_a_window_without_lines_has_nothing_mapped(world: World):
    await world.report(world.council, line())
    value = await world.value(group_by=BY_OBJECTIVE, **{"from": "2026-01-01", "to": "2026-03-31"})
    assert delivered(by_scheme(value)) == {"not_mapped": "0.00"}


@pytest.mark.parametrize(
    "asked, pointers",
    [
        ("crosswalk:goals", [("?group_by", "crosswalk_unknown")]),
        ("crosswalk", [("?group_by", "grouping_unknown")]),
        ("crosswalk:", [("?group_by", "grouping_unknown")]),
        (f"{BY_OBJECTIVE},{BY_OBJECTIVE}", [("?group_by", "grouping_unknown")]),
    ],
)
async def test_a_scheme_that_no_edition_knows_is_refused(world: World, asked, pointers):
    await world.report(world.council, line())
    answer = await world.ask_value(world.as_manager(), group_by=asked)
    assert (answer.status_code, codes(answer)) == (422, pointers)
    assert answer.json()["code"] == pointers[0][1]


async def test_crosswalks_of_editions_kept_without_them_are_asked_for_once(world: World):
    await world.report(world.council, line())
    async with world.db.begin() as tx:
        await tx.execute(text("UPDATE editions SET crosswalks = NULL"))
    world.neighbours.calls.clear()
    first = await world.value(group_by=BY_OBJECTIVE)
    assert delivered(by_scheme(first))["O1"] == "53.88"
    # What is kept stays, whatever is said later of the same edition.
    world.neighbours.crosswalks[EDITION] = []
    assert (await world.value(group_by=BY_OBJECTIVE)).groupings == first.groupings
    assert world.neighbours.calls == [f"/v1/editions/by-hash/{EDITION}"]


# ------------------------------------------------------------------ published
async def three_report(world: World) -> None:
    """Three organisations of similar size report volunteering and gifts, and one a job."""
    for org, quantity in ((world.council, "10"), (world.charity, "11"), (world.college, "12")):
        await world.report(org, line(quantity=quantity), line("GIFTS", quantity, "gbp_invested"))


async def test_a_publication_freezes_every_scheme_of_its_editions(world: World):
    await three_report(world)
    answer = await world.try_publish()
    published = CollectiveValue.model_validate(answer.json()["value"])
    assert [one.scheme for one in published.groupings if one.by == "crosswalk"] == ["double", "objectives"]
    assert delivered(by_scheme(published)) == {
        "O1": "177.80",
        "O2": "0.00",
        "O6": "447.88",
        "not_mapped": "0.00",
    }
    world.neighbours.crosswalks[EDITION] = [DOUBLE]
    await world.report(world.supplier, line(quantity="100"))
    asked = await world.ask_value(group_by=f"{BY_OBJECTIVE},theme")
    shown = CollectiveValue.model_validate_json(asked.content)
    assert [one.by for one in shown.groupings] == ["theme", "crosswalk"]
    assert by_scheme(shown) == by_scheme(published)
    read = await world.http.get(f"/v1/publications/{answer.json()['id']}")
    assert read.content == answer.content
    unknown = await world.ask_value(group_by="crosswalk:goals")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "crosswalk_unknown")
    assert await verify_ledger(world.db) == []


async def test_publishing_asks_for_the_place_and_its_people_and_for_crosswalks_that_were_never_kept(
    world: World,
):
    await three_report(world)
    first = await world.try_publish()
    assert first.status_code == 201, first.text
    async with world.db.begin() as tx:
        await tx.execute(text("UPDATE editions SET crosswalks = NULL"))
    world.neighbours.is_down = True
    refused = await world.try_publish(reason="Again.")
    assert (refused.status_code, refused.json()["code"]) == (503, "upstream_unavailable")
    assert await world.count("publications") == 1
    world.neighbours.is_down = False
    again = await world.try_publish(reason="Again.")
    assert again.json()["value"]["groupings"] == first.json()["value"]["groupings"]


async def test_categories_give_no_withheld_measure_away(world: World):
    await three_report(world)
    await world.report(world.supplier, line("JOBS", "0.5", "fte_years"))
    published = (await world.publish()).value
    themes = next(one for one in published.groupings if one.by == "theme")
    assert delivered(themes) == {"community": None, "jobs": None}
    # The supplier's job is what the objectives do not map: it would be the total less what they do.
    assert delivered(by_scheme(published)) == {"O1": None, "O2": "0.00", "O6": None, "not_mapped": None}
    assert delivered(by_scheme(published, "double")) == {"D1": None, "D2": None, "not_mapped": None}
    assert {cell.withheld for cell in by_scheme(published).cells if cell.suppressed} == {"disclosure"}


async def test_categories_show_where_they_tell_nothing_of_a_withheld_measure(world: World):
    goals = {**OBJECTIVES, "shares": {"HOURS": {"O1": "1"}, "GIFTS": {"O1": "1"}, "CARBON": {"O2": "1"}}}
    world.neighbours.crosswalks[EDITION] = [goals]
    carbon = line("CARBON", "1", "tco2e")
    await world.report(world.council, line(quantity="10"), carbon)
    await world.report(world.charity, line(quantity="11"), carbon)
    await world.report(world.college, line(quantity="12"), line("GIFTS", "50", "gbp_invested"), carbon)
    published = (await world.publish()).value
    measures = next(one for one in published.groupings if one.by == "measure")
    assert delivered(measures) == {"CARBON": "810.00", "GIFTS": None, "HOURS": None}
    # Hours and gifts go together, as they do in their theme.
    assert delivered(by_scheme(published)) == {
        "O1": "642.68",
        "O2": "810.00",
        "O6": "0.00",
        "not_mapped": "0.00",
    }


async def test_a_category_of_licensed_measures_alone_says_that_it_is_licensed(world: World):
    objectives = {**OBJECTIVES, "shares": {"BANKED": {"O1": "1"}, "HOURS": {"O6": "1"}}}
    world.neighbours.crosswalks[EDITION] = [objectives]
    for org in (world.council, world.charity, world.college):
        await world.report(org, line(), line("BANKED", "2", "count"))
    published = (await world.publish()).value
    for value in (published, await world.value(group_by=BY_OBJECTIVE)):
        grouping = by_scheme(value)
        assert {cell.key: cell.withheld for cell in grouping.cells} == {
            "O1": "licensed",
            "O2": None,
            "O6": None,
            "not_mapped": None,
        }
        assert delivered(grouping)["O6"] == "538.80"
    scopes = ["reporting:read", "frameworks:licensed:open-toms"]
    answer = await world.ask_value(world.as_manager(scopes=scopes), group_by=BY_OBJECTIVE)
    held = by_scheme(CollectiveValue.model_validate_json(answer.content))
    assert delivered(held)["O1"] == str(Decimal("30.00"))

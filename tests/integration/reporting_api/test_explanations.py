"""Explaining published pounds: recomputed from stored inputs, equal to the cell, giving nobody away."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.integration.reporting_api.framework import OTHER_EDITION
from tests.integration.reporting_api.world import World, judgement, keyed, line

from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import PoundExplanation
from reporting_api.storage.copies import AreaCopy, areas_known


async def ask(world: World, publication: Publication, measure: str) -> httpx2.Response:
    return await world.http.get(f"/v1/publications/{publication.id}/explanations/{measure}")


async def explained(world: World, publication: Publication, measure: str = "HOURS") -> PoundExplanation:
    answer = await ask(world, publication, measure)
    assert answer.status_code == 200, answer.text
    return PoundExplanation.model_validate_json(answer.content)


def published_pounds(publication: Publication, measure: str) -> Decimal:
    [cell] = [
        cell
        for group in publication.value.groupings
        if group.by == "measure"
        for cell in group.cells
        if cell.key == measure
    ]
    assert cell.figures is not None
    return cell.figures.delivered.total_gbp


async def test_the_pounds_shown_are_the_publications_to_the_penny(world: World):
    for org, quantity in ((world.council, "10.1"), (world.charity, "11.3"), (world.college, "12.7")):
        await world.report(org, line(quantity=quantity))
    publication = await world.publish()
    explanation = await explained(world, publication)
    assert explanation.total_gbp == published_pounds(publication, "HOURS") == Decimal("612.44")
    [group] = explanation.groups
    assert (group.line_count, group.counted_quantity) == (3, Decimal("34.1"))
    assert [(step.rule, step.factor, step.result) for step in group.steps] == [
        ("quantity", Decimal(1), Decimal(1)),
        ("proxy", Decimal("17.96"), Decimal("17.96")),
    ]
    assert explanation.proxy is not None
    assert explanation.proxy.sources[0].url == "https://example.org/source"
    assert (explanation.theme, explanation.unit, explanation.edition) == ("Theme community", "hours", "2026")


async def test_lines_valued_by_other_factors_stand_in_groups_of_their_own(world: World):
    for org in (world.council, world.charity, world.college):
        await world.report(org, line(), line(quantity="4", attribution_share="0.5", industry="I2"))
    publication = await world.publish()
    explanation = await explained(world, publication)
    assert [(group.line_count, group.counted_quantity, group.social_gbp) for group in explanation.groups] == [
        (3, Decimal(30), Decimal("538.80")),
        (3, Decimal(6), Decimal("107.76")),
    ]
    shared = explanation.groups[1].steps
    assert [(step.rule, step.result) for step in shared] == [
        ("quantity", Decimal(1)),
        ("attribution", Decimal("0.5")),
        ("proxy", Decimal("8.98")),
    ]
    assert explanation.total_gbp == published_pounds(publication, "HOURS")


async def test_a_group_of_one_organisation_is_put_together_with_others(world: World):
    await world.report(world.council, line(), line(quantity="4", attribution_share="0.5", industry="I2"))
    await world.report(world.charity, line())
    await world.report(world.college, line())
    explanation = await explained(world, await world.publish())
    [group] = explanation.groups
    assert group.line_count == 4
    assert [step.rule for step in group.steps] == ["quantity", "proxy"]
    assert explanation.total_gbp == Decimal("574.72")


async def test_only_what_landed_in_the_place_is_explained(world: World):
    areas = [{"area_code": "E01000009", "share": "0.25"}]
    for org in (world.council, world.charity, world.college):
        await world.report(org, line(areas=areas))
    publication = await world.publish()
    explanation = await explained(world, publication)
    assert explanation.total_gbp == published_pounds(publication, "HOURS") == Decimal("404.10")
    assert [(step.rule, step.result) for step in explanation.groups[0].steps][-1] == (
        "landed_in_place",
        Decimal("13.47"),
    )


async def test_the_areas_of_all_lines_are_read_at_once(world: World, monkeypatch: pytest.MonkeyPatch):
    for org in (world.council, world.charity, world.college):
        await world.report(org, line(areas=[{"area_code": "E01000009", "share": "0.25"}]))
    publication = await world.publish()
    read: list[set[str]] = []

    async def noted(tx: AsyncConnection, need_index: str, codes: Collection[str]) -> dict[str, AreaCopy]:
        read.append(set(codes))
        return await areas_known(tx, need_index, codes)

    monkeypatch.setattr("reporting_api.use_cases.accepted_lines.areas_known", noted)
    explanation = await explained(world, publication)
    assert (explanation.groups[0].line_count, read) == (3, [{"E01000009"}])


async def test_what_was_corrected_before_publication_is_not_explained(world: World):
    reports = [await world.report(org, line()) for org in (world.council, world.charity, world.college)]
    await world.http.post(
        f"/v1/reports/{reports[0].id}/corrections",
        json={"reason": "x", "lines": [line(quantity="5")]},
        headers=keyed(world.as_org(world.council)),
    )
    explanation = await explained(world, await world.publish())
    assert explanation.groups[0].line_count == 3
    assert explanation.total_gbp == Decimal("449.00")


async def test_what_came_after_publication_changes_no_explanation(world: World):
    reports = [await world.report(org, line()) for org in (world.council, world.charity, world.college)]
    publication = await world.publish()
    await world.review(reports[0])
    rejected = {"outcome": "rejected", "reason": "x", "lines": []}
    await world.try_review(reports[1], rejected)
    await world.seal()
    assert judgement(reports[0], 0, "1")["accepted_quantity"] == "1"
    assert (await explained(world, publication)).total_gbp == Decimal("538.80")


async def test_a_withheld_cell_is_not_explained(world: World):
    await world.report(world.council)
    answer = await ask(world, await world.publish(), "HOURS")
    assert (answer.status_code, answer.json()["code"]) == (409, "cell_suppressed")


async def test_a_quantity_without_pounds_is_protected_as_well(world: World):
    for org in (world.council, world.charity):
        await world.report(org, line("SHARE", "50", "percentage"))
    answer = await ask(world, await world.publish(), "SHARE")
    assert (answer.status_code, answer.json()["code"]) == (409, "cell_suppressed")


async def test_an_unpublished_measure_is_not_explained(world: World):
    publication = await world.publish()
    for measure in ("HOURS", "NOSUCH"):
        answer = await ask(world, publication, measure)
        assert (answer.status_code, answer.json()["code"]) == (404, "measure_not_published")
    unknown = await world.http.get(f"/v1/publications/{world.place}/explanations/HOURS")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "publication_not_found")


async def test_a_promised_measure_that_was_not_delivered_is_not_explained(world: World):
    await world.join(world.supplier, date(2022, 9, 29), named_totals_agreed=True)
    await world.sign()
    answer = await ask(world, await world.publish(), "HOURS")
    assert (answer.status_code, answer.json()["code"]) == (404, "measure_not_published")


async def test_each_edition_of_a_measure_is_explained_apart(world: World):
    for org in (world.council, world.charity, world.college):
        await world.report(org, line(), line(quantity="1", edition_hash=OTHER_EDITION))
    publication = await world.publish()
    explanation = await explained(world, publication, "HOURS~ffffffffffff")
    assert (explanation.edition_hash, explanation.edition) == (OTHER_EDITION, "2027")
    assert explanation.total_gbp == Decimal("53.88")


async def test_pounds_that_cannot_be_reproduced_are_not_explained(world: World):
    for org in (world.council, world.charity, world.college):
        await world.report(org, line())
    publication = await world.publish()
    world.neighbours.unit_values["HOURS"] = Decimal("18.00")
    answer = await ask(world, publication, "HOURS")
    assert (answer.status_code, answer.json()["code"]) == (409, "explanation_differs")

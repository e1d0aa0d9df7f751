"""What publications tell when areas are in other bands of need than in those before."""

from typing import Any

import pytest
from tests.integration.reporting_api.framework import AREAS
from tests.integration.reporting_api.world import TOMS, World, line

from cdp_common.contracts.publications import Publication
from cdp_common.kernel.identifiers import new_id
from reporting_api.use_cases.verify_ledger import verify_ledger


@pytest.fixture(autouse=True)
def _third_area(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AREAS, "E01000003", ("severe", "county-durham", 1))


def landing(pounds: int, area: int) -> dict[str, Any]:
    code = f"E0100000{area}"
    return line("GIFTS", str(pounds), "gbp_invested", areas=[{"area_code": code, "share": "1"}])


async def move(world: World, area: int, band: str) -> None:
    """An area is in another band from now on."""
    world.neighbours.bands[f"E0100000{area}"] = band
    told = {"index": "imd-test", "place": "county-durham", "version": 2}
    world.neighbours.tell(TOMS, "need_banding.published", new_id(), told)
    await world.consume()


def shown(publication: Publication, by: str) -> dict[str, str | None]:
    """The delivered pounds of the cells of a grouping; None where they are withheld."""
    [grouping] = [one for one in publication.value.groupings if one.by == by]
    return {
        cell.key: None if cell.figures is None else str(cell.figures.delivered.total_gbp)
        for cell in grouping.cells
        if cell.figures is None or cell.figures.delivered.total_gbp
    }


async def test_an_area_that_is_withheld_is_not_told_by_the_band_that_it_left(world: World):
    for org in (world.council, world.charity, world.college):
        await world.report(org, landing(300, 1), landing(300, 2))
    await world.report(world.supplier, landing(500, 3))
    first = await world.publish()
    assert shown(first, "need_band") == {"severe": "1400.00", "low": "900.00"}
    areas = {"E01000001": None, "E01000002": "900.00", "E01000003": None}
    assert shown(first, "area") == areas
    # £1,400.00 less what is in the severe band now would be what the supplier alone delivered.
    await move(world, 3, "low")
    second = await world.publish(reason="new bands")
    assert shown(second, "need_band") == {"severe": None, "low": None}
    assert second.need is not None
    assert [(cell.key, cell.under, cell.suppressed) for cell in second.need.deciles] == [
        ("1~low", "low", True),
        ("1~severe", "severe", True),
        ("9", "low", True),
    ]
    assert shown(second, "area") == dict.fromkeys(areas)
    # It says which areas it has in other bands; the total is the same, and no step of the bridge has pounds.
    assert second.need.moved_areas == ["E01000003"]
    assert (first.need.moved_areas if first.need else None) == []
    assert {step.total_gbp for bridge in second.bridges for step in bridge.steps} == {0}
    assert second.bridges[0].this_gbp == first.bridges[0].this_gbp == 2300
    page = (await world.http.get(f"/v1/publications/{second.id}/files/html")).text
    assert "1 area is in another band of need than in the publication before" in page
    assert await verify_ledger(world.db) == []
    # Under the same bands again nothing is new; the first publication stays known.
    third = await world.publish(reason="once more")
    assert shown(third, "need_band") == {"severe": None, "low": None}
    assert third.need is not None
    assert third.need.moved_areas == []


async def test_bands_that_safe_areas_left_stay_shown(world: World):
    for org in (world.council, world.charity, world.college):
        await world.report(org, landing(300, 1), landing(300, 2), landing(200, 3))
    first = await world.publish()
    assert shown(first, "need_band") == {"severe": "1500.00", "low": "900.00"}
    assert first.need is not None
    assert [(cell.key, cell.under) for cell in first.need.areas] == [
        ("E01000001", "1"),
        ("E01000002", "9"),
        ("E01000003", "1"),
    ]
    await move(world, 3, "low")
    second = await world.publish(reason="new bands")
    assert shown(second, "need_band") == {"severe": "900.00", "low": "1500.00"}
    assert shown(second, "area") == {"E01000001": "900.00", "E01000002": "900.00", "E01000003": "600.00"}
    # A late report of one alone is held against the bands as they are by now.
    await world.report(world.supplier, landing(50, 2))
    third = await world.publish(reason="late")
    assert shown(third, "need_band") == {"severe": None, "low": None}
    assert await verify_ledger(world.db) == []

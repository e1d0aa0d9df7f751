"""How value is spread by need: by band and decile, for each head, with a concentration index; or why not."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.integration.reporting_api.framework import ABSENT_INDEX
from tests.integration.reporting_api.test_client import client
from tests.integration.reporting_api.test_licensed import LICENCE
from tests.integration.reporting_api.world import QUARTER, World, line

from cdp_common.contracts.published_need import PublishedNeedCell
from reporting_api.use_cases.verify_ledger import verify_ledger

WINDOW = {"from": QUARTER[0], "to": QUARTER[1]}
EVERYTHING = ["reporting:read", LICENCE]


def landing(code: str) -> dict[str, Any]:
    return {"areas": [{"area_code": code, "share": "1"}]}


async def figures(world: World, scopes: list[str] | None = None, **params: str) -> Any:
    path = f"/v1/places/{world.place}/need-figures"
    headers = world.as_manager() if scopes is None else world.as_manager(scopes=scopes)
    answer = await world.http.get(path, params={**WINDOW, **params}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def shown(cells: list[dict[str, Any]], key: str) -> dict[Any, tuple[Any, ...]]:
    """By band or decile: who lives there, the pounds, whether licensed value is in it, and for each head."""
    return {
        cell[key]: (
            cell["population"],
            cell["value"]["total_gbp"],
            cell["value"]["licensed"],
            cell["per_head_gbp"],
        )
        for cell in cells
    }


def by_area(figure: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """The same by area's code, with its name before."""
    names = [one["name"] for one in figure["by_area"]]
    return {
        code: (name, *rest)
        for name, (code, rest) in zip(names, shown(figure["by_area"], "code").items(), strict=True)
    }


async def test_value_by_need_for_each_head_and_its_concentration_live_and_as_of_a_moment(world: World):
    world.neighbours.populations = {"E01000001": 400, "E01000002": 600}
    severe = line("GIFTS", "900", "gbp_invested", **landing("E01000001"))
    low = line("GIFTS", "100", "gbp_invested", **landing("E01000002"))
    unplaced = line("GIFTS", "200", "gbp_invested")
    await world.review(await world.report(world.council, severe, low, unplaced), {0: "900", 1: "100"})
    found = await figures(world)
    assert (found["need_index"], found["population"], found["per_head_absent"]) == ("imd-test", 1000, None)
    delivered = found["delivered"]
    assert shown(delivered["by_band"], "band") == {
        "severe": (400, "900.00", "none", "2.25"),
        "high": (0, "0.00", "none", None),
        "mild": (0, "0.00", "none", None),
        "low": (600, "100.00", "none", "0.17"),
        "not_placed": (None, "200.00", "none", None),
    }
    assert shown(delivered["by_decile"], "decile") == {
        1: (400, "900.00", "none", "2.25"),
        9: (600, "100.00", "none", "0.17"),
    }
    assert by_area(delivered) == {
        "E01000001": ("Area 1", 400, "900.00", "none", "2.25"),
        "E01000002": ("Area 2", 600, "100.00", "none", "0.17"),
    }
    # 2 × (0.9 × 0.2 + 0.1 × 0.7) − 1
    assert (delivered["concentration_index"], delivered["concentration_absent"]) == ("-0.500000", None)
    assert (delivered["per_head_gbp"], delivered["value"]["total_gbp"]) == ("1.20", "1200.00")
    parts = delivered["value"]
    both = Decimal(parts["social_gbp"]) + Decimal(parts["local_economic_gbp"])
    assert both == Decimal(parts["total_gbp"])
    assert found["validated"]["value"]["total_gbp"] == "1000.00"
    typed = await client(world, world.as_manager()).get_need_figures(
        world.place, since=date(2026, 7, 1), until=date(2026, 9, 30)
    )
    assert typed.delivered.value.total_gbp == Decimal("1200.00")
    assert typed.data_status == "actual"
    earlier = (await figures(world, as_of="2026-11-01T00:00:00Z"))["delivered"]
    assert (earlier["value"]["total_gbp"], earlier["per_head_gbp"]) == ("0.00", "0.00")
    assert (earlier["concentration_index"], earlier["concentration_absent"]) == (None, "nothing_placed")
    later = await world.http.get(
        f"/v1/places/{world.place}/need-figures",
        params={**WINDOW, "as_of": "2027-01-01T00:00:00Z"},
        headers=world.as_manager(),
    )
    assert (later.status_code, later.json()["code"]) == (422, "as_of_in_future")


async def test_without_denominators_the_value_stays_and_figures_for_each_head_say_why_they_are_absent(
    world: World,
):
    world.neighbours.populations = {"E01000001": 400}  # of the other area it is not known
    lines = [line("GIFTS", "900", "gbp_invested", **landing(f"E0100000{at}")) for at in (1, 2)]
    await world.report(world.council, *lines)
    # Of one area it is not known, and so not of the whole; of the other it is.
    areas = by_area((await figures(world))["delivered"])
    assert areas["E01000001"] == ("Area 1", 400, "900.00", "none", "2.25")
    assert areas["E01000002"] == ("Area 2", None, "900.00", "none", None)
    for index, reason in (("imd-test", "population_unknown"), (ABSENT_INDEX, "need_index_not_loaded")):
        world.neighbours.need_index = index
        found = await figures(world)
        delivered = found["delivered"]
        assert (found["per_head_absent"], found["population"]) == (reason, None)
        assert (delivered["per_head_gbp"], delivered["value"]["total_gbp"]) == (None, "1800.00")
        assert len(delivered["by_area"]) == (2 if index == "imd-test" else 0)
        assert (delivered["concentration_index"], delivered["concentration_absent"]) == (None, reason)
        # Under another index than the one it was placed by, it is in no area.
        band = "severe" if index == "imd-test" else "not_placed"
        pounds_there = "900.00" if index == "imd-test" else "1800.00"
        assert shown(delivered["by_band"], "band")[band] == (None, pounds_there, "none", None)
    world.neighbours.need_index = None
    found = await figures(world)
    assert (found["need_index"], found["per_head_absent"]) == (None, "no_need_index")
    assert found["delivered"]["value"]["total_gbp"] == "1800.00"


async def test_licensed_value_is_left_out_for_who_lacks_the_licence_and_each_figure_says_so(world: World):
    world.neighbours.populations = {"E01000001": 400, "E01000002": 600}
    banked = line("BANKED", "2", "count", **landing("E01000001"))
    open_one = line("GIFTS", "100", "gbp_invested", **landing("E01000002"))
    await world.report(world.council, banked, open_one)
    without = (await figures(world))["delivered"]
    assert (without["value"]["total_gbp"], without["value"]["licensed"]) == ("100.00", "left_out")
    assert shown(without["by_decile"], "decile") == {
        1: (400, "0.00", "left_out", "0.00"),
        9: (600, "100.00", "none", "0.17"),
    }
    assert by_area(without)["E01000001"] == ("Area 1", 400, "0.00", "left_out", "0.00")
    assert without["concentration_index"] == "0.400000"  # all that shows is at rank 0.7
    holder = (await figures(world, EVERYTHING))["delivered"]
    assert (holder["value"]["total_gbp"], holder["value"]["licensed"]) == ("110.00", "none")
    assert shown(holder["by_decile"], "decile")[1] == (400, "10.00", "none", "0.03")


async def test_a_publication_freezes_value_by_need_and_withholds_what_would_tell_one_organisations(
    world: World,
):
    world.neighbours.populations = {"E01000001": 400, "E01000002": 600}
    severe = line("GIFTS", "300", "gbp_invested", **landing("E01000001"))
    low = line("GIFTS", "100", "gbp_invested", **landing("E01000002"))
    for org in (world.council, world.charity, world.college):
        await world.report(org, severe, low)
    first = await world.publish()
    need = first.need
    assert need is not None
    assert (first.format, need.need_index, need.population, need.per_head_absent) == (
        5,
        "imd-test",
        1000,
        None,
    )
    assert (need.delivered_per_head_gbp, need.validated_per_head_gbp) == (Decimal("1.20"), Decimal("0.00"))
    deciles = {
        cell.key: (cell.population, pounds(cell), cell.delivered_per_head_gbp) for cell in need.deciles
    }
    assert deciles == {"1": (400, "900.00", Decimal("2.25")), "9": (600, "300.00", Decimal("0.50"))}
    areas = {cell.key: (cell.population, pounds(cell), cell.delivered_per_head_gbp) for cell in need.areas}
    assert areas == {
        "E01000001": (400, "900.00", Decimal("2.25")),
        "E01000002": (600, "300.00", Decimal("0.50")),
    }
    bands = {cell.key: (cell.population, pounds(cell)) for cell in need.bands}
    assert (bands["severe"], bands["low"], bands["high"]) == ((400, "900.00"), (600, "300.00"), (0, "0.00"))
    # 2 × (0.75 × 0.2 + 0.25 × 0.7) − 1
    assert need.delivered_concentration_index == Decimal("-0.350000")
    assert need.validated_concentration_absent == "nothing_placed"
    page = (await world.http.get(f"/v1/publications/{first.id}/files/html")).text
    assert "By decile of deprivation" in page
    assert "£1.20 delivered" in page
    table = (await world.http.get(f"/v1/publications/{first.id}/files/csv")).text
    assert "total,,,total,Total,delivered,,,,,,,,actual,OGL-UK-3.0,concentration_index,-0.350000" in table
    assert "decile,,,1,Decile 1,delivered,,,,,,,,actual,OGL-UK-3.0,pounds,900.00" in table
    assert "area,,,E01000001,E01000001,delivered,,,,,,,,actual,OGL-UK-3.0,pounds_per_head,2.25" in table
    assert "area,,,E01000001,E01000001,,,,,,,,,actual,OGL-UK-3.0,people,400" in table
    # One alone comes late in the severe band: band and decile are withheld, others beside them too.
    await world.report(world.supplier, line("GIFTS", "50", "gbp_invested", **landing("E01000001")))
    again = (await world.publish(reason="late")).need
    assert again is not None
    assert {cell.key: pounds(cell) for cell in again.deciles} == {"1": None, "9": None}
    assert [(cell.key, cell.suppressed, cell.delivered_per_head_gbp) for cell in again.areas] == [
        ("E01000001", True, None),
        ("E01000002", True, None),
    ]
    assert (again.delivered_concentration_index, again.delivered_concentration_absent) == (
        None,
        "deciles_withheld",
    )
    assert again.delivered_per_head_gbp == Decimal("1.25")
    assert await verify_ledger(world.db) == []
    # Under an index that was never loaded the same value stands, and nothing for each head.
    world.neighbours.need_index = ABSENT_INDEX
    third = (await world.publish(reason="index")).need
    assert third is not None
    assert (third.per_head_absent, third.deciles, third.population) == ("need_index_not_loaded", [], None)
    assert third.areas == []


def pounds(cell: PublishedNeedCell) -> str | None:
    return None if cell.delivered is None else str(cell.delivered.total_gbp)

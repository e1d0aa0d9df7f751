"""Value at one constant edition: who gets it, licences, what is remembered, and how much is worked out."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.integration.reporting_api.framework import EDITION, OTHER_EDITION
from tests.integration.reporting_api.test_licensed import LICENCE
from tests.integration.reporting_api.world import QUARTER, World, codes, line, promised_line
from tests.integration.toms_engine.packs import measure, pack, proxy
from tests.integration.toms_engine.world import World as TomsWorld

from reporting_api.use_cases import read_value_at_edition

ASKED = {"from": QUARTER[0], "to": QUARTER[1], "edition_hash": OTHER_EDITION}


async def ask(world: World, *scopes: str, **params: str) -> Any:
    path = f"/v1/places/{world.place}/value-at-edition"
    headers = world.as_manager(scopes=["reporting:read", *scopes])
    return await world.http.get(path, params={**ASKED, **params}, headers=headers)


async def test_what_is_licensed_is_named_and_nothing_of_it_shows_without_the_licence(world: World):
    await world.report(
        world.council, line("BANKED", "2", "count"), line("GIFTS", "100", "gbp_invested"), line()
    )
    found = (await ask(world)).json()["delivered"]
    live = (await world.value()).figures.delivered
    whole = (found["recorded"]["total_gbp"], found["recorded"]["licensed"])
    assert whole == (str(live.total_gbp), live.licensed) == ("279.60", "left_out")
    assert [found["at_edition"]["total_gbp"], found["at_edition"]["licensed"]] == ["279.60", "left_out"]
    assert found["revalued_share"] == "1.0000"  # of what shows
    banked = found["measures"][0]
    assert (banked["measure"], banked["not_revalued"]) == ("BANKED", "licensed")
    hidden = ("counted_quantity", "recorded", "at_edition", "difference", "fault")
    assert [banked[name] for name in hidden] == [None] * 5
    holder = (await ask(world, LICENCE)).json()["delivered"]
    assert (holder["recorded"]["total_gbp"], holder["at_edition"]["total_gbp"]) == ("289.60", "289.60")
    banked = holder["measures"][0]
    assert (banked["counted_quantity"], banked["at_edition"]["total_gbp"]) == ("2", "10.00")


async def test_it_is_for_those_with_a_role_in_the_place_and_tells_the_public_nothing(world: World):
    await world.report(world.council, line())
    await world.publish()
    path = f"/v1/places/{world.place}/value-at-edition"
    callers = {
        401: None,
        403: world.mint.headers(org=world.council, scopes=["reporting:read"], roles={}),
    }
    for status, headers in callers.items():
        answer = await world.http.get(path, params=ASKED, headers=headers)
        assert answer.status_code == status, answer.text
    public = (await world.http.get(f"/v1/places/{world.place}/publications/1/content")).text
    assert "at_edition" not in public


async def test_prices_are_asked_for_once_and_sums_follow_what_is_recorded(world: World):
    await world.report(world.council, line("GIFTS", "100", "gbp_invested"))
    first = (await ask(world)).json()
    assert first["delivered"]["at_edition"]["total_gbp"] == "100.00"
    asked = world.neighbours.calls.count("/v1/valuations")
    await world.seal()
    before = world.clock().isoformat()
    for _ in range(2):
        assert (await ask(world)).json()["delivered"] == first["delivered"]
    await world.report(world.charity, line("GIFTS", "50", "gbp_invested"))
    more = world.neighbours.calls.count("/v1/valuations") - asked
    assert more == 1  # the report's own
    assert (await ask(world)).json()["delivered"]["at_edition"]["total_gbp"] == "150.00"
    await world.seal()
    assert (await ask(world)).json()["delivered"]["at_edition"]["total_gbp"] == "150.00"
    assert world.neighbours.calls.count("/v1/valuations") == asked + 1
    assert (await ask(world, as_of=before)).status_code == 200
    future = await ask(world, as_of="2030-01-01T00:00:00Z")
    assert (future.status_code, future.json()["code"]) == (422, "as_of_in_future")


async def test_promises_keep_the_industry_of_local_spend_as_it_was_varied(world: World):
    spend = {"measure": "GIFTS", "unit": "gbp_invested", "industry": "construction"}
    made = await world.sign(world.commitment(lines=[promised_line(**spend), promised_line()]))
    query = "SELECT industry FROM commitment_lines WHERE line_id = :id"
    kept = [await world.scalar(query, id=one.line_id) for one in made.lines]
    assert kept == ["construction", None]
    changed = made.lines[1].model_copy(update={"industry": "retail"})
    await world.change(made, lines=[changed], effective_on=made.starts_on)
    assert await world.scalar(query, id=changed.line_id) == "retail"


async def test_no_more_than_a_bounded_number_of_sums_is_revalued(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    await world.report(world.council, line("GIFTS", "100", "gbp_invested"), line())
    monkeypatch.setattr(read_value_at_edition, "MOST_SUMS", 2)
    assert (await ask(world)).status_code == 200
    await world.report(world.charity, line("CARBON", "1", "tco2e"))
    refused = await ask(world)
    assert (refused.status_code, codes(refused)) == (422, [("?to", "too_much_to_revalue")])
    assert (await ask(world, edition_hash=EDITION)).status_code == 422


def carbon(*years: tuple[int, str]) -> dict[str, Any]:
    """A proxy with a value for each year."""
    series = [{"year": year, "central_gbp": value} for year, value in years]
    return proxy("carbon", central_gbp=None, series=series)


def two_packs() -> tuple[dict[str, Any], dict[str, Any]]:
    """Two editions of a framework: prices, shares and multipliers differ, one measure goes, one changes."""
    tonnes = measure("C1", unit="tco2e", proxy="carbon")
    posts = measure("J1", unit="fte_years", accumulation="stock", target_groups=["veterans"])
    deadweight = {"source": "A study", "deadweight": "0.10"}
    spend = measure("M2", unit="gbp_spent", valuation="local_multiplier", proxy=None)
    first, later = pack(crosswalks=[]), pack(crosswalks=[])
    first["measures"] += [tonnes, posts, measure("GONE"), measure("TURNED")]
    first["proxies"] += [carbon((2025, "273.06"), (2026, "277.22"), (2027, "281.40"), (2028, "285.60"))]
    later |= {"edition": "2027", "effective_from": "2027-01-01"}
    later["measures"] = [
        *(measure("M1", additionality=deadweight), spend, tonnes, posts),
        measure("TURNED", unit="attendee_hours"),
    ]
    later["proxies"] = [proxy(central_gbp="20.00"), carbon((2026, "300.00"), (2027, "310.00"))]
    later["multipliers"] = [{**later["multipliers"][0], "multiplier": "1.30"}]
    return first, later


def by_measure(figure: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Of each measure the quantity, the pounds recorded and at the edition, and why there are none."""
    return {
        one["measure"]: (
            one["counted_quantity"],
            *(pounds and pounds["total_gbp"] for pounds in (one["recorded"], one["at_edition"])),
            one["not_revalued"],
            one["fault"],
        )
        for one in figure["measures"]
    }


async def test_what_was_recorded_is_priced_at_one_edition_and_what_is_not_is_named(
    both: tuple[World, TomsWorld],
):
    world, toms = both
    first, later = [(await toms.published(each))["edition_hash"] for each in two_packs()]
    spend = {"measure": "M2", "unit": "gbp_spent", "local_economic_gbp": "2500.00", "social_gbp": "0.00"}
    spend |= {"quantity": "10000", "counted_quantity": "10000", "industry": "construction"}
    tonnes = {"measure": "C1", "unit": "tco2e", "social_gbp": "3351.89"}
    tonnes |= {"quantity": "12", "counted_quantity": "12"}
    tonnes |= {"starts_on": "2026-07-01", "ends_on": "2027-06-30"}
    late = {**tonnes, "ends_on": "2028-06-30", "social_gbp": "3380.00"}
    promises = [promised_line(edition_hash=first, **line) for line in (spend, tonnes, late)]
    await world.sign(world.commitment(lines=promises))
    before = world.clock()
    world.clock.advance(timedelta(hours=1))

    def own(measure: str, quantity: str, unit: str = "hours", **said: Any) -> dict[str, Any]:
        stated = {"edition_hash": first, "measure": measure, "quantity": quantity, "unit": unit, **said}
        return {"route": "own_activity", **stated}

    post = {"target_group": "veterans", "headcount": 3, "started_on": "2026-07-01"}
    posts, built = (
        own("J1", "2", "fte_years", **post),
        own("M2", "1000.10", "gbp_spent", industry="construction"),
    )
    gone, turned = own("GONE", "3"), own("TURNED", "2")
    await world.report(world.council, own("M1", "10.5"), own("C1", "2.5", "tco2e"), gone, turned)
    await world.report(world.charity, own("M1", "20"), posts, built, own("M3", "7", "count"))
    live = (await world.value()).figures

    async def at(edition: str, **params: str) -> dict[str, Any]:
        asked = {"from": QUARTER[0], "to": QUARTER[1], "edition_hash": edition, **params}
        path = f"/v1/places/{world.place}/value-at-edition"
        answer = await world.http.get(path, params=asked, headers=world.as_manager())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    found = await at(later)
    assert (found["framework"], found["edition"]) == ("family-measures", "2027")
    assert by_measure(found["delivered"]) == {
        "M1": ("30.5", "438.22", "549.00", None, None),  # 30.5 × £20 × 0.9; recorded as 150.86 and 287.36
        "M2": ("1000.1", "250.03", "300.03", None, None),
        "C1": ("2.5", "693.05", "750.00", None, None),
        "J1": ("0.50410959", "9.05", "10.08", None, None),  # two posts for 92 of 365 days
        "GONE": ("3", "53.88", None, "not_in_edition", None),
        "TURNED": ("2", "35.92", None, "counted_differently", None),
    }
    delivered = found["delivered"]
    names = ("recorded", "recorded_of_revalued", "at_edition", "difference")
    assert [delivered[name]["total_gbp"] for name in names] == ["1480.15", "1390.35", "1609.11", "218.76"]
    assert [delivered[name]["local_economic_gbp"] for name in names] == [
        "250.03",
        "250.03",
        "300.03",
        "50.00",
    ]
    assert delivered["revalued_share"] == "0.9393"
    assert Decimal(delivered["recorded"]["total_gbp"]) == live.delivered.total_gbp
    assert (delivered["at_edition"]["low_gbp"], delivered["at_edition"]["licensed"]) == (None, "none")

    # Tonnes are priced over the days of their promise, also what falls due of it in a quarter: 184 days of
    # 2026 and 181 of 2027 are £304.958904…; for the year in which the longer one ends there is no value.
    committed, due = found["committed"], found["due"]
    pounds = [
        (one["measure"], one["recorded"]["total_gbp"], one["at_edition"]) for one in committed["measures"]
    ]
    assert [(measure, recorded, at and at["total_gbp"]) for measure, recorded, at in pounds] == [
        ("C1", "3351.89", "3659.51"),
        ("C1", "3380.00", None),
        ("M2", "2500.00", "3000.00"),
    ]
    assert [one["fault"] for one in committed["measures"]] == [None, "proxy_year_missing", None]
    assert Decimal(committed["recorded"]["total_gbp"]) == live.committed.total_gbp
    assert [one["at_edition"] and one["at_edition"]["total_gbp"] for one in due["measures"]] == [
        "914.88",
        None,
        "375.00",
    ]
    assert found["validated"]["revalued_share"] is None

    same = await at(first)
    for figure in ("committed", "due", "delivered"):
        assert same[figure]["at_edition"]["total_gbp"] == same[figure]["recorded"]["total_gbp"]
        assert (same[figure]["difference"]["total_gbp"], same[figure]["revalued_share"]) == ("0.00", "1.0000")
    await world.seal()
    assert (await at(later))["delivered"] == delivered
    earlier = await at(later, as_of=before.isoformat())
    assert (earlier["delivered"]["measures"], earlier["committed"]["measures"]) == ([], [])

    unknown = {"from": QUARTER[0], "to": QUARTER[1], "edition_hash": "0" * 64}
    path = f"/v1/places/{world.place}/value-at-edition"
    refused = await world.http.get(path, params=unknown, headers=world.as_manager())
    assert (refused.status_code, refused.json()["code"]) == (422, "edition_unknown")
    assert codes(refused) == [("?edition_hash", "edition_unknown")]

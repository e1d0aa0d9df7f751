"""The licence rule against an attacker: somebody who knows quantities, reads everything, divides and solves.

One history of a place is played through the services themselves. Then readers without the licence collect
every answer that they can get. No unit value, and no pounds of a line or a measure, may stand in any of them,
and no totals may be solved for a unit value. The same attacker, given the quantities that the platform keeps
to the parties, does recover the values, and a holder of the licence reads all of them: so the tests can fail.
"""

import os
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from tests.integration.licence.attacker import Observation, numbers_in, recovered
from tests.integration.licence.history import (
    COLUMNS,
    THEMES,
    UNITS,
    History,
    licensed_part,
    quarter_days,
    quarters_from,
    told,
)
from tests.integration.licence.promises import make_promises
from tests.integration.licence.reading import Answer, answers_to
from tests.integration.licence.services import (
    LICENCE,
    LICENSED,
    Headers,
    Platform,
    example_pack,
    open_twin,
)

QUARTERS = 12 if os.environ.get("CDP_SOAK") else 8
ORGANISATIONS = 6
SEED = 20260401
SIMPLE = {
    "LX-W3": "lx-training-week",
    "LX-P1": "lx-volunteer-hour",
    "LX-P2": "lx-session-hour",
}
"""Measures worth quantity × value and nothing else, with their proxies."""


@pytest.fixture(scope="module")
async def history(platform: Platform) -> History:
    """Quarters of reports and publications, and then what an attacker would try."""
    licensed = await platform.publish_pack(example_pack())
    twin = await platform.publish_pack(open_twin())
    played = History(platform, licensed, twin, np.random.default_rng(SEED))
    played.orgs = [platform.partners.register(f"Organisation {number}") for number in range(ORGANISATIONS)]
    await make_promises(played)
    quarters = list(quarters_from(2026, QUARTERS))
    for quarter in quarters:
        for org in played.orgs:
            await played.report(org, quarter)
        await played.publish(*quarter_days(quarter))
    await _try_tricks(played, quarters)
    return played


async def _try_tricks(played: History, quarters: list[str]) -> None:
    """Everything by which one organisation could make two totals differ by what it alone delivered."""
    attacker, others = played.orgs[0], played.orgs[1:]
    await played.correct(attacker, quarters[0], played.quantities())
    played.tricks["own correction"] = await played.publish(*quarter_days(quarters[0]), reason="corrected")
    start, end = quarter_days(quarters[0])[0], quarter_days(quarters[1])[1]
    played.tricks["longer window"] = await played.publish(start, end)
    played.tricks["shorter window"] = await played.publish(f"{start[:4]}-01-01", f"{start[:4]}-01-31")
    for org in others:
        await played.validate(org, quarters[-1])
    played.tricks["validated but one"] = await played.publish(*quarter_days(quarters[-1]), reason="validated")
    steady = next(quarter for quarter in quarters_from(2026, QUARTERS + 1) if quarter not in quarters)
    for org in others:
        amounts = {
            line["measure"]: line["quantity"]
            for line in played.reports[org, quarters[-1]]["lines"]
            if line["edition_hash"] == played.licensed
        }
        await played.report(org, steady, amounts)
    await played.report(attacker, steady)
    played.tricks["steady others"] = await played.publish(*quarter_days(steady))


# ------------------------------------------------------------------ what is shown at all
async def test_totals_of_themes_show_licensed_value_where_many_stand_behind_it(history: History) -> None:
    quarterly = [made for made, _ in history.publications[:QUARTERS]]
    assert [licensed_part(one, "work") for one in quarterly] == ["included"] * QUARTERS
    assert [licensed_part(one, "people") for one in quarterly] == ["included"] * QUARTERS
    # One measure makes up the theme: its total ÷ its quantity would be the value.
    assert [licensed_part(one, "planet") for one in quarterly] == ["left_out"] * QUARTERS
    for one in quarterly:
        # Local economic value is of one licensed measure, so that only the sum of both components shows.
        assert told(one, LICENSED, "work", "local_economic_gbp") is None
        assert told(one, LICENSED, "people", "social_gbp") is not None
        for grouping in one["value"]["groupings"]:
            parts = [
                cell["figures"] and cell["figures"]["delivered"]["licensed"] for cell in grouping["cells"]
            ]
            assert grouping["by"] == "theme" or set(parts) <= {"left_out", "none", None}


async def test_what_one_organisation_can_change_alone_changes_no_total(history: History) -> None:
    first, last = history.publications[0][0], history.publications[QUARTERS - 1][0]
    for theme in ("work", "people"):
        again = history.tricks["own correction"]
        assert licensed_part(again, theme) == "as_first_published"
        assert told(again, LICENSED, theme, "total_gbp") == told(first, LICENSED, theme, "total_gbp")
        for trick in ("longer window", "shorter window", "steady others"):
            assert licensed_part(history.tricks[trick], theme) == "left_out", trick
        validated = history.tricks["validated but one"]
        assert licensed_part(validated, theme) == "included"
        assert told(validated, LICENSED, theme, "total_gbp") == told(last, LICENSED, theme, "total_gbp")
        assert licensed_part(validated, theme, "validated") == "left_out"


async def test_categories_of_another_system_hold_no_licensed_value(history: History) -> None:
    """Neither as published nor live for staff without the licence; with it they do."""
    platform = history.platform
    start, end = quarter_days(next(iter(quarters_from(2026, 1))))
    path = f"/v1/places/{platform.place}/collective-value"
    query = {"from": start, "to": end, "group_by": "crosswalk:un-sdgs"}
    sums = []
    for headers in (platform.as_staff(), platform.as_staff(LICENCE)):
        response = await platform.http["reporting-api"].get(path, params=query, headers=headers)
        value = response.json()
        [grouping] = value["groupings"]
        assert grouping["additive"] is True
        shown = [cell["figures"]["delivered"]["total_gbp"] for cell in grouping["cells"] if cell["figures"]]
        assert sum(map(Decimal, shown)) == Decimal(value["figures"]["delivered"]["total_gbp"])
        sums.append(sum(map(Decimal, shown)))
    assert sums[0] < sums[1]
    for made, _ in history.publications:
        for grouping in made["value"]["groupings"]:
            figures = [cell["figures"] for cell in grouping["cells"] if cell["figures"] is not None]
            if grouping["by"] == "crosswalk":
                parts = {one["licensed"] for found in figures for one in found.values()}
                assert parts <= {"left_out", "none"}


# ------------------------------------------------------------------ solving
def unit_values(framework: str) -> dict[str, float]:
    """What a counted unit of each measure is worth, all its rules applied."""
    pack = example_pack() if framework == LICENSED else open_twin()
    values = {proxy.code: float(proxy.central_gbp or 0) for proxy in pack.proxies}
    # 1 + 0.8 + 0.64 over three years; less deadweight of a quarter and displacement of a tenth
    factors = {"LX-P3": 2.44, "LX-W2": 0.75 * 0.9}
    return {
        measure.code: values[measure.proxy] * factors.get(measure.code, 1.0)
        for measure in pack.measures
        if measure.code in UNITS and measure.proxy and values[measure.proxy]
    }


async def test_no_organisation_solves_totals_for_a_unit_value(history: History) -> None:
    truth = unit_values(LICENSED)
    for org in history.orgs:
        for theme in THEMES:
            for column in COLUMNS:
                assert recovered(history.series(LICENSED, theme, column, [org]), truth) == {}


async def test_with_everybodys_quantities_the_same_attacker_recovers_the_values(history: History) -> None:
    """They are kept to the parties for this reason."""
    truth = unit_values(LICENSED)
    for theme, column in (("people", "social_gbp"), ("work", "total_gbp")):
        seen = history.series(LICENSED, theme, column, history.orgs, first=QUARTERS)
        assert recovered(seen, truth).keys() == set(THEMES[theme])


async def test_the_same_attacker_recovers_the_values_of_an_open_pack(history: History) -> None:
    truth = unit_values("open-twin")
    for theme in ("people", "work"):
        seen = history.series("open-twin", theme, "total_gbp", history.orgs, first=QUARTERS)
        assert recovered(seen, truth).keys() == set(THEMES[theme])
    # What falls to one measure is divided.
    seen = history.series("open-twin", "work", "local_economic_gbp", history.orgs, first=QUARTERS)
    alone = [Observation(one.total, {"LX-W1": one.quantities["LX-W1"]}) for one in seen]
    assert recovered(alone, truth).keys() == {"LX-W1"}


async def test_dividing_by_ones_own_quantities_gives_at_least_twice_a_unit_value(history: History) -> None:
    truth = unit_values(LICENSED)
    for org in history.orgs:
        for theme in ("work", "people"):
            for one in history.series(LICENSED, theme, "total_gbp", [org]):
                for measure, amount in one.quantities.items():
                    assert one.total / amount >= 2 * truth[measure]


# ------------------------------------------------------------------ reading everything
def secrets_of(history: History) -> dict[Decimal, str]:
    """Figures that no reader without the licence may find: unit values, and pounds of lines and measures."""
    found: dict[Decimal, str] = {}
    pack = example_pack()
    values = {proxy.code: proxy.central_gbp for proxy in pack.proxies if not proxy.redistributable}
    for proxy in pack.proxies:
        if not proxy.redistributable:
            shown = [proxy.low_gbp, proxy.central_gbp, proxy.high_gbp]
            for point in proxy.series:
                shown += [point.low_gbp, point.central_gbp, point.high_gbp]
            found |= {value: f"the value of {proxy.code}" for value in shown if value is not None}
    for measure, proxy_code in SIMPLE.items():
        value = values[proxy_code]
        assert value is not None
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for (_, quarter), report in history.reports.items():
            for line in report["lines"]:
                if (line["measure"], line["edition_hash"]) == (measure, history.licensed):
                    worth = _pence(Decimal(line["counted_quantity"]) * value)
                    found[worth] = f"a line of {measure}"
                    sums[quarter] += worth
        found |= dict.fromkeys(sums.values(), f"all of {measure}")
    # The pledge, the grant, and the two bids; rounding alone would give the value away in the smaller one.
    hour = values["lx-volunteer-hour"]
    assert hour is not None
    promised = ("1234.5", "321.7", "877.31")
    return found | {_pence(Decimal(quantity) * hour): "a promise" for quantity in promised}


def _pence(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def everything_known(history: History, edition_ids: list[str]) -> dict[str, list[str]]:
    """Every id that a reader could have come by."""
    tails = [
        f"{code}~{edition[:12]}"
        for code in ("LX-P1", "LX-E1")
        for edition in (history.licensed, history.twin)
    ]
    windows = ["/".join(quarter_days(quarter)) for quarter in quarters_from(2026, 3)]
    return {
        **history.ids,
        "place_id": [str(history.platform.place)],
        "edition_hash": [history.licensed, history.twin],
        "edition_id": edition_ids,
        "code": list(UNITS),
        "proxy": [proxy.code for proxy in example_pack().proxies],
        "measure": tails,
        "scheme": [crosswalk.scheme for crosswalk in example_pack().crosswalks],
        "purpose": ["revocation", "suspension"],
        "number": ["1"],
        "kind": ["html", "csv", "signature"],
        "export_kind": ["ledger_entries"],
        "window": [*windows, "2026-01-01/2026-12-31"],
    }


async def _editions(platform: Platform) -> list[str]:
    listed = await platform.call("toms-engine", "GET", "/v1/editions", {})
    return [edition["id"] for edition in listed["items"]]


async def _read(history: History, headers: Headers) -> list[Answer]:
    known = everything_known(history, await _editions(history.platform))
    return [answer async for answer in answers_to(history.platform, known, headers)]


@pytest.mark.parametrize("reader", ["anonymous", "reporter", "buyer", "staff"])
async def test_no_answer_to_anybody_without_the_licence_holds_a_licensed_figure(
    history: History, reader: str
) -> None:
    platform = history.platform
    headers = {
        "anonymous": {},
        "reporter": platform.as_org(history.orgs[0]),
        "buyer": platform.as_org(history.orgs[3]),
        "staff": platform.as_staff(),
    }[reader]
    secrets = secrets_of(history)
    answers = await _read(history, headers)
    leaks = [
        (answer.path, secrets[number])
        for answer in answers
        for number in numbers_in(answer.body)
        if number in secrets
    ]
    assert leaks == []
    assert sum(answer.status == 200 for answer in answers) > 30


async def test_holders_of_the_licence_read_every_licensed_figure(history: History) -> None:
    platform = history.platform
    parties = [platform.as_org(history.orgs[number], LICENCE) for number in (1, 3)]
    readers = [platform.as_staff(LICENCE), *parties]
    answers = [answer for headers in readers for answer in await _read(history, headers)]
    found = {number for answer in answers for number in numbers_in(answer.body)}
    missing = {
        number: what
        for number, what in secrets_of(history).items()
        if number not in found and "all of" not in what
    }
    assert missing == {}
    # Whatever can be read is read, so that a new route cannot be passed over.
    assert {one.route for one in answers} == {one.route for one in answers if one.status == 200}
    # And what is read by its id says which version of it that was.
    by_id = [one for one in answers if one.status == 200 and one.route.endswith("}")]
    assert {one.route for one in by_id if one.etag is None} == set()
    assert "/v1/publications/{publication_id}/explanations/{measure}" in {one.route for one in by_id}

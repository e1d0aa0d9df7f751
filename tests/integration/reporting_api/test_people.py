"""Counts of people over HTTP: schemes, cohorts, corrections, and what is published of them."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from tests.integration.reporting_api.collective_calls import (
    PEOPLE_PERIOD,
    cohort_draft,
    cohort_rows,
    scheme,
)
from tests.integration.reporting_api.test_client import client, key
from tests.integration.reporting_api.world import World, codes, keyed

from cdp_common.contracts.people import (
    BreakdownScheme,
    CohortCorrection,
    CohortDraft,
    PeopleDraft,
    PeopleTable,
)

SHIPPED = Path(__file__).parents[3] / "data" / "equality" / "programme-breakdowns-1.yaml"
Counts = dict[tuple[str | None, str], int | None]


def counted(table: PeopleTable) -> Counts:
    return {(cell.category, cell.stage): cell.count for cell in table.cells}


async def with_scheme(world: World) -> None:
    manager = client(world, world.as_manager())
    draft = BreakdownScheme.model_validate(scheme())
    await manager.publish_breakdown_scheme(world.place, draft, idempotency_key=key())


async def count(world: World, org: Any, *people: int) -> Any:
    draft = CohortDraft.model_validate(cohort_draft(world, *people))
    return await client(world, world.as_org(org)).submit_cohort(draft, idempotency_key=key())


async def publish(world: World, reason: str | None = None) -> PeopleTable:
    draft = PeopleDraft.model_validate({**PEOPLE_PERIOD, "reason": reason})
    manager = client(world, world.as_manager())
    return await manager.publish_people(world.place, draft, idempotency_key=key())


async def test_what_is_counted_is_published_byte_for_byte(world: World):
    await with_scheme(world)
    await count(world, world.council)
    await count(world, world.charity, 50, 60)
    answer = await world.http.post(
        f"/v1/places/{world.place}/people-publications",
        json={**PEOPLE_PERIOD, "reason": None},
        headers=keyed(world.as_manager()),
    )
    assert answer.status_code == 201, answer.text
    table = PeopleTable.model_validate_json(answer.content)
    assert (table.number, table.restates, table.organisations) == (1, None, 2)
    assert counted(table) == {
        (None, "started"): 260,
        (None, "retained"): 130,
        ("younger", "started"): 80,
        ("younger", "retained"): 40,
        ("older", "started"): 100,
        ("older", "retained"): 50,
        ("prefer_not_to_say", "started"): 40,
        ("prefer_not_to_say", "retained"): 20,
        ("not_asked", "started"): 40,
        ("not_asked", "retained"): 20,
    }
    shares = {(cell.category, cell.stage): cell.percent for cell in table.cells}
    assert str(shares["younger", "started"]) == "30.8"
    kept = {(cell.category, cell.stage): cell.percent_of_first_stage for cell in table.cells}
    assert (str(kept["younger", "retained"]), kept["younger", "started"]) == ("50.0", None)
    read = await world.http.get(f"/v1/people-publications/{table.id}")
    assert read.content == answer.content
    cells = json.dumps({"cells": read.json()["cells"]}, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(cells).hexdigest() == table.content_sha256
    headers = {"If-None-Match": read.headers["ETag"]}
    assert (await world.http.get(f"/v1/people-publications/{table.id}", headers=headers)).status_code == 304
    [listed] = (await client(world).list_people_publications(world.place, programme="skills")).items
    assert (listed.id, listed.content_sha256) == (table.id, table.content_sha256)
    kinds = [kind for kind, _ in await world.events()]
    assert kinds == ["cohort.counted", "cohort.counted", "people.published"]


async def test_small_counts_and_small_changes_are_withheld(world: World):
    await with_scheme(world)
    own = await count(world, world.council, 9, 40)
    first = counted(await publish(world))
    assert first["younger", "started"] is None
    assert first["younger", "retained"] is None
    # One other category is withheld too, or the total would tell.
    assert [number for (category, stage), number in first.items() if category and stage == "started"].count(
        None
    ) == 2
    assert first[None, "started"] == 89
    council = client(world, world.as_org(world.council))
    correction = CohortCorrection.model_validate({"reason": "Three more.", "rows": cohort_rows(9, 43)})
    corrected = await council.correct_cohort(own.id, correction, idempotency_key=key())
    assert (corrected.supersedes, corrected.people) == (own.id, [92, 45])
    assert (await council.get_cohort(own.id)).superseded
    assert [one.id for one in (await council.list_cohorts(programme="skills")).items] == [
        own.id,
        corrected.id,
    ]
    again = await publish(world, "A cohort was corrected.")
    assert (again.number, again.restates) == (2, 1)
    # The whole cohort was put in another's place: 89 against 92 says that three came in.
    assert again.disclosure.withheld_beside + again.disclosure.withheld_small > 0
    assert counted(again)["younger", "started"] is None
    twice = await world.http.post(
        f"/v1/cohorts/{own.id}/corrections",
        json=correction.model_dump(mode="json"),
        headers=keyed(world.as_org(world.council)),
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "cohort_superseded")


async def test_a_quarter_is_not_told_by_the_half_year_less_the_other_one(world: World):
    """Nobody publishes the second quarter, of eight people."""
    await with_scheme(world)
    council = client(world, world.as_org(world.council))
    first = {"period_start": "2026-04-01", "period_end": "2026-06-30"}
    eight = [{"dimension": "age", "category": "younger", "reached": [8, 8]}]
    for changes in (first, {"rows": eight}):
        draft = CohortDraft.model_validate({**cohort_draft(world), **changes})
        await council.submit_cohort(draft, idempotency_key=key())
    manager = client(world, world.as_manager())
    tables = []
    for period in (first, {"period_start": first["period_start"]}):
        asked = PeopleDraft.model_validate({**PEOPLE_PERIOD, **period, "reason": None})
        tables.append(counted(await manager.publish_people(world.place, asked, idempotency_key=key())))
        world.clock.advance(timedelta(minutes=1))
    assert tables[0][None, "started"] == 110
    assert [tables[1][category, "started"] for category in (None, "younger")] == [None, None]


async def test_what_breaks_a_rule_leaves_nothing_behind(world: World):
    own = world.as_org(world.council)

    async def refused(draft: dict[str, Any]) -> tuple[int, str]:
        answer = await world.http.post("/v1/cohorts", json=draft, headers=keyed(own))
        return answer.status_code, answer.json()["code"]

    assert await refused(cohort_draft(world)) == (422, "breakdown_scheme_unknown")
    await with_scheme(world)
    late = cohort_draft(world, period_start="2026-10-01", period_end="2026-12-31")
    assert await refused(late) == (422, "cohort_invalid")
    assert await world.count("cohorts") == 0
    await count(world, world.council)
    assert await refused(cohort_draft(world)) == (409, "cohort_exists")
    again = scheme(version="2")
    path = f"/v1/places/{world.place}"
    manager = world.as_manager()
    for draft, expected in ((again, 201), (again, 409)):
        answer = await world.http.post(f"{path}/breakdown-schemes", json=draft, headers=keyed(manager))
        assert answer.status_code == expected
    assert await refused(cohort_draft(world, scheme_version="2")) == (409, "breakdown_scheme_differs")
    bare = await world.http.post(
        f"{path}/people-publications",
        json={**PEOPLE_PERIOD, "programme": "other"},
        headers=keyed(manager),
    )
    assert (bare.status_code, bare.json()["code"]) == (409, "nothing_counted")
    month = await world.http.post(
        f"{path}/people-publications",
        json={**PEOPLE_PERIOD, "period_end": "2026-07-31"},
        headers=keyed(manager),
    )
    assert (month.status_code, codes(month)) == (422, [("/period_end", "period_not_whole_quarters")])
    assert await world.count("people_publications") == 0


async def test_the_shipped_scheme_is_published_as_it_stands(world: World):
    shipped = BreakdownScheme.model_validate(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))
    manager = client(world, world.as_manager())
    published = await manager.publish_breakdown_scheme(world.place, shipped, idempotency_key=key())
    [listed] = (await client(world).list_breakdown_schemes(world.place)).items
    assert listed == published
    assert [dimension.code for dimension in listed.dimensions][:2] == ["ethnic_group", "age_band"]

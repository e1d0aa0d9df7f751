"""Where a report's lines land, and in which area "local" is meant."""

from typing import Any

from tests.integration.reporting_api.export_calls import export, rows
from tests.integration.reporting_api.test_client import client, key
from tests.integration.reporting_api.test_report_files import send
from tests.integration.reporting_api.world import World, codes, keyed, line

from cdp_common.contracts.reporting import Correction

JULY = {"period_start": "2026-07-01", "period_end": "2026-07-31"}
AUGUST = {"period_start": "2026-08-01", "period_end": "2026-08-31"}
SEPTEMBER = {"period_start": "2026-09-01", "period_end": "2026-09-30"}
REGION = "North East (E12000001)"


async def test_a_report_states_in_which_area_local_is_meant_and_else_it_is_the_place(world: World):
    plain = await world.report(world.council, **JULY)
    assert plain.local_area == "county-durham"
    stated = await world.report(world.council, **AUGUST, local_area=REGION)
    assert stated.local_area == REGION
    council = client(world, world.as_org(world.council))

    # A correction keeps it, or states another one.
    again: dict[str, Any] = {"reason": "less", "lines": [line(quantity="9")]}
    kept = await council.correct_report(stated.id, Correction.model_validate(again), idempotency_key=key())
    assert kept.local_area == REGION
    changed = Correction.model_validate({**again, "local_area": "The two counties"})
    moved = await council.correct_report(kept.id, changed, idempotency_key=key())
    assert moved.local_area == "The two counties"

    content = b"measure,quantity,unit,route\nHOURS,10,hours,own_activity\n"
    answer = await send(world, world.council, content, **SEPTEMBER, local_area=REGION, as_draft="true")
    assert (answer.status_code, answer.json()["draft"]["local_area"]) == (201, REGION)
    path = f"/v1/report-drafts/{answer.json()['draft']['id']}"
    headers = {**keyed(world.as_org(world.council)), "If-Match": "*"}
    body = {"lines": [line()], "local_area": "Here"}
    changed_draft = await world.http.put(path, json=body, headers=headers)
    assert changed_draft.json()["local_area"] == "Here"
    submitted = await world.http.post(f"{path}/submission", headers=headers)
    assert (submitted.status_code, submitted.json()["local_area"]) == (201, "Here")
    by_file = {"corrects": submitted.json()["id"], "reason": "again", **SEPTEMBER}
    corrected = await send(world, world.council, content, **by_file)
    assert (corrected.status_code, corrected.json()["report"]["local_area"]) == (201, "Here")

    blank = await world.try_report(world.charity, world.report_draft(local_area=" "))
    assert (blank.status_code, codes(blank)) == (422, [("/local_area", "too_short")])
    made = await export(world, world.as_org(world.council), "report_lines")
    found = await rows(world, world.as_org(world.council), made.id)
    assert {row["local_area"] for row in found} == {"county-durham", REGION, "The two counties", "Here"}

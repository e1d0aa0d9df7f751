"""How contracts are performed: ratings go out as OCDS releases that never change, and merge into a record."""

import asyncio
import json
import os
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.reporting_api.performance_calls import (
    OCID,
    PERFORMANCE_PATH,
    bought,
    buyer,
    notice_of,
)
from tests.integration.reporting_api.test_client import client
from tests.integration.reporting_api.world import World, codes, contract_line, keyed
from tests.ocds_by_libcove import review
from tests.ocds_schemas import OCDS, check_package, merged_by_reference, schemas_missing, schemas_with

from cdp_common.contracts.commitments import CommitmentsMade
from cdp_common.contracts.performance import PerformanceNotice, PerformanceNoticeDraft
from cdp_common.kernel.identifiers import new_id

RECORD = f"/v1/ocds/records/{OCID}"
EXTENSION = Path(str(resources.files("procurement_api"))) / "ocds_extension"
DUE_HOURS = 100
"""Half of the contract's two hundred hours falls due on the last day of the quarter."""


async def delivered(world: World, made: CommitmentsMade, accepted: str, *, named: bool) -> None:
    """The supplier's report of a hundred hours, of which a validator accepted so many."""
    lines = [contract_line(made.lines[0].line_id)]
    await world.review(await world.report(world.supplier, *lines, named_totals_agreed=named), {0: accepted})


async def told(world: World, draft: dict[str, Any]) -> PerformanceNotice:
    answer = await world.http.post(PERFORMANCE_PATH, json=draft, headers=keyed(buyer(world)))
    assert answer.status_code == 201, answer.text
    return PerformanceNotice.model_validate_json(answer.content)


async def read(world: World, path: str) -> Any:
    answer = await world.http.get(path)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.content)


async def test_validated_delivery_is_rated_published_for_ever_and_merged_into_the_record(world: World):
    made = await bought(world)
    await delivered(world, made, "90", named=True)
    notice = await told(world, notice_of(made))
    hours, calls = notice.indicators
    assert (hours.rating, hours.rated_by) == ("approaching_target", "rule")
    assert (hours.validated_quantity, hours.due_quantity) == (Decimal(90), Decimal(DUE_HOURS))
    assert (calls.rating, calls.rated_by, calls.validated_quantity) == ("good", "buyer", None)
    path = f"/v1/ocds/releases/{notice.release_id}"
    first = await world.http.get(path)
    released = first.json()
    assert (released["ocid"], released["tag"]) == (OCID, ["implementation"])
    [contract] = released["contracts"]
    measured, titled = contract["implementation"]["metrics"]
    assert measured["id"] == str(made.lines[0].line_id)
    assert measured["observations"] == [
        {
            "id": "kpi-1-2026-07-01-2026-09-30",
            "period": {"startDate": "2026-07-01T00:00:00Z", "endDate": "2026-09-30T23:59:59Z"},
            "measure": 90,
            "unit": {"scheme": "CDP", "id": "hours", "name": "hours"},
            "measureClassification": {"id": "slightlyBelow", "description": "Approaching target"},
            "relatedImplementationMilestone": {
                "id": "performance-2026-07-01-2026-09-30",
                "title": "Performance from 2026-07-01 to 2026-09-30 assessed",
            },
            "socialValue": {
                "indicator": "kpi-1",
                "rating": "Approaching target",
                "ratedBy": "rule",
                "ruleVersion": 1,
                "dueQuantity": 100,
                "social": {"amount": 1616.4, "currency": "GBP"},
                "localEconomic": {"amount": 0, "currency": "GBP"},
                "total": {"amount": 1616.4, "currency": "GBP"},
            },
        }
    ]
    [seen] = titled["observations"]
    assert (titled["id"], seen["measureClassification"]["id"], "measure" in seen) == ("kpi-2", "met", False)
    # Told of again with other ratings: an update beside the first release, which stays as it was.
    inadequate = {"indicator": "kpi-2", "rating": "inadequate", "notes": "The lines were down."}
    better = {"indicator": "kpi-1", "rating": "good", "notes": "The rest came a day late."}
    again = await told(world, notice_of(made, better, inadequate))
    assert again.is_update
    assert (await world.http.get(path)).content == first.content
    for change in ("UPDATE ocds_releases SET body = 'x'", "DELETE FROM ocds_releases"):
        with pytest.raises(DBAPIError):
            async with world.db.begin() as tx:
                await tx.execute(text(change))
    package = await read(world, "/v1/ocds/release-packages")
    assert [each["tag"] for each in package["releases"]] == [["implementation"], ["implementationUpdate"]]
    assert await read(world, f"/v1/ocds/release-packages?ocid={OCID}") | {"uri": 0} == package | {"uri": 0}
    record = (await read(world, RECORD))["records"][0]
    assert record["releases"][1:] == package["releases"]
    [compiled] = record["compiledRelease"]["contracts"]
    assert compiled["agreedMetrics"][0]["socialValue"]["total"]["amount"] == 3592
    [metric, _] = compiled["implementation"]["metrics"]
    assert metric["observations"][0]["measureClassification"] == {"id": "met", "description": "Good"}
    typed = client(world)
    assert (await typed.get_ocds_record(OCID)).records[0].ocid == OCID
    assert len((await typed.list_ocds_releases(limit=2)).releases) == 2
    assert (await typed.get_ocds_release(notice.release_id))["id"] == str(notice.release_id)


async def test_who_did_not_agree_to_be_named_is_rated_without_figures(world: World):
    made = await bought(world)
    await delivered(world, made, "100", named=False)
    notice = await told(world, notice_of(made))
    assert (notice.indicators[0].rating, notice.indicators[0].validated_quantity) == ("good", None)
    released = await read(world, f"/v1/ocds/releases/{notice.release_id}")
    [seen] = released["contracts"][0]["implementation"]["metrics"][0]["observations"]
    assert seen["socialValue"] == {
        "indicator": "kpi-1",
        "rating": "Good",
        "ratedBy": "rule",
        "ruleVersion": 1,
        "withheld": "disclosure",
    }
    assert not {"measure", "value", "unit"} & set(seen)


async def test_ratings_that_do_not_hold_are_refused_and_nothing_is_published(world: World):
    made = await bought(world)

    async def refusal(draft: dict[str, Any], headers: Any = None) -> tuple[int, str, list[Any]]:
        answer = await world.http.post(PERFORMANCE_PATH, json=draft, headers=keyed(headers or buyer(world)))
        problem = answer.json()
        return answer.status_code, problem["code"], codes(answer) if "errors" in problem else []

    good = {"indicator": "kpi-2", "rating": "good"}
    for ratings, fault in (
        ([{"indicator": "kpi-2"}], ("/ratings/0/rating", "rating_missing")),
        ([{"indicator": "kpi-1"}], ("/ratings", "rating_missing")),
        ([good, {"indicator": "kpi-9", "rating": "good"}], ("/ratings/1/indicator", "indicator_unknown")),
        ([good, {"indicator": "kpi-1", "rating": "good"}], ("/ratings/1/notes", "notes_missing")),
    ):
        assert await refusal(notice_of(made, *ratings)) == (422, "ratings_invalid", [fault])
    repeated = [(f"/ratings/{index}/indicator", "indicator_repeated") for index in (0, 1)]
    assert await refusal(notice_of(made, good, good)) == (422, "ratings_invalid", repeated)
    today = notice_of(made, period_end="2026-11-22")
    assert await refusal(today) == (422, "period_not_over", [("/period_end", "period_not_over")])
    unknown = [("/ocid", "ocid_unknown")]
    assert await refusal(notice_of(made, ocid="ocds-213czf-2")) == (422, "ocid_unknown", unknown)
    other = await world.sign(world.commitment(reference="C-2"))
    assert await refusal(notice_of(other)) == (422, "ocid_unknown", unknown)
    grant = await world.sign(world.commitment(kind="grant", route="grant", reference="G-1"))
    assert (await refusal(notice_of(grant)))[1] == "contract_not_found"
    assert (await refusal(notice_of(made), buyer(world, world.college)))[:2] == (404, "contract_not_found")
    record = json.loads(world.neighbours.records[OCID])
    del record["records"][0]["releases"][0]["contracts"][0]["socialValue"]["keyPerformanceIndicators"]
    world.neighbours.records[OCID] = json.dumps(record)
    assert (await refusal(notice_of(made)))[:2] == (409, "indicators_missing")
    assert await world.count("ocds_releases") == 0
    world.neighbours.is_down = True
    assert (await refusal(notice_of(made)))[0] == 503
    assert (await world.http.get(RECORD)).status_code == 503
    world.neighbours.is_down = False
    for path, code in (("records/nobody", "ocid_not_found"), (f"releases/{new_id()}", "release_not_found")):
        answer = await world.http.get(f"/v1/ocds/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.skipif(schemas_missing(), reason="the folder of OCDS schemas is not on this machine")
async def test_everything_published_holds_to_the_standard_and_merges_to_the_record(world: World):
    made = await bought(world)
    await delivered(world, made, "49", named=True)
    draft = PerformanceNoticeDraft.model_validate(notice_of(made))
    typed = client(world, buyer(world))
    notice = await typed.publish_performance(draft, idempotency_key=str(new_id()))
    assert notice.indicators[0].rating == "inadequate"
    await told(world, notice_of(made, period_start="2026-04-01", period_end="2026-06-30"))
    package, record = await read(world, "/v1/ocds/release-packages"), await read(world, RECORD)
    schemas = schemas_with(json.loads((EXTENSION / "release-schema.json").read_text(encoding="utf-8")))
    assert check_package(schemas, package) == []
    assert check_package(schemas, record) == []
    [whole] = record["records"]
    assert merged_by_reference(schemas, whole["releases"]) == whole["compiledRelease"]
    nothing_due = whole["compiledRelease"]["contracts"][0]["implementation"]["metrics"][0]["observations"][1]
    assert nothing_due["measureClassification"]["id"] == "other"
    assert date.fromisoformat(record["publishedDate"][:10]) == date(2026, 11, 22)


@pytest.mark.skipif(
    schemas_missing() or "CDP_LIBCOVEOCDS" not in os.environ,
    reason="CDP_LIBCOVEOCDS names no libcoveocds, which is AGPL and so no part of the project",
)
@pytest.mark.enable_socket
async def test_libcoveocds_finds_no_fault_in_what_is_published(world: World, tmp_path: Path):
    made = await bought(world)
    await delivered(world, made, "90", named=True)
    await told(world, notice_of(made))
    package, record = await read(world, "/v1/ocds/release-packages"), await read(world, RECORD)
    whole = record["records"][0]
    documents = {
        "package": package["releases"],
        "record": whole["releases"],
        "compiled": [whole["compiledRelease"]],
    }
    for name, releases in documents.items():
        folder = tmp_path / name
        folder.mkdir()
        found = await asyncio.to_thread(
            review,
            os.environ["CDP_LIBCOVEOCDS"],
            {**package, "releases": releases},
            OCDS / "schema",
            EXTENSION,
            folder,
        )
        assert found["extensions"]["invalid_extensions"] == []
        assert found["validation_errors"] == []
        assert found["additional_fields"] == []
        assert found["additional_closed_codelist_values"] == {}

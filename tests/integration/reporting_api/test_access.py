"""Each row of the access matrix, tried on the running service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import yaml
from tests.contract.descriptions import committed
from tests.integration.reporting_api.collective_calls import COLLECTIVE_CALLS, collective_object
from tests.integration.reporting_api.draft_calls import DRAFT_CALLS
from tests.integration.reporting_api.evidence_calls import EVIDENCE_CALLS, OF_KEPT_FILES, used_file
from tests.integration.reporting_api.export_calls import EXPORT_CALLS
from tests.integration.reporting_api.framework import EDITION
from tests.integration.reporting_api.intake_calls import INTAKE_CALLS
from tests.integration.reporting_api.performance_calls import PERFORMANCE_CALLS, buyer, performance_object
from tests.integration.reporting_api.spend_calls import SPEND_CALLS, spend_object
from tests.integration.reporting_api.world import QUARTER, Headers, World, judgement, keyed, line

from cdp_common.contracts.reporting import Report
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import SavepointDatabase

MATRIX = Path(__file__).parents[2] / "contract" / "access" / "reporting-api.yaml"
ROWS: list[dict[str, Any]] = yaml.load(MATRIX.read_text(encoding="utf-8"), yaml.CSafeLoader)
ELSEWHERE = UUID("01900000-0000-7000-8000-000000000001")


@dataclass
class Target:
    """What operations are asked for: the council's report, its activity with the charity, a publication."""

    report: Report
    activity_id: str
    publication_id: str | None
    webhook_id: str | None
    collective_id: str | None = None
    evidence_id: UUID | None = None


Call = Callable[[World, Headers, Target], Awaitable[httpx2.Response]]


def headers_of(world: World, caller: str) -> Headers:
    return {
        "public": dict,
        "bad_token": lambda: {"Authorization": "Bearer not.a.token"},
        "signed": lambda: world.mint.headers(org=world.college),
        "own": lambda: world.as_org(world.council),
        "other": lambda: world.as_org(world.college),
        "partner": lambda: world.as_org(world.charity),
        "validator": world.as_validator,
        "other_validator": lambda: world.as_validator(roles={ELSEWHERE: ["validator"]}),
        "own_validator": lambda: world.as_validator(world.council),
        "officer": lambda: world.mint.headers(
            org=world.college,
            scopes=["reporting:read", "reports:read"],
            roles={world.place: ["officer"]},
        ),
        "buyer": lambda: buyer(world),
        "other_buyer": lambda: buyer(world, world.college),
        "manager": lambda: manager(world, world.place),
        "other_manager": lambda: manager(world, ELSEWHERE),
    }[caller]()


def manager(world: World, place: UUID) -> Headers:
    """A manager of an organisation that has no part in the report."""
    return world.mint.headers(
        org=world.assessor,
        scopes=["reporting:read", "publications:write", "reports:read"],
        roles={place: ["programme_manager"]},
    )


def activity_draft(world: World) -> dict[str, Any]:
    shares = [{"organisation_id": str(org), "share": "0.5"} for org in (world.council, world.charity)]
    return {"place_id": str(world.place), "title": "Garden", "shares": shares}


def review_body(target: Target) -> dict[str, Any]:
    return {"outcome": "validated", "reason": "x", "lines": [judgement(target.report, 0, "10")]}


# An address in figures: nobody has to be asked where it is, and nothing is sent while the test runs.
HOOK = {"url": "https://93.184.215.14/hook"}
WINDOW = {"from": QUARTER[0], "to": QUARTER[1]}
PERIOD = {"period_start": QUARTER[0], "period_end": QUARTER[1], "reason": "again"}

# Words in the names of operations that are asked about an object made for them.
OBJECTS = ("target", "prior_total", "breakdown", "cohort", "people", "spend")
PUBLISHED = ("get_publication", "explain_pounds", "get_publication_file", "list_bridge_entries")

CALLS: dict[str, Call] = {
    **EVIDENCE_CALLS,
    **EXPORT_CALLS,
    **DRAFT_CALLS,
    **INTAKE_CALLS,
    **COLLECTIVE_CALLS,
    **PERFORMANCE_CALLS,
    **SPEND_CALLS,
    "create_activity": lambda world, headers, _: world.http.post(
        "/v1/activities", json=activity_draft(world), headers=keyed(headers)
    ),
    "confirm_activity": lambda world, headers, target: world.http.post(
        f"/v1/activities/{target.activity_id}/confirmations", headers=keyed(headers)
    ),
    "get_activity": lambda world, headers, target: world.http.get(
        f"/v1/activities/{target.activity_id}", headers=headers
    ),
    "submit_report": lambda world, headers, _: world.http.post(
        "/v1/reports", json=world.report_draft(), headers=keyed(headers)
    ),
    "list_reports": lambda world, headers, _: world.http.get("/v1/reports", headers=headers),
    "get_report": lambda world, headers, target: world.http.get(
        f"/v1/reports/{target.report.id}", headers=headers
    ),
    "review_report": lambda world, headers, target: world.http.post(
        f"/v1/reports/{target.report.id}/reviews", json=review_body(target), headers=keyed(headers)
    ),
    "correct_report": lambda world, headers, target: world.http.post(
        f"/v1/reports/{target.report.id}/corrections",
        json={"reason": "x", "lines": [line(quantity="1")]},
        headers=keyed(headers),
    ),
    "get_collective_value": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/collective-value", params=WINDOW, headers=headers
    ),
    "get_need_figures": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/need-figures", params=WINDOW, headers=headers
    ),
    "get_value_at_edition": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/value-at-edition",
        params={**WINDOW, "edition_hash": EDITION},
        headers=headers,
    ),
    "list_ledger_entries": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/ledger-entries", headers=headers
    ),
    "get_ledger_keys": lambda world, headers, _: world.http.get("/v1/ledger-keys", headers=headers),
    "get_ledger_head": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/ledger-head", headers=headers
    ),
    "list_feeds": lambda world, headers, _: world.http.get("/v1/feeds", headers=headers),
    "preview_publication": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/publication-preview", params=WINDOW, headers=headers
    ),
    "publish_period": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/publications", json=PERIOD, headers=keyed(headers)
    ),
    "list_publications": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/publications", headers=headers
    ),
    "get_publication": lambda world, headers, target: world.http.get(
        f"/v1/publications/{target.publication_id}", headers=headers
    ),
    "explain_pounds": lambda world, headers, target: world.http.get(
        f"/v1/publications/{target.publication_id}/explanations/HOURS", headers=headers
    ),
    "get_event_types": lambda world, headers, _: world.http.get("/v1/event-types", headers=headers),
    "list_events": lambda world, headers, _: world.http.get("/v1/events", headers=headers),
    "create_webhook": lambda world, headers, _: world.http.post(
        "/v1/webhooks", json=HOOK, headers=keyed(headers)
    ),
    "list_webhooks": lambda world, headers, _: world.http.get("/v1/webhooks", headers=headers),
    "delete_webhook": lambda world, headers, target: world.http.delete(
        f"/v1/webhooks/{target.webhook_id}", headers=headers
    ),
    "list_webhook_deliveries": lambda world, headers, target: world.http.get(
        f"/v1/webhooks/{target.webhook_id}/deliveries", headers=headers
    ),
    "replay_webhook_delivery": lambda world, headers, target: world.http.post(
        f"/v1/webhooks/{target.webhook_id}/deliveries/{ELSEWHERE}/replay", headers=keyed(headers)
    ),
    "get_liveness": lambda world, headers, _: world.http.get("/health/live", headers=headers),
    "get_readiness": lambda world, headers, _: world.http.get("/health/ready", headers=headers),
    "get_version": lambda world, headers, _: world.http.get("/version", headers=headers),
}


def stage_of(operation: str) -> str:
    """What has to stand before an operation is asked; those with the same share one scene."""
    if operation in PUBLISHED:
        return "publication"
    if operation in ("confirm_activity", "get_activity"):
        return "activity"
    if "webhook" in operation and operation != "create_webhook":
        return "webhook"
    if operation in OF_KEPT_FILES:
        return "evidence"
    if operation in PERFORMANCE_CALLS or any(word in operation for word in OBJECTS):
        return operation
    return "report"


async def target_of(world: World, stage: str) -> Target:
    report = await world.report(world.council)
    activity_id = ""
    if stage == "activity":
        created = await world.http.post(
            "/v1/activities", json=activity_draft(world), headers=keyed(world.as_org(world.council))
        )
        activity_id = created.json()["id"]
    evidence_id = (await used_file(world)).id if stage == "evidence" else None
    await world.seal()
    publication_id = None
    if stage == "publication":
        publication_id = str((await world.publish()).id)
    webhook_id = None
    if stage == "webhook":
        hook = await world.http.post("/v1/webhooks", json=HOOK, headers=keyed(world.as_org(world.council)))
        webhook_id = hook.json()["id"]
    await performance_object(world, stage)
    collective_id = await collective_object(world, stage, manager(world, world.place))
    if "spend" in stage:
        collective_id = await spend_object(world, stage)
    return Target(report, activity_id, publication_id, webhook_id, collective_id, evidence_id)


@pytest.mark.parametrize("stage", sorted({stage_of(row["operation"]) for row in ROWS}))
async def test_each_caller_is_answered_as_the_matrix_says(world: World, stage: str):
    target = await target_of(world, stage)
    assert isinstance(world.db, SavepointDatabase)
    for row in (row for row in ROWS if stage_of(row["operation"]) == stage):
        asked = row["operation"], row["caller"]
        async with world.db.undone():
            answer = await CALLS[row["operation"]](world, headers_of(world, row["caller"]), target)
            assert answer.status_code == row["status"], (asked, answer.text)
            if row["note"].startswith("sees "):
                assert len(answer.json()["items"]) == int(row["note"].removeprefix("sees ")), asked


def test_the_matrix_and_the_calls_name_every_operation():
    document = committed("reporting-api")
    operations = {
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "put", "patch", "delete")
    }
    assert operations == set(CALLS) == {row["operation"] for row in ROWS}
    assert new_id() != ELSEWHERE

"""How the access matrix calls the operations on what the collective sees."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from tests.integration.reporting_api.framework import EDITION_ID
from tests.integration.reporting_api.world import QUARTER, Headers, World, keyed, target_draft

PEOPLE_PERIOD = {"programme": "skills", "period_start": QUARTER[0], "period_end": QUARTER[1], "reason": "x"}
Call = Callable[[World, Headers, Any], Awaitable[httpx2.Response]]

COLLECTIVE_CALLS: dict[str, Call] = {
    "set_target": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/targets", json=target_draft(code="other"), headers=keyed(headers)
    ),
    "import_targets": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/targets/imports",
        json={"edition_id": str(EDITION_ID)},
        headers=keyed(headers),
    ),
    "change_target": lambda world, headers, target: world.http.post(
        f"/v1/targets/{target.collective_id}/changes",
        json={"reason": "x", "title": "Other"},
        headers=keyed(headers),
    ),
    "list_targets": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/targets", headers=headers
    ),
    "get_target": lambda world, headers, target: world.http.get(
        f"/v1/targets/{target.collective_id}", headers=headers
    ),
    "batch_targets": lambda world, headers, target: world.http.post(
        "/v1/targets/batch", json={"ids": [target.collective_id]}, headers=headers
    ),
    "get_target_progress": lambda world, headers, target: world.http.get(
        f"/v1/targets/{target.collective_id}/progress", headers=headers
    ),
    "batch_target_progress": lambda world, headers, target: world.http.post(
        "/v1/targets/progress/batch", json={"ids": [target.collective_id]}, headers=headers
    ),
    "publish_breakdown_scheme": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/breakdown-schemes", json=scheme(version="2"), headers=keyed(headers)
    ),
    "list_breakdown_schemes": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/breakdown-schemes", headers=headers
    ),
    "submit_cohort": lambda world, headers, _: world.http.post(
        "/v1/cohorts", json=cohort_draft(world), headers=keyed(headers)
    ),
    "list_cohorts": lambda world, headers, _: world.http.get("/v1/cohorts", headers=headers),
    "get_cohort": lambda world, headers, target: world.http.get(
        f"/v1/cohorts/{target.collective_id}", headers=headers
    ),
    "correct_cohort": lambda world, headers, target: world.http.post(
        f"/v1/cohorts/{target.collective_id}/corrections",
        json={"reason": "x", "rows": cohort_rows(30, 40)},
        headers=keyed(headers),
    ),
    "publish_people": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/people-publications", json=PEOPLE_PERIOD, headers=keyed(headers)
    ),
    "list_people_publications": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/people-publications", headers=headers
    ),
    "get_people_publication": lambda world, headers, target: world.http.get(
        f"/v1/people-publications/{target.collective_id}", headers=headers
    ),
    "get_publication_file": lambda world, headers, target: world.http.get(
        f"/v1/publications/{target.publication_id}/files/csv", headers=headers
    ),
    "get_publication_keys": lambda world, headers, _: world.http.get("/v1/publication-keys", headers=headers),
    "list_bridge_entries": lambda world, headers, target: world.http.get(
        f"/v1/publications/{target.publication_id}/bridge-entries", headers=headers
    ),
}

COLLECTIVE_CALLS |= {
    "record_prior_total": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/prior-totals", json=prior_total(), headers=keyed(headers)
    ),
    "correct_prior_total": lambda world, headers, target: world.http.post(
        f"/v1/prior-totals/{target.collective_id}/corrections",
        json=prior_total(reason="x"),
        headers=keyed(headers),
    ),
    "list_prior_totals": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/prior-totals", headers=headers
    ),
    "get_prior_total": lambda world, headers, target: world.http.get(
        f"/v1/prior-totals/{target.collective_id}", headers=headers
    ),
    "get_contract_ratios": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/contract-ratios",
        params={"from": QUARTER[0], "to": QUARTER[1]},
        headers=headers,
    ),
}

_SETS_TARGETS = ("set_target", "import_targets")


async def collective_object(world: World, operation: str, manager: Headers) -> str | None:
    """The id of what an operation is asked about, made for it."""
    if "target" in operation and operation not in _SETS_TARGETS:
        path = f"/v1/places/{world.place}/targets"
        created = await world.http.post(path, json=target_draft(), headers=keyed(manager))
        return str(created.json()["id"])
    if "prior_total" in operation and operation != "record_prior_total":
        path = f"/v1/places/{world.place}/prior-totals"
        stated = await world.http.post(path, json=prior_total(), headers=keyed(manager))
        return str(stated.json()["id"])
    if any(word in operation for word in ("breakdown", "cohort", "people")):
        return await _of_people(world, operation, manager)
    return None


async def _of_people(world: World, operation: str, manager: Headers) -> str:
    """A scheme and a cohort of the council; published where tables are asked for."""
    place = f"/v1/places/{world.place}"
    await world.http.post(f"{place}/breakdown-schemes", json=scheme(), headers=keyed(manager))
    own = keyed(world.as_org(world.council))
    counted = await world.http.post("/v1/cohorts", json=cohort_draft(world), headers=own)
    if operation in ("list_people_publications", "get_people_publication"):
        path = f"{place}/people-publications"
        published = await world.http.post(path, json=PEOPLE_PERIOD, headers=keyed(manager))
        return str(published.json()["id"])
    return str(counted.json()["id"])


def prior_total(**changes: Any) -> dict[str, Any]:
    """The total of a programme's first phase, made by others."""
    return {
        "title": "First phase",
        "amount_gbp": "305000000.00",
        "period_start": "2022-09-29",
        "period_end": "2024-03-31",
        "publisher": "P",
        "basis": "Social and local economic value by another framework.",
        "validated_by": "V",
        "url": "https://example.org/report",
        **changes,
    }


def scheme(**changes: Any) -> dict[str, Any]:
    """People by age; two stages, of which the second is checked after a month."""
    categories = ("younger", "older", "prefer_not_to_say", "not_asked")
    return {
        "code": "ages",
        "version": "1",
        "title": "Ages",
        "dimensions": [
            {
                "code": "age",
                "title": "Age",
                "source": "test",
                "categories": [{"code": code, "title": code} for code in categories],
            }
        ],
        "stages": [
            {"code": "started", "title": "Started"},
            {"code": "retained", "title": "Retained", "after_months": 1},
        ],
        **changes,
    }


def cohort_rows(younger: int, older: int) -> list[dict[str, Any]]:
    """Twenty of each of those who did not say and were not asked, beside these; half of all stay."""
    counts = {"younger": younger, "older": older, "prefer_not_to_say": 20, "not_asked": 20}
    return [
        {"dimension": "age", "category": category, "reached": [count, count // 2]}
        for category, count in counts.items()
    ]


def cohort_draft(world: World, younger: int = 30, older: int = 40, **changes: Any) -> dict[str, Any]:
    """A cohort of the quarter in the programme `skills`."""
    return {
        "place_id": str(world.place),
        "programme": "skills",
        "scheme": "ages",
        "scheme_version": "1",
        "period_start": QUARTER[0],
        "period_end": QUARTER[1],
        "rows": cohort_rows(younger, older),
        **changes,
    }

"""Parts 5 and 6: a quarter is reported, checked, published, corrected and published again."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

from cdp_tools.story.parties import Party, StoryBroken
from cdp_tools.story.scene import Scene, pounds

ARRIVAL_PATIENCE_S = 60
NOT_SENT = {"key", "activity", "commitment", "commissioner"}


def wait_for_promises(scene: Scene) -> None:
    """Until the ledger holds every promise that was made: reporting pulls them from the feeds."""
    lead = scene.parties[scene.sample["tender"]["buyer"]]
    wanted = len(scene.sample["agreements"]) + len(scene.sample["plans"]) + 1
    wanted += sum(1 for pledge in scene.sample["charter_signature"]["pledges"] if "target" in pledge)
    give_up_at = time.monotonic() + ARRIVAL_PATIENCE_S
    while True:
        entries = [entry for entry in _ledger(scene, lead) if entry["figure"] == "committed"]
        if len(entries) >= len(scene.commitment_lines):
            break
        if time.monotonic() > give_up_at:
            raise StoryBroken(
                f"only {len(entries)} of {len(scene.commitment_lines)} promises reached the ledger"
            )
        time.sleep(0.3)
    scene.note(
        "reporting-api",
        "pulls the promises from the feeds",
        f"{wanted} promises, {len(entries)} lines in the ledger",
    )


def _ledger(scene: Scene, reader: Party) -> list[dict[str, Any]]:
    """Every entry of the place's ledger, page by page."""
    entries: list[dict[str, Any]] = []
    link: str | None = f"/v1/places/{scene.place_id}/ledger-entries?limit=100"
    while link is not None:
        page = reader.get(scene.url("reporting-api", link)).body
        entries += page["items"]
        link = page["next"]
    return entries


def tell_reports(scene: Scene) -> None:
    """Partners, the supplier and the others report; a validator accepts some and returns one."""
    _agree_joint_projects(scene)
    for report in scene.sample["reports"]:
        _submit(scene, report)
    _refuse_double_count(scene)
    for review in scene.sample["reviews"]:
        _review(scene, review)


def _agree_joint_projects(scene: Scene) -> None:
    for project in scene.sample["joint_activities"]:
        partners = [scene.parties[share["organisation"]] for share in project["shares"]]
        draft = {
            "place_id": scene.place_id,
            "title": project["title"],
            "data_status": project["data_status"],
            "shares": [
                {"organisation_id": partner.organisation_id, "share": share["share"]}
                for partner, share in zip(partners, project["shares"], strict=True)
            ],
        }
        activity = partners[0].post(scene.url("reporting-api", "/v1/activities"), draft).body
        for partner in partners[1:]:
            path = f"/v1/activities/{activity['id']}/confirmations"
            activity = partner.post(scene.url("reporting-api", path), None).body
        scene.activities[project["key"]] = activity["id"]
        scene.note(
            partners[0].name,
            f"sets up a joint project: {project['title']}",
            f"{len(partners)} partners, each confirmed its share",
        )


def _line_body(scene: Scene, line: dict[str, Any]) -> dict[str, Any]:
    body = {name: value for name, value in line.items() if name not in NOT_SENT}
    if "commitment" in line:
        promise = line["commitment"]
        source = promise.get("agreement") or promise.get("plan") or promise["pledge"]
        key = (source, promise.get("measure", line["measure"]))
        body["commitment_line_id"] = scene.commitment_lines[key]
    else:
        body["edition_hash"] = scene.edition_hash
    if "activity" in line:
        body["activity_id"] = scene.activities[line["activity"]]
    if "commissioner" in line:
        body["commissioner_id"] = scene.parties[line["commissioner"]].organisation_id
    return body


def _report_body(scene: Scene, report: dict[str, Any]) -> dict[str, Any]:
    return {
        **scene.sample["quarter"],
        "place_id": scene.place_id,
        "place_slug": scene.sample["place"],
        "nil_return": report.get("nil_return", False),
        "lines": [_line_body(scene, line) for line in report["lines"]],
        "named_totals_agreed": scene.sample["named_totals_agreed"],
        "data_status": "synthetic_sample",
    }


def _submit(scene: Scene, report: dict[str, Any]) -> None:
    party = scene.parties[report["organisation"]]
    answer = party.post(scene.url("reporting-api", "/v1/reports"), _report_body(scene, report)).body
    scene.reports[report["key"]] = answer
    total = sum((Decimal(line["total_gbp"]) for line in answer["lines"]), Decimal(0))
    what = (
        "makes a nil return" if answer["nil_return"] else f"reports the quarter, {len(answer['lines'])} lines"
    )
    scene.note(party.name, what, pounds(str(total)))


def _refuse_double_count(scene: Scene) -> None:
    project = scene.sample["joint_activities"][0]
    party = scene.parties[project["reported_twice_by"]]
    own = next(
        report for report in scene.sample["reports"] if report["organisation"] == project["reported_twice_by"]
    )
    garden = next(
        line for report in scene.sample["reports"] for line in report["lines"] if "activity" in line
    )
    path = f"/v1/reports/{scene.reports[own['key']]['id']}/corrections"
    body = {
        "reason": "The garden belongs to us too",
        "lines": [_line_body(scene, line) for line in [*own["lines"], garden]],
    }
    refused = party.post(scene.url("reporting-api", path), body, expect=409).body
    scene.note(party.name, "tries to report the joint project as well", f"409 {refused['code']}")


def _review(scene: Scene, review: dict[str, Any]) -> None:
    validator: Party = scene.parties[review["reviewer"]]
    report = scene.reports[review["report"]]
    draft = next(item for item in scene.sample["reports"] if item["key"] == review["report"])
    line_ids = {
        line["key"]: made["line_id"] for line, made in zip(draft["lines"], report["lines"], strict=True)
    }
    body = {
        "outcome": review["outcome"],
        "reason": review["reason"],
        "lines": [
            {
                **{name: value for name, value in line.items() if name != "line"},
                "line_id": line_ids[line["line"]],
            }
            for line in review["lines"]
        ],
    }
    answer = validator.post(scene.url("reporting-api", f"/v1/reports/{report['id']}/reviews"), body).body
    scene.reports[review["report"]] = answer
    outcome = f"{len(body['lines'])} lines accepted" if body["lines"] else review["reason"]
    scene.note(
        validator.name, f"checks the report of {answer['organisation_name']}: {answer['state']}", outcome
    )


def tell_publication(scene: Scene) -> None:
    """The quarter is published; a correction is published as a second number."""
    lead = scene.parties[scene.sample["tender"]["buyer"]]
    first = _publish(scene, lead, None)
    correction = scene.sample["correction"]
    draft = next(item for item in scene.sample["reports"] if item["key"] == correction["report"])
    changes = {change["line"]: change for change in correction["changes"]}
    lines = [{**line, **_changed(changes.get(line["key"]))} for line in draft["lines"]]
    reporter = scene.parties[draft["organisation"]]
    report = scene.reports[correction["report"]]
    scene.reports[correction["report"]] = reporter.post(
        scene.url("reporting-api", f"/v1/reports/{report['id']}/corrections"),
        {"reason": correction["reason"], "lines": [_line_body(scene, line) for line in lines]},
    ).body
    scene.note(reporter.name, "corrects its report", correction["reason"])
    _review(scene, correction["review"])
    second = _publish(scene, lead, scene.sample["republication_reason"])
    for change in second["changes"]:
        scene.note(
            "",
            f"publication {second['number']}: {change['figure']}",
            f"{pounds(change['before_gbp'])} → {pounds(change['after_gbp'])}",
        )
    if first["number"] + 1 != second["number"]:
        raise StoryBroken("the publications are not numbered one after the other")


def _changed(change: dict[str, Any] | None) -> dict[str, Any]:
    return {} if change is None else {name: value for name, value in change.items() if name != "line"}


def _publish(scene: Scene, lead: Party, reason: str | None) -> dict[str, Any]:
    body = {**scene.sample["quarter"], "reason": reason}
    path = f"/v1/places/{scene.place_id}/publications"
    publication: dict[str, Any] = lead.post(scene.url("reporting-api", path), body).body
    value = publication["value"]["figures"]
    delivered, validated = value["delivered"]["total_gbp"], value["validated"]["total_gbp"]
    shown = f"delivered {pounds(delivered)}, validated {pounds(validated)}"
    scene.note(lead.name, f"publishes the quarter as number {publication['number']}", shown)
    return publication

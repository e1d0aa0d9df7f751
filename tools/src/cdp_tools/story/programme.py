"""Part 1: the place, its collective, the Statement of Intent, the framework of measures, areas of need."""

from __future__ import annotations

from typing import Any

from cdp_tools.packs import load_pack
from cdp_tools.story.parties import Party
from cdp_tools.story.scene import DATA, Scene
from cdp_tools.yaml_files import read_mapping

PARTNER_SCOPES = [
    "organisations:write",
    "statements:sign",
    "delegations:write",
    "tenders:read",
    "tenders:write",
    "evaluations:write",
    "bids:read",
    "agreements:read",
    "agreements:write",
    "valuations:run",
    "reports:write",
    "reports:read",
    "reporting:read",
    "events:read",
    "webhooks:write",
    "hub:write",
]
LEAD_SCOPES = [*PARTNER_SCOPES, "places:write", "publications:write", "charter:write"]
VALIDATOR_SCOPES = ["reports:read", "reports:validate", "reporting:read"]


def tell_programme(scene: Scene) -> None:
    """The programme stands: thirteen organisations, dated memberships, a signed Statement, an edition."""
    operator = scene.parties["operator"]
    place = operator.post(scene.url("partners-api", "/v1/places"), scene.programme["place"]).body
    scene.place_id = place["id"]
    objectives, commitments = len(place["objectives"]), len(place["commitments"])
    scene.note(
        "Operator",
        f"creates the place {place['name']}",
        f"{objectives} objectives, {commitments} commitments",
    )
    for partner in scene.programme["organisations"]:
        scopes = LEAD_SCOPES if partner["membership"]["role"] == "lead" else PARTNER_SCOPES
        scene.parties[partner["key"]] = admit(scene, partner["organisation"], scopes)
    validator = next(
        item
        for item in scene.sample["organisations"]
        if item["key"] == scene.sample["validator"]["organisation"]
    )
    scene.parties[validator["key"]] = admit(scene, validator["organisation"], VALIDATOR_SCOPES)
    _grant_roles(scene, validator["key"])
    _start_memberships(scene)
    _sign_statement(scene)
    _publish_framework(scene)


def admit(scene: Scene, organisation: dict[str, Any], scopes: list[str]) -> Party:
    """An organisation that the operator records, with a client of its own."""
    operator = scene.parties["operator"]
    recorded = operator.post(scene.url("partners-api", "/v1/organisations"), organisation).body
    draft = {"organisation_id": recorded["id"], "name": "Sample client", "scopes": scopes}
    client = operator.post(scene.url("partners-api", "/v1/clients"), draft).body
    return scene.party(
        recorded["legal_name"],
        client_id=client["client_id"],
        secret=client["client_secret"],
        organisation_id=recorded["id"],
    )


def _grant_roles(scene: Scene, validator_key: str) -> None:
    roles = {validator_key: ["validator"]}
    for partner in scene.programme["organisations"]:
        lead = partner["membership"]["role"] == "lead"
        roles[partner["key"]] = ["programme_manager", "officer"] if lead else ["officer"]
    for key, granted in roles.items():
        for role in granted:
            draft = {"client_id": scene.parties[key].client_id, "place_id": scene.place_id, "role": role}
            scene.parties["operator"].post(scene.url("partners-api", "/v1/role-grants"), draft)


def _start_memberships(scene: Scene) -> None:
    lead = _lead(scene)
    for days in scene.programme["phase_days"]:
        lead.post(scene.url("partners-api", f"/v1/places/{scene.place_id}/phases"), days)
    for partner in scene.programme["organisations"]:
        draft = {
            **partner["membership"],
            "organisation_id": scene.parties[partner["key"]].organisation_id,
            "named_totals_agreed": scene.sample["named_totals_agreed"],
        }
        lead.post(scene.url("partners-api", f"/v1/places/{scene.place_id}/memberships"), draft)
    anybody = scene.parties["anybody"]
    path = f"/v1/places/{scene.place_id}/memberships?limit=100"
    ever = anybody.get(scene.url("partners-api", path)).body["items"]
    today = scene.sample["quarter"]["period_end"]
    now = anybody.get(scene.url("partners-api", f"{path}&as_of={today}")).body["items"]
    scene.note(
        lead.name, "starts the memberships (dates assumed)", f"{len(ever)} ever, {len(now)} on {today}"
    )


def _sign_statement(scene: Scene) -> None:
    lead = _lead(scene)
    path = f"/v1/places/{scene.place_id}/statements"
    statement = lead.post(scene.url("partners-api", path), scene.programme["statement"]).body
    signing = scene.sample["statement_signatures"]
    for partner in scene.programme["organisations"]:
        path = f"/v1/statements/{statement['id']}/signatures"
        scene.parties[partner["key"]].post(scene.url("partners-api", path), signing)
    signed = scene.parties["anybody"].get(scene.url("partners-api", f"/v1/statements/{statement['id']}")).body
    scene.note(
        "Thirteen partners",
        "sign the Statement of Intent",
        f"{len(signed['signatures'])} signatures, dates assumed",
    )


def _publish_framework(scene: Scene) -> None:
    operator = scene.parties["operator"]
    pack = load_pack(DATA / "frameworks" / "open-measures-2026").model_dump(mode="json")
    draft = operator.post(scene.url("toms-engine", "/v1/frameworks"), pack).body
    read = operator.get(scene.url("toms-engine", f"/v1/editions/{draft['id']}"))
    published = operator.call(
        "POST",
        scene.url("toms-engine", f"/v1/editions/{draft['id']}/publish"),
        expect=200,
        if_match=read.etag,
    ).body
    scene.edition_hash = published["edition_hash"]
    scene.note(
        "Operator",
        f"publishes {published['title']}",
        f"{published['measure_count']} measures, hash {scene.edition_hash[:12]}…",
    )
    index = dict(read_mapping(DATA / "needs" / "county-durham-sample.yaml"))
    receipt = operator.post(scene.url("toms-engine", "/v1/need-indices"), index).body
    scene.note(
        "Operator", "imports a sample of the index of deprivation", f"{receipt['area_count_stored']} areas"
    )


def _lead(scene: Scene) -> Party:
    key = next(
        partner["key"]
        for partner in scene.programme["organisations"]
        if partner["membership"]["role"] == "lead"
    )
    return scene.parties[key]

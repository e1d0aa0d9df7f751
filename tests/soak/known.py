"""A scene with one of everything, so that hostile requests also reach what lies behind the first checks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from cdp_tools.services import service_named
from cdp_tools.yaml_files import read_mapping
from partners_api.domain.scopes import EVENTS_INTERNAL, SCOPES
from tests.official_files import IOD_2025, csv_file, official_rows, postcode_lines
from tests.soak.mesh import Mesh
from tests.soak.people import Json, Party, Voice, as_json
from tests.soak.stage import DATA, Stage, set_stage


@dataclass
class Known:
    """What a caller with inside knowledge would send."""

    voices: dict[str, Voice] = field(default_factory=dict)
    """Those who hold tokens, by what they may do."""
    values: dict[str, list[str]] = field(default_factory=dict)
    """Ids, codes and hashes that exist, by the name under which requests send them."""
    bodies: dict[str, Any] = field(default_factory=dict)
    """Documents that were accepted, by operation."""

    def note(self, **found: str) -> None:
        """Remember values by name."""
        for name, value in found.items():
            self.values.setdefault(name, []).append(value)

    async def made(self, voice: Voice, url: str, operation: str, body: Json, **named: str) -> Json:
        """What an operation made; its document is remembered, and parts of the answer under new names."""
        self.bodies[operation] = body
        answer = await voice.done("POST", url, body)
        self.note(**{name: answer[part] for name, part in named.items()})
        return answer


async def furnish(mesh: Mesh) -> Known:
    """Make the scene and say what stands in it."""
    stage = await set_stage(
        mesh.http,
        mesh.environment.addresses,
        mesh.operator_key,
        issuer=mesh.environment.issuer,
        bidders=2,
    )
    manager = await _with_every_right(mesh, stage)
    known = Known()
    _note_stage(known, stage)
    for furnish_service in (_partners, _toms, _procurement, _charter, _reporting):
        await furnish_service(mesh, stage, mesh.voice(manager), known)
    known.bodies = json.loads(as_json(known.bodies))  # the data files hold dates
    service = service_named("reporting-api")
    reader = Party(mesh.environment.issuer, service.client_id, key=_key(mesh, service.name))
    known.voices = {
        "operator": mesh.voice(stage.operator),
        "manager": mesh.voice(manager),
        "bidder": mesh.voice(stage.bidders[0]),
        "service": mesh.voice(reader),
    }
    return known


def _key(mesh: Mesh, holder: str) -> Json:
    key: Json = json.loads(mesh.environment.keys.client_key_file(holder).read_text(encoding="utf-8"))
    return key


async def _with_every_right(mesh: Mesh, stage: Stage) -> Party:
    """The buyer's second client: every scope there is, and every role in the place."""
    operator = mesh.voice(stage.operator)
    draft = {
        "organisation_id": stage.buyer.organisation_id,
        "name": "Everything",
        "scopes": sorted(set(SCOPES) - {EVENTS_INTERNAL, "clients:admin"}),
    }
    client = await operator.done("POST", stage.url("partners-api", "/v1/clients"), draft)
    for role in ("programme_manager", "officer", "validator"):
        grant = {"client_id": client["client_id"], "place_id": stage.place["id"], "role": role}
        await operator.done("POST", stage.url("partners-api", "/v1/role-grants"), grant)
    return replace(stage.buyer, client_id=client["client_id"], secret=client["client_secret"])


def _note_stage(known: Known, stage: Stage) -> None:
    known.note(
        place_id=stage.place["id"],
        place_slug=stage.place["slug"],
        place=stage.place["slug"],
        slug=stage.place["slug"],
        organisation_id=stage.buyer.organisation_id,
        delegate_organisation_id=stage.bidders[0].organisation_id,
        deliverer_organisation_id=stage.bidders[0].organisation_id,
        buyer_organisation_id=stage.buyer.organisation_id,
        client_id=stage.bidders[1].client_id,
        client_secret=stage.bidders[1].secret or "",
        edition_id=stage.edition_id,
        edition_hash=stage.edition_hash,
        framework="open-measures",
        tender_id=stage.tender["id"],
        ocid=stage.tender["ocid"],
        area_code="E01020819",
        index="imd-2019",
        layout=IOD_2025.layout,
    )
    for line in stage.bid_lines:
        known.note(measure=line["measure"], code=line["measure"], unit=line["unit"])
    for party in stage.bidders:
        known.note(organisation_id=party.organisation_id)


async def _partners(mesh: Mesh, stage: Stage, manager: Voice, known: Known) -> None:
    place = stage.url("partners-api", f"/v1/places/{stage.place['id']}")
    who = stage.bidders[0].organisation_id
    membership = {"organisation_id": who, "valid_from": "2026-01-01", "source": "invented"}
    await known.made(manager, f"{place}/memberships", "start_membership", membership, membership_id="id")
    programme = read_mapping(DATA / "programmes" / "county-durham" / "programme.yaml")
    statement = programme["statement"]
    await known.made(manager, f"{place}/statements", "publish_statement", statement, statement_id="id")
    known.bodies["sign_statement"] = {"signed_on": "2026-11-01", "signed_by_role": "Chief officer"}
    await _collective(mesh, stage, manager, known)
    delegation = {"delegate_organisation_id": who, "scopes": ["bids:write"]}
    url = stage.url("partners-api", "/v1/delegations")
    await known.made(manager, url, "create_delegation", delegation, delegation_id="id")
    organisation = {
        "legal_name": "Somebody",
        "kind": "private",
        "identifiers": [{"scheme": "GB-COH", "id": "99000011"}],
    }
    known.bodies |= {
        "create_organisation": organisation,
        "change_organisation": {"legal_name": "Somebody else"},
        "register_organisation": {"organisation": organisation, "client_name": "Client"},
        "create_client": {"organisation_id": manager.party.organisation_id, "name": "C", "scopes": []},
        "end_membership": {"valid_to": "2026-12-31", "reason": "moved"},
        "create_place": {**programme["place"], "slug": "elsewhere"},
    }
    hook = {"url": "http://127.0.0.1:9/hook", "event_types": []}  # where nobody listens
    for service in ("partners-api", "toms-engine", "procurement-api", "charter-api", "reporting-api"):
        await known.made(manager, stage.url(service, "/v1/webhooks"), "create_webhook", hook, webhook_id="id")


async def _collective(mesh: Mesh, stage: Stage, manager: Voice, known: Known) -> None:
    """What the place's collective is made of: one thing of each kind."""
    place = stage.url("partners-api", f"/v1/places/{stage.place['id']}")
    membership = stage.url("partners-api", f"/v1/memberships/{known.values['membership_id'][-1]}")
    dated = {"valid_from": "2026-02-01", "source": "invented"}
    phase = {**dated, "phase": stage.place["phases"][0]["code"]}
    programme = {**dated, "code": "good-work", "title": "Good Work", "objectives": []}
    role = {**dated, "role": "chair", "title": "Chair"}
    focus = {**dated, "kind": "theme", "code": "T1", "title": "Work"}
    meeting = {"held_on": "2026-03-01", "title": "Meeting", "state": "held", "readers": "public"}
    action = {
        "title": "Share the list",
        "owner_organisation_id": stage.bidders[0].organisation_id,
        "agreed_on": "2026-03-01",
    }
    await known.made(manager, f"{place}/phases", "record_phase", phase, phase_id="id")
    await known.made(manager, f"{place}/programmes", "start_programme", programme, programme_id="id")
    await known.made(manager, f"{membership}/roles", "give_partner_role", role, partner_role_id="id")
    await known.made(manager, f"{membership}/focuses", "choose_focus", focus, focus_id="id")
    await known.made(manager, f"{place}/meetings", "record_meeting", meeting, meeting_id="id")
    await known.made(manager, f"{place}/actions", "agree_action", action, action_id="id")
    checklist = dict(read_mapping(DATA / "checklists" / "anchor-network-six-stages.yaml"))
    url = stage.url("partners-api", "/v1/checklists")
    made = await known.made(
        mesh.voice(stage.operator), url, "publish_checklist", checklist, checklist_id="id"
    )
    record = {"checklist_id": made["id"], "stage": "stage-1", "state": "in_place"}
    record["recorded_on"] = "2026-03-01"
    await known.made(manager, f"{place}/stage-records", "record_stage", record)
    await _hub(mesh, stage, manager, known)
    ending = {"valid_to": "2026-12-31", "source": "invented"}
    known.note(stage="stage-1")
    known.bodies |= {
        **{f"end_{kind}": ending for kind in ("phase", "programme", "partner_role", "focus")},
        "change_meeting": meeting,
        "change_action": {"state": "done", "changed_on": "2026-04-01"},
    }


async def _hub(mesh: Mesh, stage: Stage, manager: Voice, known: Known) -> None:
    """What the place's Knowledge Hub shows, and what it does not show yet."""
    place = stage.url("partners-api", f"/v1/places/{stage.place['id']}")
    content = {"title": "A garden", "summary": "How it came about.", "body": "Once *upon* a time."}
    page = {**content, "kind": "story", "slug": "a-garden"}
    made = await known.made(manager, f"{place}/hub-pages", "draft_hub_page", page, page_id="id")
    draft = stage.url("partners-api", f"/v1/hub-drafts/{made['id']}")
    review = {"version": 1, "outcome": "approved"}
    operator = mesh.voice(stage.operator)
    await known.made(operator, f"{draft}/reviews", "review_hub_page", review)
    await known.made(manager, f"{draft}/publication", "publish_hub_page", {"version": 1})
    contact = {"label": "Team", "purpose": "bids", "email": "team@example.org"}
    await known.made(manager, f"{place}/hub-contacts", "add_hub_contact", contact, contact_id="id")
    await _public_voice(manager, known, place)
    known.note(q="garden")
    known.bodies |= {
        "revise_hub_page": content,
        "create_hub_preview_token": {"hours": 1},
        "withdraw_hub_page": {"reason": "old"},
        "batch_hub_pages": {"ids": [made["id"]]},
    }


async def _public_voice(manager: Voice, known: Known, place: str) -> None:
    """A gathering with one place, an idea and a supporter, each with consent."""
    base = place.split("/v1/")[0]
    people = {}
    for purpose in ("gathering", "idea", "supporter"):
        wording = {"purpose": purpose, "version": "1", "text": "I agree."}
        url = f"{place}/consent-wordings"
        made = await known.made(manager, url, "publish_consent_wording", wording, wording_id="id")
        people[purpose] = {"name": "Ann", "email": "ann@example.org", "wording_id": made["id"]}
    gathering = {
        "kind": "training",
        "title": "Measures explained",
        "summary": "For bidders.",
        "starts_at": "2099-12-01T10:00:00Z",
        "ends_at": "2099-12-01T12:00:00Z",
        "venue": "Town Hall",
        "capacity": 1,
        "organiser_organisation_id": manager.party.organisation_id,
    }
    url = f"{place}/gatherings"
    made = await known.made(manager, url, "announce_gathering", gathering, gathering_id="id")
    url = f"{base}/v1/gatherings/{made['id']}/registrations"
    registration = {"person": people["gathering"]}
    names = {"registration_id": "id", "contact_id": "contact_id", "token": "withdrawal_token"}
    await known.made(manager, url, "register_for_gathering", registration, **names)
    idea = {"title": "A bench", "text": "At the stop.", "sender": people["idea"]}
    names = {"idea_id": "id", "contact_id": "contact_id", "token": "withdrawal_token"}
    await known.made(manager, f"{place}/ideas", "send_idea", idea, **names)
    supporter = {"person": people["supporter"], "interests": ["news"]}
    await known.made(manager, f"{place}/supporters", "register_supporter", supporter)
    known.bodies |= {
        "moderate_idea": {"outcome": "shown", "reason": "good"},
        "cancel_gathering": {"reason": "snow"},
        "record_attendance": {"registration_ids": [made["id"]]},
        "batch_gatherings": {"ids": [made["id"]]},
    }


async def _toms(mesh: Mesh, stage: Stage, manager: Voice, known: Known) -> None:
    index = read_mapping(DATA / "needs" / "county-durham-sample.yaml")
    url = stage.url("toms-engine", "/v1/need-indices")
    await known.made(mesh.voice(stage.operator), url, "import_need_index", index)
    line = {
        "ref": "1",
        "measure": "OM-S05",
        "quantity": "12.5",
        "unit": "hours",
        "period_start": "2026-07-01",
        "period_end": "2026-09-30",
    }
    ranking = {"edition_hash": stage.edition_hash, "index": "imd-2019", "place": stage.place["slug"]}
    known.bodies |= {
        "value_lines": {"edition_hash": stage.edition_hash, "lines": [line], "explain": True},
        "batch_measures": {"keys": [{"edition_hash": stage.edition_hash, "code": "OM-S05"}]},
        "batch_areas": {"index": "imd-2019", "codes": ["E01020819"]},
        "import_need_file": csv_file([IOD_2025.header, *official_rows(IOD_2025, 3)]).decode(),
        "import_lookup": b"".join(postcode_lines(3)).decode(),
        "rank_measures": ranking,
        "recommend_measures": {
            **ranking,
            "contract_value_gbp": "250000.00",
            "duration_months": 24,
            "cpv": "45",
        },
        "publish_need_banding": {
            **{name: index[name] for name in ("index", "bands")},
            "place": "county-durham",
            "place_id": stage.place["id"],
            "reason": "As agreed",
        },
    }


async def _procurement(mesh: Mesh, stage: Stage, manager: Voice, known: Known) -> None:
    bidder = mesh.voice(stage.bidders[0])
    bid = {"tenderer": {"organisation_id": bidder.party.organisation_id}, "lines": stage.bid_lines}
    url = stage.url("procurement-api", f"/v1/tenders/{stage.tender['id']}/bids")
    await known.made(bidder, url, "submit_bid", bid, bid_id="bid_id")
    agreement = {**stage.agreement, "deliverer_organisation_id": bidder.party.organisation_id}
    url = stage.url("procurement-api", "/v1/agreements")
    made = await known.made(manager, url, "register_agreement", agreement, agreement_id="id")
    known.note(commitment_line_id=made["lines"][0]["line_id"])
    [sample] = stage.sample["plans"]
    plan = {**sample["plan"], "place_id": stage.place["id"], "edition_hash": stage.edition_hash}
    await known.made(bidder, stage.url("procurement-api", "/v1/plans"), "adopt_plan", plan, plan_id="id")
    package = json.loads((DATA / stage.sample["tender"]["ocds_package"]).read_text(encoding="utf-8"))
    known.bodies |= {
        "replace_bid": bid,
        "correct_tender": {"reference": "T-2", "title": "Corrected", "place_id": stage.place["id"]},
        "set_terms": stage.tender["terms"],
        "terminate_agreement": {"effective_on": "2026-12-01", "reason": "ended"},
        "withdraw_plan": {"effective_on": "2026-12-01", "reason": "ended"},
        "import_ocds": {
            "buyer_organisation_id": manager.party.organisation_id,
            "place_id": stage.place["id"],
            "package": package,
        },
    }


async def _charter(mesh: Mesh, stage: Stage, manager: Voice, known: Known) -> None:
    programme = read_mapping(DATA / "programmes" / "county-durham" / "programme.yaml")
    charter = {**programme["charter"], "place_id": stage.place["id"]}
    url = stage.url("charter-api", "/v1/charters")
    published = await known.made(manager, url, "publish_charter", charter, charter_id="id")
    story = stage.sample["charter_signature"]
    pledge = {name: value for name, value in story["pledges"][0].items() if name != "key"}
    pledge = {**pledge, "target": {**pledge["target"], "edition_hash": stage.edition_hash}}
    signature = {
        "charter_id": published["id"],
        "signing_person": story["signing_person"],
        "signed_on": story["signed_on"],
        "pledges": [pledge],
        "data_status": "synthetic_sample",
    }
    signature = signature
    signatory = mesh.voice(stage.bidders[0])
    url = stage.url("charter-api", "/v1/signatures")
    await known.made(signatory, url, "sign_charter", signature, signature_id="id")
    known.bodies |= {
        "add_pledge": signature["pledges"][0],
        "withdraw_signature": {"effective_on": "2026-12-01", "reason": "moved"},
    }


async def _reporting(mesh: Mesh, stage: Stage, manager: Voice, known: Known) -> None:
    parties = [manager.party.organisation_id, stage.bidders[0].organisation_id]
    activity = {
        "place_id": stage.place["id"],
        "title": "Garden",
        "shares": [{"organisation_id": who, "share": "0.5"} for who in parties],
    }
    url = stage.url("reporting-api", "/v1/activities")
    await known.made(manager, url, "create_activity", activity, activity_id="id")
    line = {
        "measure": "OM-S05",
        "edition_hash": stage.edition_hash,
        "quantity": "12.5",
        "unit": "hours",
        "route": "own_activity",
        "areas": [{"area_code": "E01020819", "share": "0.5"}],
    }
    report = {
        "place_id": stage.place["id"],
        "place_slug": stage.place["slug"],
        "period_start": "2026-07-01",
        "period_end": "2026-09-30",
        "lines": [line],
    }
    bidder = mesh.voice(stage.bidders[0])
    url = stage.url("reporting-api", "/v1/reports")
    made = await known.made(bidder, url, "submit_report", report, report_id="id")
    judged = {
        "line_id": made["lines"][0]["line_id"],
        "accepted_quantity": "12.5",
        "reason": "seen",
        "method": "records",
        "evidence_level": "documented",
    }
    known.bodies |= {
        "correct_report": {"reason": "wrong", "lines": [line]},
        "review_report": {"outcome": "validated", "reason": "seen", "lines": [judged]},
    }
    period = {"period_start": "2026-07-01", "period_end": "2026-09-30"}
    url = stage.url("reporting-api", f"/v1/places/{stage.place['id']}/publications")
    await known.made(manager, url, "publish_period", period, publication_id="id")

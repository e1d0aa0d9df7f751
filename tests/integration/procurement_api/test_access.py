"""The access matrix, row by row: the status that it states, and nothing changed by those who are refused."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from tests.contract.descriptions import committed
from tests.integration.procurement_api.plan_calls import adopted, plan_of
from tests.integration.procurement_api.world import (
    TERMS,
    Party,
    World,
    agreement_of,
    bid_of,
    import_document,
    moderated,
    tender_correction,
    tender_draft,
)

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import SavepointDatabase

MATRIX = Path(__file__).resolve().parents[2] / "contract" / "access" / "procurement-api.yaml"
ROWS: list[dict[str, Any]] = yaml.load(MATRIX.read_text(encoding="utf-8"), yaml.CSafeLoader)

FILES = {
    "import_agreements": "reference,kind,title,deliverer_organisation_id,signed_on,starts_on,ends_on\r\n",
    "import_plans": "reference,title,adopted_on,starts_on,ends_on,measure,quantity,unit\r\n",
}
NEXT_YEAR = {
    "reference": "NEXT",
    "starts_on": "2027-04-01",
    "ends_on": "2028-03-31",
    "lines": [{"measure": "M-COUNT", "quantity": "1", "unit": "count"}],
}
HOOK = {"url": "http://127.0.0.1:9/hook", "event_types": []}

# The stage at which the tender must be for the call to be a good one.
STAGES = {
    **dict.fromkeys(("correct_tender", "set_terms"), "draft"),
    **dict.fromkeys(("publish_tender",), "draft with terms"),
    **dict.fromkeys(("reconfirm_bid",), "amended"),
    **dict.fromkeys(("open_tender",), "past deadline"),
    **dict.fromkeys(("evaluate_tender", "get_tender_log", "get_inclusion_proof"), "opened"),
    **dict.fromkeys(("list_bid_receipts",), "opened"),
    **dict.fromkeys(
        ("declare_interests", "get_panel", "record_scores", "list_scores", "erase_evaluator"), "opened"
    ),
    **dict.fromkeys(("moderate_scores",), "scored"),
    **dict.fromkeys(
        (
            *("record_clarification", "list_clarifications", "accept_quantity", "remove_bid"),
            "withdraw_opened_bid",
        ),
        "opened",
    ),
    **dict.fromkeys(
        ("get_evaluation", "award_tender", "send_summaries", "decide_lot", "list_tender_lots"), "evaluated"
    ),
    **dict.fromkeys(("get_assessment", "start_standstill"), "decided"),
}
# Who would succeed, and is tried without scopes.
RIGHTFUL = {
    "submit_bid": "other",
    "validate_bid": "other",
    "replace_bid": "bidder",
    "withdraw_bid": "bidder",
    "withdraw_opened_bid": "bidder",
    "reconfirm_bid": "bidder",
    "get_bid": "bidder",
    "list_bid_receipts": "bidder",
    "get_assessment": "bidder",
}
IF_MATCH = {
    "correct_tender": "/v1/tenders/{tender}",
    "open_tender": "/v1/tenders/{tender}",
    "set_terms": "/v1/tenders/{tender}",
    "publish_tender": "/v1/tenders/{tender}",
    "cancel_tender": "/v1/tenders/{tender}",
    "terminate_agreement": "/v1/agreements/{agreement}",
    "vary_agreement": "/v1/agreements/{agreement}",
    "novate_agreement": "/v1/agreements/{agreement}",
    "vary_plan": "/v1/plans/{plan}",
    "withdraw_plan": "/v1/plans/{plan}",
}


@dataclass
class Scene:
    """What the calls are about."""

    world: World
    parties: dict[str, Party]
    tender: str
    bid: str = ""
    leaf: str = ""
    evaluator: str = ""
    line: str = ""
    agreement: str = ""
    plan: str = ""
    plan_line: str = ""
    webhook: str = ""
    release: str = ""
    appointment: str = ""

    def path(self, template: str) -> str:
        """The template with the ids of this scene."""
        filled = template.replace("{tender_id}", self.tender).replace("{tender}", self.tender)
        filled = filled.replace("{bid_id}", self.bid).replace("{webhook_id}", self.webhook)
        filled = filled.replace("{delivery_id}", str(new_id())).replace("{leaf_hash}", self.leaf)
        filled = filled.replace("{release_id}", self.release).replace("{evaluator_id}", self.evaluator)
        filled = filled.replace("{plan_id}", self.plan).replace("{plan}", self.plan)
        filled = filled.replace("{appointment_id}", self.appointment)
        filled = filled.replace("{ocid}", "ocds-h6vhtk-000001").replace("{name}", "extension.json")
        return filled.replace("{agreement_id}", self.agreement).replace("{agreement}", self.agreement)

    def body(self, operation: str, caller: Party) -> Any:
        """A good body for the operation."""
        scores = [{"bid_id": self.bid, "measure": "M-JOB", "score": "3", "reason": "Why"}]
        named = {"reference": "m-1" if operation == "moderate_scores" else "e-1"}
        bodies = {
            "import_ocds": lambda: import_document(self.world),
            "create_tender": lambda: tender_draft(self.world),
            "batch_tenders": lambda: {"ids": [self.tender]},
            "correct_tender": lambda: tender_correction(self.world),
            "set_terms": lambda: TERMS,
            "amend_tender": lambda: {"reason": "Why", "amends_version": 1, "title": "Another"},
            "submit_bid": lambda: bid_of(caller),
            "validate_bid": lambda: bid_of(caller),
            "replace_bid": lambda: bid_of(caller),
            "appoint_portal": lambda: {"portal_organisation_id": str(self.parties["other"].id)},
            "declare_interests": lambda: {"evaluator": named},
            "record_scores": lambda: {"evaluator": named, "scores": scores},
            "moderate_scores": lambda: {"moderator": named, "scores": scores},
            "record_clarification": lambda: {"question": "How?", "asked_on": "2026-12-01"},
            "accept_quantity": lambda: {"line_id": self.line, "accepted_quantity": "1", "reason": "Why"},
            "remove_bid": lambda: {"removal": "excluded", "ground": "A ground"},
            "withdraw_opened_bid": lambda: {"ground": "A ground"},
            "send_summaries": lambda: {"winner_bid_id": self.bid},
            "award_tender": lambda: {
                "bid_id": self.bid,
                "reference": "C-1",
                "signed_on": "2026-12-15",
                "value_gbp": "1.00",
            },
            "register_agreement": lambda: agreement_of(self.world, self.parties["rival"], reference="NEW"),
            "batch_agreements": lambda: {"ids": [self.agreement]},
            "adopt_plan": lambda: plan_of(self.world, **NEXT_YEAR),
            "batch_plans": lambda: {"ids": [self.plan]},
            "vary_plan": lambda: {
                "effective_on": "2026-12-31",
                "reason": "Why",
                "lines": [{"line_id": self.plan_line, "ended": True}],
            },
            "withdraw_plan": lambda: {"effective_on": "2026-12-31", "reason": "Why"},
            "create_webhook": lambda: HOOK,
            "decide_lot": lambda: {"winner_bid_id": self.bid, "reason": "Why"},
            "start_standstill": lambda: {"award_notice_on": "2026-12-01"},
            "vary_agreement": lambda: {"effective_on": "2026-12-31", "reason": "Why", "value_gbp": "1.00"},
            "novate_agreement": lambda: {
                "effective_on": "2026-12-31",
                "reason": "Why",
                "deliverer_organisation_id": str(self.parties["rival"].id),
            },
            "terminate_agreement": lambda: {"effective_on": "2026-12-31", "reason": "Agreed"},
        }
        return bodies[operation]() if operation in bodies else None


async def scene_at(world: World, stage: str) -> Scene:
    """A tender at a stage, with a bid of the bidder's and one of a rival's where it is published."""
    bidder, rival = world.party("Bidder"), world.party("Rival")
    if stage.startswith("draft"):
        tender = await (world.with_terms() if stage == "draft with terms" else world.imported())
        scene = Scene(world, {}, tender["id"])
    else:
        tender = await world.published(moderated(TERMS) if stage == "scored" else None)
        receipt = await world.submitted(tender, bidder)
        await world.submitted(tender, rival)
        scene = Scene(world, {}, tender["id"], receipt["bid_id"], await world.leaf_of(receipt))
        if stage == "amended":
            await world.amended(tender, title="Another")
        elif stage == "past deadline":
            world.move_to("2026-12-01T12:00:01Z")
        elif stage != "published":
            opening = await world.opened(tender)
            scene.line = opening["bids"][0]["lines"][0]["line_id"]
            scene.evaluator = (await world.declared(tender))["evaluator_id"]
    agreement = await world.registered(bidder)
    scene.agreement = agreement["id"]
    scene.webhook = (await world.done("POST", "/v1/webhooks", HOOK, as_=world.buyer))["id"]
    if stage == "published":
        portal = {"portal_organisation_id": str(rival.id)}
        path = f"/v1/tenders/{scene.tender}/portal-appointments"
        scene.appointment = (await world.done("POST", path, portal, as_=world.buyer))["id"]
        world.partners.join(world.buyer.id, date(2022, 9, 29))
        plan = await adopted(world, world.buyer)
        scene.plan, scene.plan_line = plan["id"], plan["lines"][0]["line_id"]
        package = await world.done("GET", "/v1/ocds/release-packages")
        scene.release = package["releases"][0]["id"]
    scene.parties = {
        "buyer": world.buyer,
        "bidder": world.renewed(bidder),
        "rival": world.renewed(rival),
        "other": world.other,
        "internal": world.as_party(new_id(), ["events:internal"]),
    }
    if stage == "scored":
        await world.declared(tender, "m-1")
        body = scene.body("record_scores", world.buyer)
        await world.done("POST", f"/v1/tenders/{scene.tender}/scores", body, as_=world.buyer)
    if stage in ("evaluated", "decided"):
        await world.evaluated(tender)
    if stage == "decided":
        await world.summarised(tender, scene.bid)
    return scene


OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, methods in committed("procurement-api")["paths"].items()
    for method, operation in methods.items()
}


def asked_of(row: dict[str, Any]) -> str | None:
    """What the operation is asked for, where the note begins with it."""
    first = str(row.get("note", "")).split(" ")[0]
    return first if first in ("draft", "opened") else None


def title_of(row: dict[str, Any]) -> str:
    parts = (row["operation"], asked_of(row), row["caller"], row["status"])
    return "-".join(str(part) for part in parts if part is not None)


def test_the_matrix_names_every_operation_and_what_the_public_gets() -> None:
    assert {row["operation"] for row in ROWS} == set(OPERATIONS)
    assert {row["operation"] for row in ROWS if row["caller"] == "public"} == set(OPERATIONS)
    assert len({title_of(row) for row in ROWS}) == len(ROWS)


def test_every_operation_that_takes_a_token_is_tried_without_its_scope() -> None:
    document = committed("procurement-api")
    scoped = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if any(requirement.get("oauth2") for requirement in operation.get("security", []))
    }
    assert len(scoped) == 61
    assert {
        row["operation"] for row in ROWS if row["caller"] == "unscoped" and row["status"] == 403
    } == scoped


def stage_of(row: dict[str, Any]) -> str:
    return asked_of(row) or STAGES.get(row["operation"], "published")


@pytest.mark.parametrize("stage", sorted({stage_of(row) for row in ROWS}))
async def test_access_is_as_the_matrix_says(world: World, stage: str) -> None:
    scene = await scene_at(world, stage)
    before = await world.state()
    assert isinstance(world.db, SavepointDatabase)
    for row in (row for row in ROWS if stage_of(row) == stage):
        async with world.db.undone():
            response = await call(scene, row)
            assert response.status_code == row["status"], (title_of(row), response.text)
            if row["status"] >= 400:
                assert await world.state() == before, title_of(row)
                assert response.headers["content-type"] == "application/problem+json"


async def call(scene: Scene, row: dict[str, Any]) -> httpx2.Response:
    operation, world = row["operation"], scene.world
    method, template = OPERATIONS[operation]
    caller: Party | None = None
    if row["caller"] == "unscoped":
        caller = world.as_party(scene.parties[RIGHTFUL.get(operation, "buyer")].id, [])
    elif row["caller"] == "bad_token":
        caller = Party(new_id(), "not.a.token")
    elif row["caller"] != "public":
        caller = scene.parties[row["caller"]]
    if_match = None
    if operation in IF_MATCH:
        if_match = await world.etag(scene.path(IF_MATCH[operation]), as_=world.buyer)
    if operation in FILES:
        return await world.upload(scene.path(template), FILES[operation], as_=caller)
    body = scene.body(operation, caller or world.other)
    return await world.call(method, scene.path(template), body, as_=caller, if_match=if_match)

"""Parts 2 and 3: a portal runs a tender, three sealed bids, the award, two direct agreements, a plan."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_tools.story.parties import Party, Reply, StoryBroken
from cdp_tools.story.scene import DATA, Scene

OPENING_PATIENCE_S = 60


def register(scene: Scene, key: str) -> Party:
    """An organisation of the sample registers itself by API and gets its client at once."""
    organisation = next(item for item in scene.sample["organisations"] if item["key"] == key)["organisation"]
    draft = {"organisation": organisation, "client_name": "Sample client"}
    answer = scene.parties["anybody"].post(scene.url("partners-api", "/v1/registrations"), draft).body
    party = scene.party(
        answer["organisation"]["legal_name"],
        client_id=answer["client"]["client_id"],
        secret=answer["client"]["client_secret"],
        organisation_id=answer["organisation"]["id"],
    )
    scene.parties[key] = party
    return party


def tell_tender(scene: Scene) -> None:
    """A contract comes out of a tender, and its commitments are on their way to reporting."""
    story = scene.sample["tender"]
    portal = register(scene, scene.sample["portal"]["organisation"])
    buyer = scene.parties[story["buyer"]]
    _delegate(scene, buyer, portal, ["tenders:write", "tenders:read"])
    for_buyer = portal.acting_for(buyer)
    scene.note(portal.name, "registers by API; the buyer lets it act for it", "token by exchange (RFC 8693)")

    _import_notice(scene, for_buyer)
    tender_id = _publish(scene, for_buyer)
    bids = _submit_bids(scene, portal, tender_id)
    _show_sealed(scene, buyer, tender_id, bids)
    _open(scene, for_buyer, tender_id)
    _refuse_late(scene, portal, tender_id)
    _evaluate(scene, buyer, tender_id, bids)
    _award(scene, buyer, tender_id, bids)


def _delegate(scene: Scene, principal: Party, delegate: Party, scopes: list[str]) -> None:
    draft = {"delegate_organisation_id": delegate.organisation_id, "scopes": scopes}
    principal.post(scene.url("partners-api", "/v1/delegations"), draft)


def _import(scene: Scene, for_buyer: Party, file: str) -> dict[str, Any]:
    package = json.loads((DATA / file).read_text(encoding="utf-8"))
    document = {
        "buyer_organisation_id": for_buyer.organisation_id,
        "place_id": scene.place_id,
        "data_status": "synthetic_sample",
        "package": package,
    }
    answer = for_buyer.post(scene.url("procurement-api", "/v1/ocds/imports"), document).body
    if answer["faults"] or len(answer["tenders"]) != 1:
        raise StoryBroken(f"{file} was not imported: {answer['faults']}")
    tender: dict[str, Any] = answer["tenders"][0]
    return tender


def _import_notice(scene: Scene, for_buyer: Party) -> None:
    """A real notice comes in as published; it stays a draft, for its buyer has nothing to do with Durham."""
    notice = _import(scene, for_buyer, scene.sample["tender"]["real_notice"])
    stated = notice["value"] or {}
    amount = stated.get("amount_net") or stated.get("amount_gross")
    value = "no value" if amount is None else f"£{amount}"
    scene.note(
        for_buyer.name,
        "imports a real Find a Tender notice (OCDS)",
        f"{notice['ocid']}, {value}; kept a draft",
    )


def _publish(scene: Scene, for_buyer: Party) -> str:
    story = scene.sample["tender"]
    tender = _import(scene, for_buyer, story["ocds_package"])
    scene.note(for_buyer.name, "imports the sample tender (OCDS)", f"{tender['title']}")
    url = scene.url("procurement-api", f"/v1/tenders/{tender['id']}")
    deadline = utc_now() + timedelta(seconds=story["deadline_in_seconds"])
    terms = {**story["terms"], "edition_hash": scene.edition_hash, "deadline_at": deadline.isoformat()}
    set_terms = for_buyer.call(
        "PUT", f"{url}/terms", body=terms, expect=200, if_match=for_buyer.get(url).etag
    )
    published = for_buyer.call("POST", f"{url}/publish", expect=200, if_match=set_terms.etag).body
    scene.note(
        for_buyer.name,
        f"publishes it with {len(published['measures'])} measures",
        f"deadline {published['deadline_london']}",
    )
    return str(tender["id"])


def _bid_body(scene: Scene, bid: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    attestation = {**bid["attestation"], "authorised_at": utc_now().isoformat()}
    return {
        "tenderer": {"organisation_id": scene.parties[bid["tenderer"]].organisation_id},
        "lines": lines,
        "attestation": attestation,
    }


def _submit_bids(scene: Scene, portal: Party, tender_id: str) -> dict[str, dict[str, Any]]:
    story = scene.sample["tender"]
    url = scene.url("procurement-api", f"/v1/tenders/{tender_id}/bids")
    receipts: dict[str, dict[str, Any]] = {}
    for number, bid in enumerate(story["bids"]):
        bidder = register(scene, bid["tenderer"])
        _delegate(scene, bidder, portal, ["bids:write", "bids:read"])
        body, key = _bid_body(scene, bid, bid["lines"]), str(new_id())
        for_bidder = portal.acting_for(bidder)
        first = for_bidder.post(url, body, key=key)
        receipts[bid["key"]] = first.body
        scene.note(
            for_bidder.name,
            f"submits {len(bid['lines'])} sealed commitments",
            f"receipt, version {first.body['version']}",
        )
        if number == 0:
            _send_again(scene, for_bidder, url, body, key, first)
    replacement = story["replacement"]
    replaced = next(bid for bid in story["bids"] if bid["key"] == replacement["bid"])
    for_bidder = portal.acting_for(scene.parties[replaced["tenderer"]])
    bid_id = receipts[replacement["bid"]]["bid_id"]
    again = for_bidder.post(
        scene.url("procurement-api", f"/v1/bids/{bid_id}/versions"),
        _bid_body(scene, replaced, replacement["lines"]),
    )
    receipts[replacement["bid"]] = again.body
    scene.note(
        for_bidder.name,
        "replaces its bid; the first version is kept",
        f"receipt, version {again.body['version']}",
    )
    return receipts


def _send_again(scene: Scene, for_bidder: Party, url: str, body: Any, key: str, first: Reply) -> None:
    second = for_bidder.post(url, body, key=key)
    if second.body != first.body or second.headers.get("idempotency-replayed") != "true":
        raise StoryBroken("the repeated submission did not get its first answer again")
    scene.note(for_bidder.name, "sends the same bid again, by mistake", "same receipt again, nothing doubled")


def _show_sealed(scene: Scene, buyer: Party, tender_id: str, bids: dict[str, dict[str, Any]]) -> None:
    bid_id = next(iter(bids.values()))["bid_id"]
    refused = buyer.get(scene.url("procurement-api", f"/v1/tenders/{tender_id}/bids"), expect=409).body
    buyer.get(scene.url("procurement-api", f"/v1/bids/{bid_id}"), expect=409)
    tender = buyer.get(scene.url("procurement-api", f"/v1/tenders/{tender_id}")).body
    scene.note(
        buyer.name,
        "tries to read the bids before the deadline",
        f"409 {refused['code']}; it sees {tender['bid_count']} bids",
    )


def _open(scene: Scene, for_buyer: Party, tender_id: str) -> None:
    url = scene.url("procurement-api", f"/v1/tenders/{tender_id}")
    deadline = for_buyer.get(url).body["deadline_at"]
    give_up_at = time.monotonic() + OPENING_PATIENCE_S
    while utc_now().isoformat() <= deadline:
        if time.monotonic() > give_up_at:
            raise StoryBroken("the deadline did not pass")
        time.sleep(0.2)
    time.sleep(1.2)  # the grace in which the longest request may still be stored
    etag = for_buyer.get(url).etag
    opened = for_buyer.call("POST", f"{url}/open", expect=200, if_match=etag).body
    lines = sum(len(bid["lines"] or []) for bid in opened["bids"])
    scene.note(
        for_buyer.name,
        "opens the bids after the deadline",
        f"{lines} lines valued, log root {opened['log']['root'][:12]}…",
    )


def _refuse_late(scene: Scene, portal: Party, tender_id: str) -> None:
    bid = scene.sample["tender"]["bids"][0]
    for_bidder = portal.acting_for(scene.parties[bid["tenderer"]])
    url = scene.url("procurement-api", f"/v1/tenders/{tender_id}/bids")
    refused = for_bidder.post(url, _bid_body(scene, bid, bid["lines"]), expect=409).body
    scene.note(for_bidder.name, "submits after the deadline", f"409 {refused['code']}")


def _evaluate(scene: Scene, buyer: Party, tender_id: str, bids: dict[str, dict[str, Any]]) -> None:
    scores = [
        {**score, "bid_id": bids[score["bid"]]["bid_id"]} for score in scene.sample["tender"]["panel_scores"]
    ]
    for score in scores:
        del score["bid"]
    url = scene.url("procurement-api", f"/v1/tenders/{tender_id}")
    evaluator, moderator = {"reference": "evaluator-1"}, {"reference": "moderator-1"}
    for person in (evaluator, moderator):
        buyer.post(f"{url}/interests", {"evaluator": person, "conflicts": []})
    buyer.post(f"{url}/scores", {"evaluator": evaluator, "scores": scores})
    buyer.post(f"{url}/moderations", {"moderator": moderator, "scores": scores})
    evaluation = buyer.post(f"{url}/evaluations", None).body
    order = ", ".join(f"{result['tenderer_name']} {result['points']}" for result in evaluation["results"])
    scene.note(buyer.name, "scores the written answers, moderates and evaluates", order)


def _award(scene: Scene, buyer: Party, tender_id: str, bids: dict[str, dict[str, Any]]) -> None:
    award = scene.sample["tender"]["award"]
    draft = {
        "bid_id": bids[award["bid"]]["bid_id"],
        "reference": award["reference"],
        "signed_on": award["signed_on"],
        "value_gbp": award["value_gbp"],
    }
    url = scene.url("procurement-api", f"/v1/tenders/{tender_id}")
    buyer.post(f"{url}/summaries", {"winner_bid_id": draft["bid_id"]})
    contract = buyer.post(f"{url}/award", draft).body
    for line in contract["lines"]:
        scene.commitment_lines[(award["agreement"], line["measure"])] = line["line_id"]
    scene.note(
        buyer.name,
        f"awards the contract to {contract['deliverer_name']}",
        f"{len(contract['lines'])} commitments, event agreement.signed",
    )
    loser = next(bid for bid in scene.sample["tender"]["bids"] if bid["key"] != award["bid"])
    assessment = (
        scene.parties[loser["tenderer"]]
        .get(scene.url("procurement-api", f"/v1/bids/{bids[loser['key']]['bid_id']}/assessment"))
        .body
    )
    scene.note(
        scene.parties[loser["tenderer"]].name,
        "reads its own assessment and the winner's scores",
        f"{assessment['own']['points']} against {assessment['winner']['points']} points",
    )


def tell_direct_promises(scene: Scene) -> None:
    """Promises that came about without a tender: a running grant, a planning obligation, a partner's plan."""
    _register_agreements(scene)
    _adopt_plans(scene)


def _register_agreements(scene: Scene) -> None:
    for item in scene.sample["agreements"]:
        deliverer = scene.parties.get(item["deliverer"]) or register(scene, item["deliverer"])
        draft = {
            **item["agreement"],
            "place_id": scene.place_id,
            "edition_hash": scene.edition_hash,
            "deliverer_organisation_id": deliverer.organisation_id,
        }
        commissioner = scene.parties[item["commissioner"]]
        agreement = commissioner.post(scene.url("procurement-api", "/v1/agreements"), draft).body
        for line in agreement["lines"]:
            scene.commitment_lines[(item["key"], line["measure"])] = line["line_id"]
        scene.note(
            commissioner.name,
            f"registers a {agreement['kind'].replace('_', ' ')}",
            f"{len(agreement['lines'])} commitments of {deliverer.name}",
        )


def _adopt_plans(scene: Scene) -> None:
    for item in scene.sample["plans"]:
        partner = scene.parties[item["partner"]]
        draft = {**item["plan"], "place_id": scene.place_id, "edition_hash": scene.edition_hash}
        plan = partner.post(scene.url("procurement-api", "/v1/plans"), draft).body
        for line in plan["lines"]:
            scene.commitment_lines[(item["key"], line["measure"])] = line["line_id"]
        scene.note(partner.name, "adopts its plan of own activity", f"{len(plan['lines'])} commitments")


def tell_charter(scene: Scene) -> None:
    """A private company registers, signs the Charter and pledges."""
    story = scene.sample["charter_signature"]
    lead = scene.parties[scene.sample["tender"]["buyer"]]
    charter = lead.post(
        scene.url("charter-api", "/v1/charters"), {**scene.programme["charter"], "place_id": scene.place_id}
    ).body
    company = register(scene, story["signatory"])
    pledges = [
        {
            **{name: value for name, value in pledge.items() if name != "key"},
            **(
                {"target": {**pledge["target"], "edition_hash": scene.edition_hash}}
                if "target" in pledge
                else {}
            ),
        }
        for pledge in story["pledges"]
    ]
    draft = {
        "charter_id": charter["id"],
        "signing_person": story["signing_person"],
        "signed_on": story["signed_on"],
        "pledges": pledges,
        "data_status": "synthetic_sample",
    }
    signatory = company.post(scene.url("charter-api", "/v1/signatures"), draft).body
    for pledge, made in zip(story["pledges"], signatory["pledges"], strict=True):
        if made["commitment"] is not None:
            key = (pledge["key"], made["commitment"]["measure"])
            scene.commitment_lines[key] = made["commitment"]["line_id"]
    scene.note(
        company.name,
        "registers by API and signs the Charter",
        f"{len(signatory['pledges'])} pledges, active to {signatory['expires_on']}",
    )

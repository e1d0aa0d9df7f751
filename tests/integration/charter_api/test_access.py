"""Each row of the access matrix, tried on the running service."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from tests.integration.charter_api.world import Headers, World, keyed, pledge_draft

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import SavepointDatabase

MATRIX = Path(__file__).parents[2] / "contract" / "access" / "charter-api.yaml"
ROWS: list[dict[str, Any]] = yaml.load(MATRIX.read_text(encoding="utf-8"), yaml.CSafeLoader)
HOOK = {"url": "http://127.0.0.1:9/hook", "event_types": []}
SIGNATORY_SCOPES = ["charter:sign", "pledges:write", "events:read", "webhooks:write"]

Target = dict[str, Any]
Call = Callable[[World, Headers, Target], Awaitable[httpx2.Response]]


def headers_of(world: World, caller: str) -> Headers:
    return {
        "public": dict,
        "bad_token": lambda: {"Authorization": "Bearer not.a.token"},
        "signed": lambda: world.mint.headers(org=world.other),
        "own_manager": world.as_manager,
        "other_manager": lambda: world.as_manager(roles={new_id(): ["programme_manager"]}),
        "own": lambda: world.as_signatory(scopes=SIGNATORY_SCOPES),
        "other": lambda: world.as_signatory(world.other, scopes=SIGNATORY_SCOPES),
    }[caller]()


async def target_of(world: World) -> Target:
    """What `own` has made: a signature under the place's charter, and a webhook."""
    signatory = await world.signed()
    read = await world.http.get(f"/v1/signatories/{signatory['id']}")
    hook = await world.http.post("/v1/webhooks", json=HOOK, headers=keyed(headers_of(world, "own")))
    assert (read.status_code, hook.status_code) == (200, 201)
    return {
        "id": signatory["id"],
        "charter": signatory["charter_id"],
        "etag": read.headers["ETag"],
        "hook": f"/v1/webhooks/{hook.json()['id']}",
    }


async def renewed(world: World, headers: Headers, target: Target) -> httpx2.Response:
    """The answer to renewing a signature that `own` has let come due."""
    charter = await world.charter(version="due")
    draft = world.signature_draft(charter["id"], pledges=[], signed_on="2025-12-01")
    due = (await world.sign(draft)).json()
    person = {"signing_person": {"name": "Ada Example", "role": "Director"}}
    return await world.http.post(f"/v1/signatures/{due['id']}/renewals", json=person, headers=keyed(headers))


async def at_level(world: World, headers: Headers) -> httpx2.Response:
    """The answer to putting a signature of `own` at another level."""
    levels = [{"code": code, "order": order, "name": code} for order, code in enumerate(("L1", "L2"), 1)]
    charter = await world.charter(version="levelled", levels=levels)
    signed = (await world.sign(world.signature_draft(charter["id"], level="L1"))).json()
    path = f"/v1/signatures/{signed['id']}/level-changes"
    return await world.http.post(path, json={"level": "L2"}, headers=keyed(headers))


async def reinstated(world: World, headers: Headers, target: Target) -> httpx2.Response:
    """The answer to reinstating a signature that the place's manager has suspended."""
    path = f"/v1/signatures/{target['id']}"
    first = await world.http.post(
        f"{path}/suspensions", json={"reason": "silence"}, headers=keyed(world.as_manager())
    )
    assert first.status_code == 201
    return await world.http.post(f"{path}/reinstatements", json={"reason": "heard"}, headers=keyed(headers))


async def entered(world: World, headers: Headers, act: str) -> httpx2.Response:
    """The answer to an act on a signature that a network has entered for `own`."""
    charter = await world.charter(version="entered")
    network = new_id()
    sheet = "reference,organisation_id,signing_name,signing_role,signed_on\n"
    sheet += f"A,{world.signatory},Ada Example,Director,2026-11-01\n"
    world.neighbours.kinds[str(network)] = "third_sector"
    brought = await world.http.post(
        "/v1/signatures/imports",
        params={"charter_id": charter["id"]},
        content=sheet.encode(),
        headers={**keyed(world.as_signatory(network)), "Content-Type": "text/csv"},
    )
    path = f"/v1/signature-entries/{brought.json()['items'][0]['signature_id']}"
    if act == "read":
        return await world.http.get(path, headers=headers)
    if act == "confirm":
        return await world.http.post(f"{path}/confirmations", headers=keyed(headers))
    etag = (await world.http.get(path, headers=world.as_signatory(network))).headers["etag"]
    sent = {**headers, "If-Match": etag}
    return await world.http.post(f"{path}/end", json={"reason": "not ours"}, headers=sent)


async def key_read(world: World, headers: Headers) -> httpx2.Response:
    """The answer to reading the place's key by its id."""
    known = await world.http.get(f"/v1/places/{world.place}/certificate-keys")
    kid = known.json()["keys"][0]["kid"].rsplit("/", 1)[-1]
    return await world.http.get(f"/v1/places/{world.place}/certificate-keys/{kid}", headers=headers)


CALLS: dict[str, Call] = {
    "publish_charter": lambda world, headers, _: world.http.post(
        "/v1/charters", json=world.charter_draft(version="2"), headers=keyed(headers)
    ),
    "list_charters": lambda world, headers, _: world.http.get("/v1/charters", headers=headers),
    "get_charter": lambda world, headers, target: world.http.get(
        f"/v1/charters/{target['charter']}", headers=headers
    ),
    "sign_charter": lambda world, headers, target: world.http.post(
        "/v1/signatures", json=world.signature_draft(target["charter"]), headers=keyed(headers)
    ),
    "list_signatories": lambda world, headers, _: world.http.get("/v1/signatories", headers=headers),
    "get_signatory": lambda world, headers, target: world.http.get(
        f"/v1/signatories/{target['id']}", headers=headers
    ),
    "batch_signatories": lambda world, headers, target: world.http.post(
        "/v1/signatures/batch", json={"ids": [target["id"]]}, headers=headers
    ),
    "add_pledge": lambda world, headers, target: world.http.post(
        f"/v1/signatures/{target['id']}/pledges", json=pledge_draft(), headers=keyed(headers)
    ),
    "withdraw_signature": lambda world, headers, target: world.http.post(
        f"/v1/signatures/{target['id']}/withdraw",
        json={"effective_on": "2026-11-20", "reason": "moved away"},
        headers={**headers, "If-Match": target["etag"]},
    ),
    "renew_signature": lambda world, headers, target: renewed(world, headers, target),
    "change_signature_level": lambda world, headers, _: at_level(world, headers),
    "erase_signing_people": lambda world, headers, target: world.http.delete(
        f"/v1/signatures/{target['id']}/signing-people", headers=headers
    ),
    "suspend_signature": lambda world, headers, target: world.http.post(
        f"/v1/signatures/{target['id']}/suspensions", json={"reason": "silence"}, headers=keyed(headers)
    ),
    "reinstate_signature": lambda world, headers, target: reinstated(world, headers, target),
    "import_signatures": lambda world, headers, target: world.http.post(
        "/v1/signatures/imports",
        params={"charter_id": target["charter"]},
        content=b"reference,identifier,signing_name,signing_role,signed_on\n",
        headers={**keyed(headers), "Content-Type": "text/csv"},
    ),
    "list_signature_entries": lambda world, headers, _: world.http.get(
        "/v1/signature-entries", headers=headers
    ),
    "get_signature_entry": lambda world, headers, _: entered(world, headers, "read"),
    "confirm_signature_entry": lambda world, headers, _: entered(world, headers, "confirm"),
    "end_signature_entry": lambda world, headers, _: entered(world, headers, "end"),
    "get_signature_history": lambda world, headers, target: world.http.get(
        f"/v1/signatures/{target['id']}/history", headers=headers
    ),
    "list_register": lambda world, headers, _: world.http.get("/v1/register", headers=headers),
    "export_register": lambda world, headers, _: world.http.get("/v1/register/export", headers=headers),
    "get_certificate": lambda world, headers, target: world.http.get(
        f"/v1/signatures/{target['id']}/certificate", headers=headers
    ),
    "get_badge": lambda world, headers, target: world.http.get(
        f"/v1/signatures/{target['id']}/badge.svg", headers=headers
    ),
    "get_status_list": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/status-lists/revocation/0", headers=headers
    ),
    "get_certificate_issuer": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/issuer", headers=headers
    ),
    "get_certificate_keys": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/certificate-keys", headers=headers
    ),
    "get_certificate_key": lambda world, headers, _: key_read(world, headers),
    "rotate_certificate_key": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/certificate-keys", headers=keyed(headers)
    ),
    "get_event_types": lambda world, headers, _: world.http.get("/v1/event-types", headers=headers),
    "list_events": lambda world, headers, _: world.http.get("/v1/events", headers=headers),
    "create_webhook": lambda world, headers, _: world.http.post(
        "/v1/webhooks", json=HOOK, headers=keyed(headers)
    ),
    "list_webhooks": lambda world, headers, _: world.http.get("/v1/webhooks", headers=headers),
    "delete_webhook": lambda world, headers, target: world.http.delete(target["hook"], headers=headers),
    "list_webhook_deliveries": lambda world, headers, target: world.http.get(
        f"{target['hook']}/deliveries", headers=headers
    ),
    "replay_webhook_delivery": lambda world, headers, target: world.http.post(
        f"{target['hook']}/deliveries/{new_id()}/replay", headers=headers
    ),
}


@pytest.mark.parametrize("operation", sorted({row["operation"] for row in ROWS}))
async def test_access_is_as_the_matrix_says(world: World, operation: str):
    target = await target_of(world)
    assert isinstance(world.db, SavepointDatabase)
    for row in (row for row in ROWS if row["operation"] == operation):
        async with world.db.undone():
            answer = await CALLS[operation](world, headers_of(world, row["caller"]), target)
            assert answer.status_code == row["status"], (row["caller"], answer.text)


def test_every_operation_of_the_matrix_is_tried():
    assert {row["operation"] for row in ROWS} == set(CALLS)

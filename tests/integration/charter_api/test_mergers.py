"""Records are merged at partners-api: the survivor has their signatures, and each day stays as it was."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from tests.integration.charter_api.test_levels import certificate, set_bits
from tests.integration.charter_api.test_signature_imports import told
from tests.integration.charter_api.test_signature_states import PERSON, REASON, turn, withdraw
from tests.integration.charter_api.world import World, keyed, pledge_draft

from cdp_common.kernel.identifiers import new_id
from charter_api.use_cases.announce_turns import announce_turns

DAYS = {"starts_on": "2026-11-20", "ends_on": "2027-11-19"}


async def merged(world: World, record: UUID, survivor: UUID) -> None:
    """The feed tells of a merger that happened a moment ago."""
    await told(world, "organisation.merged", organisation_id=str(record), survivor_id=str(survivor))
    known = world.neighbours
    known.merged_ids[str(survivor)] = [*known.merged_ids.get(str(survivor), []), str(record)]


async def entry(world: World, signature_id: str, **params: str) -> dict[str, Any]:
    answer = await world.http.get(f"/v1/signatories/{signature_id}", params=params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def register(world: World, **params: str) -> dict[str, tuple[str, str, int]]:
    """By signature: whose it is, how it stands, and how many pledges it has."""
    found = (await world.http.get("/v1/register", params=params)).json()["items"]
    return {one["signature_id"]: (one["organisation_id"], one["state"], one["pledge_count"]) for one in found}


async def test_the_survivor_has_the_signature_of_the_merged_record_from_that_day_on(world: World):
    signed = (await world.sign(world.signature_draft((await world.charter())["id"]))).json()
    path, survivor, old = signed["id"], world.other, world.signatory
    await turn(world, path, "suspensions", world.as_manager(), REASON)
    await turn(world, path, "reinstatements", world.as_manager(), {"reason": "heard"})
    world.clock.advance(timedelta(days=3))  # 2026-11-25
    await merged(world, old, survivor)

    as_survivor, as_old = world.as_signatory(survivor), world.as_signatory(old)
    refused = await world.http.post(
        f"/v1/signatures/{path}/pledges", json=pledge_draft(), headers=keyed(as_old)
    )
    later = pledge_draft(starts_on="2026-11-25")
    pledged = await world.http.post(f"/v1/signatures/{path}/pledges", json=later, headers=keyed(as_survivor))
    again = await world.sign(world.signature_draft(signed["charter_id"]), as_survivor)

    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_signature")
    assert pledged.status_code == 201, pledged.text
    made = [data for kind, data in await world.events() if kind == "pledge.made"]
    assert [one["deliverer_id"] for one in made] == [str(old), str(survivor)]
    assert (again.status_code, again.json()["code"]) == (409, "already_signed")
    # Each day is as it was: the record that signed before, the one that stays from the merger on.
    assert await register(world) == {path: (str(survivor), "active", 3)}
    assert await register(world, as_of="2026-11-24") == {path: (str(old), "active", 2)}
    today, earlier = await entry(world, path), await entry(world, path, as_of="2026-11-24")
    assert (today["organisation_id"], earlier["organisation_id"]) == (str(survivor), str(old))
    assert today["organisation_name"] == earlier["organisation_name"]
    history = f"/v1/signatures/{path}/history"
    for headers, reasons in ((as_survivor, [None, REASON["reason"], "heard"]), (as_old, [None] * 3)):
        read = (await world.http.get(history, params={"as_of": "2026-11-24"}, headers=headers)).json()
        assert [one["reason"] for one in read["changes"]] == reasons
    proof = await certificate(world, path)
    assert proof["sub"] == f"urn:uuid:{survivor}"
    assert await set_bits(world, proof) == {"revocation": 0, "suspension": 0}
    # Reminders go to who has it now; renewing and withdrawing are its own.
    world.clock.advance(timedelta(days=315))
    await announce_turns(world.db, world.clock())
    async with world.db.begin() as tx:
        audiences = await tx.execute(text("SELECT audience FROM events WHERE type = 'signature.renewal_due'"))
        assert sorted(audiences.scalar_one()) == sorted(["internal", f"org:{survivor}"])
    renewed = await turn(world, path, "renewals", world.as_signatory(survivor), {"signing_person": PERSON})
    assert renewed.status_code == 201, renewed.text
    await withdraw(world, path, survivor, world.clock().date().isoformat())
    assert (await entry(world, path))["state"] == "withdrawn"


async def test_of_two_signatures_of_one_version_one_stands_and_takes_over_the_pledges(world: World):
    charter = (await world.charter())["id"]
    ends = (await world.sign(world.signature_draft(charter))).json()["id"]
    draft = world.signature_draft(charter, signed_on="2026-11-20", pledges=[pledge_draft(**DAYS)])
    stays = (await world.sign(draft, world.as_signatory(world.other))).json()["id"]
    revoked_later = await certificate(world, ends)
    world.clock.advance(timedelta(days=3))
    for _ in range(2):  # the feed may be read again
        await merged(world, world.signatory, world.other)

    old, survivor = str(world.signatory), str(world.other)
    assert await register(world) == {ends: (survivor, "merged", 0), stays: (survivor, "active", 3)}
    assert await register(world, as_of="2026-11-24") == {
        ends: (old, "active", 2),
        stays: (survivor, "active", 1),
    }
    ended, standing = await entry(world, ends), await entry(world, stays)
    assert (ended["merged_into"], standing["merged_into"]) == (stays, None)
    assert (await entry(world, ends, as_of="2026-11-24"))["merged_into"] is None
    assert {one["signature_id"] for one in standing["pledges"]} == {stays}
    assert await register(world, objective="O1") == {stays: (survivor, "active", 3)}
    assert set(await register(world, objective="O1", as_of="2026-11-24")) == {ends}
    # The ended one's certificate is revoked and there is no other; what stands is certified as before.
    refused = await world.http.get(f"/v1/signatures/{ends}/certificate")
    assert (refused.status_code, refused.json()["code"]) == (409, "certificate_not_in_force")
    assert await set_bits(world, revoked_later) == {"revocation": 1, "suspension": 0}
    assert await set_bits(world, await certificate(world, stays)) == {"revocation": 0, "suspension": 0}
    badge = (await world.http.get(f"/v1/signatures/{ends}/badge.svg")).text
    assert "Signature continued under another number" in badge
    # The dated change says why, and one event tells of it; no pledge ended.
    as_survivor = world.as_signatory(world.other)
    history = (await world.http.get(f"/v1/signatures/{ends}/history", headers=as_survivor)).json()
    last = history["changes"][-1]
    assert (last["kind"], last["effective_on"], last["merged_into"]) == ("merged", "2026-11-25", stays)
    assert last["reason"] == f"The organisation's records were merged; its signature {stays} stands."
    events = [data for kind, data in await world.events() if kind == "signature.merged"]
    assert [(one["signature_id"], one["merged_into"]) for one in events] == [(ends, stays)]
    assert "pledge.withdrawn" not in [kind for kind, _ in await world.events()]
    # What ended takes no change; with what stands all of the pledges end.
    late = await turn(world, ends, "suspensions", world.as_manager(), REASON)
    assert (late.status_code, late.json()["code"]) == (409, "signature_ended")
    await withdraw(world, stays, world.other, "2026-11-26")
    withdrawn = {data["source_id"] for kind, data in await world.events() if kind == "pledge.withdrawn"}
    measurable = {one["id"] for one in standing["pledges"] if one["commitment"] is not None}
    assert (withdrawn, len(measurable)) == (measurable, 2)


async def test_the_survivor_reads_what_was_told_to_the_merged_record(world: World):
    signed = (await world.sign(world.signature_draft((await world.charter())["id"]))).json()
    world.clock.advance(timedelta(days=320))
    await announce_turns(world.db, world.clock())  # a reminder, for the signatory alone

    async def reminders(org: UUID) -> list[tuple[str, str | None]]:
        read = await world.http.get("/v1/events", headers=world.as_signatory(org))
        items = [one for one in read.json()["items"] if one["data"].get("signature_id") == signed["id"]]
        return [(one["type"], (one["actor"] or {}).get("acted_for")) for one in items]

    told = [("signature.signed", str(world.signatory)), ("signature.renewal_due", None)]
    assert await reminders(world.signatory) == told
    assert await reminders(world.other) == [("signature.signed", None)]
    await merged(world, world.signatory, world.other)
    assert await reminders(world.other) == told
    # A token of the record that was merged is over; were it not, it would show what is public.
    assert await reminders(world.signatory) == [("signature.signed", None)]


async def test_a_suspension_outlives_the_merger_of_records(world: World):
    charter = (await world.charter())["id"]
    suspended = (await world.sign(world.signature_draft(charter))).json()["id"]
    longer = world.signature_draft(charter, signed_on="2026-11-20", pledges=[])
    in_force = (await world.sign(longer, world.as_signatory(world.other))).json()["id"]
    await turn(world, suspended, "suspensions", world.as_manager(), REASON)
    await merged(world, world.signatory, world.other)

    found = {key: state for key, (_, state, _) in (await register(world)).items()}
    assert found == {suspended: "suspended", in_force: "merged"}


async def test_signatures_of_other_versions_or_with_a_decided_end_stay(world: World):
    first, second = (await world.charter())["id"], (await world.charter(version="2"))["id"]
    ids = [(await world.sign(world.signature_draft(first, pledges=[]))).json()["id"]]
    for charter in (first, second):
        draft = world.signature_draft(charter, pledges=[])
        ids.append((await world.sign(draft, world.as_signatory(world.other))).json()["id"])
    await withdraw(world, ids[0], world.signatory, "2026-12-01")
    await merged(world, world.signatory, world.other)

    assert {state for _, state, _ in (await register(world)).values()} == {"active"}
    late = {key: state for key, (_, state, _) in (await register(world, as_of="2026-12-01")).items()}
    assert late == {ids[0]: "withdrawn", ids[1]: "active", ids[2]: "active"}


async def test_a_signature_is_followed_through_one_merger_after_the_other(world: World):
    charter, last = (await world.charter())["id"], new_id()
    world.neighbours.kinds[str(last)] = "private"
    orgs = (world.signatory, world.other, last)
    ids = [
        (await world.sign(world.signature_draft(charter), world.as_signatory(org))).json()["id"]
        for org in orgs
    ]
    await merged(world, world.signatory, world.other)
    world.clock.advance(timedelta(days=1))
    await merged(world, world.other, last)

    assert await register(world) == {
        ids[0]: (str(last), "active", 6),
        ids[1]: (str(last), "merged", 0),
        ids[2]: (str(last), "merged", 0),
    }
    assert await register(world, as_of="2026-11-22") == {
        ids[0]: (str(world.other), "active", 4),
        ids[1]: (str(world.other), "merged", 0),
        ids[2]: (str(last), "active", 2),
    }


async def test_whoever_signs_while_records_are_merged_has_one_signature_in_the_end(wide_world: World):
    world = wide_world
    charter = (await world.charter())["id"]
    draft = world.signature_draft(charter, pledges=[])
    pairs = [(new_id(), new_id()) for _ in range(6)]
    world.neighbours.kinds |= {str(one): "private" for pair in pairs for one in pair}
    for record, _ in pairs:
        await world.sign(draft, world.as_signatory(record))
    await asyncio.gather(
        *(world.sign(draft, world.as_signatory(survivor)) for _, survivor in pairs),
        *(merged(world, record, survivor) for record, survivor in pairs),
    )
    found = await register(world)
    standing = sorted(owner for owner, state, _ in found.values() if state == "active")
    assert standing == sorted(str(survivor) for _, survivor in pairs)
    assert {owner for owner, _, _ in found.values()} == set(standing)


async def test_what_a_merged_network_entered_is_the_survivors(world: World):
    charter, network, member = (await world.charter())["id"], new_id(), new_id()
    world.neighbours.kinds |= {str(network): "third_sector", str(member): "private"}
    sheet = (
        f"reference,organisation_id,signing_name,signing_role,signed_on\nA,{member},Ada,Chair,2026-11-01\n"
    )
    brought = await world.http.post(
        "/v1/signatures/imports",
        params={"charter_id": charter},
        content=sheet.encode(),
        headers={**keyed(world.as_signatory(network)), "Content-Type": "text/csv"},
    )
    [item] = brought.json()["items"]
    await merged(world, network, world.other)
    headers = world.as_signatory(world.other)
    listed = (await world.http.get("/v1/signature-entries", headers=headers)).json()["items"]
    path = f"/v1/signature-entries/{item['signature_id']}"
    etag = (await world.http.get(path, headers=headers)).headers["etag"]
    ended = await world.http.post(f"{path}/end", json=REASON, headers={**headers, "If-Match": etag})
    assert [one["id"] for one in listed] == [item["signature_id"]]
    assert (ended.status_code, ended.json()["state"]) == (200, "withdrawn")

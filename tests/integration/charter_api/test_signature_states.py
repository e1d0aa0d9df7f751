"""Renewal, suspension, notices and as-of reads over HTTP on a real database."""

import asyncio
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import text
from tests.integration.charter_api.world import World, keyed

from cdp_common.kernel.identifiers import new_id
from charter_api.domain.standing import state_on
from charter_api.storage.signature_changes import as_changes, changes_of
from charter_api.use_cases.announce_turns import announce_turns

PERSON = {"name": "Bea Example", "role": "Chair"}
REASON = {"reason": "nothing reported for a year"}


async def turn(world: World, signature_id: str, what: str, headers: dict[str, str], body: dict):
    return await world.http.post(f"/v1/signatures/{signature_id}/{what}", json=body, headers=keyed(headers))


async def state(world: World, signature_id: str, **params: str) -> str:
    answer = await world.http.get(f"/v1/signatories/{signature_id}", params=params)
    body = answer.json()
    return str(body["state"] if answer.status_code == 200 else body["code"])


async def test_a_signature_is_renewed_within_its_notice_for_the_period_that_follows(world: World):
    signatory = await world.signed()  # of 2026-11-01, for twelve months
    own, path = world.as_signatory(), signatory["id"]
    newer = await world.charter(version="2", review_months=6, renewal_notice_days=14)
    draft = {"charter_id": newer["id"], "signing_person": PERSON}

    early = await turn(world, path, "renewals", own, draft)
    world.clock.advance(timedelta(days=314))  # 2027-10-02, the first day of the notice
    own = world.as_signatory()
    others = await turn(world, path, "renewals", world.as_signatory(world.other), draft)
    unknown = await turn(world, path, "renewals", own, {**draft, "charter_id": str(new_id())})
    due = await state(world, path)
    renewed = await turn(world, path, "renewals", own, draft)
    again = await turn(world, path, "renewals", own, {"signing_person": PERSON})
    anew = await world.sign(world.signature_draft(newer["id"]), own)

    assert (early.status_code, early.json()["code"]) == (409, "renewal_not_due")
    assert (others.status_code, unknown.status_code, due) == (403, 422, "due_for_renewal")
    assert [fault["code"] for fault in unknown.json()["errors"]] == ["charter_unknown"]
    assert renewed.status_code == 201, renewed.text
    body = renewed.json()
    assert (body["state"], body["charter_version"], body["signed_by_role"]) == ("active", "2", "Chair")
    assert (body["renewal_due_on"], body["expires_on"]) == ("2028-04-17", "2028-04-30")
    assert (again.status_code, again.json()["code"]) == (409, "renewal_not_due")
    assert (anew.status_code, anew.json()["code"]) == (409, "already_signed")
    assert await world.count("signing_people") == 2
    # What was so on a day stays so.
    before = (await world.http.get(f"/v1/signatories/{path}", params={"as_of": "2027-10-01"})).json()
    assert (before["state"], before["charter_version"], before["expires_on"]) == ("active", "1", "2027-10-31")
    assert await state(world, path, as_of="2026-10-31") == "signature_not_found"


async def test_a_manager_suspends_and_reinstates_with_reasons_that_the_public_does_not_read(world: World):
    signatory = await world.signed()
    path, manager = signatory["id"], world.as_manager()

    elsewhere = world.as_manager(roles={new_id(): ["programme_manager"]})
    refused = await turn(world, path, "suspensions", elsewhere, REASON)
    suspended = await turn(world, path, "suspensions", manager, REASON)
    twice = await turn(world, path, "suspensions", manager, REASON)
    signed_anew = await world.sign(world.signature_draft(signatory["charter_id"], pledges=[]))
    world.clock.advance(timedelta(days=2))
    back = await turn(world, path, "reinstatements", world.as_manager(), {"reason": "reported"})
    history_path = f"/v1/signatures/{path}/history"
    public = (await world.http.get(history_path)).json()
    own = (await world.http.get(history_path, headers=world.as_signatory())).json()
    earlier = (await world.http.get(history_path, params={"as_of": "2026-11-23"})).json()

    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    assert (suspended.status_code, suspended.json()["state"]) == (201, "suspended")
    assert (twice.status_code, twice.json()["code"]) == (409, "signature_suspended")
    assert (signed_anew.status_code, signed_anew.json()["code"]) == (409, "signature_suspended")
    assert (back.status_code, back.json()["state"]) == (201, "active")
    assert [(one["state"], one["from_on"], one["reason"]) for one in own["standings"]] == [
        ("active", "2026-11-01", None),
        ("suspended", "2026-11-22", REASON["reason"]),
        ("active", "2026-11-24", "reported"),
    ]
    assert [one["reason"] for one in (*public["standings"], *public["changes"])] == [None] * 6
    assert [one["kind"] for one in earlier["changes"]] == ["signed", "suspended"]
    told = [(type_, data) for type_, data in await world.events() if type_.startswith("signature.")]
    assert [type_ for type_, _ in told] == ["signature.signed", "signature.suspended", "signature.reinstated"]
    assert not any("reason" in data for _, data in told)


async def test_reminders_and_lapses_are_told_once_whoever_looks(wide_world: World):
    world = wide_world
    signatory = await world.signed()
    assert await announce_turns(world.db, world.clock()) == 0

    world.clock.advance(timedelta(days=320))
    counts = await asyncio.gather(*(announce_turns(world.db, world.clock()) for _ in range(4)))
    world.clock.advance(timedelta(days=30))
    later = await asyncio.gather(*(announce_turns(world.db, world.clock()) for _ in range(4)))

    assert (sum(counts), sum(later)) == (1, 1)
    told = {type_: data for type_, data in await world.events() if type_.startswith("signature.")}
    assert list(told) == ["signature.signed", "signature.renewal_due", "signature.lapsed"]
    assert told["signature.renewal_due"]["effective_on"] == "2027-10-02"
    assert told["signature.lapsed"]["effective_on"] == "2027-11-01"
    async with world.db.begin() as tx:
        rows = await tx.execute(text("SELECT audience FROM events WHERE type = 'signature.renewal_due'"))
        assert sorted(rows.scalar_one()) == sorted(["internal", f"org:{world.signatory}"])
    assert await state(world, signatory["id"]) == "lapsed"


async def test_the_register_of_any_day_says_of_each_signature_what_its_changes_say(world: World):
    """Signatures in every condition; the database's word for each day is held to the rule's."""
    charter = await world.charter(review_months=2, renewal_notice_days=20)
    orgs = [new_id() for _ in range(5)]
    world.neighbours.kinds |= {str(org): "private" for org in orgs}
    draft = world.signature_draft(charter["id"], pledges=[])
    ids = [(await world.sign(draft, world.as_signatory(org))).json()["id"] for org in orgs]
    start = date(2026, 11, 1)
    await turn(world, ids[1], "suspensions", world.as_manager(), REASON)
    await withdraw(world, ids[2], orgs[2], "2026-12-05")
    world.clock.advance(timedelta(days=30))
    await turn(world, ids[1], "reinstatements", world.as_manager(), REASON)
    await turn(world, ids[3], "renewals", world.as_signatory(orgs[3]), {"signing_person": PERSON})
    await turn(world, ids[4], "suspensions", world.as_manager(), REASON)
    await announce_turns(world.db, world.clock())
    async with world.db.begin() as tx:
        changes = {one: as_changes(await changes_of(tx, one)) for one in ids}

    days = [start + timedelta(days=step) for step in (-1, 0, 20, 21, 33, 34, 40, 41, 51, 60, 61, 110, 150)]
    found = []
    for day in days:
        listed = await world.http.get("/v1/signatories", params={"as_of": day.isoformat()})
        rows = {item["id"]: item["state"] for item in listed.json()["items"]}
        rule = {one: state_on(day, changes[one]) for one in ids}
        assert rows == {one: word for one, word in rule.items() if word is not None}, day
        found.append(rows)
        for word in set(rows.values()):
            only = await world.http.get("/v1/signatories", params={"as_of": day.isoformat(), "state": word})
            assert {item["id"] for item in only.json()["items"]} == {
                one for one, said in rows.items() if said == word
            }
    assert {word for rows in found for word in rows.values()} == {
        "active",
        "due_for_renewal",
        "suspended",
        "lapsed",
        "withdrawn",
    }
    assert any(earlier != later for earlier, later in pairwise(found))


async def withdraw(world: World, signature_id: str, org, effective_on: str) -> None:
    headers = world.as_signatory(org)
    read = await world.http.get(f"/v1/signatories/{signature_id}", headers=headers)
    ended = await world.http.post(
        f"/v1/signatures/{signature_id}/withdraw",
        json={"effective_on": effective_on, "reason": "moved away"},
        headers={**headers, "If-Match": read.headers["etag"]},
    )
    assert ended.status_code == 200, ended.text


async def test_a_history_says_who_acted_and_for_whom_to_the_signatory_and_managers(world: World):
    portal, person = new_id(), new_id()
    lent = world.as_signatory(act=portal, person=person, client_id="portal")
    signed = await world.sign(world.signature_draft((await world.charter())["id"]), lent)
    path = f"/v1/signatures/{signed.json()['id']}/history"
    await turn(world, signed.json()["id"], "suspensions", world.as_manager(), REASON)
    public = (await world.http.get(path)).json()
    others = (await world.http.get(path, headers=world.as_signatory(world.other))).json()
    own = (await world.http.get(path, headers=world.as_signatory())).json()
    managed = (await world.http.get(path, headers=world.as_manager())).json()

    by_portal = {
        "client_id": "portal",
        "organisation_id": str(portal),
        "acted_for": str(world.signatory),
        "person_id": str(person),
        "is_person_asserted": False,
    }
    assert own == managed
    assert own["changes"][0]["actor"] == by_portal
    assert own["changes"][1]["actor"]["client_id"] == "manager"
    # The second pledge is in words alone, of which no event tells.
    assert [one["actor"] for one in own["pledges"]] == [by_portal] * 2
    assert public == others
    assert [one["actor"] for one in (*public["changes"], *public["pledges"])] == [None] * 4

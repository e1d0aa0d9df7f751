"""A partner whose record was merged goes on under the one that stays: it is the same organisation."""

from datetime import timedelta

from tests.integration.partners_api.collective import SOURCE, collective
from tests.integration.partners_api.world import Json, World

from cdp_common.kernel.identifiers import new_id

SIGNATURE: Json = {"signed_on": "2022-10-01", "signed_by_role": "Chair"}


async def test_an_organisation_is_one_partner_of_a_day_from_the_merger_on(world: World) -> None:
    scene = await collective(world)
    zeal = await world.registered("Zeal Housing")
    joining = {"organisation_id": str(zeal.organisation_id), "valid_from": "2022-10-01", **SOURCE}
    await world.made(f"{scene.path}/memberships", joining, token=scene.operator)
    other = await world.registered("Durham University")
    await world.made(
        f"{scene.path}/memberships",
        {**joining, "organisation_id": str(other.organisation_id)},
        token=scene.operator,
    )

    async def partners(day: str) -> list[str]:
        read = (await world.get(f"{scene.path}/memberships?as_of={day}")).json()["items"]
        return [each["organisation"]["legal_name"] for each in read]

    today = world.clock().date()
    assert await partners(today.isoformat()) == ["Durham University", "livin", "Zeal Housing"]
    merge = {"survivor_id": str(zeal.organisation_id), "reason": "the same landlord"}
    path = f"/v1/organisations/{scene.stays.organisation_id}"
    read = (await world.get(path)).headers["etag"]
    answer = await world.post(f"{path}/merge", merge, token=scene.operator, if_match=read)
    assert answer.status_code == 200, answer.text

    # Both records lead to Zeal now: once from the day of the merger on, and before it as it was recorded.
    assert await partners(today.isoformat()) == ["Durham University", "Zeal Housing"]
    assert await partners((today - timedelta(days=1)).isoformat()) == [
        "Durham University",
        *["Zeal Housing"] * 2,
    ]
    assert await partners("2022-09-30") == ["Karbon Homes", "Zeal Housing"]
    everything = (await world.get(f"{scene.path}/memberships")).json()["items"]
    assert len(everything) == 4


async def test_a_later_merger_of_the_survivor_leaves_an_earlier_day_as_it_was(world: World) -> None:
    scene = await collective(world)
    between, last = await world.registered("Zeal Housing"), await world.registered("Ace Housing")
    joining = {"organisation_id": str(last.organisation_id), "valid_from": "2022-10-01", **SOURCE}
    aces = await world.made(f"{scene.path}/memberships", joining, token=scene.operator)

    async def partners(day: str) -> list[str]:
        read = (await world.get(f"{scene.path}/memberships?as_of={day}")).json()["items"]
        return [each["id"] for each in read]

    # livin is merged into Zeal, which is no member; a day later Zeal into Ace, which is one.
    days = []
    for merged, survivor in ((scene.stays, between), (between, last)):
        days.append(world.clock().date().isoformat())
        token, path = await world.operator(), f"/v1/organisations/{merged.organisation_id}"
        body = {"survivor_id": str(survivor.organisation_id), "reason": "the same landlord"}
        read = (await world.get(path)).headers["etag"]
        answer = await world.post(f"{path}/merge", body, token=token, if_match=read)
        assert answer.status_code == 200, answer.text
        assert len(await partners(days[-1])) == 3 - len(days)
        world.clock.advance(timedelta(days=1))

    assert sorted(await partners(days[0])) == sorted([scene.staying["id"], aces["id"]])
    assert await partners(days[1]) == [aces["id"]]


async def test_the_survivor_does_what_the_merged_member_could(world: World) -> None:
    scene = await collective(world)
    operator, merged = scene.operator, scene.stays
    survivor = await world.registered("livin Housing Limited")
    versions = [
        await world.made(
            f"{scene.path}/statements",
            {"version": number, "title": "S", "text": "We will.", "commitments": [], "source": "test"},
            token=operator,
        )
        for number in ("1", "2")
    ]
    first, second = (f"/v1/statements/{version['id']}/signatures" for version in versions)
    focuses = f"/v1/memberships/{scene.staying['id']}/focuses"
    chosen = {"kind": "area", "code": "shildon", "title": "Shildon", "valid_from": "2022-10-01", **SOURCE}
    before = await world.made(focuses, chosen, token=await world.token_of(merged))
    key = str(new_id())
    kept = await world.made(first, SIGNATURE, token=await world.token_of(merged), key=key)
    action = await world.made(
        f"{scene.path}/actions",
        {"title": "A", "owner_organisation_id": str(merged.organisation_id), "agreed_on": "2022-10-01"},
        token=operator,
    )
    token = await world.token_of(survivor)
    for path, body in ((second, SIGNATURE), (focuses, {**chosen, "code": "consett"})):
        assert (await world.post(path, body, token=token)).status_code == 403

    merge = {"survivor_id": str(survivor.organisation_id), "reason": "the same landlord"}
    path = f"/v1/organisations/{merged.organisation_id}"
    read = (await world.get(path)).headers["etag"]
    assert (await world.post(f"{path}/merge", merge, token=operator, if_match=read)).status_code == 200

    signed = await world.made(second, SIGNATURE, token=token)
    again = await world.post(first, SIGNATURE, token=token)
    # The client of the merged record is the survivor's now, and asks again with the key that it had.
    retried = await world.post(first, SIGNATURE, token=await world.token_of(merged), key=key)
    assert (retried.status_code, retried.json()) == (201, kept)
    assert retried.headers["idempotency-replayed"] == "true"
    focus = await world.made(focuses, {**chosen, "code": "consett"}, token=token)
    end = {"valid_to": "2022-12-31", **SOURCE}
    path = f"/v1/focuses/{before['id']}"
    read = (await world.get(path)).headers["etag"]
    ended = await world.post(f"{path}/end", end, token=token, if_match=read)
    change = {"state": "done", "changed_on": "2022-11-01"}
    changed = await world.post(f"/v1/actions/{action['id']}/changes", change, token=token)

    assert signed["organisation_id"] == str(survivor.organisation_id)
    assert (again.status_code, again.json()["code"]) == (409, "statement_already_signed")
    assert (focus["code"], ended.status_code) == ("consett", 200), ended.text
    assert changed.status_code == 201, changed.text
    # It is a member already, by the record that was merged.
    joining = {"organisation_id": str(survivor.organisation_id), **SOURCE}
    answers = [
        await world.post(f"{scene.path}/memberships", {**joining, **days}, token=operator)
        for days in (
            {"valid_from": "2026-01-01"},
            {"valid_from": "2022-01-01", "valid_to": "2022-09-29"},
            {"valid_from": "2022-01-01", "valid_to": "2022-09-28"},
        )
    ]
    assert [answer.status_code for answer in answers] == [409, 409, 201]
    assert answers[0].json()["code"] == answers[1].json()["code"] == "membership_overlaps"
    told = [event["type"] for event in await world.events() if event["type"] == "membership.started"]
    assert len(told) == 3  # the two of the collective, and the one that shares no day

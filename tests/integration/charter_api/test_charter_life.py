"""Charters, signatures and pledges over HTTP on a real database."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.charter_api.world import EDITION, World, keyed, pledge_draft

from cdp_common.kernel.identifiers import new_id
from charter_api.use_cases.forget_signers import forgetting_of


async def test_a_programme_manager_publishes_and_everybody_reads(world: World):
    charter = await world.charter()

    read = await world.http.get(f"/v1/charters/{charter['id']}")
    listed = await world.http.get("/v1/charters", params={"place_id": str(world.place)})

    assert read.json() == charter
    assert [item["id"] for item in listed.json()["items"]] == [charter["id"]]
    assert (await world.events())[0][0] == "charter.published"


async def test_a_version_is_published_once(world: World):
    await world.charter()

    again = await world.http.post(
        "/v1/charters", json=world.charter_draft(), headers=keyed(world.as_manager())
    )

    assert (again.status_code, again.json()["code"]) == (409, "charter_version_taken")
    assert await world.count("charters") == 1


async def test_without_the_role_in_the_place_nothing_is_published(world: World):
    elsewhere = world.as_manager(roles={new_id(): ["programme_manager"]})

    refused = await world.http.post("/v1/charters", json=world.charter_draft(), headers=keyed(elsewhere))

    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    assert await world.count("charters") == 0


async def test_signing_values_the_pledges_and_tells_them_as_events(world: World):
    signatory = await world.signed()

    measurable, in_words = signatory["pledges"]
    assert (signatory["state"], signatory["expires_on"]) == ("active", "2027-10-31")
    assert signatory["signed_by_role"] == "Director"
    assert measurable["commitment"]["social_gbp"] == "300.00"
    assert measurable["commitment"]["local_economic_gbp"] == "300.00"
    assert in_words["commitment"] is None
    told = [(type_, data) for type_, data in await world.events() if type_ == "pledge.made"]
    assert len(told) == 1
    assert told[0][1]["source_id"] == measurable["id"]
    assert told[0][1]["route"] == "charter"
    assert told[0][1]["lines"][0]["quantity"] == "60"


async def test_pledges_of_one_call_stay_in_their_order(world: World):
    charter = await world.charter()
    drafts = [pledge_draft(text=f"Pledge {number}") for number in range(20)]

    signed = await world.sign(world.signature_draft(charter["id"], pledges=drafts))

    read = await world.http.get(f"/v1/signatories/{signed.json()['id']}")
    for body in (signed.json(), read.json()):
        assert [pledge["text"] for pledge in body["pledges"]] == [draft["text"] for draft in drafts]


async def test_a_pledge_counts_as_promised_from_the_day_on_which_it_was_made(world: World):
    signatory = await world.signed()
    added = await world.http.post(
        f"/v1/signatures/{signatory['id']}/pledges", json=pledge_draft(), headers=keyed(world.as_signatory())
    )
    assert added.status_code == 201, added.text
    made = [data for kind, data in await world.events() if kind == "pledge.made"]
    assert [data["signed_on"] for data in made] == ["2026-11-01", world.clock().date().isoformat()]


async def test_the_signing_person_is_named_in_one_erasable_table_only(world: World):
    await world.signed()

    async with world.db.begin() as tx:
        assert await tx.scalar(text("SELECT name FROM signing_people")) == "Ada Example"
        for table in ("signatures", "signature_changes", "pledges", "events"):
            rows = (await tx.execute(text(f"SELECT row_to_json(t)::text FROM {table} t"))).scalars().all()
            assert rows
            assert not any("Ada" in row for row in rows)


async def test_the_names_of_a_signature_go_when_asked_for_or_a_while_after_its_end(world: World):
    signed = [(await world.sign(world.signature_draft((await world.charter())["id"]))).json()]
    other = world.signature_draft(signed[0]["charter_id"], pledges=[])
    signed += [(await world.sign(other, world.as_signatory(world.other))).json()]
    names = [f"/v1/signatures/{one['id']}/signing-people" for one in signed]
    before = (await world.http.get(f"/v1/signatories/{signed[0]['id']}")).json()
    manager_without_scope = world.as_manager(scopes=["events:read"])
    refused = await world.http.delete(names[0], headers=manager_without_scope)

    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert await world.count("signing_people") == 2
    for _ in range(2):
        assert (await world.http.delete(names[0], headers=world.as_signatory())).status_code == 204
    assert await world.count("signing_people") == 1
    assert (await world.http.get(f"/v1/signatories/{signed[0]['id']}")).json() == before
    # The other one lapses with 2027-10-31; its name is kept for so many days more.
    forget = forgetting_of(world.db, world.clock, kept_days=30)
    for days, left in ((373, 1), (1, 0)):  # 2027-11-30, 2027-12-01
        world.clock.advance(timedelta(days=days))
        await forget()
        assert await world.count("signing_people") == left
    assert await world.count("signatures") == 2


async def test_an_organisation_signs_once_while_its_signature_is_in_force(world: World):
    charter = await world.charter()
    draft = world.signature_draft(charter["id"], pledges=[])
    assert (await world.sign(draft)).status_code == 201

    again = await world.sign(draft)

    assert (again.status_code, again.json()["code"]) == (409, "already_signed")
    assert await world.count("signatures") == 1
    assert await world.count("signing_people") == 1


async def test_of_many_that_sign_at_once_for_one_organisation_one_succeeds(wide_world: World):
    charter = await wide_world.charter()
    draft = wide_world.signature_draft(charter["id"], pledges=[])

    answers = await asyncio.gather(*(wide_world.sign(draft) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert await wide_world.count("signatures") == 1


async def test_after_a_withdrawal_an_organisation_may_sign_again(world: World):
    signatory = await world.signed()
    read = await world.http.get(f"/v1/signatories/{signatory['id']}")
    end = {"effective_on": "2026-11-20", "reason": "moved away"}
    path = f"/v1/signatures/{signatory['id']}/withdraw"
    ended = await world.http.post(
        path, json=end, headers={**world.as_signatory(), "If-Match": read.headers["etag"]}
    )

    again = await world.sign(world.signature_draft(signatory["charter_id"], pledges=[]))

    assert (ended.status_code, ended.json()["state"]) == (200, "withdrawn")
    assert [pledge["withdrawn_on"] for pledge in ended.json()["pledges"]] == ["2026-11-20"] * 2
    assert again.status_code == 201
    assert [type_ for type_, _ in await world.events()].count("pledge.withdrawn") == 1


async def test_a_withdrawal_names_the_version_it_ends(world: World):
    signatory = await world.signed()
    path = f"/v1/signatures/{signatory['id']}/withdraw"
    end = {"effective_on": "2026-11-20", "reason": "moved away"}

    without = await world.http.post(path, json=end, headers=world.as_signatory())
    stale = await world.http.post(path, json=end, headers={**world.as_signatory(), "If-Match": '"old"'})

    assert (without.status_code, stale.status_code) == (428, 412)
    assert await world.count("signature_changes") == 1


async def test_public_bodies_and_unknown_organisations_do_not_sign(world: World):
    charter = await world.charter()
    draft = world.signature_draft(charter["id"])
    world.neighbours.kinds[str(world.signatory)] = "public"

    refused = await world.sign(draft)

    assert (refused.status_code, refused.json()["code"]) == (403, "organisation_may_not_sign")
    assert await world.count("signatures") == 0


async def test_a_pledge_that_cannot_be_valued_is_refused_at_its_place(world: World):
    charter = await world.charter()
    world.neighbours.refused_measures = {"M1"}

    refused = await world.sign(world.signature_draft(charter["id"]))

    assert (refused.status_code, refused.json()["code"]) == (422, "valuation_refused")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/pledges/0/target/measure"]
    assert await world.count("signatures") == 0


async def test_a_pledge_of_posts_for_a_target_group_is_valued_kept_and_told_as_such(world: World):
    charter = await world.charter()
    target = {"measure": "J1", "edition_hash": EDITION, "quantity": "2", "unit": "fte_years"}
    of_group = {"target_group": "care-leavers", "headcount": 3}
    draft = pledge_draft(target={**target, **of_group})

    signed = await world.sign(world.signature_draft(charter["id"], pledges=[draft]))

    assert signed.status_code == 201, signed.text
    [asked] = world.neighbours.valued
    [made] = [data["lines"] for kind, data in await world.events() if kind == "pledge.made"]
    for told in (asked, signed.json()["pledges"][0]["commitment"], made[0]):
        assert {name: told[name] for name in of_group} == of_group


async def test_an_edition_that_is_not_published_is_refused_at_its_place(world: World):
    charter = await world.charter()
    target = {"measure": "M1", "edition_hash": "f" * 64, "quantity": "60", "unit": "hours"}

    refused = await world.sign(world.signature_draft(charter["id"], pledges=[pledge_draft(target=target)]))

    assert refused.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [
        ("/pledges/0/target/edition_hash", "edition_unknown")
    ]
    assert await world.count("signatures") == 0


async def test_a_promise_older_than_its_edition_counts_from_the_editions_first_day(world: World):
    charter = await world.charter()
    draft = world.signature_draft(charter["id"], signed_on="2025-12-31")

    signed = await world.sign(draft)

    assert signed.status_code == 201, signed.text
    assert signed.json()["pledges"][0]["commitment"]["social_gbp"] == "300.00"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"pledge": "unknown"}, "/pledges/0/pledge", "pledge_unknown"),
        ({"ends_on": "2026-10-31"}, "/pledges/0/ends_on", "period_reversed"),
        ({"starts_on": "2026-10-31"}, "/pledges/0/starts_on", "pledge_before_signature"),
    ],
)
async def test_pledges_that_do_not_hold_are_refused(world: World, change, pointer, code):
    charter = await world.charter()

    refused = await world.sign(world.signature_draft(charter["id"], pledges=[pledge_draft(**change)]))

    assert refused.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [(pointer, code)]
    assert await world.count("signatures") == 0


async def test_a_signature_of_a_day_without_a_review_is_refused(world: World):
    charter = await world.charter()

    refused = await world.sign(world.signature_draft(charter["id"], pledges=[], signed_on="9999-12-31"))

    assert refused.status_code == 422, refused.text
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [
        ("/signed_on", "period_out_of_range")
    ]
    assert await world.count("signatures") == 0


async def test_a_signatory_adds_a_pledge_to_its_own_signature_only(world: World):
    signatory = await world.signed()
    path = f"/v1/signatures/{signatory['id']}/pledges"

    others = await world.http.post(path, json=pledge_draft(), headers=keyed(world.as_signatory(world.other)))
    own = await world.http.post(path, json=pledge_draft(), headers=keyed(world.as_signatory()))

    assert (others.status_code, others.json()["code"]) == (403, "not_your_signature")
    assert (own.status_code, own.json()["commitment"]["edition_hash"]) == (201, EDITION)
    assert await world.count("pledges") == 3


async def test_a_lapsed_signature_takes_no_pledge(world: World):
    signatory = await world.signed()
    world.clock.advance(timedelta(days=365))

    path = f"/v1/signatures/{signatory['id']}/pledges"
    refused = await world.http.post(path, json=pledge_draft(), headers=keyed(world.as_signatory()))

    assert (refused.status_code, refused.json()["code"]) == (409, "signature_ended")
    assert (await world.http.get(f"/v1/signatories/{signatory['id']}")).json()["state"] == "lapsed"


async def test_the_same_key_gives_the_same_answer_and_one_signature(world: World):
    charter = await world.charter()
    draft, headers = world.signature_draft(charter["id"]), keyed(world.as_signatory())

    first = await world.http.post("/v1/signatures", json=draft, headers=headers)
    second = await world.http.post("/v1/signatures", json=draft, headers=headers)
    other_body = await world.http.post(
        "/v1/signatures", json={**draft, "signed_on": "2026-11-02"}, headers=headers
    )

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["idempotency-replayed"] == "true"
    assert other_body.status_code == 422
    assert await world.count("signatures") == 1


async def test_the_register_is_filtered_and_paged(world: World):
    charter = await world.charter()
    for org in (world.signatory, world.other):
        assert (
            await world.sign(world.signature_draft(charter["id"]), world.as_signatory(org))
        ).status_code == 201

    first = (await world.http.get("/v1/signatories", params={"limit": 1})).json()
    second = (await world.http.get(first["next"])).json()
    private = (await world.http.get("/v1/signatories", params={"kind": "private"})).json()
    lapsed = (await world.http.get("/v1/signatories", params={"state": "lapsed"})).json()
    ids = [item["id"] for item in (*first["items"], *second["items"])]
    batch = await world.http.post("/v1/signatures/batch", json={"ids": [*ids, str(new_id())]})

    assert len(set(ids)) == 2
    assert second["next"] is None
    assert [item["organisation_id"] for item in private["items"]] == [str(world.signatory)]
    assert lapsed["items"] == []
    assert len(batch.json()["items"]) == 2
    assert len(batch.json()["missing"]) == 1


@pytest.mark.parametrize("table", ["charters", "signatures", "signature_changes", "pledges", "events"])
async def test_what_was_signed_cannot_be_changed_in_the_database(world: World, table: str):
    await world.signed()

    async def change() -> None:
        async with world.db.begin() as tx:
            await tx.execute(text(f"DELETE FROM {table}"))

    with pytest.raises(DBAPIError):
        await change()
    assert await world.count(table) >= 1

"""A network's file of signatories over HTTP: signed by delegation, entered for the others, row by row."""

import csv
import io
from datetime import timedelta
from uuid import UUID

import httpx2
from sqlalchemy import text
from tests.integration.charter_api.world import EDITION, World, keyed

from cdp_common.contracts.base import EventEnvelope
from cdp_common.kernel.identifiers import new_id
from charter_api.domain.signature_file import KNOWN_COLUMNS
from charter_api.use_cases.expire_entries import expire_entries
from charter_api.use_cases.follow_partners import partners_follower

COMPANY = "GB-COH:01234567"
PLEDGE = {"pledge": "hiring", "pledge_text": "Vacancies go to the job club", "place_slug": "county-durham"}
DAYS = {"starts_on": "2026-11-01", "ends_on": "2027-10-31"}
TARGET = {"measure": "M1", "edition_hash": EDITION, "quantity": "60", "unit": "hours"}


def sheet(rows: list[dict[str, str]]) -> bytes:
    """The rows as a CSV file with every column."""
    out = io.StringIO()
    writer = csv.DictWriter(out, KNOWN_COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def row(reference: str, **changes: str) -> dict[str, str]:
    """A signatory of the file who says what everybody says."""
    person = {"signing_name": "Ada Example", "signing_role": "Director", "signed_on": "2026-11-01"}
    return {"reference": reference, **person, **changes}


async def brought(
    world: World,
    charter: str,
    rows: list[dict[str, str]],
    headers: dict[str, str] | None = None,
    **params: str,
) -> httpx2.Response:
    """The answer to a file that the network, `other`, sends."""
    given = headers or keyed(world.as_signatory(world.other))
    return await world.http.post(
        "/v1/signatures/imports",
        params={"charter_id": charter, **params},
        content=sheet(rows),
        headers={**given, "Content-Type": "text/csv"},
    )


async def told(world: World, kind: str, **data: object) -> None:
    """An event of partners-api arrives."""
    envelope = EventEnvelope.model_validate(
        {
            "position": 1,
            "id": str(new_id()),
            "type": kind,
            "aggregate_type": "test",
            "aggregate_id": str(new_id()),
            "aggregate_version": 1,
            "place_id": None,
            "occurred_at": world.clock().isoformat(),
            "effective_on": None,
            "traceparent": None,
            "audience": ["internal"],
            "data": data,
        },
        extra="ignore",
    )
    async with world.db.begin() as tx:
        await partners_follower(world.clock)(tx, envelope)


async def delegated(world: World, organisation_id: UUID, scopes: tuple[str, ...] = ("charter:sign",)) -> dict:
    """The organisation lets the network sign for it; gives the event's data."""
    data = {
        "delegation_id": str(new_id()),
        "organisation_id": str(organisation_id),
        "delegate_organisation_id": str(world.other),
        "scopes": list(scopes),
    }
    await told(world, "delegation.created", **data)
    return data


async def test_a_file_signs_by_delegation_enters_the_others_and_refuses_row_by_row(world: World):
    charter = (await world.charter())["id"]
    company, public, unasked = (new_id() for _ in range(3))
    world.neighbours.kinds |= {str(company): "private", str(public): "public", str(unasked): "private"}
    world.neighbours.identifiers[str(company)] = COMPANY
    world.neighbours.refused_measures.add("M9")
    await delegated(world, company)
    await delegated(world, public)
    await delegated(world, unasked, ("bids:write",))
    rows = [
        row("A", identifier=COMPANY, areas="E01 E02", **PLEDGE, **DAYS),
        row("A", **{**PLEDGE, "pledge": "schools"}, **DAYS, **TARGET),
        row("B", organisation_id=str(unasked)),
        row("C", identifier="GB-COH:07654321", legal_name="Unknown Ltd", kind="private"),
        row("D", organisation_id=str(public)),
        row("E", organisation_id=str(new_id())),
        row("F", identifier="GB-COH:1"),
        row("G", identifier="GB-COH:00000001"),
        row("H", organisation_id=str(unasked), **PLEDGE, **DAYS, **{**TARGET, "measure": "M9"}),
        row("I", organisation_id=str(unasked), signed_on="2026-12-24"),
        row("J", identifier=COMPANY),
        row("", identifier=COMPANY),
        {**row("K"), "signing_name": "", "kind": "club"},
    ]
    key = keyed(world.as_signatory(world.other))

    answer = await brought(world, charter, rows, key)
    again = await brought(world, charter, rows, key)
    other_file = await brought(world, charter, rows[:2], key)

    assert answer.status_code == 207, answer.text
    body = answer.json()
    assert {key: body[key] for key in ("atomic", "signed", "pending", "refused")} == {
        "atomic": False,
        "signed": 1,
        "pending": 2,
        "refused": 9,
    }
    found = [
        (
            item["reference"],
            item["status"],
            [(one["row"], one["column"], one["code"]) for one in item["faults"]],
        )
        for item in body["items"]
    ]
    assert found == [
        ("A", 201, []),
        ("B", 202, []),
        ("C", 202, []),
        ("D", 403, [(5, "kind", "organisation_may_not_sign")]),
        ("E", 422, [(6, "organisation_id", "organisation_unknown")]),
        ("F", 422, [(7, "identifier", "identifier_malformed")]),
        ("G", 422, [(8, "legal_name", "organisation_undescribed")]),
        ("H", 422, [(9, "measure", "measure_unknown")]),
        ("I", 422, [(10, "signed_on", "signed_in_future")]),
        ("J", 409, [(11, "organisation_id", "already_signed")]),
        (None, 422, [(12, "reference", "required")]),
        ("K", 422, [(13, "kind", "not_allowed")]),
    ]
    assert (again.content, again.headers["idempotency-replayed"]) == (answer.content, "true")
    assert (other_file.status_code, other_file.json()["code"]) == (422, "idempotency_key_reused")
    [listed] = (await world.http.get("/v1/signatories")).json()["items"]
    assert (listed["organisation_id"], listed["state"]) == (str(company), "active")
    assert (listed["areas"], len(listed["pledges"])) == (["E01", "E02"], 2)
    assert listed["pledges"][1]["commitment"]["social_gbp"] == "300.00"
    assert await world.count("signing_people") == 3
    kinds = [kind for kind, _ in await world.events() if kind.startswith(("signature", "pledge"))]
    assert kinds == ["signature.signed", "pledge.made", "signature_entry.made", "signature_entry.made"]


async def test_an_atomic_file_with_one_bad_row_changes_nothing(world: World):
    charter = (await world.charter())["id"]
    await delegated(world, world.signatory)
    rows = [row("A", organisation_id=str(world.signatory)), row("B", identifier=COMPANY)]

    refused = await brought(world, charter, rows, atomic="true")
    late = await brought(
        world, charter, [rows[0], row("C", organisation_id=str(world.signatory))], atomic="true"
    )

    assert [item["status"] for item in refused.json()["items"]] == [424, 422]
    assert [item["status"] for item in late.json()["items"]] == [424, 409]
    assert [await world.count(one) for one in ("signatures", "signature_entries", "signing_people")] == [
        0,
        0,
        0,
    ]


async def test_a_revoked_delegation_signs_no_more(world: World):
    charter = (await world.charter())["id"]
    data = await delegated(world, world.signatory)
    await told(world, "delegation.revoked", **data)
    await told(world, "delegation.created", **data)  # told again, it stays revoked

    answer = await brought(world, charter, [row("A", organisation_id=str(world.signatory))])

    assert [item["status"] for item in answer.json()["items"]] == [202]
    assert (await world.http.get("/v1/signatories")).json()["items"] == []


async def test_an_organisation_confirms_what_was_entered_by_the_identifier_that_it_has_proved(world: World):
    charter = (await world.charter())["id"]
    unknown = row("A", identifier=COMPANY, legal_name="Newcomer Ltd", kind="private", **PLEDGE, **DAYS)
    [item] = (await brought(world, charter, [unknown])).json()["items"]
    path = f"/v1/signature-entries/{item['signature_id']}"
    twice = await brought(world, charter, [unknown])
    network, newcomer = world.as_signatory(world.other), world.as_signatory()

    unproved = await world.http.get(path, headers=newcomer)
    world.neighbours.identifiers[str(world.signatory)] = COMPANY
    seen = await world.http.get(path, headers=newcomer)
    by_network = await world.http.post(f"{path}/confirmations", headers=keyed(network))
    once = keyed(newcomer)
    confirmed = await world.http.post(f"{path}/confirmations", headers=once)
    replayed = await world.http.post(f"{path}/confirmations", headers=once)
    later = await world.http.post(f"{path}/confirmations", headers=keyed(newcomer))
    own = await world.http.get("/v1/signature-entries", params={"state": "signed"}, headers=newcomer)
    waiting = await world.http.get("/v1/signature-entries", params={"state": "pending"}, headers=network)

    assert [one["code"] for one in twice.json()["items"][0]["faults"]] == ["signature_already_entered"]
    assert (unproved.status_code, unproved.json()["code"]) == (404, "signature_entry_not_found")
    assert (seen.json()["state"], seen.json()["organisation_id"]) == ("pending", None)
    assert (by_network.status_code, by_network.json()["code"]) == (403, "signature_entry_of_another")
    assert confirmed.status_code == 201, confirmed.text
    body = confirmed.json()
    assert (body["id"], body["state"], body["signed_on"]) == (item["signature_id"], "active", "2026-11-01")
    assert (body["organisation_id"], len(body["pledges"])) == (str(world.signatory), 1)
    assert (replayed.content, later.json()["code"]) == (confirmed.content, "signature_entry_decided")
    assert [one["id"] for one in own.json()["items"]] == [item["signature_id"]]
    assert waiting.json()["items"] == []
    assert await world.count("signing_people") == 1


async def test_an_entry_is_declined_withdrawn_or_expires_and_its_name_goes(world: World):
    charter = (await world.charter())["id"]
    orgs = [new_id() for _ in range(3)]
    world.neighbours.kinds |= {str(org): "private" for org in orgs}
    rows = [row(str(number), organisation_id=str(org)) for number, org in enumerate(orgs)]
    ids = [item["signature_id"] for item in (await brought(world, charter, rows)).json()["items"]]
    reason = {"reason": "not asked"}

    async def ending(entry: str, by: UUID, **headers: str) -> httpx2.Response:
        sent = {**world.as_signatory(by), **headers}
        return await world.http.post(f"/v1/signature-entries/{entry}/end", json=reason, headers=sent)

    async def version(entry: str, by: UUID) -> str:
        read = await world.http.get(f"/v1/signature-entries/{entry}", headers=world.as_signatory(by))
        return str(read.headers["etag"])

    first = await version(ids[0], orgs[0])
    stranger = await ending(ids[0], orgs[1], **{"If-Match": first})
    unread = [await ending(ids[0], orgs[0], **said) for said in ({}, {"If-Match": '"older"'})]
    assert [answer.status_code for answer in unread] == [428, 412]
    declined = await ending(ids[0], orgs[0], **{"If-Match": first})
    withdrawn = await ending(ids[1], world.other, **{"If-Match": await version(ids[1], world.other)})
    world.clock.advance(timedelta(days=90))
    last_day = await world.http.get(f"/v1/signature-entries/{ids[2]}", headers=world.as_signatory(orgs[2]))
    async with world.db.begin() as tx:
        assert await expire_entries(tx, world.clock()) == 0
    world.clock.advance(timedelta(days=1))
    async with world.db.begin() as tx:
        assert [await expire_entries(tx, world.clock()) for _ in range(2)] == [1, 0]
    over = await world.http.post(
        f"/v1/signature-entries/{ids[2]}/confirmations", headers=keyed(world.as_signatory(orgs[2]))
    )

    assert (stranger.status_code, declined.json()["state"]) == (404, "declined")
    assert (withdrawn.json()["state"], withdrawn.json()["reason"]) == ("withdrawn", "not asked")
    assert last_day.json()["state"] == "pending"
    assert (over.status_code, over.json()["code"]) == (409, "signature_entry_decided")
    assert [await world.count(one) for one in ("signatures", "signing_people")] == [0, 0]
    ended = [data["state"] for kind, data in await world.events() if kind == "signature_entry.ended"]
    assert ended == ["declined", "withdrawn", "expired"]


async def test_the_name_that_an_erased_person_gave_is_forgotten_and_the_certificate_stays(world: World):
    charter, person = (await world.charter())["id"], new_id()
    signed = await world.sign(world.signature_draft(charter), world.as_signatory(sub=str(person)))
    path = f"/v1/signatures/{signed.json()['id']}/certificate"
    before = (await world.http.get(path)).text

    await told(world, "person.erased", person_id=str(new_id()))
    assert await world.count("signing_people") == 1
    await told(world, "person.erased", person_id=str(person))
    await told(world, "person.erased", person_id=str(person))

    assert await world.count("signing_people") == 0
    assert (await world.http.get(path)).text == before
    async with world.db.begin() as tx:
        kept = await tx.scalar(text("SELECT count(*) FROM signature_changes WHERE person_id IS NOT NULL"))
    assert kept == 1


async def test_five_hundred_signatories_are_one_call(world: World):
    charter = (await world.charter())["id"]
    orgs = [new_id() for _ in range(500)]
    world.neighbours.kinds |= {str(org): "private" for org in orgs}
    for org in orgs[:3]:
        await delegated(world, org)
    rows = [row(str(n), organisation_id=str(org), **PLEDGE, **DAYS, **TARGET) for n, org in enumerate(orgs)]
    world.neighbours.calls.clear()

    answer = await brought(world, charter, rows)
    one_more = await brought(world, charter, [*rows, row("500", organisation_id=str(world.signatory))])

    body = answer.json()
    assert (body["signed"], body["pending"], body["refused"]) == (3, 497, 0)
    assert len(world.neighbours.calls) == 5  # three batches of names, one edition, one valuation
    assert (one_more.status_code, one_more.json()["code"]) == (422, "signature_file_refused")


async def test_a_file_names_the_target_group_of_a_pledge_and_how_many_people(world: World):
    charter = (await world.charter())["id"]
    await delegated(world, world.signatory)
    of_group = {"measure": "J1", "unit": "fte_years", "target_group": "care-leavers", "headcount": "3"}
    named = {"organisation_id": str(world.signatory), **PLEDGE, **DAYS, **TARGET, **of_group}
    answer = await brought(world, charter, [row("one", **named), row("two", **{**named, "headcount": "few"})])
    assert answer.status_code == 207, answer.text
    signed, refused = answer.json()["items"]
    assert (signed["status"], refused["status"]) == (201, 422)
    assert [(one["row"], one["column"], one["code"]) for one in refused["faults"]] == [
        (2, "headcount", "wrong_type")
    ]
    [asked] = world.neighbours.valued
    assert (asked["target_group"], asked["headcount"]) == ("care-leavers", 3)

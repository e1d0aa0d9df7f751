"""Levels of a charter version over HTTP: signed at, gone to, renewed at, shown and certified."""

import csv
import gzip
import io
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

from tests.integration.charter_api.test_certificates import verified
from tests.integration.charter_api.test_signature_states import PERSON, turn
from tests.integration.charter_api.world import World, keyed, pledge_draft

from cdp_common.kernel.identifiers import new_id

BRONZE = {"code": "bronze", "order": 1, "name": "Bronze", "text": "One promise", "least_pledges": 1}
SILVER = {"code": "silver", "order": 2, "name": "Silver", "least_pledges": 2, "least_objectives": 2}
GOLD = {"code": "gold", "order": 3, "name": "Gold", **dict.fromkeys(("least_pledges", "least_objectives"), 2)}
LEVELS = [BRONZE, SILVER, {**GOLD, "least_targets": 2}]
WORDS = {"pledge": "hiring", "target": None}


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


async def set_bits(world: World, certificate: dict[str, Any]) -> dict[str, int]:
    """By purpose: the bit of a certificate."""
    found = {}
    for entry in certificate["credentialStatus"]:
        address = entry["statusListCredential"].removeprefix("http://127.0.0.1:8104")
        packed = (await verified(world, (await world.http.get(address)).text))["credentialSubject"]
        text = packed["encodedList"][1:]
        bits, index = (
            gzip.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4))),
            int(entry["statusListIndex"]),
        )
        found[entry["statusPurpose"]] = bits[index // 8] >> (7 - index % 8) & 1
    return found


async def certificate(world: World, signature_id: str) -> dict[str, Any]:
    answer = await world.http.get(f"/v1/signatures/{signature_id}/certificate")
    assert answer.status_code == 200, answer.text
    return await verified(world, answer.text)


async def test_a_version_with_levels_is_published_and_one_without_stays_as_it_is(world: World):
    plain, levelled = await world.charter(), await world.charter(version="2", levels=LEVELS)
    draft = world.charter_draft(version="3", levels=[BRONZE, {**SILVER, "order": 1, "least_objectives": 3}])
    refused = await world.http.post("/v1/charters", json=draft, headers=keyed(world.as_manager()))

    assert plain["levels"] == []
    shown = (await world.http.get(f"/v1/charters/{levelled['id']}")).json()["levels"]
    assert [(one["code"], one["least_pledges"], one["least_targets"]) for one in shown] == [
        ("bronze", 1, 0),
        ("silver", 2, 0),
        ("gold", 2, 2),
    ]
    assert (refused.status_code, refused.json()["code"]) == (422, "charter_unsound")
    assert codes(refused) == [
        ("/levels/1/order", "order_repeated"),
        ("/levels/1/least_objectives", "level_unreachable"),
    ]
    assert await world.count("charters") == 2
    unlevelled = (await world.sign(world.signature_draft(plain["id"]))).json()
    assert (unlevelled["level"], unlevelled["level_name"]) == (None, None)
    assert "result" not in (await certificate(world, unlevelled["id"]))["credentialSubject"]


async def test_a_signature_states_a_level_that_its_pledges_reach(world: World):
    charter = await world.charter(levels=LEVELS)
    refusals = [
        codes(await world.sign(world.signature_draft(charter["id"], **stated)))
        for stated in ({}, {"level": "platinum"}, {"level": "gold"}, {"level": "bronze", "pledges": []})
    ]
    assert refusals == [
        [("/level", "level_missing")],
        [("/level", "level_unknown")],
        [("/level", "level_unearned")],
        [("/level", "level_unearned")],
    ]
    assert (await world.count("signatures"), await world.events()) == (0, [await charter_event(world)])

    signed = await world.sign(world.signature_draft(charter["id"], level="silver"))
    assert signed.status_code == 201, signed.text
    assert (signed.json()["level"], signed.json()["level_name"]) == ("silver", "Silver")


async def charter_event(world: World) -> tuple[str, dict[str, Any]]:
    return (await world.events())[0]


async def test_a_change_of_level_is_dated_shown_everywhere_and_revokes_the_certificate_before(world: World):
    charter = await world.charter(levels=LEVELS)
    signed = (await world.sign(world.signature_draft(charter["id"], level="silver"))).json()
    path, own, gold = signed["id"], world.as_signatory(), {"level": "gold"}
    silver_certificate = await certificate(world, path)

    early = await turn(world, path, "level-changes", own, gold)
    same = await turn(world, path, "level-changes", own, {"level": "silver"})
    others = await turn(world, path, "level-changes", world.as_signatory(world.other), gold)
    pledged = await world.http.post(
        f"/v1/signatures/{path}/pledges", json=pledge_draft(pledge="hiring"), headers=keyed(own)
    )
    assert pledged.status_code == 201, pledged.text
    world.clock.advance(timedelta(days=5))
    changed = await turn(world, path, "level-changes", world.as_signatory(), gold)

    assert (early.status_code, codes(early)) == (422, [("/level", "level_unearned")])
    assert (same.status_code, same.json()["code"]) == (409, "level_unchanged")
    assert (others.status_code, others.json()["code"]) == (403, "not_your_signature")
    assert (changed.status_code, changed.json()["level_name"]) == (201, "Gold")
    # The register, its file and its history say which level it was at on which day.
    for day, level in {"2026-11-26": "silver", "2026-11-27": "gold"}.items():
        found = (await world.http.get("/v1/register", params={"as_of": day, "level": level})).json()["items"]
        assert [(one["level"], one["level_name"]) for one in found] == [(level, level.capitalize())]
        other = {"gold": "silver", "silver": "gold"}[level]
        nobody = await world.http.get("/v1/register", params={"as_of": day, "level": other})
        assert nobody.json()["items"] == []
        sheet = (await world.http.get("/v1/register/export", params={"as_of": day})).text
        assert [row["level"] for row in csv.DictReader(io.StringIO(sheet))] == [level]
    history = (await world.http.get(f"/v1/signatures/{path}/history")).json()
    assert [(one["kind"], one["effective_on"], one["level"]) for one in history["changes"]] == [
        ("signed", "2026-11-01", "silver"),
        ("level_changed", "2026-11-27", "gold"),
    ]
    assert [one["state"] for one in history["standings"]] == ["active"]
    told = {kind: data["level"] for kind, data in await world.events() if kind.startswith("signature.")}
    assert told == {"signature.signed": "silver", "signature.level_changed": "gold"}
    # The certificate of the earlier level is good no longer, that of the present one is.
    gold_certificate = await certificate(world, path)
    assert (silver_certificate["validFrom"], gold_certificate["validFrom"]) == (
        "2026-11-01T00:00:00Z",
        "2026-11-27T00:00:00Z",
    )
    assert gold_certificate["id"] != silver_certificate["id"]
    assert gold_certificate["credentialSubject"]["result"][0]["achievedLevel"].endswith("#level-gold")
    assert await set_bits(world, silver_certificate) == {"revocation": 1, "suspension": 0}
    assert await set_bits(world, gold_certificate) == {"revocation": 0, "suspension": 0}
    await turn(world, path, "suspensions", world.as_manager(), {"reason": "silence"})
    assert await set_bits(world, gold_certificate) == {"revocation": 0, "suspension": 1}
    suspended = await turn(world, path, "level-changes", world.as_signatory(), {"level": "silver"})
    assert (suspended.status_code, suspended.json()["code"]) == (409, "signature_suspended")
    badge = (await world.http.get(f"/v1/signatures/{path}/badge.svg")).text
    assert "Signature suspended, Gold: " in badge
    assert await world.count("signature_changes") == 3


async def test_a_renewal_keeps_the_level_if_pledges_of_the_next_period_reach_it(world: World):
    charter = await world.charter(levels=LEVELS)
    signed = (await world.sign(world.signature_draft(charter["id"], level="bronze"))).json()
    plain = await world.charter(version="2")
    world.clock.advance(timedelta(days=320))
    path, own, draft = signed["id"], world.as_signatory(), {"signing_person": PERSON}

    unearned = await turn(world, path, "renewals", own, draft)
    levelled = await turn(
        world, path, "renewals", own, {**draft, "charter_id": plain["id"], "level": "bronze"}
    )
    # A pledge that runs on the first day of the next period is enough.
    longer = pledge_draft(**WORDS, starts_on="2027-10-31", ends_on="2027-11-01")
    await world.http.post(f"/v1/signatures/{path}/pledges", json=longer, headers=keyed(own))
    renewed = await turn(world, path, "renewals", own, draft)

    assert (unearned.status_code, codes(unearned)) == (422, [("/level", "level_unearned")])
    assert (levelled.status_code, codes(levelled)) == (422, [("/level", "level_unknown")])
    assert (renewed.status_code, renewed.json()["level"]) == (201, "bronze"), renewed.text


async def test_a_renewal_under_a_version_without_levels_is_at_none(world: World):
    charter = await world.charter(levels=LEVELS)
    signed = (await world.sign(world.signature_draft(charter["id"], level="silver"))).json()
    plain = await world.charter(version="2")
    world.clock.advance(timedelta(days=320))
    draft = {"signing_person": PERSON, "charter_id": plain["id"]}
    renewed = await turn(world, signed["id"], "renewals", world.as_signatory(), draft)
    assert (renewed.status_code, renewed.json()["level"]) == (201, None), renewed.text
    before = await world.http.get(f"/v1/signatories/{signed['id']}", params={"as_of": "2027-10-07"})
    assert before.json()["level"] == "silver"


async def test_a_networks_file_states_a_level_for_each_signatory(world: World):
    charter = await world.charter(levels=LEVELS)
    network, member = new_id(), new_id()
    world.neighbours.kinds |= {str(network): "third_sector", str(member): "private"}
    sheet = (
        "reference,organisation_id,signing_name,signing_role,signed_on,level,pledge,pledge_text,starts_on,"
        "ends_on,place_slug\n"
        f"A,{network},Ada,Chair,2026-11-01,bronze,hiring,Locally,2026-11-01,2027-10-31,county-durham\n"
        f"B,{member},Bea,Chair,2026-11-01,silver,hiring,Locally,2026-11-01,2027-10-31,county-durham\n"
        f"C,{member},Bea,Chair,2026-11-01,bronze,hiring,Locally,2026-11-01,2027-10-31,county-durham\n"
    )
    answer = await world.http.post(
        "/v1/signatures/imports",
        params={"charter_id": charter["id"]},
        content=sheet.encode(),
        headers={**keyed(world.as_signatory(network)), "Content-Type": "text/csv"},
    )
    items = answer.json()["items"]
    assert [item["status"] for item in items] == [201, 422, 202], answer.text
    assert [(one["row"], one["column"], one["code"]) for one in items[1]["faults"]] == [
        (2, "level", "level_unearned")
    ]
    entry = f"/v1/signature-entries/{items[2]['signature_id']}"
    assert (await world.http.get(entry, headers=world.as_signatory(member))).json()["level"] == "bronze"
    confirmed = await world.http.post(f"{entry}/confirmations", headers=keyed(world.as_signatory(member)))
    assert (confirmed.status_code, confirmed.json()["level"]) == (201, "bronze")

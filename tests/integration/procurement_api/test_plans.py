"""Plans of own activity: adopted, varied and withdrawn by their partner, and ended with its membership."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.integration.procurement_api.plan_calls import adopted, partner_of, plan_of
from tests.integration.procurement_api.world import Json, Party, World, faults, refused

from cdp_common.contracts.base import EventEnvelope
from cdp_common.contracts.commitments import CommitmentsEnded, CommitmentsMade, CommitmentsVaried
from cdp_common.contracts.partners import MembershipChanged
from cdp_common.contracts.plans import Plan
from cdp_common.kernel.identifiers import new_id
from procurement_api.use_cases.follow_partners import partners_follower

PATH = "/v1/plans"
HOURS: list[Json] = [{"measure": "M-HOURS", "quantity": "120", "unit": "hours"}]


async def membership_ended(world: World, partner: Party, on: str, version: int = 2) -> None:
    """What the feed of partners-api tells when a partner leaves, taken in."""
    membership_id, *_ = next(each for each in world.partners.memberships if each[1] == partner.id)
    told = MembershipChanged(
        membership_id=membership_id,
        place_id=world.partners.place_id,
        place_slug="county-durham",
        organisation_id=partner.id,
        organisation_name="Partner",
        role="partner",
        valid_from=date(2022, 9, 29),
        valid_to=date.fromisoformat(on),
        named_totals_agreed=False,
        data_status="actual",
    )
    event = EventEnvelope(
        position=1,
        id=new_id(),
        type="membership.ended",
        occurred_at=world.clock(),
        effective_on=None,
        aggregate_type="membership",
        aggregate_id=membership_id,
        aggregate_version=version,
        place_id=world.partners.place_id,
        audience=["public"],
        data=told.model_dump(mode="json"),
        traceparent=None,
    )
    async with world.db.begin() as tx:
        await partners_follower(lambda: bytes(32), world.clock)(tx, event)


async def change(world: World, partner: Party, plan: Json, what: str, **body: Any) -> Json:
    path = f"{PATH}/{plan['id']}"
    etag = await world.etag(path, as_=partner)
    sent = {"effective_on": "2026-07-01", "reason": "Decided", **body}
    return await world.done("POST", f"{path}/{what}", sent, as_=partner, if_match=etag)


async def test_a_plan_is_adopted_varied_and_withdrawn_by_its_partner_and_told_each_time(world: World) -> None:
    partner, stranger = partner_of(world, "Livin"), partner_of(world, "Another Partner")
    key, body = str(new_id()), plan_of(world)
    first = await world.post(PATH, body, as_=partner, key=key)
    assert first.status_code == 201, first.text
    again = await world.post(PATH, body, as_=partner, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    plan = Plan.model_validate_json(first.content)
    assert (plan.state, plan.version, plan.organisation_id) == ("adopted", 1, partner.id)
    assert (plan.organisation_name, plan.membership_id) == ("Livin", world.partners.memberships[0][0])
    read = [(line.measure, str(line.quantity), str(line.social_gbp), line.area_code) for line in plan.lines]
    assert read == [("M-HOURS", "120", "2155.20", "E01020762"), ("M-COUNT", "4", "0.00", None)]
    assert {str(line.committed_on) for line in world.toms.asked[-1].lines} == {"2026-03-20"}
    [event] = await world.told("plan.adopted")
    made = CommitmentsMade.model_validate(event["data"])
    assert (made.kind, made.route, made.deliverer_id, made.commissioner_id) == (
        *("plan", "own_activity", partner.id),
        None,
    )
    assert (made.lines, str(event["effective_on"])) == (plan.lines, "2026-03-20")
    assert sorted(event["audience"]) == sorted(["internal", f"org:{partner.id}"])

    # Three of twelve months are due by July: the rest of the hours is more, the count ends with nothing due.
    hours, count = (str(line.line_id) for line in plan.lines)
    varied = await change(
        world,
        partner,
        first.json(),
        "variations",
        lines=[{"line_id": hours, "quantity": "150"}, {"line_id": count, "ended": True}],
        new_lines=[{"measure": "M-CARBON", "quantity": "10", "unit": "tco2e"}],
    )
    lines = {line["measure"]: line for line in varied["lines"]}
    assert (varied["version"], lines["M-HOURS"]["quantity"], lines["M-COUNT"]["quantity"]) == (2, "150", "0")
    assert (lines["M-HOURS"]["social_gbp"], lines["M-HOURS"]["rest_from"]) == ("2694.00", "2026-07-01")
    assert (lines["M-CARBON"]["starts_on"], lines["M-CARBON"]["ends_on"]) == ("2026-07-01", "2027-03-31")
    [event] = await world.told("plan.varied")
    told = CommitmentsVaried.model_validate(event["data"])
    assert [line.model_dump(mode="json") for line in told.lines] == varied["lines"]
    assert (str(told.ends_on), str(event["effective_on"]), event["aggregate_version"]) == (
        *("2027-03-31", "2026-07-01"),
        2,
    )
    page = await world.done("GET", f"{PATH}/{plan.id}/changes", as_=partner)
    assert [(each["version"], each["reason"], len(each["line_ids"])) for each in page["items"]] == [
        (2, "Decided", 3)
    ]

    # Neither another partner nor who is none of the platform sees or changes it.
    before, end = await world.state(), {"effective_on": "2026-12-31", "reason": "Not ours"}
    for verb, path, sent in (
        ("GET", f"{PATH}/{plan.id}", None),
        ("GET", f"{PATH}/{plan.id}/changes", None),
        ("POST", f"{PATH}/{plan.id}/withdraw", end),
        ("POST", f"{PATH}/{plan.id}/variations", {**end, "lines": [{"line_id": hours, "ended": True}]}),
    ):
        answer = await world.call(verb, path, sent, as_=stranger, if_match="*")
        assert refused(answer) == (404, "plan_not_found")
    assert (await world.done("GET", PATH, as_=stranger))["items"] == []
    assert await world.state() == before

    withdrawn = await change(world, partner, varied, "withdraw", effective_on="2026-12-31")
    assert (withdrawn["state"], withdrawn["withdrawn_on"], withdrawn["version"]) == (
        *("withdrawn", "2026-12-31"),
        3,
    )
    [event] = await world.told("plan.withdrawn")
    assert CommitmentsEnded.model_validate(event["data"]).effective_on == date(2026, 12, 31)
    etag = await world.etag(f"{PATH}/{plan.id}", as_=partner)
    for what, more in (("withdraw", {}), ("variations", {"lines": [{"line_id": hours, "ended": True}]})):
        answer = await world.post(f"{PATH}/{plan.id}/{what}", {**end, **more}, as_=partner, if_match=etag)
        assert refused(answer) == (409, "plan_withdrawn")
    # The days after the last one may have a plan of their own, and not the day itself.
    rest = {"reference": "PLAN-2026b", "starts_on": "2026-12-31", "lines": HOURS}
    answer = await world.post(PATH, plan_of(world, **rest), as_=partner)
    assert refused(answer) == (409, "plan_period_taken")
    await adopted(world, partner, **{**rest, "starts_on": "2027-01-01"})
    for only in (f"place_id={world.partners.place_id}", f"organisation_id={partner.id}"):
        mine = await world.done("GET", f"{PATH}?{only}", as_=partner)
        assert [each["reference"] for each in mine["items"]] == ["PLAN-2026", "PLAN-2026b"]
    for reader, whose in ((stranger, partner), (partner, stranger)):
        of_another = await world.done("GET", f"{PATH}?organisation_id={whose.id}", as_=reader)
        assert of_another["items"] == []
    batch = {"ids": [str(plan.id), str(new_id())]}
    assert len((await world.done("POST", f"{PATH}/batch", batch, as_=partner))["missing"]) == 1


async def test_a_plan_that_does_not_hold_is_refused_and_nothing_changes(world: World) -> None:
    partner = partner_of(world, "Livin", until="2028-06-30")
    late, nobody = partner_of(world, "Late", since="2026-04-02"), world.party("Supplier")
    plan = await adopted(world, partner)
    line = plan["lines"][0]["line_id"]
    await change(world, partner, plan, "variations", lines=[{"line_id": line, "quantity": "130"}])
    before = await world.state()
    far = {"reference": "NEXT", "starts_on": "2027-04-01", "ends_on": "2028-03-31", "lines": HOURS}
    for changes, found in (
        ({"lines": []}, ("/lines", "too_short")),
        ({"ends_on": "2026-03-31"}, ("/ends_on", "period_reversed")),
        ({"adopted_on": "2027-04-01"}, ("/adopted_on", "adopted_after_end")),
        ({"place_id": str(new_id())}, ("/place_id", "place_unknown")),
        ({"place_slug": "essex"}, ("/place_slug", "place_slug_wrong")),
        ({**far, "edition_hash": "cd" * 32}, ("/edition_hash", "edition_unknown")),
        (
            {**far, "lines": [{"measure": "M-HOURS", "quantity": "1", "unit": "weeks"}]},
            ("/lines/0/unit", "unit_mismatch"),
        ),
    ):
        assert faults(await world.post(PATH, plan_of(world, **changes), as_=partner)) == [found]
    for who, changes, refusal in (
        (partner, {"reference": "ANOTHER"}, (409, "plan_period_taken")),
        (partner, {**far, "reference": "PLAN-2026"}, (409, "plan_reference_taken")),
        (partner, {**far, "ends_on": "2028-07-01"}, (403, "not_a_member")),
        (late, {}, (403, "not_a_member")),
        (nobody, {}, (403, "not_a_member")),
        (world.as_party(partner.id, ["agreements:read"]), far, (403, "scope_missing")),
    ):
        assert refused(await world.post(PATH, plan_of(world, **changes), as_=who)) == refusal
    path = f"{PATH}/{plan['id']}"
    etag = await world.etag(path, as_=partner)
    for what, body, code in (
        ("variations", {}, "nothing_varied"),
        ("variations", {"lines": [{"line_id": line, "quantity": "29.99"}]}, "below_due"),
        ("variations", {"effective_on": "2026-06-30", "lines": [{"line_id": line}]}, "before_earlier_change"),
        ("variations", {"effective_on": "2027-04-01", "lines": [{"line_id": line}]}, "outside_plan"),
        ("variations", {"lines": [{"line_id": line, "ends_on": "2027-04-01"}]}, "outside_contract"),
        ("withdraw", {"effective_on": "2026-06-30"}, "before_earlier_change"),
        ("withdraw", {"effective_on": "2027-04-01"}, "outside_plan"),
    ):
        sent = {"effective_on": "2026-07-01", "reason": "Why", **body}
        response = await world.post(f"{path}/{what}", sent, as_=partner, if_match=etag)
        assert faults(response)[0][1] == code, response.text
    sent = {"effective_on": "2026-12-31", "reason": "Why"}
    for if_match, expected in ((None, (428, "if_match_missing")), ('"x"', (412, "if_match_stale"))):
        response = await world.post(f"{path}/withdraw", sent, as_=partner, if_match=if_match)
        assert refused(response) == expected
    assert await world.state() == before


async def test_plans_end_with_the_membership_and_none_is_adopted_beyond_it(world: World) -> None:
    leaver, stays = partner_of(world, "Leaver"), partner_of(world, "Stays")
    plan, over = await adopted(world, leaver), await adopted(world, stays)
    earlier = {"starts_on": "2025-04-01", "ends_on": "2026-03-31", "adopted_on": "2025-03-01", "lines": HOURS}
    past = await adopted(world, leaver, reference="PLAN-2025", **earlier)
    future = {"starts_on": "2027-04-01", "ends_on": "2028-03-31", "reference": "PLAN-2027", "lines": HOURS}
    to_come = await adopted(world, leaver, **future)
    for version in (2, 2, 1):  # told once, replayed, and an older word after it
        await membership_ended(world, leaver, "2026-10-23", version)
    states = {
        each["id"]: (each["state"], each["withdrawn_on"])
        for who in (leaver, stays)
        for each in (await world.done("GET", PATH, as_=who))["items"]
    }
    assert states == {
        plan["id"]: ("withdrawn", "2026-10-23"),
        past["id"]: ("adopted", None),
        to_come["id"]: ("withdrawn", "2026-10-23"),
        over["id"]: ("adopted", None),
    }
    told = [(event["aggregate_id"], event["data"]["reason"]) for event in await world.told("plan.withdrawn")]
    left = "The partner's membership ended."
    assert told == [(UUID(plan["id"]), left), (UUID(to_come["id"]), left)]
    # partners-api answers as it was before the end: what the feed told of counts.
    before = await world.state()
    answer = await world.post(PATH, plan_of(world, **{**future, "reference": "X"}), as_=leaver)
    assert refused(answer) == (403, "not_a_member")
    assert await world.state() == before


async def test_a_partner_whose_record_was_merged_adopts_plans_in_its_membership(world: World) -> None:
    earlier, heir = partner_of(world, "Earlier record"), world.party("The record that stays")
    assert refused(await world.post(PATH, plan_of(world), as_=heir)) == (403, "not_a_member")
    world.partners.merged[earlier.id] = heir.id
    plan = await adopted(world, heir)
    assert (plan["organisation_id"], plan["organisation_name"]) == (str(heir.id), "The record that stays")
    assert plan["membership_id"] == str(world.partners.memberships[0][0])

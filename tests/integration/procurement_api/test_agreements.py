"""Agreements registered directly: valued once, told once, ended once, and seen by their parties alone."""

from typing import Any

import httpx2
import pytest
from tests.integration.procurement_api.world import Party, World, agreement_of, faults, refused

from cdp_common.contracts.agreements import Agreement
from cdp_common.contracts.commitments import CommitmentsEnded, CommitmentsMade
from cdp_common.kernel.identifiers import new_id

PATH = "/v1/agreements"


@pytest.fixture
def deliverer(world: World) -> Party:
    return world.party("Kitchen")


@pytest.mark.parametrize("kind, route", [("grant", "grant"), ("planning_obligation", "planning")])
async def test_a_registered_agreement_is_valued_and_told_once(
    world: World, deliverer: Party, kind: str, route: str
):
    key, body = str(new_id()), agreement_of(world, deliverer, kind=kind)
    first = await world.post(PATH, body, as_=world.buyer, key=key)
    assert first.status_code == 201, first.text
    again = await world.post(PATH, body, as_=world.buyer, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    agreement = Agreement.model_validate_json(first.content)
    assert (agreement.kind, agreement.state, agreement.version, agreement.tender_id) == (
        kind,
        "signed",
        1,
        None,
    )
    assert (agreement.commissioner_organisation_id, agreement.deliverer_name) == (world.buyer.id, "Kitchen")
    assert str(agreement.value_gbp) == "40000.00"
    read = [
        (line.measure, str(line.quantity), str(line.social_gbp), line.method_version)
        for line in agreement.lines
    ]
    assert read == [("M-HOURS", "100", "1796.00", "test-1"), ("M-COUNT", "3", "0.00", "test-1")]
    assert [str(part.share) for part in agreement.lines[0].schedule] == ["0.25", "0.75"]

    [event] = await world.told("agreement.signed")
    made = CommitmentsMade.model_validate(event["data"])
    assert (made.route, made.kind, made.lines) == (route, kind, agreement.lines)
    assert (made.commissioner_id, made.commissioner_name) == (world.buyer.id, "The Buyer")
    assert str(event["effective_on"]) == "2026-07-01"
    assert sorted(event["audience"]) == sorted(["internal", f"org:{world.buyer.id}", f"org:{deliverer.id}"])
    own = await world.get(f"{PATH}/{agreement.id}", as_=world.buyer)
    assert own.content == first.content


async def test_the_agreements_of_parties_are_found_so_many_of_each(world: World, deliverer: Party):
    other, outsider = world.party("Garden"), world.party("Outsider")
    kitchens = [await world.registered(deliverer, reference=f"K-{number}") for number in (1, 2, 3)]
    gardens = [await world.registered(other, reference="G-1")]

    async def listed(as_: Party, *parties: Party, of_each: int | None = None) -> list[str]:
        named = "&".join(f"organisation_id={party.id}" for party in parties)
        query = f"{PATH}?{named}" + ("" if of_each is None else f"&of_each={of_each}")
        return [one["reference"] for one in (await world.done("GET", query, as_=as_))["items"]]

    every = [one["reference"] for one in kitchens + gardens]
    assert await listed(world.buyer, deliverer, other) == every
    assert await listed(world.buyer, deliverer, other, of_each=2) == ["K-1", "K-2", "G-1"]
    assert await listed(world.buyer, world.buyer, of_each=1) == ["K-1"]
    assert await listed(world.buyer, world.buyer, other, of_each=1) == ["K-1", "G-1"]
    # Whoever is no party sees none of it, and a party its own alone.
    assert await listed(outsider, deliverer, other, world.buyer) == []
    assert await listed(deliverer, world.buyer, other, of_each=2) == ["K-1", "K-2"]
    assert refused(await world.get(f"{PATH}?organisation_id={other.id}&of_each=0", as_=other))[0] == 422


async def test_an_agreement_older_than_its_edition_is_valued_as_of_the_editions_first_day(
    world: World, deliverer: Party
):
    await world.registered(deliverer, signed_on="2025-03-01", starts_on="2025-04-01")
    assert {str(line.committed_on) for line in world.toms.asked[-1].lines} == {"2026-01-01"}
    await world.registered(deliverer, reference="GRANT-2")
    assert {str(line.committed_on) for line in world.toms.asked[-1].lines} == {"2026-07-01"}


async def test_a_framework_agreement_commits_nothing_and_its_call_off_does(world: World, deliverer: Party):
    body = agreement_of(world, deliverer, kind="framework_agreement", reference="F-1")
    assert faults(await world.post(PATH, body, as_=world.buyer)) == [
        ("/lines", "framework_agreement_commits_nothing")
    ]
    agreement = await world.registered(deliverer, kind="framework_agreement", reference="F-1", lines=[])
    assert agreement["lines"] == []
    call_off = await world.registered(deliverer, kind="call_off", reference="F-1/1")
    assert len(call_off["lines"]) == 2


@pytest.mark.parametrize(
    "changes, found",
    [
        ({"ends_on": "2026-06-30", "lines": []}, ("/ends_on", "period_reversed")),
        ({"value_gbp": "-1"}, ("/value_gbp", "value_negative")),
        ({"signed_on": "0001-01-01"}, ("/signed_on", "period_out_of_range")),
        ({"place_id": str(new_id())}, ("/place_id", "place_unknown")),
        ({"place_slug": "essex"}, ("/place_slug", "place_slug_wrong")),
        (
            {"deliverer_organisation_id": str(new_id())},
            ("/deliverer_organisation_id", "organisation_unknown"),
        ),
        ({"edition_hash": "cd" * 32}, ("/edition_hash", "edition_unknown")),
        (
            {"lines": [{"measure": "M-HOURS", "quantity": "1", "unit": "weeks"}]},
            ("/lines/0/unit", "unit_mismatch"),
        ),
        (
            {"lines": [{"measure": "M-NONE", "quantity": "1", "unit": "hours"}]},
            ("/lines/0/unit", "unit_mismatch"),
        ),
        (
            {
                "lines": [
                    {"measure": "M-COUNT", "quantity": "1", "unit": "count"},
                    {"measure": "M-LICENSED", "quantity": "1", "unit": "hours"},
                ]
            },
            ("/lines/1/measure", "proxy_not_redistributable"),
        ),
        (
            {
                "lines": [
                    {
                        "measure": "M-COUNT",
                        "quantity": "1",
                        "unit": "count",
                        "schedule": [{"due_on": "2027-07-01", "share": "1"}],
                    }
                ]
            },
            ("/lines/0/schedule/0/due_on", "due_outside_contract"),
        ),
    ],
)
async def test_an_agreement_that_does_not_hold_is_refused_and_nothing_changes(
    world: World, deliverer: Party, changes: dict[str, Any], found: tuple[str, str]
):
    before = await world.rows()
    response = await world.post(PATH, agreement_of(world, deliverer, **changes), as_=world.buyer)
    assert faults(response) == [found]
    assert await world.rows() == before


async def test_an_agreement_has_two_parties(world: World):
    response = await world.post(PATH, agreement_of(world, world.buyer), as_=world.buyer)
    assert faults(response) == [("/deliverer_organisation_id", "parties_equal")]


async def test_a_reference_is_used_once_by_a_commissioner(world: World, deliverer: Party):
    await world.registered(deliverer)
    before = await world.rows()
    response = await world.post(PATH, agreement_of(world, deliverer), as_=world.buyer)
    assert refused(response) == (409, "agreement_reference_taken")
    assert await world.rows() == before
    other = await world.post(PATH, agreement_of(world, deliverer), as_=world.other)
    assert other.status_code == 201


async def test_an_agreement_of_a_thousand_lines_is_kept_and_given_again(world: World, deliverer: Party):
    lines = [{"measure": "M-HOURS", "quantity": str(number), "unit": "hours"} for number in range(1000)]
    key, body = str(new_id()), agreement_of(world, deliverer, lines=lines)
    first = await world.post(PATH, body, as_=world.buyer, key=key)
    assert first.status_code == 201, first.text
    assert len(first.content) > 64 * 1024
    again = await world.post(PATH, body, as_=world.buyer, key=key)
    assert again.content == first.content


async def ending(world: World, path: str, party: Party, if_match: str | None, on: str) -> httpx2.Response:
    body = {"effective_on": on, "reason": "By agreement of both"}
    return await world.post(f"{path}/terminate", body, as_=party, if_match=if_match)


async def test_a_termination_names_the_version_and_happens_once(world: World, deliverer: Party):
    agreement = await world.registered(deliverer)
    path = f"{PATH}/{agreement['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    assert refused(await ending(world, path, world.buyer, None, "2026-12-31")) == (428, "if_match_missing")
    assert refused(await ending(world, path, world.buyer, '"old"', "2026-12-31")) == (412, "if_match_stale")
    for outside in ("2026-06-30", "2027-07-01"):
        response = await ending(world, path, world.buyer, etag, outside)
        assert faults(response) == [("/effective_on", "outside_agreement")]
    assert await world.state() == before

    ended = await ending(world, path, world.buyer, etag, "2026-12-31")
    assert ended.status_code == 200
    told = ended.json()
    assert (told["state"], told["terminated_on"], told["version"]) == ("terminated", "2026-12-31", 2)
    assert told["lines"] == agreement["lines"]
    assert ended.headers["etag"] == await world.etag(path, as_=world.buyer)
    [event] = await world.told("agreement.terminated")
    assert CommitmentsEnded.model_validate(event["data"]) == CommitmentsEnded(
        source_id=agreement["id"],
        place_id=world.partners.place_id,
        effective_on="2026-12-31",
        reason="By agreement of both",
        acted_by=world.actor(world.buyer),
    )
    [change] = (await world.done("GET", f"{path}/changes", as_=deliverer))["items"]
    assert (change["version"], change["kind"], change["effective_on"], change["reason"]) == (
        *(2, "termination", "2026-12-31"),
        "By agreement of both",
    )
    assert (change["recorded_at"], change["line_ids"], change["acted_by"]) == (
        *("2026-11-22T10:00:00Z", []),
        world.actor(world.buyer),
    )
    assert (event["aggregate_version"], str(event["effective_on"])) == (2, "2026-12-31")

    before = await world.state()
    assert refused(await ending(world, path, world.buyer, etag, "2026-12-31")) == (412, "if_match_stale")
    response = await ending(world, path, world.buyer, ended.headers["etag"], "2026-12-31")
    assert refused(response) == (409, "agreement_terminated")
    assert await world.state() == before


async def test_only_the_commissioner_ends_and_strangers_do_not_even_see(world: World, deliverer: Party):
    agreement = await world.registered(deliverer)
    path = f"{PATH}/{agreement['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    assert refused(await ending(world, path, deliverer, etag, "2026-12-31")) == (403, "not_the_commissioner")
    assert refused(await ending(world, path, world.other, etag, "2026-12-31")) == (404, "agreement_not_found")
    assert await world.state() == before
    assert refused(await world.get(path, as_=world.other)) == (404, "agreement_not_found")
    assert (await world.get(path, as_=deliverer)).json() == agreement


async def test_lists_hold_the_callers_own_agreements_and_services_see_all(world: World, deliverer: Party):
    ids = [(await world.registered(deliverer, reference=f"G-{number}"))["id"] for number in range(3)]
    service = world.as_party(new_id(), ["events:internal"])
    for party, seen in ((world.buyer, ids), (deliverer, ids), (service, ids), (world.other, [])):
        listed = await world.done("GET", PATH, as_=party)
        assert [agreement["id"] for agreement in listed["items"]] == seen
        batch = await world.done("POST", f"{PATH}/batch", {"ids": [*ids, str(world.other.id)]}, as_=party)
        assert sorted(agreement["id"] for agreement in batch["items"]) == sorted(seen)
        assert batch["missing"] == [each for each in (*ids, str(world.other.id)) if each not in seen]
    by_place = f"{PATH}?place_id={world.partners.place_id}&limit=2"
    first = await world.done("GET", by_place, as_=world.buyer)
    rest = await world.done("GET", first["next"], as_=world.buyer)
    assert [agreement["id"] for agreement in (*first["items"], *rest["items"])] == ids
    assert rest["next"] is None
    for other in ("place_id", "tender_id"):
        assert (await world.done("GET", f"{PATH}?{other}={new_id()}", as_=world.buyer))["items"] == []


async def test_without_the_scope_nobody_reads_agreements(world: World, deliverer: Party):
    agreement = await world.registered(deliverer)
    without = world.as_party(world.buyer.id, ["tenders:read"])
    for path in (PATH, f"{PATH}/{agreement['id']}"):
        assert refused(await world.get(path, as_=without)) == (403, "scope_missing")
    batch = await world.post(f"{PATH}/batch", {"ids": [agreement["id"]]}, as_=without)
    assert refused(batch) == (403, "scope_missing")


async def test_a_contract_over_five_million_with_vat_sets_three_indicators(world: World, deliverer: Party):
    body = agreement_of(
        world, deliverer, kind="contract", value_gbp="4500000.00", value_gross_gbp="5400000.00"
    )
    before = await world.state()
    assert faults(await world.post(PATH, body, as_=world.buyer)) == [("/kpis", "kpis_missing")]
    assert await world.state() == before
    kpis = [
        {"title": "Hours", "measure": "M-HOURS"},
        {"title": "Calls answered"},
        {"title": "Lifts work"},
    ]
    agreement = await world.done("POST", PATH, {**body, "kpis": kpis}, as_=world.buyer)
    assert agreement["kpis"] == [
        {"title": "Hours", "line_id": agreement["lines"][0]["line_id"]},
        {"title": "Calls answered", "line_id": None},
        {"title": "Lifts work", "line_id": None},
    ]
    assert (agreement["value_gross_gbp"], agreement["kpi_exemption"]) == ("5400000.00", None)
    exempt = {**body, "reference": "C-2", "kpi_exemption": "light_touch"}
    assert (await world.done("POST", PATH, exempt, as_=world.buyer))["kpi_exemption"] == "light_touch"


async def test_a_call_off_names_a_framework_agreement_with_its_deliverer(world: World, deliverer: Party):
    parent = await world.registered(deliverer, kind="framework_agreement", reference="F-1", lines=[])
    of = {"kind": "call_off", "framework_agreement_id": parent["id"]}
    call_off = await world.registered(deliverer, reference="F-1/1", **of)
    assert call_off["framework_agreement_id"] == parent["id"]
    other, before = world.party("Other kitchen"), await world.state()
    for changes, code in (
        ({**of, "kind": "contract"}, "framework_agreement_not_expected"),
        ({**of, "framework_agreement_id": call_off["id"]}, "framework_agreement_unknown"),
        ({**of, "framework_agreement_id": str(new_id())}, "framework_agreement_unknown"),
        ({**of, "deliverer_organisation_id": str(other.id)}, "framework_agreement_unknown"),
        ({**of, "signed_on": "2026-06-30"}, "framework_agreement_unknown"),
        ({**of, "signed_on": "2027-07-01"}, "framework_agreement_unknown"),
    ):
        body = agreement_of(world, deliverer, reference="F-1/2", **changes)
        refusal = await world.post(PATH, body, as_=world.buyer)
        assert faults(refusal) == [("/framework_agreement_id", code)]
    assert await world.state() == before

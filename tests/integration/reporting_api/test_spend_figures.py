"""Suppliers found among the organisations, decided by people, and what payments then come to."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.integration.reporting_api.spend_calls import import_spend, join_all, round_draft
from tests.integration.reporting_api.test_client import client, key
from tests.integration.reporting_api.world import World, keyed

from cdp_common.clients.reporting import ReportingClient
from cdp_common.contracts.spend_figures import SpendFigures, SpendRoundDraft
from cdp_common.contracts.spend_suppliers import SpendDecisionDraft, SpendRemoval, SpendSupplier
from cdp_common.kernel.identifiers import new_id

QUARTER: dict[str, Any] = {"from_": date(2026, 7, 1), "to": date(2026, 9, 30)}
FILE = "\n".join(
    [
        "Date,Supplier,Company No,Postcode,Category,Net Amount,Currency",
        "01/07/2026,Acme Bldrs Ltd,1234567,DH1 1AA,Construction,1000.00,",
        "02/07/2026,Acme Bldrs Ltd,1234567,DH1 1AA,Construction,-100.00,",
        "03/07/2026,FARAWAY BUILDERS LIMITED,,SW1A 1AA,construction,400.00,",
        "04/08/2026,Helping Hands (Durham),,,Care,250.00,",
        "05/08/2026,Helping Hand Durham CIC,,,Care,50.00,",
        "06/08/2026,College,,,Training,300.00,",
        "07/08/2026,Nobody Knows plc,,DH9 9ZZ,Catering,60.00,",
        "07/08/2026,Nobody Knows plc,,DH9 9ZZ,Catering,60.00,",
        "08/09/2026,Mrs J Example,,DH1 1AA,Transport,40.00,",
        "09/09/2026,Boundary Works Ltd,,DH2 2BB,Catering,30.00,",
        "30/06/2026,Acme Bldrs Ltd,1234567,DH1 1AA,Construction,5.00,",
        "10/09/2026,Acme Bldrs Ltd,1234567,DH1 1AA,Construction,70.00,EUR",
    ]
).encode()


def known(world: World, name: str, **facts: Any) -> UUID:
    """An organisation that partners-api knows."""
    who = new_id()
    world.neighbours.organisations[who] = name
    world.neighbours.facts[who] = facts
    return who


async def suppliers(own: ReportingClient, world: World) -> dict[str | None, SpendSupplier]:
    return {one.name: one for one in (await own.list_spend_suppliers(world.place)).items}


def split(part: Any) -> tuple[str, ...]:
    return tuple(str(amount) for amount in (part.yes_gbp, part.no_gbp, part.unknown_gbp))


async def figures(own: ReportingClient, world: World, **asked: Any) -> SpendFigures:
    return await own.get_own_spend_figures(world.place, **QUARTER, **asked)


async def test_suppliers_are_found_decided_and_counted(world: World):
    await join_all(world, world.council, world.college)
    coh = [{"scheme": "GB-COH", "id": "01234567"}]
    acme = known(world, "Acme Builders Ltd", identifiers=coh, is_sme=True, is_vcse=False, kind="private")
    faraway = known(world, "Faraway Builders Ltd", is_sme=False, is_vcse=False, kind="private")
    helpers = known(world, "Helping Hands Durham", state="unverified", is_sme=True, is_vcse=True)
    flag = {"kind": "local_presence", "code": "office", "valid_from": "2026-01-01", "source": "s"}
    more = {"id": str(new_id()), "organisation_id": str(helpers), "stated_by": "programme"}
    recorded = {"place_id": str(world.place), "recorded_at": "2026-01-01T00:00:00Z"}
    world.neighbours.presences[helpers] = [{**flag, **more, **recorded}]
    places = {"DH11AA": ["county-durham"], "SW1A1AA": [], "DH22BB": ["county-durham", "elsewhere"]}
    world.neighbours.postcodes |= places
    await import_spend(world, world.council, FILE)
    own = client(world, world.as_org(world.council))
    before = (await figures(own, world)).total
    assert (str(before.third_party_gbp), split(before.local)) == ("2090.00", ("0.00", "0.00", "2090.00"))
    assert before.local.unknown_share == Decimal("1.0000")

    # -- found: by identifier, by name, or left to people
    found = await own.match_spend_suppliers(world.place)
    assert (found.matched_by_identifier, found.matched_by_name) == (1, 2)
    assert (found.to_review, found.unmatched, found.kept, found.all_compared) == (2, 2, 0, True)
    assert (found.postcodes_located, found.postcodes_unknown, found.lookup_edition) == (2, 2, "2026-08")
    listed = await suppliers(own, world)
    assert (listed["Acme Bldrs Ltd"].matched_id, listed["Acme Bldrs Ltd"].matched_name) == (
        acme,
        "Acme Builders Ltd",
    )
    assert str(listed["Acme Bldrs Ltd"].net_gbp) == "905.00"
    assert listed["FARAWAY BUILDERS LIMITED"].matched_id == faraway
    first, second = listed["Helping Hands (Durham)"], listed["Helping Hand Durham CIC"]
    assert [(one.state, one.candidates[0].organisation_id) for one in (first, second)] == [
        ("to_review", helpers),
        ("to_review", helpers),
    ]
    assert (first.candidates[0].score, second.candidates[0].score < 100) == (Decimal("100.00"), True)

    # -- decided by the partner, and by a programme manager; rejected ones do not come back
    accepted = SpendDecisionDraft(outcome="accepted", organisation_id=helpers, reason="their invoice says so")
    decided = await own.decide_spend_supplier(first.id, accepted, idempotency_key=key())
    assert (decided.state, decided.matched_id, decided.decisions[0].decided_by) == (
        "matched",
        helpers,
        world.council,
    )
    manager = world.as_manager(
        scopes=["reports:write", "reports:read", "reporting:read"], client_id="managing"
    )
    other = world.mint.headers(
        org=world.assessor,
        scopes=["reports:write", "reports:read", "reporting:read"],
        roles={world.place: ["programme_manager"]},
    )
    rejected = SpendDecisionDraft(outcome="rejected", organisation_id=helpers)
    left = await client(world, other).decide_spend_supplier(second.id, rejected, idempotency_key=key())
    assert (left.state, left.candidates) == ("unmatched", [])
    again = await own.match_spend_suppliers(world.place)
    assert (again.kept, again.to_review, again.unmatched) == (4, 0, 3)
    nobody = await world.http.post(
        f"/v1/spend-suppliers/{second.id}/decisions",
        json={"outcome": "accepted", "organisation_id": str(new_id())},
        headers=keyed(manager),
    )
    assert (nobody.status_code, nobody.json()["code"]) == (422, "spend_decision_invalid")
    assert await world.count("spend_decisions") == 5

    # -- counted, to the penny
    shown = await figures(own, world, by="category")
    total = shown.total
    assert (str(total.payments_gbp), str(total.credits_gbp), str(total.net_gbp)) == (
        "2190.00",
        "-100.00",
        "2090.00",
    )
    assert (str(total.to_members_gbp), str(total.third_party_gbp)) == ("300.00", "1790.00")
    assert (str(total.without_name_gbp), str(total.repeats_gbp), total.repeat_rows) == ("40.00", "60.00", 1)
    assert split(total.local) == ("1150.00", "400.00", "240.00")
    assert (str(total.local.by_postcode_gbp), str(total.local.by_presence_gbp)) == ("900.00", "250.00")
    assert (total.local.yes_share, total.local.no_share, total.local.unknown_share) == (
        Decimal("0.6425"),
        Decimal("0.2235"),
        Decimal("0.1341"),
    )
    assert (split(total.sme), split(total.vcse)) == (
        ("1150.00", "400.00", "240.00"),
        ("250.00", "1300.00", "240.00"),
    )
    leaks = {one.name: one.leakage for one in shown.groups}
    construction = leaks["Construction"] or leaks["construction"]
    assert construction is not None
    assert (construction.local_suppliers, str(construction.retainable_gbp)) == (1, "400.00")
    assert (str(shown.retainable_gbp), shown.groups_left_out) == ("400.00", 0)
    assert [(one.currency, str(one.net)) for one in shown.other_currencies] == [("EUR", "70.00")]
    assert (shown.partners_counted, shown.partners_without_import) == (["Council"], [])

    # -- the place's officers see the same, by partner and month; others nothing
    officer = client(world, other)
    by_partner = await officer.get_spend_figures(world.place, **QUARTER, by="partner")
    assert by_partner.total == total
    assert [one.name for one in by_partner.groups] == ["Council"]
    assert by_partner.partners_without_import == ["College"]
    by_month = await officer.get_spend_figures(world.place, **QUARTER, by="month")
    assert [(one.period_start, str(one.net_gbp)) for one in by_month.groups] == [
        (date(2026, 7, 1), "1300.00"),
        (date(2026, 8, 1), "720.00"),
        (date(2026, 9, 1), "70.00"),
    ]
    stranger = client(world, world.as_org(world.charity))
    assert (await figures(stranger, world)).total.row_count == 0

    # -- LM3 only of both surveyed rounds of exactly this window
    assert (total.row_count, by_partner.local_multiplier.reason) == (10, "round_2_missing")
    for number, amount in ((2, "900.00"), (3, "1000.00")):
        draft = SpendRoundDraft.model_validate(round_draft(number, amount))
        await own.record_spend_round(world.place, draft, idempotency_key=key())
    assert (await figures(own, world)).local_multiplier.reason == "rounds_not_falling"
    third = SpendRoundDraft.model_validate(round_draft(3, "385.00"))
    await own.record_spend_round(world.place, third, idempotency_key=key())
    multiplier = (await figures(own, world)).local_multiplier
    assert (multiplier.value, multiplier.partners) == (Decimal("1.7179"), ["Council"])
    assert len((await own.list_spend_rounds(world.place)).items) == 3
    wider = await own.get_own_spend_figures(world.place, from_=date(2026, 6, 30), to=date(2026, 9, 30))
    assert wider.local_multiplier.reason == "round_2_missing"
    assert str(wider.total.net_gbp) == "2095.00"


async def test_a_presence_places_only_what_has_no_postcode(world: World):
    """A postcode that does not place a row leaves it unknown; it does not become local by an office."""
    await join_all(world, world.council)
    helpers = known(world, "Helping Hands Durham")
    office = {"kind": "local_presence", "code": "office", "valid_from": "2026-01-01", "source": "s"}
    kept = {"place_id": str(world.place), "recorded_at": "2026-01-01T00:00:00Z", "stated_by": "programme"}
    world.neighbours.presences[helpers] = [
        {**office, **kept, "id": str(new_id()), "organisation_id": str(helpers)}
    ]
    world.neighbours.postcodes |= {"DH11AA": ["county-durham"], "DH22BB": ["county-durham", "elsewhere"]}
    paid = {"": "1.00", "DH1 1AA": "2.00", "DH2 2BB": "4.00", "DH9 9ZZ": "8.00"}
    rows = [f"01/07/2026,Helping Hands Durham,{code},{amount}" for code, amount in paid.items()]
    await import_spend(world, world.council, "\n".join(["Date,Supplier,Postcode,Amount", *rows]).encode())
    own = client(world, world.as_org(world.council))
    await own.match_spend_suppliers(world.place)
    local = (await figures(own, world)).total.local
    assert split(local) == ("3.00", "0.00", "12.00")
    assert (str(local.by_postcode_gbp), str(local.by_presence_gbp)) == ("2.00", "1.00")


async def test_rounds_of_different_partners_make_no_multiplier(world: World):
    """One surveyed its second round and another its third: nobody's money was followed through both."""
    await join_all(world, world.council, world.college)
    for partner, number, amount in ((world.council, 2, "900.00"), (world.college, 3, "300.00")):
        await import_spend(world, partner)
        draft = SpendRoundDraft.model_validate(round_draft(number, amount))
        await client(world, world.as_org(partner)).record_spend_round(
            world.place, draft, idempotency_key=key()
        )
    officer = client(world, world.as_manager())
    told = (await officer.get_spend_figures(world.place, **QUARTER)).local_multiplier
    assert (told.value, told.reason, told.partners) == (None, "round_3_missing", [])
    assert (str(told.round_2_gbp), told.round_3_gbp) == ("900.00", None)


async def test_a_name_that_is_a_persons_after_all_is_removed_and_stays_so(world: World):
    await join_all(world, world.council)
    content = b"Date,Supplier,Postcode,Amount\n01/07/2026,Jo Bloggs,DH1 1AA,9.00\n"
    first = await import_spend(world, world.council, content)
    own = client(world, world.as_org(world.council))
    supplier = (await suppliers(own, world))["Jo Bloggs"]
    for _ in range(2):
        await own.remove_spend_supplier_name(supplier.id, SpendRemoval(reason="a person"))
    await import_spend(world, world.council, content, supersedes=str(first.id), reason="again")
    rows = [
        (row.supplier_name, row.postcode, row.redaction)
        for one in (await own.list_spend_imports(world.place)).items
        for row in (await own.list_spend_rows(one.id)).items
    ]
    assert rows == [(None, None, "removed_by_hand")] * 2
    assert str((await figures(own, world)).total.without_name_gbp) == "9.00"
    everything = await world.scalar(
        "SELECT string_agg(s::text, ' ') || (SELECT count(*) FROM spend_sites) FROM spend_suppliers s"
    )
    assert "Bloggs" not in everything
    assert everything.endswith("0")

"""A record that was merged into another leads to it: entries stay, questions are answered under the one."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import text
from tests.integration.reporting_api.entry_maker import differences
from tests.integration.reporting_api.test_activities import garden, joint_line
from tests.integration.reporting_api.world import (
    PARTNERS,
    World,
    codes,
    contract_line,
    judgement,
    keyed,
    line,
)

from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from reporting_api.storage.figures import Slice

QUARTER = Period(date(2026, 4, 1), date(2026, 6, 30))


async def merge(world: World, merged: object, survivor: object, version: int = 2) -> None:
    data = {"organisation_id": str(merged), "survivor_id": str(survivor)}
    world.neighbours.tell(PARTNERS, "organisation.merged", new_id(), data, version)
    await world.consume()


async def changes(world: World) -> list[object]:
    """What is told of figures that changed."""
    return [data for kind, data in await world.events() if kind == "collective_value.changed"]


async def by_organisation(world: World, basis: str = "delivered_by") -> dict[str, tuple[str, Decimal]]:
    value = await world.value(group_by="organisation", basis=basis)
    return {
        cell.key: (cell.label, cell.figures.delivered.total_gbp)
        for cell in value.groupings[0].cells
        if cell.figures is not None
    }


async def test_what_two_records_delivered_is_the_survivors_and_both_ids_lead_to_it(world: World):
    contract = await world.sign(world.commitment(deliverer_id=world.charity, deliverer_name="Charity"))
    for who in (world.charity, world.college):
        await world.join(who, date(2026, 1, 1))
    first = await world.report(world.charity, line(quantity="10"))
    await world.report(world.council, line(quantity="5"))
    await world.seal()
    before = await by_organisation(world)
    entries = await world.ledger("delivered")
    assert (await world.value()).coverage.reported_count == 1
    assert before[str(world.charity)] == ("Charity", Decimal("179.60"))

    heard = len(await changes(world))
    await merge(world, world.charity, world.college)
    assert len(await changes(world)) == heard + 1
    await merge(world, world.charity, world.college, 3)  # told twice
    after = await by_organisation(world)
    assert after == {
        str(world.college): ("College", Decimal("179.60")),
        str(world.council): before[str(world.council)],
    }
    assert await world.ledger("delivered") == entries
    coverage = (await world.value()).coverage
    assert (coverage.due_count, coverage.reported_count) == (2, 2)  # both memberships are the college's now
    async with world.db.begin() as tx:
        assert await differences(tx, Slice(world.place, QUARTER, None)) == []

    # The report of the record that was merged is the survivor's: it reads and corrects it, and nobody else.
    path = f"/v1/reports/{first.id}"
    assert (await world.http.get(path, headers=world.as_org(world.supplier))).status_code == 404
    seen = (await world.http.get(path, headers=world.as_org(world.college))).json()
    assert seen["organisation_id"] == str(world.college)
    for record in (world.charity, world.college):
        found = await world.http.get(
            f"/v1/reports?organisation_id={record}", headers=world.as_org(world.college)
        )
        assert [one["id"] for one in found.json()["items"]] == [str(first.id)]
    [line_id] = [one.line_id for one in contract.lines]
    body = {"reason": "the contract was left out", "lines": [contract_line(line_id, "20")]}
    headers = keyed(world.as_org(world.college))
    corrected = await world.http.post(f"{path}/corrections", json=body, headers=headers)
    assert corrected.status_code == 201, corrected.text
    assert (await by_organisation(world))[str(world.college)][1] == Decimal("359.20")
    # A publication made before stays right: who had agreed to what is known as of its moment.
    assert (await world.scalar("SELECT count(*) FROM organisation_merges")) == 1


async def test_a_chain_of_merges_leads_to_the_last_record(world: World):
    await world.report(world.charity, line(quantity="10"))
    await world.report(world.supplier, line(quantity="1"))
    await merge(world, world.charity, world.supplier)
    world.clock.advance(timedelta(hours=1))
    await merge(world, world.supplier, world.college)
    assert await by_organisation(world) == {str(world.college): ("College", Decimal("197.56"))}
    async with world.db.begin() as tx:
        found = await tx.execute(text("SELECT DISTINCT survivor_id FROM organisation_merges"))
        assert set(found.scalars()) == {world.supplier, world.college}
        assert await differences(tx, Slice(world.place, QUARTER, None)) == []


async def test_whom_a_commissioner_or_a_partner_was_merged_into_does_not_validate_for_them(world: World):
    made = await world.sign()
    owed = await world.report(world.supplier, contract_line(made.lines[0].line_id))
    shared = await world.report(world.charity, joint_line(await garden(world)))
    for merged in (world.council, world.college):
        await merge(world, merged, world.assessor)
    checked = await world.review(owed)
    assert (checked.state, checked.lines[0].state) == ("submitted", "confirmed")
    rest = {"reason": "sampled", "method": "calls", "evidence_level": "declared"}
    body = {"outcome": "validated", "reason": "x", "rest": rest}
    again = await world.try_review(owed, body)
    assert codes(again) == [("/rest", "lines_missing")]
    for sent in (body, {**body, "rest": None, "lines": [judgement(shared, 0, "10")]}):
        own = await world.try_review(shared, sent)
        assert (own.status_code, own.json()["code"]) == (403, "review_not_independent")
    assert (await world.value()).figures.validated.total_gbp == Decimal("0.00")


async def test_whom_a_reporter_was_merged_into_does_not_decide_what_was_counted_twice(world: World):
    proof = {"title": "Log", "url": "https://example.org/log", "sha256": "a" * 64}
    for reporter in (world.council, world.charity):
        await world.report(reporter, line(evidence=[proof]))
    path = f"/v1/places/{world.place}/conflicts"
    [found] = (await world.http.get(path, headers=world.as_validator())).json()["items"]
    await merge(world, world.charity, world.assessor)
    body = {"outcome": "second_stands", "reason": "counted by the second"}
    headers = keyed(world.as_validator())
    refused = await world.http.post(f"/v1/conflicts/{found['id']}/resolution", json=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "review_not_independent")
    assert (await world.value()).open_conflicts == 1

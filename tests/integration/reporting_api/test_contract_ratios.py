"""Totals made elsewhere stand apart in versions; social value for each £ of contract where each is known."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.integration.reporting_api.collective_calls import prior_total
from tests.integration.reporting_api.test_client import client
from tests.integration.reporting_api.test_publications import three_report
from tests.integration.reporting_api.world import World, codes, keyed, promised_line

from cdp_common.contracts.prior_totals import PriorTotalCorrection, PriorTotalDraft
from cdp_common.kernel.identifiers import new_id
from reporting_api.use_cases.verify_ledger import verify_ledger

SINCE, UNTIL = date(2026, 7, 1), date(2026, 9, 30)


async def test_a_total_made_elsewhere_stands_beside_the_figures_and_in_none_of_them(world: World):
    manager = client(world, world.as_manager())
    draft = PriorTotalDraft.model_validate(prior_total())
    recorded = await manager.record_prior_total(world.place, draft, idempotency_key=str(new_id()))
    assert (recorded.version, recorded.recomputable, recorded.withdrawn) == (1, False, False)
    first_at = world.clock()
    await three_report(world)
    live = await world.value()
    assert [(one.title, one.amount_gbp) for one in live.prior_totals] == [
        ("First phase", Decimal("305000000.00"))
    ]
    assert live.figures.delivered.total_gbp == Decimal("642.68")
    first = await world.publish()
    assert [(one.id, one.version) for one in first.value.prior_totals] == [(recorded.id, 1)]
    page = (await world.http.get(f"/v1/publications/{first.id}/files/html")).text
    assert "Totals made elsewhere" in page
    assert "£305,000,000.00" in page
    world.clock.advance(timedelta(days=1))
    manager = client(world, world.as_manager())
    stated: Any = prior_total(amount_gbp="306000000.00", reason="As printed.")
    corrected = await manager.correct_prior_total(
        recorded.id, PriorTotalCorrection.model_validate(stated), idempotency_key=str(new_id())
    )
    assert [(one.version, one.amount_gbp, one.reason) for one in corrected.versions] == [
        (2, Decimal("306000000.00"), "As printed."),
        (1, Decimal("305000000.00"), None),
    ]
    now = (await world.value()).prior_totals
    assert [one.amount_gbp for one in now] == [Decimal("306000000.00")]
    then = (await world.value(as_of=first_at.isoformat())).prior_totals
    assert [one.amount_gbp for one in then] == [Decimal("305000000.00")]
    public = (await world.ask_value()).json()["prior_totals"]
    assert [(one["version"], one["recomputable"]) for one in public] == [(1, False)]
    gone: Any = prior_total(reason="Stated twice.", withdrawn=True)
    await manager.correct_prior_total(
        recorded.id, PriorTotalCorrection.model_validate(gone), idempotency_key=str(new_id())
    )
    assert (await world.value()).prior_totals == []
    [listed] = (await client(world).list_prior_totals(world.place)).items
    assert (listed.withdrawn, listed.version) == (True, 3)
    assert [kind for kind, _ in await world.events() if kind.startswith("prior")] == [
        "prior_total.recorded",
        "prior_total.corrected",
        "prior_total.corrected",
    ]
    assert await verify_ledger(world.db) == []
    for period, faults in (
        (
            ("2027-01-01", "2026-12-31"),
            [("/period_end", "period_reversed"), ("/period_end", "period_not_over")],
        ),
        (("1899-12-31", "2000-12-31"), [("/period_start", "period_out_of_range")]),
        # PostgreSQL would hold the first day of the calendar as -infinity, which no answer can tell
        (("0001-01-01", "2000-12-31"), [("/period_start", "period_out_of_range")]),
    ):
        stated = dict(zip(("period_start", "period_end"), period, strict=True))
        for path, more in (
            (f"/v1/places/{world.place}/prior-totals", {}),
            (f"/v1/prior-totals/{recorded.id}/corrections", {"reason": "None."}),
        ):
            body = prior_total(**stated, **more)
            refused = await world.http.post(path, json=body, headers=keyed(world.as_manager()))
            assert (refused.status_code, codes(refused)) == (422, faults)
    assert await world.count("prior_totals") == 1
    assert await world.count("prior_total_versions") == 3
    assert (await world.value()).prior_totals == []


async def test_value_for_each_pound_of_contract_stands_only_where_every_contract_is_worth_something_known(
    world: World,
):
    manager = client(world, world.as_manager())
    empty = await manager.get_contract_ratios(world.place, from_=SINCE, to=UNTIL)
    assert (empty.whole.absent, empty.whole.contracts, empty.by_deliverer) == ("no_contracts", 0, [])
    deliverers = (world.supplier, world.charity, world.college)
    made = [
        world.commitment(
            deliverer_id=who,
            deliverer_name=world.neighbours.organisations[who],
            value_gbp=worth,
            lines=[promised_line()],
        )
        for who, worth in zip(deliverers, (Decimal("60000"), Decimal("90000"), None), strict=True)
    ]
    for one in made:
        await world.sign(one)
    ratios = await manager.get_contract_ratios(world.place, from_=SINCE, to=UNTIL)
    assert (ratios.whole.contracts, ratios.whole.contracts_without_value) == (3, 1)
    assert (ratios.whole.committed_gbp, ratios.whole.absent) == (Decimal("72000.00"), "value_unknown")
    by_name = {one.organisation: (one.per_pound, one.absent) for one in ratios.by_deliverer}
    assert by_name == {
        "Charity": (Decimal("0.2667"), None),
        "College": (None, "value_unknown"),
        "Supplier": (Decimal("0.4000"), None),
    }
    [council] = ratios.by_commissioner
    assert (council.organisation, council.absent) == ("Council", "value_unknown")
    withheld = (await world.publish()).contract_ratio
    assert withheld is not None
    assert (withheld.per_pound, withheld.absent) == (None, "value_unknown")
    # A variation says what the third is worth from August on.
    line = made[2].lines[0]
    await world.change(
        made[2], effective_on=date(2026, 8, 1), lines=[line.model_copy()], value_gbp=Decimal("90000")
    )
    whole = (await manager.get_contract_ratios(world.place, from_=SINCE, to=UNTIL)).whole
    assert (whole.value_gbp, whole.per_pound, whole.absent) == (
        Decimal("240000.00"),
        Decimal("0.3000"),
        None,
    )
    before = await manager.get_contract_ratios(world.place, from_=date(2026, 4, 1), to=date(2026, 6, 30))
    assert before.whole.absent == "value_unknown"
    published = await world.publish(reason="varied")
    assert published.contract_ratio == whole
    page = (await world.http.get(f"/v1/publications/{published.id}/files/html")).text
    assert "£0.3000 of social value is committed for each £ of contract" in page
    assert await verify_ledger(world.db) == []

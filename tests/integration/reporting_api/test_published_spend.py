"""Publications tell payments once: nobody's takings, no unnamed partner's, the unknown share beside each."""

from datetime import date
from decimal import Decimal

from tests.integration.reporting_api.spend_calls import import_spend, join_all
from tests.integration.reporting_api.world import World

from reporting_api.use_cases.verify_ledger import verify_ledger

HEADER = "Payment Date,Supplier Name,Supplier Postcode,Category,Net Amount"
PAYEES = ("Acme Builders Ltd", "Boundary Works Ltd", "Cedar Joinery Ltd")


def file(*categories: tuple[str, int, tuple[str, ...]]) -> bytes:
    rows = [
        f"01/07/2026,{payee},,{category},{pounds}.00"
        for category, pounds, payees in categories
        for payee in payees
    ]
    return "\n".join([HEADER, *rows]).encode()


async def test_payments_are_published_once_and_protected(world: World):
    orgs = (world.council, world.charity, world.college)
    await join_all(world, *orgs, world.assessor)
    empty = (await world.publish()).spend
    assert empty is not None
    assert (empty.absent, empty.partners_counted, empty.partners_without_import) == ("no_imports", 0, 4)
    usual = [("Construction", 900, PAYEES), ("Care", 500, PAYEES)]
    await import_spend(world, world.council, file(*usual, ("Legal", 40, ("Dale Solicitors LLP",))))
    await import_spend(world, world.charity, file(*usual))
    too_few = (await world.publish(reason="payments")).spend
    assert too_few is not None
    assert (too_few.absent, too_few.total, too_few.by_category) == ("too_few", None, [])
    await import_spend(world, world.college, file(*usual, ("Legal", 40, ("Dale Solicitors LLP",))))
    first = await world.publish(reason="more payments")
    spend = first.spend
    assert spend is not None
    assert spend.total is not None
    assert (spend.absent, spend.told_in, spend.partners_counted) == (None, None, 3)
    assert spend.total.third_party_gbp == Decimal("12680.00")
    local = spend.total.local
    assert local is not None
    assert (local.unknown_gbp, local.unknown_share) == (Decimal("12680.00"), Decimal("1.0000"))
    # One was paid for legal work; beside it the smaller of the others is withheld.
    assert {cell.label: cell.third_party_gbp for cell in spend.by_category} == {
        "Care": None,
        "Construction": Decimal("8100.00"),
        "Legal": None,
    }
    assert [(cell.label, cell.suppressed) for cell in spend.by_partner] == [
        ("Charity", True),
        ("College", True),
        ("Council", True),
    ]
    assert (spend.local_multiplier, spend.local_multiplier_absent) == (None, "round_2_missing")
    page = (await world.http.get(f"/v1/publications/{first.id}/files/html")).text
    assert "Payments to suppliers, by category" in page
    assert "Dale Solicitors" not in page
    table = (await world.http.get(f"/v1/publications/{first.id}/files/csv")).text
    assert ",third_party,8100.00" in table
    # Told once: a restatement repeats it, and another period that shares its days tells nothing.
    await import_spend(world, world.assessor, file(*usual))
    again = (await world.publish(reason="later")).spend
    assert again == spend.model_copy(update={"told_in": 3})
    july = (await world.publish(period_start="2026-07-01", period_end="2026-07-31")).spend
    assert july is not None
    assert (july.absent, july.total) == ("told_before", None)
    assert await verify_ledger(world.db) == []
    told = [data for kind, data in await world.events() if kind == "spend.imported"]
    assert [(data["row_count"], data["period_start"]) for data in told] == [
        (7, "2026-07-01"),
        (6, "2026-07-01"),
        (7, "2026-07-01"),
        (6, "2026-07-01"),
    ]


async def test_a_named_partner_stands_by_name_and_its_suppliers_are_protected_all_the_same(world: World):
    await world.join(world.council, date(2022, 9, 29), named_totals_agreed=True)
    await import_spend(world, world.council, file(("Care", 500, PAYEES)))
    spend = (await world.publish()).spend
    assert spend is not None
    [council] = spend.by_partner
    assert (council.label, council.third_party_gbp) == ("Council", Decimal("1500.00"))

"""Payments as they may be published: no supplier's takings, no unnamed partner's payments."""

from decimal import Decimal
from uuid import UUID

from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.spend_disclosure import (
    MOST_CATEGORIES,
    OTHER,
    Payment,
    grouped,
    is_whole_safe,
    protected,
)
from reporting_api.domain.spend_figures import Split

RULE = DisclosureRule(3, Decimal(10), "test")
PARTNERS = [UUID(int=number) for number in (1, 2, 3)]
PAYEES = [UUID(int=number) for number in range(11, 20)]
NOBODY: frozenset[UUID] = frozenset()


def paid(partner: int, payee: int, pence: int, category: str = "care", **facts: bool | None) -> Payment:
    stated: dict[str, bool | None] = {"local": True, "sme": True, "vcse": False, **facts}
    local, sme, vcse = stated["local"], stated["sme"], stated["vcse"]
    return Payment(PARTNERS[partner], PAYEES[payee], category, category.title(), pence, local, sme, vcse)


EVERYBODY = [paid(partner, payee, 100) for partner in range(3) for payee in range(3)]


def test_a_whole_is_told_of_three_payees_and_of_three_partners_or_named_ones():
    assert is_whole_safe(EVERYBODY, NOBODY, RULE)
    two = [one for one in EVERYBODY if one.payee != PAYEES[0]]
    assert not is_whole_safe(two, NOBODY, RULE)
    one_partner = [one for one in EVERYBODY if one.partner == PARTNERS[0]]
    assert not is_whole_safe(one_partner, NOBODY, RULE)
    assert is_whole_safe(one_partner, frozenset(PARTNERS[:1]), RULE)
    # A part that one payee makes up is told by its share: then nothing is.
    assert not is_whole_safe([*EVERYBODY, paid(0, 3, 100, vcse=True)], NOBODY, RULE)


def test_a_category_with_one_supplier_is_withheld_with_another_beside_it():
    agreed = frozenset(PARTNERS)
    care = [paid(0, payee, 1_000) for payee in range(3)]
    food = [paid(0, payee, 500, "food") for payee in range(3)]
    alone = [paid(0, 4, 50, "legal")]
    cells = {cell.key: cell for cell in protected(grouped([*care, *food, *alone], True), agreed, RULE)}
    assert {key: cell.is_withheld for key, cell in cells.items()} == {
        "care": False,
        "food": True,
        "legal": True,
    }
    assert (cells["care"].pence, cells["care"].label) == (3_000, "Care")
    assert cells["care"].splits["local"] == Split(3_000, 0, 0)
    assert cells["care"].has_local_supplier


def test_a_partner_that_is_not_named_is_withheld_and_named_ones_hide_it_not():
    agreed = frozenset(PARTNERS[:2])
    cells = {cell.key: cell.is_withheld for cell in protected(grouped(EVERYBODY, False), agreed, RULE)}
    assert cells[str(PARTNERS[2])]


def test_the_smallest_categories_stand_together_beyond_the_limit():
    many = [paid(0, 0, 1_000 + number, f"c{number:03}") for number in range(MOST_CATEGORIES + 1)]
    found = grouped(many, True)
    assert len(found) == MOST_CATEGORIES
    assert [one.category for one in found[OTHER]] == ["c001", "c000"]

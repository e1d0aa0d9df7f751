"""Payments as a publication keeps them: sums without payees, of which all that it told can be worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from reporting_api.domain.spend_disclosure import OTHER, Payment, SpendCell, spend_cell

_Alike = tuple[UUID, str, bool, bool | None, bool | None, bool | None]


@dataclass(frozen=True, slots=True)
class SpendSum:
    """What one partner paid in one category to payees who are alike in where they are and what they are."""

    organisation_id: UUID
    category: str
    label: str
    to_member: bool
    is_local: bool | None
    is_sme: bool | None
    is_vcse: bool | None
    row_count: int
    payees_paid: int
    """How many payees more was paid to than they gave back."""
    pence: int


def sums_of(payments: Iterable[Payment]) -> list[SpendSum]:
    """The payments without their payees, those to members among them, in an order of their own."""
    found: dict[_Alike, SpendSum] = {}
    for one in payments:
        alike = (one.partner, one.category, one.to_member, one.local, one.sme, one.vcse)
        paid = int(one.pence > 0)
        so_far = found.get(alike)
        found[alike] = (
            SpendSum(one.partner, one.category, one.label, *alike[2:], one.row_count, paid, one.pence)
            if so_far is None
            else replace(
                so_far,
                label=min(so_far.label, one.label),
                row_count=so_far.row_count + one.row_count,
                payees_paid=so_far.payees_paid + paid,
                pence=so_far.pence + one.pence,
            )
        )
    return [found[alike] for alike in sorted(found, key=str)]


def cells_by_partner(sums: Iterable[SpendSum]) -> dict[str, SpendCell]:
    """What each partner paid to third parties."""
    return _cells((str(one.organisation_id), one) for one in sums if not one.to_member)


def cells_by_category(sums: Iterable[SpendSum], listed: Collection[str]) -> dict[str, SpendCell]:
    """What was paid to third parties in each listed category, and in the others together."""
    third = [one for one in sums if not one.to_member]
    return _cells((one.category if one.category in listed else OTHER, one) for one in third)


def whole_cell(sums: Iterable[SpendSum]) -> SpendCell:
    """All that was paid to third parties."""
    return _cell("total", [one for one in sums if not one.to_member])


def _cells(of: Iterable[tuple[str, SpendSum]]) -> dict[str, SpendCell]:
    groups: dict[str, list[SpendSum]] = {}
    for key, one in of:
        groups.setdefault(key, []).append(one)
    return {key: _cell(key, members) for key, members in groups.items()}


def _cell(key: str, sums: Sequence[SpendSum]) -> SpendCell:
    """A cell of sums: to their payees, whoever they are, it comes to the same as the payments did."""
    nobody = UUID(int=0)
    payments = [
        Payment(
            *(one.organisation_id, nobody, one.category, one.label, one.pence),
            *(one.is_local, one.is_sme, one.is_vcse),
        )
        for one in sums
    ]
    cell = spend_cell(key, payments, is_withheld=False)
    return replace(cell, has_local_supplier=any(one.is_local and one.payees_paid > 0 for one in sums))

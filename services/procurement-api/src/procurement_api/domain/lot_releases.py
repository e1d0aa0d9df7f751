"""How OCDS releases tell of a tender's lots: those that it has, and those that an amendment called off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cdp_common.kernel.ocds_parts import Part, number, present
from procurement_api.domain.notice_facts import lot_values, stated_value
from procurement_api.domain.release_facts import LotPublished

PERCENT = Decimal(100)


def lot_parts(lots: Sequence[LotPublished], weight: Decimal, notice: Mapping[str, Any] | None) -> list[Part]:
    """The entries of `tender.lots`; `weight` is that of social value, `notice` the imported one if any."""
    values = lot_values(tender_of(notice).get("lots"))
    return [_lot(lot, weight, values.get(lot.id)) for lot in lots]


def called_off(lots: Sequence[LotPublished]) -> list[Part]:
    """The entries of lots that the tender has no more: in the record they stay, as cancelled."""
    return [{"id": lot.id, "title": lot.title, "status": "cancelled"} for lot in lots]


def tender_of(notice: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The part of an imported notice that tells of the tender."""
    tender = None if notice is None else notice.get("tender")
    return tender if isinstance(tender, Mapping) else {}


def _lot(lot: LotPublished, weight: Decimal, stated: Any) -> Part:
    weighs = {"number": number(weight * PERCENT), "weight": "percentageExact"}
    criterion = {"type": "quality", "name": "Social value", "numbers": [weighs]}
    return present(
        {
            "id": lot.id,
            "title": lot.title,
            "status": "active",
            "value": stated_value(stated, lot.value),
            "awardCriteria": {"criteria": [criterion]},
        }
    )

"""What an amendment makes of a published tender's value and lots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdp_common.contracts.amendments import TenderAmendment
from cdp_common.contracts.tenders import Lot, TenderValue
from procurement_api.domain.amendment import require_amounts_kept
from procurement_api.domain.tender_draft import Estimate, require_draft_holds
from procurement_api.use_cases.tender_values import (
    estimates_of,
    lot_rows,
    lots_answer,
    value_answer,
    value_columns,
)


def require_values_hold(tender: Mapping[Any, Any], amendment: TenderAmendment) -> None:
    """Refuse lots named twice, values that cannot be, and a published amount that is left out."""
    lots = amendment.lots or []
    require_draft_holds([lot.id for lot in lots], [], estimates_of(amendment.value, lots))
    before = _by_name(value_answer(tender), lots_answer(tender))
    require_amounts_kept(before, _by_name(amendment.value, lots))


def amended_values(amendment: TenderAmendment) -> dict[str, Any]:
    """The columns of the tender that another value and other lots change.

    A value in pounds stands in place of one in another currency.
    """
    columns: dict[str, Any] = {}
    if amendment.value is not None:
        columns |= {**value_columns(amendment.value), "foreign_value": None}
    if amendment.lots is not None:
        columns["lots"] = lot_rows(amendment.lots)
    return columns


def _by_name(value: TenderValue | None, lots: Sequence[Lot]) -> dict[str, Estimate]:
    """The tender's value, if one is stated, and each lot's by its id."""
    named = {} if value is None else {"": _estimate("/value", value)}
    for index, lot in enumerate(lots):
        named[lot.id] = _estimate(f"/lots/{index}/value", lot.value)
    return named


def _estimate(at: str, value: TenderValue | None) -> Estimate:
    if value is None:
        return Estimate(at, None, None)
    return Estimate(at, value.amount_net, value.amount_gross)

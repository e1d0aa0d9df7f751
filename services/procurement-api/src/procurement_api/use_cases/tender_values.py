"""A tender's estimated values: as they are stated, as they are stored, as releases tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdp_common.contracts.tenders import ForeignValue, Lot, TenderValue
from cdp_common.kernel.money import gbp_from_pence, pence_from_gbp
from procurement_api.domain.ocds_parts import PoundsStated, StatedValue
from procurement_api.domain.tender_draft import Estimate


def value_answer(row: Mapping[Any, Any]) -> TenderValue | None:
    """The value of a stored tender in pounds, or None where none is known."""
    net, gross = row["value_pence"], row["value_gross_pence"]
    if net is None and gross is None:
        return None
    return TenderValue(
        amount_net=None if net is None else gbp_from_pence(net),
        amount_gross=None if gross is None else gbp_from_pence(gross),
    )


def value_columns(value: TenderValue | None) -> dict[str, int | None]:
    """The value as a tender's row keeps it."""
    net, gross = (None, None) if value is None else (value.amount_net, value.amount_gross)
    return {
        "value_pence": None if net is None else pence_from_gbp(net),
        "value_gross_pence": None if gross is None else pence_from_gbp(gross),
    }


def of_notice(pounds: PoundsStated) -> TenderValue | None:
    """A notice's value as the contracts write it; None where it states none in pounds."""
    if pounds.either is None:
        return None
    return TenderValue(amount_net=pounds.net, amount_gross=pounds.gross)


def foreign_value(stated: StatedValue | None) -> ForeignValue | None:
    """A value that a notice states in another currency, as it states it."""
    if stated is None or stated.currency == "GBP":
        return None
    return ForeignValue(currency=stated.currency, amount_net=stated.amount, amount_gross=stated.amount_gross)


def stated(value: TenderValue | None) -> PoundsStated:
    """The value as releases tell of it."""
    return PoundsStated(None, None) if value is None else PoundsStated(value.amount_net, value.amount_gross)


def estimates_of(value: TenderValue | None, lots: Sequence[Lot]) -> list[Estimate]:
    """The values of a tender and of its lots as the rules see them, each with where it stands."""
    values = {"/value": value} | {f"/lots/{index}/value": lot.value for index, lot in enumerate(lots)}
    return [
        Estimate(at, value.amount_net, value.amount_gross)
        for at, value in values.items()
        if value is not None
    ]


def lots_answer(row: Mapping[Any, Any]) -> list[Lot]:
    """The lots of a stored tender."""
    return [Lot.model_validate(lot) for lot in row["lots"]]


def lot_rows(lots: Sequence[Lot]) -> list[dict[str, Any]]:
    """The lots as a tender's row keeps them."""
    return [lot.model_dump(mode="json") for lot in lots]

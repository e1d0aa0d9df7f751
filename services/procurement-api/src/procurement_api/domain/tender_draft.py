"""What a tender must hold when it is made without a notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cdp_common.kernel.errors import FieldError, InvalidInput


class TenderInvalid(InvalidInput):
    """What is stated of a tender beside its terms breaks a rule; each fault is named."""

    code = "tender_invalid"
    title = "The tender is not valid"


@dataclass(frozen=True)
class Estimate:
    """An estimated value without VAT and with it, and where it stands in what was sent."""

    at: str
    net: Decimal | None
    gross: Decimal | None


def require_draft_holds(lots: Sequence[str], areas: Sequence[str], estimates: Sequence[Estimate]) -> None:
    """Refuse lots or areas named twice, and values that cannot be; every fault is named."""
    faults = [
        *_repeated("/lots/{}/id", lots, "lot_repeated", "A lot is named once."),
        *_repeated("/delivery_areas/{}", areas, "area_repeated", "An area is named once."),
    ]
    for estimate in estimates:
        faults += _estimate_faults(estimate)
    if faults:
        raise TenderInvalid("The tender does not hold.", errors=faults)


def _repeated(pointer: str, named: Sequence[str], code: str, words: str) -> list[FieldError]:
    times = Counter(named)
    return [
        FieldError(pointer.format(index), code, words) for index, name in enumerate(named) if times[name] > 1
    ]


def _estimate_faults(estimate: Estimate) -> list[FieldError]:
    faults = []
    for name, amount in (("amount_net", estimate.net), ("amount_gross", estimate.gross)):
        if amount is not None and amount < 0:
            words = "A value is not below zero."
            faults.append(FieldError(f"{estimate.at}/{name}", "value_negative", words))
    if estimate.net is None and estimate.gross is None:
        words = "State the value without VAT, with it, or both."
        faults.append(FieldError(estimate.at, "value_missing", words))
    elif estimate.net is not None and estimate.gross is not None and estimate.gross < estimate.net:
        words = "With VAT it is not less than without."
        faults.append(FieldError(f"{estimate.at}/amount_gross", "gross_below_net", words))
    return faults

"""Texts, amounts and lots of an OCDS release, as far as they can be read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from cdp_common.kernel.visible_text import without_unseen

MAX_TITLE_CHARS = 300
MAX_DESCRIPTION_CHARS = 20_000
MAX_LOT_TITLE_CHARS = 300
MAX_DEPTH = 60

_AMOUNT_LIMIT = Decimal(10) ** 15
_MAX_PLACES = 30
"""More decimals state no money, and a short text with an exponent would be written out endlessly."""
_PENNY = Decimal("0.01")
_LOT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CALLED_OFF = frozenset({"cancelled", "unsuccessful", "withdrawn"})
_CURRENCY = re.compile(r"[A-Z]{3}")
_CONTACTS = frozenset({"contactPoint", "additionalContactPoints"})


@dataclass(frozen=True)
class LotFacts:
    """A lot as the notice states it."""

    id: str
    title: str
    value: PoundsStated


@dataclass(frozen=True)
class PoundsStated:
    """A value in pounds and pence without VAT and with it; both null where none is stated in pounds."""

    net: Decimal | None
    gross: Decimal | None

    @property
    def either(self) -> Decimal | None:
        """The amount without VAT, or the one with it where only that is known."""
        return self.gross if self.net is None else self.net


@dataclass(frozen=True)
class StatedValue:
    """A value as a notice states it: without VAT and with it, each where given."""

    currency: str
    amount: Decimal | None
    amount_gross: Decimal | None


def text_of(value: object) -> str | None:
    """A text without the space around it, or a whole number as text; None for anything else.

    What nobody sees of it, or what turns text round, is left out: notices are copied together from all sorts.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    return without_unseen(value).strip() or None


def value_of(value: object) -> StatedValue | None:
    """An OCDS value in the currency that it states, never converted; None if nothing of it can be read."""
    if not isinstance(value, Mapping):
        return None
    currency = value.get("currency")
    if not isinstance(currency, str) or not is_currency(currency):
        return None
    amount, gross = amount_of(value.get("amount")), amount_of(value.get("amountGross"))
    return None if amount is None and gross is None else StatedValue(currency, amount, gross)


def is_currency(currency: object) -> bool:
    """Whether this is the code of a currency by its form (ISO 4217)."""
    return isinstance(currency, str) and _CURRENCY.fullmatch(currency) is not None


def pounds_of(value: object) -> PoundsStated:
    """The amounts of an OCDS value that are in pounds, to the penny; nothing is converted."""
    stated = value_of(value)
    if stated is None or stated.currency != "GBP":
        return PoundsStated(None, None)
    return PoundsStated(_pennies(stated.amount), _pennies(stated.amount_gross))


def _pennies(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(_PENNY, ROUND_HALF_UP)


def amount_of(amount: object) -> Decimal | None:
    """An amount that is written as a number, of a size that can be money; None for anything else."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | str | Decimal):
        return None
    # A JSON number was a decimal in the file; its shortest text is that decimal again.
    text = str(amount)
    if "_" in text or not text.isascii():  # Decimal would read 1_000 and digits of other scripts
        return None
    try:
        read = Decimal(text)
    except InvalidOperation:
        return None
    _, _, exponent = read.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) > _MAX_PLACES or not 0 <= read < _AMOUNT_LIMIT:
        return None
    return read.copy_abs()  # no amount is below nought, and neither is nought itself


def lots_of(lots: object) -> tuple[LotFacts, ...]:
    """The lots in order, without those that were called off.

    One whose id cannot stand in a bid, or is used before, is named by its number.
    """
    return tuple(
        LotFacts(lot_id, _lot_title(lot, lot_id)[:MAX_LOT_TITLE_CHARS], pounds_of(lot.get("value")))
        for lot_id, lot in lot_ids(lots).items()
        if not is_called_off(lot)
    )


def _lot_title(lot: Mapping[str, Any], lot_id: str) -> str:
    return text_of(lot.get("title")) or f"Lot {text_of(lot.get('id')) or lot_id.removeprefix('lot-')}"


def is_called_off(part: Mapping[str, Any]) -> bool:
    """Whether nobody can bid any more for this tender or lot: by its status, which may be anything."""
    return text_of(part.get("status")) in _CALLED_OFF


def lot_ids(lots: object) -> dict[str, Mapping[str, Any]]:
    """The lots of a notice by the ids that they have here, in order."""
    if not isinstance(lots, Sequence) or isinstance(lots, str):
        return {}
    named: dict[str, Mapping[str, Any]] = {}
    stated = {text_of(lot.get("id")) for lot in lots if isinstance(lot, Mapping)}
    for number, lot in enumerate(lots, start=1):
        if isinstance(lot, Mapping):
            said = text_of(lot.get("id"))
            usable = said is not None and _LOT_CODE.fullmatch(said) is not None and said not in named
            named[said if said is not None and usable else _numbered(number, stated)] = lot
    return named


def _numbered(number: int, stated: set[str | None]) -> str:
    name = f"lot-{number}"
    while name in stated:
        name = f"{name}-x"
    return name


def without_contacts(document: Mapping[str, Any], depth_left: int = MAX_DEPTH) -> dict[str, Any]:
    """The document without the persons to contact, wherever they stand: nothing here needs them.

    Numbers that no JSON document holds, and what nests deeper than any release does, become null.
    """
    return {name: _kept(part, depth_left - 1) for name, part in document.items() if name not in _CONTACTS}


def _kept(part: Any, depth_left: int) -> Any:
    if isinstance(part, float) and not math.isfinite(part):
        return None
    if not isinstance(part, Mapping | list):
        return part
    if depth_left == 0:
        return None
    if isinstance(part, Mapping):
        return without_contacts(part, depth_left)
    return [_kept(item, depth_left - 1) for item in part]

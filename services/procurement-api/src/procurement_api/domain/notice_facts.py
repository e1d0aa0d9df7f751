"""What the export says again of an imported notice: facts that the platform itself does not hold.

Only what the standard's schema lets stand is taken, member by member: a notice may hold anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cdp_common.kernel.ocds_parts import number
from procurement_api.domain.ocds_parts import PoundsStated, lot_ids, pounds_of, text_of, value_of

Part = dict[str, Any]

MAX_ITEMS = 1000
_METHODS = frozenset({"open", "selective", "limited", "direct"})
_CATEGORIES = frozenset({"goods", "works", "services"})
_TEXTS = ("procurementMethodDetails", "procurementMethodRationale", "eligibilityCriteria")
_ADDRESS = ("streetAddress", "locality", "region", "postalCode", "country", "countryName")
_CLASSIFICATION = ("scheme", "id", "description")
_LEGAL_BASIS = ("scheme", "id", "description")


def kept_of_notice(notice: Mapping[str, Any] | None) -> Part:
    """Procedure, category, legal basis and items of the notice's tender, as far as they can be read."""
    tender = None if notice is None else notice.get("tender")
    if not isinstance(tender, Mapping):
        return {}
    kept: Part = {name: said for name in _TEXTS if (said := text_of(tender.get(name))) is not None}
    if (method := text_of(tender.get("procurementMethod"))) in _METHODS:
        kept["procurementMethod"] = method
    if (category := text_of(tender.get("mainProcurementCategory"))) in _CATEGORIES:
        kept["mainProcurementCategory"] = category
    if isinstance(tender.get("aboveThreshold"), bool):
        kept["aboveThreshold"] = tender["aboveThreshold"]
    if basis := _texts(tender.get("legalBasis"), _LEGAL_BASIS):
        kept["legalBasis"] = basis
    if items := _items(tender.get("items")):
        kept["items"] = items
    return kept


def stated_value(notice_value: object, own: PoundsStated) -> Part | None:
    """The value as the notice states it, in whatever currency; the platform's own where that is another.

    Of a notice in another currency the platform has pounds only when its buyer amended the value.
    """
    stated = value_of(notice_value)
    in_pounds = stated is not None and stated.currency == "GBP"
    if stated is None or (pounds_of(notice_value) != own if in_pounds else own.either is not None):
        return _written(own.net, own.gross, "GBP")
    return _written(stated.amount, stated.amount_gross, stated.currency)


def _written(net: Decimal | None, gross: Decimal | None, currency: str) -> Part | None:
    amounts = {"amount": net, "amountGross": gross}
    written = {name: number(amount) for name, amount in amounts.items() if amount is not None}
    return {**written, "currency": currency} if written else None


def lot_values(lots: object) -> dict[str, Any]:
    """The values of the notice's lots by the ids that the lots have here."""
    return {lot_id: lot.get("value") for lot_id, lot in lot_ids(lots).items()}


def _items(items: object) -> list[Part]:
    """The items by id; one without an id of its own, or with one used before, is left out."""
    kept: dict[str, Part] = {}
    for item in _objects(items):
        item_id = text_of(item.get("id"))
        if item_id is None or item_id in kept:
            continue
        parts = {
            "description": text_of(item.get("description")),
            "classification": _texts(item.get("classification"), _CLASSIFICATION),
            "additionalClassifications": _each(item.get("additionalClassifications"), _CLASSIFICATION),
            "deliveryAddresses": _each(item.get("deliveryAddresses"), _ADDRESS),
            "relatedLot": text_of(item.get("relatedLot")),
        }
        kept[item_id] = {"id": item_id, **{name: part for name, part in parts.items() if part}}
    return list(kept.values())


def _each(value: object, names: Sequence[str]) -> list[Part]:
    return [part for each in _objects(value) if (part := _texts(each, names))]


def _objects(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [each for each in value[:MAX_ITEMS] if isinstance(each, Mapping)]


def _texts(value: object, names: Sequence[str]) -> Part:
    if not isinstance(value, Mapping):
        return {}
    return {name: said for name in names if (said := text_of(value.get(name))) is not None}

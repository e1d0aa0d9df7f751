"""Building blocks of OCDS 1.1 releases: times, values, parties, metrics, and the socialValue extension."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cdp_common.kernel.licence import sees_figures
from procurement_api.domain.exact import number
from procurement_api.domain.release_facts import Asked, Commitment, Framework, Party, ProxyRef, TermsFacts

Part = dict[str, Any]

UNIT_SCHEME = "CDP"
"""The list that units are taken from: the platform's own (docs/ocds.md)."""

_UNIT_NAMES = {
    "fte_years": "full-time equivalent years",
    "hours": "hours",
    "attendee_hours": "attendee hours",
    "weeks": "weeks",
    "gbp_invested": "pounds sterling invested",
    "gbp_spent": "pounds sterling spent",
    "tco2e": "tonnes of CO2 equivalent",
    "miles": "miles",
    "count": "number",
    "percentage": "per cent",
    "text": "text",
}


def moment(value: datetime) -> str:
    """A time as OCDS writes it: RFC 3339 in UTC, to the millisecond."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def first_moment(value: date) -> str:
    """The first second of a day."""
    return f"{value.isoformat()}T00:00:00Z"


def last_moment(value: date) -> str:
    """The last second of a day."""
    return f"{value.isoformat()}T23:59:59Z"


def period(starts_on: date, ends_on: date) -> Part:
    """A period of whole days, both included."""
    return {"startDate": first_moment(starts_on), "endDate": last_moment(ends_on)}


def pounds(amount: Decimal) -> Part:
    """An OCDS value in pounds sterling."""
    return {"amount": number(amount), "currency": "GBP"}


def present(part: Mapping[str, Any]) -> Part:
    """The part without members that say nothing: null, an empty text, object or list."""
    return {name: value for name, value in part.items() if value not in (None, "", {}, [])}


def reference(party: Party) -> Part:
    """How other parts of the release name a party."""
    return {"id": str(party.id), "name": party.name}


def party(of: Party, *roles: str) -> Part:
    """An entry of `parties`: the first identifier is the main one, the others are additional."""
    identifiers = [{"scheme": scheme, "id": id_, "legalName": of.name} for scheme, id_ in of.identifiers]
    return present(
        {
            **reference(of),
            "identifier": identifiers[0] if identifiers else None,
            "additionalIdentifiers": identifiers[1:],
            "roles": list(roles),
        }
    )


def terms_part(terms: TermsFacts, data_status: str) -> Part:
    """`tender.socialValue`: the terms on which commitments are asked for and scored."""
    return {
        "framework": framework_part(terms.framework),
        "weight": number(terms.weight),
        "scoring": {
            "method": terms.method,
            "quantitativeShare": number(terms.quantitative_share),
            "qualitativeShare": number(terms.qualitative_share),
            "qualitativeScaleMax": terms.scale_max,
        },
        "localArea": terms.local_area,
        "dataStatus": data_status,
    }


def framework_part(of: Framework) -> Part:
    """The framework and the edition, which its hash names for ever."""
    return {"id": of.framework, "edition": of.edition, "editionHash": of.edition_hash}


def target(of: Asked, terms: TermsFacts, starts_on: date, ends_on: date) -> Part:
    """An entry of `tender.targets`; without a published target it has no observation."""
    observations = []
    if of.target is not None:
        observed = observation(f"{of.measure}-target", of.target, of.unit, starts_on, ends_on)
        observations.append(observed)
    return present(
        {
            "id": of.measure,
            "title": of.title,
            "observations": observations,
            "socialValue": present(
                {
                    "measure": of.measure,
                    "editionHash": terms.framework.edition_hash,
                    "unit": of.unit,
                    "weight": number(of.weight),
                    "mandatory": of.mandatory,
                    "proxy": _proxy_part(of.proxy),
                }
            ),
        }
    )


def agreed_metric(of: Commitment, framework: Framework) -> Part:
    """An entry of `contracts[].agreedMetrics`: a commitment, with its pounds where anybody may see them."""
    observed = observation(f"{of.id}-agreed", of.quantity, of.unit, of.starts_on, of.ends_on)
    return {
        "id": str(of.id),
        "title": of.title,
        "observations": [observed],
        "socialValue": present(
            {
                "measure": of.measure,
                "editionHash": framework.edition_hash,
                "unit": of.unit,
                "countedQuantity": number(of.counted_quantity),
                "methodVersion": of.method_version,
                "proxy": _proxy_part(of.proxy),
                **_pounds_part(of),
                "schedule": [
                    {"dueDate": f"{due_on}T23:59:59Z", "share": number(Decimal(share))}
                    for due_on, share in of.schedule
                ],
                "areaCode": of.area,
                "industry": of.industry,
                "relatedLot": of.lot,
            }
        ),
    }


def observation(id_: str, quantity: Decimal, unit: str, starts_on: date, ends_on: date) -> Part:
    """A quantity over a period; money is a value, everything else a measure with its unit."""
    stated = {"value": pounds(quantity)} if unit.startswith("gbp_") else {"measure": number(quantity)}
    return {
        "id": id_,
        "period": period(starts_on, ends_on),
        **stated,
        "unit": {"scheme": UNIT_SCHEME, "id": unit, "name": _UNIT_NAMES.get(unit, unit)},
    }


def _proxy_part(proxy: ProxyRef | None) -> Part | None:
    return None if proxy is None else {"id": proxy.code, "priceYear": proxy.price_year}


def _pounds_part(of: Commitment) -> Part:
    """Both components and their sum; nothing of pounds that rest on a figure that may not be passed on."""
    if not sees_figures(of.licensed_framework, ()):
        return {"withheld": "licensed", "licensedFramework": of.licensed_framework}
    worth = of.pounds
    return {
        "social": pounds(worth.social),
        "localEconomic": pounds(worth.local_economic),
        "total": pounds(worth.social + worth.local_economic),
        "low": None if worth.low is None else pounds(worth.low),
        "high": None if worth.high is None else pounds(worth.high),
        "ofWhichFiscal": pounds(worth.fiscal),
    }

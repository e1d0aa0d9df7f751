"""Parts of OCDS 1.1 releases: parties, metrics, and what the socialValue extension says of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cdp_common.kernel.licence import sees_figures
from cdp_common.kernel.ocds_parts import Part, number, observation, pounds, present
from procurement_api.domain.release_facts import Asked, Commitment, Framework, Party, ProxyRef, TermsFacts


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

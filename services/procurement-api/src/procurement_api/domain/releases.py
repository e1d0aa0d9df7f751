"""The releases of a contracting process: tender, cancellation, award, contract, termination (OCDS 1.1).

Each gives the content without `ocid`, `id` and `date`, which it gets when it is stored. Later releases say
only what is new; merged with the earlier ones they make the record.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from cdp_common.kernel.ocds_parts import (
    Part,
    first_moment,
    last_moment,
    moment,
    number,
    period,
    pounds,
    present,
)
from procurement_api.domain.indicator_parts import exemption_words, indicator_list, indicator_metrics
from procurement_api.domain.lot_releases import PERCENT, lot_parts, tender_of
from procurement_api.domain.notice_facts import kept_of_notice, stated_value
from procurement_api.domain.release_facts import ContractSigned, Party, TenderPublished
from procurement_api.domain.release_parts import (
    agreed_metric,
    framework_part,
    party,
    reference,
    target,
    terms_part,
)


def tender_release(of: TenderPublished, notice_ocid: str | None) -> Part:
    """The `tender` release; facts of an imported notice that the platform does not hold itself stay.

    `notice_ocid` names the notice's process where this one has another.
    """
    targets = [target(asked, of.terms, of.starts_on, of.ends_on) for asked in of.terms.asked]
    related = None if notice_ocid is None else [_related(notice_ocid)]
    return present(
        {
            "tag": ["tender"],
            "initiationType": "tender",
            "language": "en",
            "parties": [party(of.buyer, "buyer", "procuringEntity")],
            "buyer": reference(of.buyer),
            "tender": present(
                {
                    **kept_of_notice(of.notice),
                    "id": of.reference,
                    "title": of.title,
                    "description": of.description,
                    "status": "active",
                    "procuringEntity": reference(of.buyer),
                    "value": stated_value(tender_of(of.notice).get("value"), of.value),
                    "lots": lot_parts(of.lots, of.terms.weight, of.notice),
                    "deliveryAddresses": [{"region": code} for code in of.delivery_areas],
                    "awardCriteria": "ratedCriteria",
                    "awardCriteriaDetails": _criteria_words(of),
                    "tenderPeriod": {"startDate": moment(of.published_at), "endDate": moment(of.deadline_at)},
                    "contractPeriod": period(of.starts_on, of.ends_on),
                    "targets": targets,
                    "socialValue": terms_part(of.terms, of.data_status),
                }
            ),
            "relatedProcesses": related,
        }
    )


def cancellation_release(reference_: str, *, closed: bool) -> Part:
    """The `tenderCancellation` release; `closed` tells that the tender was called off after its deadline."""
    when = "after" if closed else "before"
    return {
        "tag": ["tenderCancellation"],
        "initiationType": "tender",
        "tender": {
            "id": reference_,
            "status": "cancelled",
            "statusDetails": f"Called off by the buyer {when} the deadline.",
        },
    }


def award_release(
    of: ContractSigned,
    tender_reference: str,
    bid_count: int,
    awarded_at: datetime,
    *,
    is_complete: bool = True,
    lot: str | None = None,
) -> Part:
    """The `award` release: who won, and how many bid; of other bidders nothing."""
    supplier = reference(of.supplier)
    return present(
        {
            "tag": ["award"],
            "initiationType": "tender",
            "parties": [party(of.buyer, "buyer", "procuringEntity"), _supplier(of.supplier, tendered=True)],
            "buyer": reference(of.buyer),
            "tender": {
                "id": tender_reference,
                "status": "complete" if is_complete else "active",
                "numberOfTenderers": bid_count,
            },
            "bids": {
                "statistics": [
                    {"id": "bids", "measure": "bids", "date": moment(awarded_at), "value": bid_count}
                ],
                "details": [{"id": str(of.bid_id), "status": "valid", "tenderers": [supplier]}],
            },
            "awards": [
                present(
                    {
                        **_award(of, moment(awarded_at)),
                        "relatedBids": [str(of.bid_id)],
                        "relatedLots": None if lot is None else [lot],
                    }
                )
            ],
        }
    )


def contract_release(of: ContractSigned) -> Part:
    """The `contract` release with the commitments; one that no tender here led to brings its award along."""
    contract = present(
        {
            "id": str(of.id),
            "awardID": award_id(of.id),
            "title": of.title,
            "description": f"Reference of the buyer: {of.reference}",
            "status": "active",
            "period": period(of.starts_on, of.ends_on),
            "value": None if of.value_gbp is None else pounds(of.value_gbp),
            "dateSigned": first_moment(of.signed_on),
            "relatedBids": None if of.bid_id is None else [str(of.bid_id)],
            "agreedMetrics": [
                *(agreed_metric(commitment, of.framework) for commitment in of.commitments),
                *indicator_metrics(of.indicators),
            ],
            "noAgreedMetricsRationale": exemption_words(of.kpi_exemption),
            "socialValue": present(
                {
                    "framework": framework_part(of.framework),
                    "dataStatus": of.data_status,
                    "keyPerformanceIndicators": indicator_list(of.indicators),
                }
            ),
        }
    )
    if of.bid_id is not None:
        return {"tag": ["contract"], "initiationType": "tender", "contracts": [contract]}
    return {
        "tag": ["award", "contract"],
        "initiationType": "tender",
        "language": "en",
        "parties": [party(of.buyer, "buyer", "procuringEntity"), _supplier(of.supplier, tendered=False)],
        "buyer": reference(of.buyer),
        "awards": [_award(of, first_moment(of.signed_on))],
        "contracts": [contract],
    }


def termination_release(agreement_id: UUID, effective_on: date) -> Part:
    """The `contractTermination` release; the reason given is the parties' own and is not published."""
    return {
        "tag": ["contractTermination"],
        "initiationType": "tender",
        "contracts": [
            {
                "id": str(agreement_id),
                "awardID": award_id(agreement_id),
                "status": "terminated",
                "amendments": [
                    {
                        "id": "termination",
                        "date": last_moment(effective_on),
                        "description": f"Terminated with effect from {effective_on.isoformat()}.",
                    }
                ],
            }
        ],
    }


def _criteria_words(of: TenderPublished) -> str:
    asked = "; ".join(f"{each.title} {number(each.weight)} %" for each in of.terms.asked)
    return f"Social value {number(of.terms.weight * PERCENT)} % of the award score, of which: {asked}."


def _supplier(of: Party, *, tendered: bool) -> Part:
    return party(of, "supplier", "tenderer") if tendered else party(of, "supplier")


def _award(of: ContractSigned, date_: str) -> Part:
    return present(
        {
            "id": award_id(of.id),
            "title": of.title,
            "status": "active",
            "date": date_,
            "value": None if of.value_gbp is None else pounds(of.value_gbp),
            "suppliers": [reference(of.supplier)],
            "contractPeriod": period(of.starts_on, of.ends_on),
        }
    )


def award_id(agreement_id: UUID) -> str:
    """The id that a contract's award has in releases."""
    return f"award-{agreement_id}"


def _related(ocid: str) -> Part:
    return {"id": "notice", "relationship": ["x_sameProcess"], "scheme": "ocid", "identifier": ocid}

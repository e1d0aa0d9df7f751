"""From rows to what goes out on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from cdp_common.contracts.agreements import Agreement
from cdp_common.contracts.bids import OpenedLine
from cdp_common.contracts.commitments import CommitmentLine, ScheduledShare
from cdp_common.contracts.tenders import PinnedMeasure, Tender, TenderTerms
from cdp_common.contracts.toms import Explanation
from cdp_common.kernel.exact import without_trailing_zeros
from cdp_common.kernel.money import gbp_from_pence
from procurement_api.use_cases.actors import actor_answer
from procurement_api.use_cases.tender_values import lots_answer, value_answer

AFTER_OPENING = ("opened", "disregarded")
"""States of a bid whose bidder the buyer knows."""

LONDON = ZoneInfo("Europe/London")


def gbp_or_none(pence: int | None) -> Decimal | None:
    """Pounds, or None where there is no amount."""
    return None if pence is None else gbp_from_pence(pence)


def london_text(moment: datetime) -> str:
    """A moment in London's time, with its offset."""
    return moment.astimezone(LONDON).isoformat()


def tender_answer(row: Mapping[Any, Any]) -> Tender:
    """A tender; of its bids only their number."""
    deadline: datetime | None = row["deadline_at"]
    return Tender(
        id=row["id"],
        ocid=row["ocid"],
        reference=row["reference"],
        title=row["title"],
        description=row["description"],
        buyer_organisation_id=row["buyer_organisation_id"],
        place_id=row["place_id"],
        delivery_areas=row["delivery_areas"],
        value=value_answer(row),
        foreign_value=row["foreign_value"],
        lots=lots_answer(row),
        state=row["state"],
        terms=None if row["terms"] is None else TenderTerms.model_validate(row["terms"]),
        measures=[PinnedMeasure.model_validate(measure) for measure in row["measures"]],
        bid_count=row["bid_count"],
        published_at=row["published_at"],
        deadline_at=deadline,
        deadline_london=None if deadline is None else london_text(deadline),
        opened_at=row["opened_at"],
        terms_version=row["terms_version"],
        bids_since_terms_version=row["bids_since_terms_version"],
        version=row["version"],
        data_status=row["data_status"],
    )


def by_column(rows: Sequence[Mapping[Any, Any]], column: str) -> dict[UUID, list[Mapping[Any, Any]]]:
    """The rows in their order, by the id in a column."""
    sorted_out: dict[UUID, list[Mapping[Any, Any]]] = {}
    for row in rows:
        sorted_out.setdefault(row[column], []).append(row)
    return sorted_out


def opened_line_answer(row: Mapping[Any, Any]) -> OpenedLine:
    """A line after opening, valued."""
    explanation = row["explanation"]
    return OpenedLine(
        line_id=row["line_id"],
        measure=row["measure"],
        lot=row["lot"],
        once_if_any_won=row["once_if_any_won"],
        quantity=without_trailing_zeros(row["quantity"]),
        unit=row["unit"],
        inputs=row["inputs"],
        activity=row["activity"],
        target_group=row["target_group"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        answer=row["answer"],
        industry=row["industry"],
        area_code=row["area_code"],
        schedule=[ScheduledShare.model_validate(part) for part in row["schedule"]],
        counted_quantity=without_trailing_zeros(row["counted_quantity"]),
        social_gbp=gbp_from_pence(row["social_pence"]),
        local_economic_gbp=gbp_from_pence(row["local_economic_pence"]),
        total_gbp=gbp_from_pence(row["social_pence"] + row["local_economic_pence"]),
        low_gbp=gbp_or_none(row["low_pence"]),
        high_gbp=gbp_or_none(row["high_pence"]),
        fiscal_gbp=gbp_from_pence(row["fiscal_pence"]),
        disregarded=row["disregarded"],
        explanation=None if explanation is None else Explanation.model_validate(explanation),
        licensed_framework=row["licensed_framework"],
    )


def commitment_answer(row: Mapping[Any, Any]) -> CommitmentLine:
    """A commitment line of an agreement."""
    return CommitmentLine(
        line_id=row["line_id"],
        measure=row["measure"],
        edition_hash=row["edition_hash"],
        method_version=row["method_version"],
        unit=row["unit"],
        quantity=without_trailing_zeros(row["quantity"]),
        inputs=row["inputs"],
        activity=row["activity"],
        target_group=row["target_group"],
        counted_quantity=without_trailing_zeros(row["counted_quantity"]),
        social_gbp=gbp_from_pence(row["social_pence"]),
        local_economic_gbp=gbp_from_pence(row["local_economic_pence"]),
        low_gbp=gbp_or_none(row["low_pence"]),
        high_gbp=gbp_or_none(row["high_pence"]),
        fiscal_gbp=gbp_from_pence(row["fiscal_pence"]),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        schedule=[ScheduledShare.model_validate(part) for part in row["schedule"]],
        rest_from=row.get("rest_from"),
        area_code=row["area_code"],
        industry=row["industry"],
        licensed_framework=row["licensed_framework"],
    )


def agreement_answers(
    rows: Sequence[Mapping[Any, Any]], line_rows: Sequence[Mapping[Any, Any]]
) -> list[Agreement]:
    """Agreements with their lines, in the order of `rows`."""
    by_agreement = by_column(line_rows, "agreement_id")
    return [
        Agreement(
            id=row["id"],
            kind=row["kind"],
            state=row["state"],
            reference=row["reference"],
            title=row["title"],
            place_id=row["place_id"],
            tender_id=row["tender_id"],
            lot=row["lot"],
            bid_id=row["bid_id"],
            commissioner_organisation_id=row["commissioner_organisation_id"],
            deliverer_organisation_id=row["deliverer_organisation_id"],
            deliverer_name=row["deliverer_name"],
            signed_on=row["signed_on"],
            starts_on=row["starts_on"],
            ends_on=row["ends_on"],
            terminated_on=row["terminated_on"],
            value_gbp=gbp_or_none(row["value_pence"]),
            value_gross_gbp=gbp_or_none(row["value_gross_pence"]),
            framework_agreement_id=row["framework_agreement_id"],
            kpis=row["kpis"],
            kpi_exemption=row["kpi_exemption"],
            acted_by=actor_answer(row),
            lines=[commitment_answer(line) for line in by_agreement.get(row["id"], [])],
            version=row["version"],
            data_status=row["data_status"],
        )
        for row in rows
    ]

"""What procurement-api answers, made of its own contracts."""

from datetime import date
from decimal import Decimal

from tests.integration.gateway.canned.ids import AT, HASH, PLACE, uid

from cdp_common.contracts.tenders import (
    AskedMeasure,
    Lot,
    PinnedMeasure,
    Scoring,
    Tender,
    TenderTerms,
    TenderValue,
)


def tender(number: int) -> Tender:
    asked = PinnedMeasure(measure="M1", weight=Decimal("100"), title="Volunteering", unit="hours", decimals=2)
    terms = TenderTerms(
        edition_hash=HASH,
        measures=[AskedMeasure(measure="M1", weight=Decimal("100"))],
        scoring=Scoring(
            method="relative_to_highest",
            quantitative_share=Decimal("0.5"),
            qualitative_share=Decimal("0.5"),
        ),
        social_value_weight=Decimal("0.10"),
        deadline_at=AT,
        contract_starts_on=date(2026, 10, 1),
        contract_ends_on=date(2028, 9, 30),
        place_slug="place-1",
        local_area="County Durham (E06000047)",
    )
    return Tender(
        id=uid("tender", number),
        ocid=f"ocds-h6vhtk-{number:06d}",
        reference=f"T-{number}",
        title=f"Tender {number}",
        description=None,
        buyer_organisation_id=uid("organisation", number),
        place_id=PLACE,
        delivery_areas=[],
        value=TenderValue(amount_net=Decimal("250000.00")),
        foreign_value=None,
        lots=[Lot(id="1", title="Lot 1")],
        state="published",
        terms=terms,
        measures=[asked],
        bid_count=3,
        published_at=AT,
        deadline_at=AT,
        deadline_london="2026-07-20T10:30:00+01:00",
        opened_at=None,
        terms_version=1,
        bids_since_terms_version=1,
        version=2,
        data_status="synthetic_sample",
    )

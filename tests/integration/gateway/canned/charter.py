"""What charter-api answers, made of its own contracts."""

from datetime import date
from decimal import Decimal

from tests.integration.gateway.canned.ids import AT, CHARTER, HASH, PLACE, uid

from cdp_common.contracts.charter import Charter, CharterPledge, Pledge, Signatory
from cdp_common.contracts.commitments import CommitmentLine, ScheduledShare


def charter() -> Charter:
    return Charter(
        id=CHARTER,
        place_id=PLACE,
        version="1.0",
        title="The Charter",
        preamble="We pledge.",
        pledges=[CharterPledge(code="P1", objective="O1", title="Jobs")],
        source="Sample",
        data_status="synthetic_sample",
        published_at=AT,
    )


def signatory(number: int) -> Signatory:
    commitment = CommitmentLine(
        line_id=uid("line", number),
        measure="M1",
        edition_hash=HASH,
        method_version="1",
        unit="hours",
        quantity=Decimal("100"),
        counted_quantity=Decimal("100.00000000"),
        social_gbp=Decimal("1796.00"),
        local_economic_gbp=Decimal("4.00"),
        fiscal_gbp=Decimal("0.00"),
        starts_on=date(2026, 4, 1),
        ends_on=date(2027, 3, 31),
        schedule=[ScheduledShare(due_on=date(2026, 9, 30), share=Decimal("1"))],
    )
    return Signatory(
        id=uid("signature", number),
        place_id=PLACE,
        charter_id=CHARTER,
        charter_version="1.0",
        organisation_id=uid("organisation", number),
        organisation_name=f"Organisation {number:02d}",
        organisation_kind="private",
        state="active",
        signed_on=date(2026, 4, 1),
        renewal_due_on=date(2027, 3, 3),
        expires_on=date(2027, 4, 1),
        signed_by_role="Director",
        pledges=[
            Pledge(
                id=uid("pledge", number),
                signature_id=uid("signature", number),
                pledge="P1",
                title="Jobs",
                objective="O1",
                text="We will.",
                starts_on=date(2026, 4, 1),
                ends_on=date(2027, 3, 31),
                commitment=commitment,
            )
        ],
        version=1,
        data_status="synthetic_sample",
    )

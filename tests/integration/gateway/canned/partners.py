"""What partners-api answers, made of its own contracts."""

from datetime import date
from decimal import Decimal

from tests.integration.gateway.canned.ids import AT, PLACE, uid

from cdp_common.contracts.partners import (
    Identifier,
    Membership,
    NamedItem,
    Organisation,
    Place,
    PriorTotal,
    Statement,
    StatementSignature,
)


def organisation(number: int) -> Organisation:
    return Organisation(
        id=uid("organisation", number),
        legal_name=f"Organisation {number:02d}",
        kind="private",
        state="verified",
        identifiers=[Identifier(scheme="GB-COH", id=f"{number:08d}")],
        is_sme=True,
        is_vcse=None,
        website=None,
        data_status="synthetic_sample",
        created_at=AT,
    )


def place(number: int = 1, need_index: str | None = "imd-2019") -> Place:
    return Place(
        id=uid("place", number),
        slug=f"place-{number}",
        name=f"Place {number}",
        gss_code="E06000047",
        objectives=[NamedItem(code="O1", title="More jobs for local people")],
        commitments=[NamedItem(code="C1", title="Collaborate proactively", description="Together.")],
        phases=[],
        prior_totals=[
            PriorTotal(
                label="Phase 1",
                amount_gbp=Decimal("305000000.00"),
                period_text="2022 to 2024",
                publisher="The collective",
                method_text="Assessed elsewhere",
            )
        ],
        need_index=need_index,
        source="Sample",
        created_at=AT,
    )


def membership(number: int) -> Membership:
    return Membership(
        id=uid("membership", number),
        place_id=PLACE,
        organisation=organisation(number),
        role="lead" if number == 1 else "partner",
        valid_from=date(2022, 9, 29),
        valid_to=None,
        named_totals_agreed=True,
        assumed=True,
        source="Sample",
    )


def statement() -> Statement:
    return Statement(
        id=uid("statement"),
        place_id=PLACE,
        version="1",
        title="Statement of Intent",
        text="We will.",
        commitments=["C1"],
        source="Sample",
        published_at=AT,
        signatures=[
            StatementSignature(
                id=uid("sx", number),
                organisation_id=uid("organisation", number),
                organisation_name=f"Organisation {number:02d}",
                signed_on=date(2022, 9, 29),
                signed_by_role="Chief Executive",
                assumed=True,
            )
            for number in (1, 2)
        ],
    )

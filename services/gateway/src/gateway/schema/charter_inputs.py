"""What is stated to sign the Charter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from gateway.schema.enums import DataStatus, Unit


@strawberry.input(description="A part that falls due on a day; the shares of one line sum to 1.")
class ScheduledShareInput:
    """A part of a promise."""

    due_on: date = strawberry.field(description="The day.")
    share: Decimal = strawberry.field(description="The share, between 0 and 1.")


@strawberry.input(description="The measurable part of a pledge.")
class PledgeTargetInput:
    """A target."""

    measure: str = strawberry.field(description="The measure's code.")
    edition_hash: str = strawberry.field(description="The edition in which it is counted, by its hash.")
    quantity: Decimal = strawberry.field(description="How much, in the unit.")
    unit: Unit = strawberry.field(description="The measure's unit.")
    target_group: str | None = strawberry.field(
        default=None, description="The group of people that it is for, where the measure has any."
    )
    headcount: int | None = strawberry.field(
        default=None, description="How many people, where posts are counted by group."
    )
    industry: str | None = strawberry.field(default=None, description="The industry's code, for local spend.")
    area_code: str | None = strawberry.field(default=None, description="The small area that it is for.")
    schedule: list[ScheduledShareInput] = strawberry.field(
        default_factory=list, description="When it falls due; equal monthly parts unless stated."
    )


@strawberry.input(description="A pledge that is made with a signature.")
class PledgeInput:
    """A pledge."""

    pledge: str = strawberry.field(description="The code of a pledge that the Charter offers.")
    text: str = strawberry.field(description="What the signatory will do, in its own words.")
    starts_on: date = strawberry.field(description="The first day.")
    ends_on: date = strawberry.field(description="The last day.")
    place_slug: str = strawberry.field(description="The place's short name.")
    target: PledgeTargetInput | None = strawberry.field(
        default=None, description="The measurable part; none for a pledge in words."
    )


@strawberry.input(description="Who signs for the organisation; the register shows the role alone.")
class SigningPersonInput:
    """A signing person."""

    name: str = strawberry.field(description="The person's name, which is kept apart and can be erased.")
    role: str = strawberry.field(description="The person's role, which is public.")


@strawberry.input(description="A signature of the Charter for the organisation that the token acts for.")
class SignCharterInput:
    """A signature."""

    charter_id: strawberry.ID = strawberry.field(
        description="The charter version, by its id here or in the REST APIs."
    )
    signing_person: SigningPersonInput = strawberry.field(description="Who signs.")
    signed_on: date = strawberry.field(description="The day of signing; today or earlier.")
    pledges: list[PledgeInput] = strawberry.field(
        default_factory=list, description="The first pledges; at most 50."
    )
    areas: list[str] = strawberry.field(
        default_factory=list, description="Small areas signed for; none for the whole place."
    )
    level: str | None = strawberry.field(
        default=None, description="The code of a level that the Charter has; none where it has none."
    )
    data_status: DataStatus = strawberry.field(
        default=DataStatus.ACTUAL, description="Whether the signature is real or a sample."
    )

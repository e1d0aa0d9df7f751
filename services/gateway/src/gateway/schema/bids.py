"""A bid as it is submitted through the graph, and the receipt that comes back; nobody's bid is shown."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from cdp_common.contracts import bids as contract
from gateway.schema.charter_inputs import ScheduledShareInput
from gateway.schema.enums import Unit
from gateway.schema.line_inputs import LineInputsInput
from gateway.schema.writing_enums import BidAction


@strawberry.input(description="An organisation's identifier in a public register.")
class IdentifierInput:
    """An identifier."""

    scheme: str = strawberry.field(description="The register, for example GB-COH.")
    id: str = strawberry.field(description="The number in it.")


@strawberry.input(description="The bidder, where a portal bids for it: by id, or by identifier and name.")
class TendererInput:
    """A bidder."""

    organisation_id: UUID | None = strawberry.field(default=None, description="Its id in the REST APIs.")
    identifier: IdentifierInput | None = strawberry.field(
        default=None, description="Its identifier, where it has no account."
    )
    legal_name: str | None = strawberry.field(default=None, description="Its name, where it has no account.")


@strawberry.input(description="One of those who bid together.")
class JointTendererInput:
    """One of several bidders."""

    lead: bool = strawberry.field(default=False, description="Whether it answers for the bid; one does.")
    organisation_id: UUID | None = strawberry.field(default=None, description="Its id in the REST APIs.")
    scheme: str | None = strawberry.field(default=None, description="The register that knows it.")
    id: str | None = strawberry.field(default=None, description="Its number in the register.")
    portal_local_id: str | None = strawberry.field(default=None, description="A portal's own id of it.")
    legal_name: str | None = strawberry.field(
        default=None, description="Its name; needed unless it is named by its id."
    )


@strawberry.input(description="Who authorised the submission: a portal's word.")
class BidAttestationInput:
    """An attestation."""

    authorised_by: str = strawberry.field(description="The role, not a person's name.")
    authorised_at: datetime = strawberry.field(description="When.")
    portal_user_ref: str | None = strawberry.field(
        default=None, description="The portal's own reference to its user; it stays sealed."
    )


@strawberry.input(description="One promised quantity of one measure, with the answer that explains it.")
class BidLineInput:
    """A line of a bid."""

    measure: str = strawberry.field(description="The measure's code.")
    unit: Unit = strawberry.field(description="The measure's unit.")
    quantity: Decimal | None = strawberry.field(
        default=None, description="How much; may be left out where `inputs` give it."
    )
    inputs: LineInputsInput | None = strawberry.field(
        default=None, description="What the quantity is made of."
    )
    answer: str = strawberry.field(default="", description="How it will be done, in words.")
    lot: str | None = strawberry.field(default=None, description="The lot that it belongs to.")
    once_if_any_won: bool = strawberry.field(
        default=False, description="Of no single lot: owed once if the bid wins any."
    )
    activity: str | None = strawberry.field(
        default=None, description="The bidder's own name of what is done: the same activity counts once."
    )
    target_group: str | None = strawberry.field(
        default=None, description="One of the measure's target groups, where it has any."
    )
    industry: str | None = strawberry.field(default=None, description="The industry's code, for local spend.")
    area_code: str | None = strawberry.field(default=None, description="The small area that it is for.")
    starts_on: date | None = strawberry.field(
        default=None, description="The first day; the contract's unless stated."
    )
    ends_on: date | None = strawberry.field(
        default=None, description="The last day; the contract's unless stated."
    )
    schedule: list[ScheduledShareInput] = strawberry.field(
        default_factory=list, description="When it falls due; equal monthly parts unless stated."
    )
    per_year: list[Decimal] = strawberry.field(
        default_factory=list, description="Or the shares that fall due by the end of each year."
    )


@strawberry.input(description="A bid's social-value commitments; sealed until the deadline.")
class SubmitBidInput:
    """A bid."""

    tender_id: strawberry.ID = strawberry.field(description="The tender, by its id here or in the REST APIs.")
    lines: list[BidLineInput] = strawberry.field(description="What is promised.")
    lots: list[str] = strawberry.field(default_factory=list, description="The lots that are bid for.")
    tenderer: TendererInput | None = strawberry.field(
        default=None, description="The bidder, where a portal bids for it."
    )
    tenderers: list[JointTendererInput] = strawberry.field(
        default_factory=list, description="Those who bid together, one of them as the lead."
    )
    attestation: BidAttestationInput | None = strawberry.field(
        default=None, description="Who authorised it, where a portal bids."
    )


@strawberry.type(description="Signed proof that a version of a bid arrived in time.")
class BidReceipt:
    """A receipt."""

    bid_id: UUID = strawberry.field(description="The id by which the REST APIs know the bid.")
    version: int = strawberry.field(description="The version that arrived.")
    action: BidAction = strawberry.field(description="What was done.")
    received_at: datetime = strawberry.field(description="When it arrived, by the platform's clock.")
    content_hash: str | None = strawberry.field(
        description="The SHA-256 of what was stored; null for a withdrawal."
    )
    commitment: str = strawberry.field(description="An HMAC-SHA256 of what was sent, under the key.")
    commitment_key: str | None = strawberry.field(
        description="The key: keep it, it is stored inside the seal alone; null for a reconfirmation."
    )
    receipt_jws: str = strawberry.field(description="The signature over the receipt, as a JWS.")

    @classmethod
    def of(cls, record: contract.BidReceipt) -> BidReceipt:
        """The receipt that procurement-api gave."""
        return cls(
            bid_id=record.bid_id,
            version=record.version,
            action=BidAction(record.action),
            received_at=record.received_at,
            content_hash=record.content_hash,
            commitment=record.commitment,
            commitment_key=record.commitment_key,
            receipt_jws=record.receipt_jws,
        )

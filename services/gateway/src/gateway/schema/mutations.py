"""What can be done through the graph: each mutation is one use case of one service, under the caller's token.

The services decide; here nothing is checked but the form. What they refuse comes back as user errors, with
the same codes, and pointers into the mutation's input.
"""

from __future__ import annotations

from typing import Annotated

import strawberry

from cdp_common.contracts import bids as bid_contract
from cdp_common.contracts import charter as charter_contract
from cdp_common.contracts import reporting as report_contract
from gateway.context import Info
from gateway.schema.bids import BidReceipt, SubmitBidInput
from gateway.schema.charter import Signatory
from gateway.schema.charter_inputs import SignCharterInput
from gateway.schema.fields import calls_each
from gateway.schema.public_mutations import PublicMutation
from gateway.schema.records import as_shown
from gateway.schema.report_inputs import SubmitReportInput
from gateway.schema.reports import Report
from gateway.schema.writing import (
    IdempotencyKey,
    InputRefused,
    UserError,
    document,
    id_at,
    require_token,
    stated_values,
    write,
)

_ERRORS = "Why it was not done; empty when it was."


@strawberry.type(description="What signing the Charter came to.")
class SignCharterPayload:
    """A signature, or why there is none."""

    signatory: Signatory | None = strawberry.field(description="The register's new entry.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What submitting a report came to.")
class SubmitReportPayload:
    """A report, or why there is none."""

    report: Report | None = strawberry.field(description="The report as it was recorded and valued.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What submitting a bid came to.")
class SubmitBidPayload:
    """A receipt, or why there is none."""

    receipt: BidReceipt | None = strawberry.field(description="Proof that the bid arrived: keep it.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What can be done; each once under its idempotency key.")
class Mutation(PublicMutation):
    """The root of what can be done."""

    @calls_each("Sign the Charter for the organisation that the token acts for; needs `charter:sign`.")
    async def sign_charter(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the name of the argument in the graph
            SignCharterInput, strawberry.argument(description="What is signed.")
        ],
        idempotency_key: IdempotencyKey,
    ) -> SignCharterPayload:
        """A signature."""
        require_token(info.context)
        try:
            charter_id = id_at(input.charter_id, "Charter", "/charterId")
            draft = document(
                charter_contract.SignatureDraft, {**stated_values(input), "charter_id": charter_id}
            )
            record = await write(
                info.context.upstreams.charter,
                lambda api: api.sign_charter(draft, idempotency_key=idempotency_key),
                info.context.write_budget_s,
            )
        except InputRefused as refusal:
            return SignCharterPayload(signatory=None, user_errors=refusal.errors)
        return SignCharterPayload(signatory=Signatory.of(record), user_errors=[])

    @calls_each("Submit a report for the organisation that the token acts for; needs `reports:write`.")
    async def submit_report(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the name of the argument in the graph
            SubmitReportInput, strawberry.argument(description="What is reported.")
        ],
        idempotency_key: IdempotencyKey,
    ) -> SubmitReportPayload:
        """A report."""
        require_token(info.context)
        try:
            place_id = id_at(input.place_id, "Place", "/placeId")
            draft = document(report_contract.ReportDraft, {**stated_values(input), "place_id": place_id})
            record = await write(
                info.context.upstreams.reporting,
                lambda api: api.submit_report(draft, idempotency_key=idempotency_key),
                info.context.write_budget_s,
            )
        except InputRefused as refusal:
            return SubmitReportPayload(report=None, user_errors=refusal.errors)
        return SubmitReportPayload(report=as_shown(Report, record), user_errors=[])

    @calls_each("Submit a bid, sealed until the deadline; needs `bids:write`.")
    async def submit_bid(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the name of the argument in the graph
            SubmitBidInput, strawberry.argument(description="What is bid.")
        ],
        idempotency_key: IdempotencyKey,
    ) -> SubmitBidPayload:
        """A bid."""
        require_token(info.context)
        try:
            tender_id = id_at(input.tender_id, "Tender", "/tenderId")
            stated = stated_values(input)
            del stated["tender_id"]
            draft = document(bid_contract.BidDraft, stated)
            record = await write(
                info.context.upstreams.procurement,
                lambda api: api.submit_bid(tender_id, draft, idempotency_key=idempotency_key),
                info.context.write_budget_s,
            )
        except InputRefused as refusal:
            return SubmitBidPayload(receipt=None, user_errors=refusal.errors)
        return SubmitBidPayload(receipt=BidReceipt.of(record), user_errors=[])

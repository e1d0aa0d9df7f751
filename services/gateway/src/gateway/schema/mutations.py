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
from gateway.schema.records import maybe_shown
from gateway.schema.report_inputs import SubmitReportInput
from gateway.schema.reports import Report
from gateway.schema.writing import (
    USER_ERRORS,
    IdempotencyKey,
    UserError,
    carried_out,
    require_token,
)


@strawberry.type(description="What signing the Charter came to.")
class SignCharterPayload:
    """A signature, or why there is none."""

    signatory: Signatory | None = strawberry.field(
        description="The register's new entry; null where `userErrors` say why there is none."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What submitting a report came to.")
class SubmitReportPayload:
    """A report, or why there is none."""

    report: Report | None = strawberry.field(
        description="The report as it was recorded and valued; null where `userErrors` say why there is none."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What submitting a bid came to.")
class SubmitBidPayload:
    """A receipt, or why there is none."""

    receipt: BidReceipt | None = strawberry.field(
        description="Proof that the bid arrived: keep it; null where `userErrors` say why there is none."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


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
        record, errors = await carried_out(
            info.context,
            info.context.upstreams.charter,
            input,
            ("charter_id", "Charter"),
            charter_contract.SignatureDraft,
            lambda api, _, draft: api.sign_charter(draft, idempotency_key=idempotency_key),
        )
        return SignCharterPayload(
            signatory=None if record is None else Signatory.of(record), user_errors=errors
        )

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
        record, errors = await carried_out(
            info.context,
            info.context.upstreams.reporting,
            input,
            ("place_id", "Place"),
            report_contract.ReportDraft,
            lambda api, _, draft: api.submit_report(draft, idempotency_key=idempotency_key),
        )
        return SubmitReportPayload(report=maybe_shown(Report, record), user_errors=errors)

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
        record, errors = await carried_out(
            info.context,
            info.context.upstreams.procurement,
            input,
            ("tender_id", "Tender"),
            bid_contract.BidDraft,
            lambda api, key, draft: api.submit_bid(key, draft, idempotency_key=idempotency_key),
        )
        return SubmitBidPayload(receipt=None if record is None else BidReceipt.of(record), user_errors=errors)

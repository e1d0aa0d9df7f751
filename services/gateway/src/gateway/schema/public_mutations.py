"""What the public can do without a token: support the programme, send an idea, register for a gathering.

Whoever leaves a name agrees to a published wording. partners-api limits what one address sends, so the
address that the request came from goes along with it.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from cdp_common.contracts import gatherings
from cdp_common.contracts import public_voice as contract
from gateway.context import Info
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_each
from gateway.schema.public_voice import IdeaKind
from gateway.schema.records import maybe_shown, said, shows
from gateway.schema.writing import USER_ERRORS, IdempotencyKey, UserError, carried_out


@strawberry.enum(description="What a supporter wants to hear of, or to do.")
class Interest(Enum):
    """What a supporter wants."""

    NEWS = described_value("news", "To hear of the programme.")
    CHARTER = described_value("charter", "To sign the Charter.")
    PARTNERSHIP = described_value("partnership", "To become a partner.")
    VOLUNTEERING = described_value("volunteering", "To volunteer.")


@strawberry.enum(description="What became of an idea.")
class IdeaState(Enum):
    """What became of an idea."""

    RECEIVED = described_value("received", "It arrived, and waits to be read.")
    SHOWN = described_value("shown", "It shows.")
    DECLINED = described_value("declined", "It does not show.")


@strawberry.enum(description="Whether somebody has a place.")
class RegistrationState(Enum):
    """Whether somebody has a place."""

    REGISTERED = described_value("registered", "There is a place.")
    WAITING = described_value("waiting", "There is a place on the waiting list.")
    CANCELLED = described_value("cancelled", "The registration was cancelled.")


# ------------------------------------------------------------------ what is sent
@strawberry.input(description="Somebody who agreed to be known for one purpose.")
class PublicPersonInput:
    """A person."""

    name: str = strawberry.field(description="The name.")
    email: str = strawberry.field(description="The address for electronic mail.")
    wording_id: UUID = strawberry.field(
        description="The wording that was agreed to: the latest of its purpose in `consentWordings`."
    )
    organisation_name: str | None = strawberry.field(default=None, description="An organisation's name.")


@strawberry.input(description="Somebody who wants to support a place's programme, or to hear of it.")
class RegisterInterestInput:
    """An interest."""

    place_id: strawberry.ID = strawberry.field(description="The place, by its id here or in the REST APIs.")
    person: PublicPersonInput = strawberry.field(description="Who.")
    interests: list[Interest] = strawberry.field(description="In what; one at least.")


@strawberry.input(description="An idea, feedback or a case study.")
class PostIdeaInput:
    """An idea."""

    place_id: strawberry.ID = strawberry.field(description="The place, by its id here or in the REST APIs.")
    title: str = strawberry.field(description="The title.")
    text: str = strawberry.field(description="The text, plain.")
    kind: IdeaKind = strawberry.field(default=IdeaKind.IDEA, description="What it is.")
    objectives: list[str] = strawberry.field(
        default_factory=list, description="Codes of the place's objectives that it is about."
    )
    area: str | None = strawberry.field(default=None, description="The code of the area that it is about.")
    sender: PublicPersonInput | None = strawberry.field(
        default=None, description="Who sends it, if they want to be known."
    )
    show_name: bool = strawberry.field(default=False, description="Whether to name the sender beside it.")
    data_status: DataStatus = strawberry.field(
        default=DataStatus.ACTUAL, description="Whether it is real or a sample."
    )


@strawberry.input(description="Somebody who wants to come to a training or an event.")
class RegisterForGatheringInput:
    """A registration."""

    gathering_id: strawberry.ID = strawberry.field(
        description="The gathering, by its id here or in the REST APIs."
    )
    person: PublicPersonInput = strawberry.field(description="Who.")


# ------------------------------------------------------------------ what comes back
@shows(contract.SupporterReceipt, "What a supporter is told.")
class InterestReceipt:
    """A receipt."""

    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    contact_id: UUID = said("The id under which the person is known.")
    withdrawal_token: str = said("Given once: it withdraws the consent, and erases the person.")


@shows(contract.IdeaReceipt, "What the sender of an idea is told: it shows once somebody has read it.")
class IdeaReceipt:
    """A receipt."""

    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    state: IdeaState = said("What became of it.")
    contact_id: UUID | None = said("The id under which the sender is known; null for nobody.")
    withdrawal_token: str | None = said("Given once: it erases sender and idea; null for nobody.")


@shows(gatherings.RegistrationReceipt, "Whether there is a place, or a place on the waiting list.")
class RegistrationReceipt:
    """A receipt."""

    rest_id: UUID = said("The id by which the REST APIs know the registration.", of="id")
    gathering_id: UUID = said("The gathering's id in the REST APIs.")
    state: RegistrationState = said("Whether there is a place.")
    waiting_position: int | None = said("On the waiting list: 1 is moved up next; null with a place.")
    contact_id: UUID = said("The id under which the person is known.")
    withdrawal_token: str = said("Given once: it cancels, and erases the person.")


@strawberry.type(description="What registering an interest came to.")
class RegisterInterestPayload:
    """A receipt, or why there is none."""

    receipt: InterestReceipt | None = strawberry.field(
        description="The receipt: keep it; null where `userErrors` say why there is none."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What posting an idea came to.")
class PostIdeaPayload:
    """A receipt, or why there is none."""

    receipt: IdeaReceipt | None = strawberry.field(
        description="The receipt: keep it; null where `userErrors` say why there is none."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What registering for a gathering came to.")
class RegisterForGatheringPayload:
    """A receipt, or why there is none."""

    receipt: RegistrationReceipt | None = strawberry.field(
        description="The receipt: keep it; null where `userErrors` say why there is none."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class PublicMutation:
    """What the public can do."""

    @calls_each("Support a place's programme, or ask to hear of it; no token is needed.")
    async def register_interest(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the name of the argument in the graph
            RegisterInterestInput, strawberry.argument(description="Who, and in what.")
        ],
        idempotency_key: IdempotencyKey,
    ) -> RegisterInterestPayload:
        """An interest."""
        record, errors = await carried_out(
            info.context,
            info.context.upstreams.partners,
            input,
            ("place_id", "Place"),
            contract.SupporterDraft,
            lambda api, place, draft: api.register_supporter(place, draft, idempotency_key=idempotency_key),
        )
        return RegisterInterestPayload(receipt=maybe_shown(InterestReceipt, record), user_errors=errors)

    @calls_each("Send an idea, feedback or a case study; no token, and no name, is needed.")
    async def post_idea(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the name of the argument in the graph
            PostIdeaInput, strawberry.argument(description="The idea.")
        ],
        idempotency_key: IdempotencyKey,
    ) -> PostIdeaPayload:
        """An idea."""
        record, errors = await carried_out(
            info.context,
            info.context.upstreams.partners,
            input,
            ("place_id", "Place"),
            contract.IdeaDraft,
            lambda api, place, draft: api.send_idea(place, draft, idempotency_key=idempotency_key),
        )
        return PostIdeaPayload(receipt=maybe_shown(IdeaReceipt, record), user_errors=errors)

    @calls_each("Register for a training or an event; no token is needed.")
    async def register_for_gathering(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the name of the argument in the graph
            RegisterForGatheringInput, strawberry.argument(description="Who, and for what.")
        ],
        idempotency_key: IdempotencyKey,
    ) -> RegisterForGatheringPayload:
        """A registration."""
        record, errors = await carried_out(
            info.context,
            info.context.upstreams.partners,
            input,
            ("gathering_id", "Gathering"),
            gatherings.RegistrationDraft,
            lambda api, key, draft: api.register_for_gathering(key, draft, idempotency_key=idempotency_key),
        )
        return RegisterForGatheringPayload(
            receipt=maybe_shown(RegistrationReceipt, record), user_errors=errors
        )

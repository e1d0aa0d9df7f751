"""What can be listened to: changes at the services, told as they happen to whoever may hear of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from cdp_common.contracts.webhooks import WebhookFailed
from gateway.context import Context, Info
from gateway.errors import PlaceUnknown
from gateway.happenings import Happening
from gateway.schema.enums import ServiceName
from gateway.schema.fields import calls_each, listened
from gateway.schema.places import Place, place_named
from gateway.schema.procurement import Tender, tender_of
from gateway.schema.publications import Publication, publication_of
from gateway.schema.writing import require_token

PlaceSlug = Annotated[str, strawberry.argument(description="The place's short name.")]

FIGURES = ("publication.published", "prior_total.", "report.submitted", "report.reviewed")
"""Events of reporting-api after which a collective value may be another one, to whoever reads them there."""
LIVE = "collective_value.changed"
"""The same for live figures, of whatever anybody did; for those who see them."""


@strawberry.type(description="That a place's collective value may be another one: ask for what you show.")
class CollectiveValueChanged:
    """A change."""

    place_id: strawberry.Private[UUID]
    publication_id: strawberry.Private[UUID | None]
    place: Place = strawberry.field(description="The place; ask it for the figures that you show.")
    cause: str = strawberry.field(description="The event that it came of, such as `publication.published`.")
    happened_at: datetime = strawberry.field(description="When it happened.")

    @calls_each("What was published; null for a change of live figures.")
    async def publication(self, info: Info) -> Publication | None:
        """The publication."""
        return (
            None if self.publication_id is None else await publication_of(info.context, self.publication_id)
        )


@strawberry.type(description="That a tender is in another state, or was amended.")
class TenderStateChanged:
    """A change."""

    tender: Tender = strawberry.field(description="The tender as it is now.")
    cause: str = strawberry.field(description="The event that it came of, such as `tender.published`.")
    happened_at: datetime = strawberry.field(description="When it happened.")


@strawberry.type(description="That a webhook of one's organisation was not told of an event, for good.")
class WebhookFailure:
    """A failure."""

    service: str = strawberry.field(
        description="The service whose webhook it is.",
        deprecation_reason="Use `failedAt`; it stays until 2027-11-30.",
    )
    failed_at: ServiceName = strawberry.field(description="The service whose webhook it is.")
    webhook_id: UUID = strawberry.field(description="The id by which that service knows the webhook.")
    delivery_id: UUID = strawberry.field(description="The id of the delivery, which can be replayed.")
    event_type: str = strawberry.field(description="The type of the event that was not delivered.")
    event_position: int = strawberry.field(description="Its position in the service's feed.")
    last_status: int | None = strawberry.field(description="The last HTTP status; null if none came.")
    happened_at: datetime = strawberry.field(description="When it was given up.")


SERVICES = ("partners-api", "toms-engine", "procurement-api", "charter-api", "reporting-api")


@strawberry.type(description="What can be listened to, with a token for `events:read`, until it is over.")
class Subscription:
    """The root of what can be listened to."""

    @listened(
        "A place's collective value may have changed: something was published, a total made elsewhere was "
        "recorded, or, for those with `reporting:read` and a role in the place, anything that live figures "
        "are made of."
    )
    async def collective_value_changed(
        self, info: Info, place: PlaceSlug
    ) -> AsyncIterator[CollectiveValueChanged]:
        """Changes of a place's figures."""
        found = await _place(info.context, place)
        kinds = (*FIGURES, LIVE) if _sees_live_figures(info.context, found) else FIGURES
        async for happening in _heard(info.context, ("reporting-api",), kinds):
            event = happening.event
            if event.place_id != found.rest_id:
                continue
            info.context.renew()
            is_published = event.type == "publication.published"
            yield CollectiveValueChanged(
                place_id=found.rest_id,
                publication_id=event.aggregate_id if is_published else None,
                place=found,
                cause=event.type,
                happened_at=event.occurred_at,
            )

    @listened("Tenders of a place come into another state.")
    async def tender_state_changed(self, info: Info, place: PlaceSlug) -> AsyncIterator[TenderStateChanged]:
        """Changes of a place's tenders."""
        found = await _place(info.context, place)
        async for happening in _heard(info.context, ("procurement-api",), ("tender.",)):
            event = happening.event
            if event.place_id != found.rest_id:
                continue
            info.context.renew()
            tender = await tender_of(info.context, event.aggregate_id)
            if tender is not None:
                yield TenderStateChanged(tender=tender, cause=event.type, happened_at=event.occurred_at)

    @listened("Webhooks of the organisation that the token acts for fail.")
    async def webhook_failed(self, info: Info) -> AsyncIterator[WebhookFailure]:
        """Failures at any of the five services."""
        async for happening in _heard(info.context, SERVICES, ("webhook.failed",)):
            failed = WebhookFailed.model_validate(dict(happening.event.data))
            yield WebhookFailure(
                service=happening.service,
                failed_at=ServiceName(happening.service),
                webhook_id=failed.webhook_id,
                delivery_id=failed.delivery_id,
                event_type=failed.event_type,
                event_position=failed.event_position,
                last_status=failed.last_status,
                happened_at=happening.event.occurred_at,
            )


async def _place(context: Context, slug: str) -> Place:
    require_token(context)
    found = await place_named(context, slug)
    if found is None:
        raise PlaceUnknown("There is no place of this short name.")
    return found


def _sees_live_figures(context: Context, place: Place) -> bool:
    """Whether the caller reads the place's live figures, as reporting-api decides it."""
    caller = context.caller
    return caller is not None and caller.has_scope("reporting:read") and bool(caller.roles.get(place.rest_id))


async def _heard(context: Context, services: Sequence[str], kinds: Sequence[str]) -> AsyncIterator[Happening]:
    """What happens at the services of the kinds that are listened for."""
    require_token(context)
    assert context.listening is not None
    async with context.listening(services) as listener:
        async for happening in listener.happenings():
            if happening.event.type.startswith(tuple(kinds)):
                yield happening

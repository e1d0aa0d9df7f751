"""Events of partners-api as procurement-api takes them."""

from datetime import timedelta
from uuid import UUID

from tests.integration.procurement_api.world import Json, World

from cdp_common.contracts.base import EventEnvelope
from cdp_common.kernel.identifiers import new_id
from procurement_api.use_cases.follow_partners import partners_follower


async def told(world: World, type_: str, about: UUID, data: Json, version: int = 1) -> None:
    """Apply one event."""
    event = EventEnvelope(
        position=1,
        id=new_id(),
        type=type_,
        occurred_at=world.clock(),
        effective_on=None,
        aggregate_type=type_.partition(".")[0],
        aggregate_id=about,
        aggregate_version=version,
        place_id=None,
        data=data,
        traceparent=None,
    )
    async with world.db.begin() as tx:
        await partners_follower(lambda: world.app.state.keys.panel_key, world.clock)(tx, event)


async def merged(world: World, record: UUID, survivor: UUID) -> None:
    """One record is merged into another one, at partners-api and here, a moment later than the last."""
    world.clock.advance(timedelta(milliseconds=1))
    world.partners.merged[record] = survivor
    for other, leads_to in world.partners.merged.items():
        if leads_to == record:
            world.partners.merged[other] = survivor
    data = {"organisation_id": str(record), "survivor_id": str(survivor)}
    await told(world, "organisation.merged", record, data)

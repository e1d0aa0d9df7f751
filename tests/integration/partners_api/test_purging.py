"""What can matter no more is forgotten, and nothing that still can."""

from datetime import timedelta

from sqlalchemy import Table, func, select
from tests.integration.partners_api.world import World

from partners_api.storage.tables import issued_tokens, used_assertions
from partners_api.use_cases.purge_expired import purge_expired


async def count(world: World, table: Table) -> int:
    async with world.db.begin() as tx:
        return int(await tx.scalar(select(func.count()).select_from(table)) or 0)


async def test_tokens_and_assertions_are_forgotten_when_they_are_over(world: World) -> None:
    await world.operator()  # an assertion of one minute, a token of ten
    world.clock.advance(timedelta(seconds=59))
    await purge_expired(world.db, world.clock())
    assert (await count(world, used_assertions), await count(world, issued_tokens)) == (1, 1)

    world.clock.advance(timedelta(seconds=1))
    await purge_expired(world.db, world.clock())
    assert (await count(world, used_assertions), await count(world, issued_tokens)) == (0, 1)

    world.clock.advance(timedelta(seconds=540))
    await purge_expired(world.db, world.clock())
    assert await count(world, issued_tokens) == 0


async def test_a_refused_request_leaves_no_token(world: World) -> None:
    await world.ask_with(world.assertion("operator", world.operator_key), scope="no:such")

    assert (await count(world, used_assertions), await count(world, issued_tokens)) == (1, 0)

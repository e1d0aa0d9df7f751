"""What is past its time is removed again and again, whatever one attempt meets."""

import asyncio

import pytest
from sqlalchemy.exc import SQLAlchemyError

from cdp_common.kernel.errors import Unavailable
from cdp_common.web.housekeeping import purging


@pytest.mark.parametrize("fault", [SQLAlchemyError("no such table"), Unavailable("not now")])
async def test_an_attempt_that_fails_is_followed_by_the_next(fault: Exception):
    attempts: list[int] = []
    enough = asyncio.Event()

    async def purge() -> None:
        attempts.append(len(attempts))
        if len(attempts) == 1:
            raise fault
        if len(attempts) == 3:
            enough.set()

    async with purging(purge, interval_s=0.001)():
        await asyncio.wait_for(enough.wait(), 5)

    assert attempts[:3] == [0, 1, 2]


async def test_nothing_is_removed_before_the_first_pause_nor_after_the_end():
    attempts: list[int] = []

    async def purge() -> None:
        attempts.append(1)

    async with purging(purge, interval_s=60)():
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.01)

    assert attempts == []

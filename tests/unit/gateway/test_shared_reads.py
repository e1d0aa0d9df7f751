"""Reads under way are shared by those with the same rights, and by nobody else."""

import asyncio
from collections.abc import Mapping

import pytest

from cdp_common.clients.upstream import Reply, UpstreamUnavailable
from gateway.shared_reads import SharedReads

URL = "http://partners.test/v1/places"


class Waiting:
    """Carries nothing until it is let go; notes what it was given and what was given up."""

    def __init__(self) -> None:
        self.carried: list[tuple[str, str, str | None, bytes | None]] = []
        self.given_up = 0
        self.go = asyncio.Event()
        self.fault: Exception | None = None

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        self.carried.append((method, url, headers.get("Authorization"), content))
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        if self.fault is not None:
            raise self.fault
        return Reply(200, {}, str(len(self.carried)).encode())


@pytest.fixture
async def waiting() -> Waiting:
    return Waiting()


async def settled() -> None:
    """Whatever can go on has gone on."""
    for _ in range(5):
        await asyncio.sleep(0)


def reading(
    shared: SharedReads,
    token: str | None = None,
    method: str = "GET",
    url: str = URL,
    content: bytes | None = None,
) -> asyncio.Task[Reply]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return asyncio.create_task(shared.exchange(method, url, headers, content))


async def test_the_same_read_is_carried_once_and_again_when_it_has_ended(waiting: Waiting) -> None:
    shared = SharedReads(waiting)
    tasks = [reading(shared) for _ in range(3)]
    await settled()
    waiting.go.set()
    assert [(await task).body for task in tasks] == [b"1"] * 3
    assert (await reading(shared)).body == b"2"


async def test_other_rights_another_address_or_another_body_are_another_read(waiting: Waiting) -> None:
    shared = SharedReads(waiting)
    batch = f"{URL}/batch"
    tasks = [
        reading(shared),
        reading(shared, "a"),
        reading(shared, "b"),
        reading(shared, url=f"{URL}?limit=1"),
        reading(shared, method="POST", url=batch, content=b"1"),
        reading(shared, method="POST", url=batch, content=b"2"),
    ]
    await settled()
    assert len(waiting.carried) == 6
    again = [reading(shared, "a"), reading(shared, method="POST", url=batch, content=b"2")]
    await settled()
    assert len(waiting.carried) == 6
    waiting.go.set()
    await asyncio.gather(*tasks, *again)


async def test_what_changes_something_is_never_shared(waiting: Waiting) -> None:
    shared = SharedReads(waiting)
    tasks = [reading(shared, method="POST", content=b"1") for _ in range(2)]
    await settled()
    assert len(waiting.carried) == 2
    waiting.go.set()
    await asyncio.gather(*tasks)


async def test_who_began_may_leave_and_with_the_last_one_the_call_ends(waiting: Waiting) -> None:
    shared = SharedReads(waiting)
    first, second = reading(shared), reading(shared)
    await settled()
    first.cancel()
    await settled()
    assert (first.cancelled(), waiting.given_up) == (True, 0)
    second.cancel()
    await settled()
    assert (second.cancelled(), waiting.given_up) == (True, 1)
    waiting.go.set()
    assert (await reading(shared)).body == b"2"


async def test_a_fault_reaches_all_who_wait_and_is_not_kept(waiting: Waiting) -> None:
    shared = SharedReads(waiting)
    waiting.fault = UpstreamUnavailable("Nobody there.")
    tasks = [reading(shared) for _ in range(2)]
    await settled()
    waiting.go.set()
    for task in tasks:
        with pytest.raises(UpstreamUnavailable):
            await task
    waiting.fault = None
    assert (await reading(shared)).status == 200

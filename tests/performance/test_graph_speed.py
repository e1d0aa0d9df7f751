"""The gateway beside Hive Gateway and Apollo Gateway, over the same canned content: `make bench`.

The gateways answer one after another in turns, each alone on one core; stubs and load are on the other one.
What is compared is requests for each second of the gateway's processor, for the clock is shared with whatever
else runs on the machine. Where `perf stat` counts instructions, they are said too.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.performance.graph import gateways, places
from tests.performance.graph.gateways import Gateway
from tests.performance.graph.load import Measured, Request, request_for

REQUESTS, ROUNDS, HOT_PLACES = 300, 4, 50
CACHE_S = 5
OVER_HIVE, OVER_APOLLO, CACHED_OVER_HIVE, MOST_MIB = 1.5, 2.0, 3.0, 150
LARGE_PLACES, LARGE_BYTES = 30, 1_000_000

Say = Callable[[str], None]

pytestmark = pytest.mark.skipif(
    not gateways.are_installed(), reason="`npm ci --prefix tests/performance/graph/node` has not been run"
)


@pytest.fixture(autouse=True)
def beside_the_gateway() -> Iterator[None]:
    """The load comes from the other core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {gateways.OTHER_CORE})
    yield
    os.sched_setaffinity(0, before)


async def measured(
    running: Sequence[Gateway], requests: list[Request], say: Say, count: int = REQUESTS
) -> dict[str, float]:
    """Requests for a processor second of each gateway: the median of rounds taken in turns."""
    for gateway in running:
        await gateway.load(requests, count)
    rounds = [[await gateway.load(requests, count) for gateway in running] for _ in range(ROUNDS)]
    rates = {}
    for gateway, runs in zip(running, zip(*rounds, strict=True), strict=True):
        say(told(gateway.name, runs))
        assert sum(one.wrong for one in runs) == 0
        rates[gateway.name] = statistics.median(one.rate for one in runs)
    return rates


def told(name: str, runs: Sequence[Measured]) -> str:
    """One gateway's figures in a line."""

    def middle(value: Callable[[Measured], float]) -> float:
        return statistics.median(value(one) for one in runs)

    counted = runs[0].thousands_of_instructions
    instructions = "" if counted is None else f", {counted:,.0f} thousand instructions"
    rate, clock = middle(lambda one: one.rate), middle(lambda one: one.per_second)
    p50, p99 = middle(lambda one: one.percentile_ms(50)), middle(lambda one: one.percentile_ms(99))
    return (
        f"{name}: {rate:.0f} for a processor second ({clock:.0f} a second), "
        f"p50 {p50:.0f}, p99 {p99:.0f} ms, {runs[-1].resident_mib:.0f} MiB{instructions}"
    )


async def test_uncached_the_gateway_answers_more_than_others_within_its_memory(
    tmp_path: Path, say: Say
) -> None:
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(gateways.stubs())
        composed = await gateways.supergraph(address, tmp_path)
        running = [
            await stack.enter_async_context(one)
            for one in (gateways.ours(address), gateways.hive(composed), gateways.apollo(composed))
        ]
        rates = await measured(running, [request_for(place) for place in range(places.PLACES)], say)
        resident = (await running[0].load([request_for(0)], 32)).resident_mib
    hive, apollo = (rates["ours"] / rates[name] for name in ("Hive Gateway", "Apollo Gateway"))
    say(f"{hive:.2f} times Hive Gateway, {apollo:.2f} times Apollo Gateway")
    assert (hive >= OVER_HIVE, apollo >= OVER_APOLLO, resident < MOST_MIB) == (True, True, True)


async def test_over_hot_places_the_gateway_answers_more_than_others_from_its_cache(
    tmp_path: Path, say: Say
) -> None:
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(gateways.stubs())
        composed = await gateways.supergraph(address, tmp_path)
        running = [
            await stack.enter_async_context(one)
            for one in (
                gateways.ours(address, cache_s=CACHE_S),
                gateways.hive(composed, cache_ms=CACHE_S * 1000),
            )
        ]
        requests = [request_for(place) for place in range(HOT_PLACES)]
        rates = await measured(running, requests, say, count=2000)
    times = rates["ours"] / rates["Hive Gateway"]
    say(f"cached: {times:.2f} times Hive Gateway")
    assert times >= CACHED_OVER_HIVE


async def test_an_answer_of_a_megabyte_is_right(say: Say) -> None:
    query, right = large()
    async with gateways.stubs() as address, gateways.ours(address) as gateway:
        runs = [await gateway.load([request_for(0, query, right=right)], 32) for _ in range(2)]
    assert [one.wrong for one in runs] == [0, 0]
    say(told("an answer of a megabyte", runs[1:]))


def large() -> tuple[str, dict[str, object]]:
    """A query for the members of thirty places with every part of their figures, and its answer."""
    parts = ("total", "social", "localEconomic", "fiscal")
    selected = " ".join(f"{part} {{ amount currency }}" for part in parts)
    figures = " ".join(f"{figure} {{ ...V }}" for figure in places.FIGURES)
    at = f'from: "{places.WINDOW["from"]}", to: "{places.WINDOW["to"]}"'
    asked = [f'p{place}: place(slug: "{places.slug(place)}") {{ ...P }}' for place in range(LARGE_PLACES)]
    query = (
        f"{{ {' '.join(asked)} }} fragment P on Place {{ members(first: 20) {{ edges {{ node {{ "
        f"figures({at}) {{ {figures} }} }} }} }} }} fragment V on SocialValue {{ {selected} }}"
    )
    return query, {f"p{place}": _large_place(place) for place in range(LARGE_PLACES)}


def _large_place(place: int) -> dict[str, object]:
    def value(member: int, number: int) -> dict[str, object]:
        total = {"amount": places.amount(place, member, number), "currency": "GBP"}
        nothing = {"amount": "0.00", "currency": "GBP"}
        return {"total": total, "social": total, "localEconomic": nothing, "fiscal": nothing}

    edges = [
        {"node": {"figures": {name: value(member, number) for number, name in enumerate(places.FIGURES)}}}
        for member in range(places.MEMBERS)
    ]
    return {"members": {"edges": edges}}

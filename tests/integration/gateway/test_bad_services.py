"""Each of the five services down, slow or talking nonsense: partial data and a typed error, in time."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.world import World, running

from cdp_common.testing.callers import TokenMint

PLACE = 'place(slug: "place-1") { name }'
ASKED = {
    "partners": ('tender(ocid: "ocds-1") { title buyer { legalName } }', ("tender", "buyer")),
    "toms": ('framework(code: "f", edition: "2026") { code }', ("framework",)),
    "procurement": ('tender(ocid: "ocds-1") { title }', ("tender",)),
    "charter": ('place(slug: "place-1") { name signatories { edges { cursor } } }', ("place", "signatories")),
    "reporting": (
        'place(slug: "place-1") { name collectiveValue(from: "2026-04-01", to: "2026-06-30") { asOf } }',
        ("place", "collectiveValue"),
    ),
}
"""By service: a query that needs it, and where its part stands."""


def down(world: World, service: str) -> None:
    world.network.down.add(service)


def slow(world: World, service: str) -> None:
    world.network.silent.add(service)


def garbage(world: World, service: str) -> None:
    for method, path in list(world.services[service].answers):
        world.on(service, method, path, {"what": "nonsense", "items": 7})


def healed(world: World, service: str) -> None:
    world.network.down.discard(service)
    world.network.silent.discard(service)
    furnish(world)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(down, "upstream_unavailable"), (slow, "upstream_unavailable"), (garbage, "upstream_malformed")],
)
async def test_a_bad_service_costs_its_part_alone_and_is_taken_back(
    mint: TokenMint, spoil: Callable[[World, str], None], code: str
) -> None:
    """Each in a world of its own; all wait at the same time."""
    await asyncio.gather(*(_is_bad_and_taken_back(mint, service, spoil, code) for service in ASKED))


async def _is_bad_and_taken_back(
    mint: TokenMint, service: str, spoil: Callable[[World, str], None], code: str
) -> None:
    field, path = ASKED[service]
    query = f"{{ bad: {field} __typename }}" if service == "partners" else f"{{ bad: {field} good: {PLACE} }}"
    path = ("bad", *path[1:])
    async with running(mint, upstream_budget_s=0.4, upstream_failures=2, upstream_rest_s=0.1) as world:
        furnish(world)
        spoil(world, service)
        for _ in range(3):
            started = time.perf_counter()
            answer = await world.ask(query)
            assert time.perf_counter() - started < 1, service
            [error] = answer["errors"]
            assert (error["extensions"]["code"], error["path"]) == (code, list(path))
            assert error["extensions"]["service"].startswith(service)
            assert at(answer["data"], path) is None
            if service != "partners":
                assert answer["data"]["good"] == {"name": "Place 1"}
        healed(world, service)
        await asyncio.sleep(0.1)
        answer = await world.ask(query)
        assert "errors" not in answer
        assert at(answer["data"], path) is not None


def at(data: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path."""
    for step in path:
        data = data[step]
    return data


async def test_calls_do_not_pile_up_at_a_slow_service(mint: TokenMint) -> None:
    """Of twenty callers at once a handful of calls is made, and nobody waits for longer than one budget."""
    async with running(
        mint, upstream_budget_s=0.3, upstream_calls_at_once=4, upstream_failures=4, upstream_rest_s=60
    ) as world:
        furnish(world)
        slow(world, "reporting")
        query = """{ place(slug: "place-1") { name
          collectiveValue(from: "2026-04-01", to: "2026-06-30") { asOf } } }"""
        started = time.perf_counter()
        callers = [world.mint.headers(client_id=f"caller-{number}") for number in range(20)]
        answers = await asyncio.gather(*(world.ask(query, headers=headers) for headers in callers))
        assert time.perf_counter() - started < 3  # one after the other they would have waited for six
        made = world.network.attempts.count("reporting")
        assert 4 <= made <= 7
        assert all(answer["data"]["place"]["name"] == "Place 1" for answer in answers)
        again = await world.ask(query)
        assert again["data"]["place"]["collectiveValue"] is None
        assert world.network.attempts.count("reporting") == made  # it is left alone

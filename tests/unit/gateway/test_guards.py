"""A service that does not answer is left alone, tried by one call, and taken back; few calls go at once."""

import asyncio

import pytest

from gateway.guards import WAITING_PER_CALL, Guard, GuardRules, ServiceLeftAlone, ServiceSilent

REST_S = 0.05


@pytest.fixture
def guard() -> Guard:
    return Guard("a-service", GuardRules(calls_at_once=2, failures=3, rest_s=REST_S))


async def outcome(guard: Guard, fault: BaseException | None = None, wait: asyncio.Event | None = None) -> str:
    """What became of a call."""

    async def made() -> str:
        if wait is not None:
            await wait.wait()
        if fault is not None:
            raise fault
        return "answered"

    try:
        return await guard.call(asyncio.get_running_loop().time() + 5, made)
    except ServiceLeftAlone:
        return "left alone"
    except (ServiceSilent, ValueError) as raised:
        return type(raised).__name__


async def shut(guard: Guard) -> None:
    for _ in range(3):
        assert await outcome(guard, ServiceSilent()) == "ServiceSilent"


async def test_after_silences_in_a_row_no_call_is_made_until_one_trial_is_answered(guard: Guard) -> None:
    await outcome(guard, ServiceSilent())
    await outcome(guard, ServiceSilent())
    assert await outcome(guard, ValueError()) == "ValueError"  # a refusal is an answer: the count begins anew
    await shut(guard)
    assert await outcome(guard) == "left alone"

    await asyncio.sleep(REST_S)
    released = asyncio.Event()
    trial = asyncio.create_task(outcome(guard, wait=released))
    await asyncio.sleep(0)
    assert await outcome(guard) == "left alone"  # one call is enough to find out
    released.set()
    assert await trial == "answered"
    assert await outcome(guard) == "answered"


async def test_a_trial_that_is_not_answered_lets_the_service_rest_again(guard: Guard) -> None:
    await shut(guard)
    await asyncio.sleep(REST_S)
    assert await outcome(guard, ServiceSilent()) == "ServiceSilent"
    assert await outcome(guard) == "left alone"


async def test_a_caller_who_leaves_says_nothing_about_the_service(guard: Guard) -> None:
    await shut(guard)
    await asyncio.sleep(REST_S)
    trial = asyncio.create_task(outcome(guard, wait=asyncio.Event()))
    await asyncio.sleep(0)
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    assert await outcome(guard, ServiceSilent()) == "ServiceSilent"  # the next one is the trial
    assert await outcome(guard) == "left alone"


async def test_more_calls_than_may_wait_are_refused_at_once(guard: Guard) -> None:
    released = asyncio.Event()
    room = 2 * (1 + WAITING_PER_CALL)
    calls = [asyncio.create_task(outcome(guard, wait=released)) for _ in range(room)]
    await asyncio.sleep(0)
    assert await outcome(guard) == "left alone"
    released.set()
    assert await asyncio.gather(*calls) == ["answered"] * room

"""What keeps a service that is slow or down from taking the gateway with it: few calls at once, and a rest.

A service that has not answered several times in a row is left alone for a moment; then one call finds out
whether it is back. The circuit breaker is the `circuitbreaker` library's; here is what it is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from circuitbreaker import STATE_HALF_OPEN, CircuitBreaker

SERVICES = ("partners-api", "toms-engine", "procurement-api", "charter-api", "reporting-api")
WAITING_PER_CALL = 4
"""How many calls may wait for each that is under way; more are refused at once."""


Answer = TypeVar("Answer")


class ServiceLeftAlone(Exception):
    """No call is made now: the service is taken for down, or enough calls to it are under way."""


class ServiceSilent(Exception):
    """A call was not answered: none arrived, or none in time."""


@dataclass(frozen=True)
class GuardRules:
    """How a service is guarded."""

    calls_at_once: int
    failures: int
    """After so many calls in a row without an answer the service is left alone."""
    rest_s: float
    """For so long; then one call is let through."""


class Guard:
    """The guard of one service, shared by all requests of a process."""

    def __init__(self, name: str, rules: GuardRules) -> None:
        self._breaker = CircuitBreaker(
            failure_threshold=rules.failures,
            recovery_timeout=rules.rest_s,
            expected_exception=ServiceSilent,
            name=name,
        )
        self._room = asyncio.Semaphore(rules.calls_at_once)
        self._most_waiting = rules.calls_at_once * WAITING_PER_CALL
        self._waiting = 0
        self._is_tried = False

    async def call(self, until: float, made: Callable[[], Awaitable[Answer]]) -> Answer:
        """What a call comes to, which raises `ServiceSilent` where there is no answer.

        It waits for a place among the calls under way until a moment of the loop's clock. Raises
        `ServiceLeftAlone` instead of beginning one that would be in vain or one too many.
        """
        if self._breaker.opened or self._waiting >= self._most_waiting:
            raise ServiceLeftAlone
        await self._wait_for_place(until)
        try:
            is_trial = self._breaker.state == STATE_HALF_OPEN
            if self._breaker.opened or (is_trial and self._is_tried):
                raise ServiceLeftAlone
            self._is_tried = is_trial
            try:
                return await self._judged(made)
            finally:
                if is_trial:
                    self._is_tried = False
        finally:
            self._room.release()

    async def _judged(self, made: Callable[[], Awaitable[Answer]]) -> Answer:
        """Tell the breaker how a call went; a caller who leaves says nothing about the service."""
        try:
            answer = await made()
        except ServiceSilent:
            with self._breaker:  # it counts what is raised inside
                raise
        except Exception:
            self._breaker.reset()  # a refusal is an answer too
            raise
        self._breaker.reset()
        return answer

    async def _wait_for_place(self, until: float) -> None:
        if not self._room.locked():
            await self._room.acquire()  # there is room: it does not wait
            return
        self._waiting += 1
        try:
            async with asyncio.timeout_at(until):
                await self._room.acquire()
        except TimeoutError as fault:
            raise ServiceLeftAlone from fault
        finally:
            self._waiting -= 1


def guards_for(rules: GuardRules) -> Mapping[str, Guard]:
    """A guard for each of the five services."""
    return {name: Guard(name, rules) for name in SERVICES}

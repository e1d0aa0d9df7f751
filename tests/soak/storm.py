"""Clients that bid and promise without a pause while the platform under them is killed, again and again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx2

from cdp_common.clients.upstream import UpstreamProblem, UpstreamUnavailable
from cdp_common.kernel.identifiers import new_id
from tests.soak.people import Party, Voice, as_json
from tests.soak.platform import DATABASE, SoakPlatform
from tests.soak.scale import Random, Scale
from tests.soak.stage import Stage, set_stage

_TRY_AGAIN = {(409, "idempotency_in_progress"), (409, "write_conflict"), (401, "token_expired")}


class Unexpected(AssertionError):
    """The platform answered what nothing that was done to it explains."""


@dataclass(frozen=True)
class Kept:
    """One thing that a client asked for and was told is done."""

    action: str
    """`submitted`, `replaced`, `withdrawn`, or `agreement`."""
    who: Party
    url: str
    sent: bytes | None
    key: str
    status: int
    answer: bytes


@dataclass
class Record:
    """What came of all that was asked; written by one thread, read by the other once that has ended."""

    kept: list[Kept] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    """How often each status and code was answered."""
    broken: int = 0
    """Calls that got no answer, and were made again."""

    def of(self, *actions: str) -> list[Kept]:
        """What was kept of these actions."""
        return [one for one in self.kept if one.action in actions]


@dataclass(frozen=True)
class Aftermath:
    """The platform when the storm is over, and what its clients were told during it."""

    platform: SoakPlatform
    stage: Stage
    record: Record
    killed: Counter[str]
    lasted_s: float


class Bidder:
    """One client: submits, replaces and withdraws its bid, registers agreements, and lets nothing go."""

    def __init__(self, stage: Stage, voice: Voice, chance: Random, record: Record, patience_s: int) -> None:
        self._stage, self._voice, self._chance, self._record = stage, voice, chance, record
        self._patience_s = patience_s
        self._bid_id: str | None = None
        self._agreements = 0

    async def run(self, stop: threading.Event) -> None:
        """Ask for one thing after another until told to stop."""
        while not stop.is_set():
            await self._ask_for_something()

    async def _ask_for_something(self) -> None:
        bids = self._stage.url("procurement-api", f"/v1/tenders/{self._stage.tender['id']}/bids")
        drawn = self._chance.random()
        if drawn < 0.35:
            await self._insist(
                "agreement", self._stage.url("procurement-api", "/v1/agreements"), self._promise()
            )
        elif self._bid_id is None:
            receipt = await self._insist("submitted", bids, self._bid())
            self._bid_id = receipt["bid_id"]
        elif drawn < 0.75:
            await self._insist("replaced", self._own_bid("versions"), self._bid())
        else:
            await self._insist("withdrawn", self._own_bid("withdraw"), None)
            self._bid_id = None

    def _own_bid(self, what: str) -> str:
        return self._stage.url("procurement-api", f"/v1/bids/{self._bid_id}/{what}")

    def _bid(self) -> dict[str, Any]:
        lines = [{**line, "quantity": str(self._chance.randint(1, 400))} for line in self._stage.bid_lines]
        return {"tenderer": {"organisation_id": self._voice.party.organisation_id}, "lines": lines}

    def _promise(self) -> dict[str, Any]:
        self._agreements += 1
        others = [one for one in self._stage.bidders if one != self._voice.party]
        return {
            **self._stage.agreement,
            "reference": f"SOAK-{self._agreements}",
            "deliverer_organisation_id": self._chance.choice(others).organisation_id,
        }

    async def _insist(self, action: str, url: str, body: Any) -> dict[str, Any]:
        """Ask until it is done, with the same key and body each time."""
        sent, key = None if body is None else as_json(body), str(new_id())
        give_up_at = time.monotonic() + self._patience_s
        refusals: Counter[str] = Counter()
        while True:
            tried = await self._tries(url, sent, key)
            answers = [answer for answer in tried if answer.status_code < 300]
            if answers:
                break
            refusals.update([str(answer.status_code) for answer in tried] or ["no answer"])
            if time.monotonic() > give_up_at:
                words = f"{action} at {url} was not done within {self._patience_s} s: {dict(refusals)}"
                raise Unexpected(words)
            await asyncio.sleep(self._chance.uniform(0.02, 0.2))
        if len({(answer.status_code, answer.content) for answer in answers}) != 1:
            raise Unexpected(f"{action} at {url} with one key was answered in two ways")
        first = answers[0]
        kept = Kept(action, self._voice.party, url, sent, key, first.status_code, first.content)
        self._record.kept.append(kept)
        document: dict[str, Any] = first.json()
        return document

    async def _tries(self, url: str, sent: bytes | None, key: str) -> list[httpx2.Response]:
        """What one try is answered: now and then made twice at once, or by somebody who does not wait."""
        drawn = self._chance.random()
        if drawn < 0.1:
            both = await asyncio.gather(self._try(url, sent, key, 30), self._try(url, sent, key, 30))
            return [answer for answer in both if answer is not None]
        timeout_s = self._chance.uniform(0.005, 0.05) if drawn < 0.2 else 30
        answer = await self._try(url, sent, key, timeout_s)
        return [] if answer is None else [answer]

    async def _try(self, url: str, sent: bytes | None, key: str, timeout_s: float) -> httpx2.Response | None:
        try:
            answer = await self._voice.send("POST", url, sent, key=key, timeout_s=timeout_s)
        except (httpx2.TransportError, UpstreamUnavailable):
            self._record.broken += 1
            return None
        except UpstreamProblem as problem:
            raise Unexpected(f"no token: {problem}") from problem
        code = "" if answer.status_code < 300 else str(answer.json().get("code"))
        self._record.answers[f"{answer.status_code} {code}".strip()] += 1
        expected = answer.status_code < 300 or answer.status_code == 503
        if not expected and (answer.status_code, code) not in _TRY_AGAIN:
            raise Unexpected(f"{url} answered {answer.status_code}: {answer.text}")
        return answer


def weather(platform: SoakPlatform, scale: Scale) -> Aftermath:
    """Run the clients in a thread of their own, kill from this one, and stop when all kills are done."""
    began = time.monotonic()
    stage = asyncio.run(_staged(platform, scale))
    record, stop = Record(), threading.Event()
    killed: Counter[str] = Counter()
    with ThreadPoolExecutor(1) as pool:
        traffic = pool.submit(lambda: asyncio.run(_traffic(stage, scale, record, stop)))
        try:
            for name in _kills(scale):
                _let_work(traffic, record, scale.chance("pause", killed.total()), scale.patience_s)
                platform.kill(name)
                killed[name] += 1
                platform.wait()
        finally:
            stop.set()
        traffic.result()
    return Aftermath(platform, stage, record, killed, time.monotonic() - began)


def kills_of(scale: Scale) -> dict[str, int]:
    """Who is killed, and how often."""
    return {
        "procurement-api": scale.service_kills,
        "reporting-api": scale.reporting_kills,
        DATABASE: scale.database_kills,
    }


def _kills(scale: Scale) -> Iterable[str]:
    """Whom to kill, one after another."""
    names = [name for name, times in kills_of(scale).items() for _ in range(times)]
    scale.chance("order of kills").shuffle(names)
    return names


def _let_work(traffic: Future[None], record: Record, chance: Random, patience_s: int) -> None:
    """Wait until something was done since the last kill, and then for a moment: the kill meets work."""
    wanted = len(record.kept) + chance.randint(3, 20)
    give_up_at = time.monotonic() + patience_s
    while len(record.kept) < wanted:
        if traffic.done():
            traffic.result()
        assert time.monotonic() < give_up_at, "the clients get nothing done any more"
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.1))


async def _staged(platform: SoakPlatform, scale: Scale) -> Stage:
    async with _connections() as http:
        return await set_stage(
            http,
            platform.environment.addresses,
            platform.operator_key,
            issuer=platform.environment.issuer,
            bidders=scale.clients,
        )


async def _traffic(stage: Stage, scale: Scale, record: Record, stop: threading.Event) -> None:
    async with _connections() as http, asyncio.TaskGroup() as group:
        for number, party in enumerate(stage.bidders):
            chance = scale.chance("bidder", number)
            bidder = Bidder(stage, party.over(http), chance, record, scale.patience_s)
            group.create_task(bidder.run(stop))


def _connections() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(timeout=30, trust_env=False)  # loopback never goes through a proxy

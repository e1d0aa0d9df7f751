"""How signatures stood on any day, over the API, against a model: a state machine signs, renews, goes to
other levels, merges the two signatories' records, and ends.

The model paints a calendar for each signature. What is decided today is painted from today on, and what was
painted before stays: so nothing that the register said of an earlier day may change.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.plugin import MakeSavepointDatabase
from charter_api.settings import SCHEMA
from tests.integration.charter_api.conftest import running
from tests.integration.charter_api.test_mergers import merged
from tests.integration.charter_api.world import Headers, World, keyed
from tests.soak.scale import Scale

RUNS, LONG_RUNS, STEPS, LONG_STEPS = 8, 100, 14, 30
NOTICE_DAYS = 10
IN_FORCE, ENDED = ("active", "due_for_renewal"), ("lapsed", "withdrawn", "merged")
LEVELS = ("first", "second")
WHO = st.integers(0, 1)


def a_month_on(day: date) -> date:
    """The last day of a signature for a month: the day before the same day of the next, if it has one."""
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (following + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return following.replace(day=min(day.day, last.day)) - timedelta(days=1)


@dataclass
class Signed:
    """A signature of the model: its calendar, and what the days to come are painted by."""

    owner: UUID
    signed_on: date
    expires_on: date
    level: str = "first"
    suspended: bool = False
    withdrawn_on: date | None = None
    is_merged: bool = False
    calendar: dict[date, str] = field(default_factory=dict)
    terms: dict[date, tuple[str, str]] = field(default_factory=dict)
    """Whose it is, and at which level."""

    def paint(self, first: date, last: date) -> None:
        """Say how it stands from `first` on, as far as the calendar goes."""
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            self.calendar[day] = self._state(day)
            self.terms[day] = (str(self.owner), self.level)

    def _state(self, day: date) -> str:
        if self.is_merged:
            return "merged"
        if self.withdrawn_on is not None and day >= self.withdrawn_on:
            return "withdrawn"
        if day > self.expires_on:
            return "lapsed"
        if self.suspended:
            return "suspended"
        return "due_for_renewal" if day > self.expires_on - timedelta(days=NOTICE_DAYS) else "active"


@dataclass
class Setting:
    """charter-api over HTTP, called from another thread."""

    world: World
    loop: asyncio.AbstractEventLoop
    every: int
    """At the end of an example the register is read of each so-manieth day."""
    compared: list[int] = field(default_factory=list)
    steps: int = 0

    def done(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


@pytest.fixture
async def setting(
    savepoint_database: MakeSavepointDatabase, tmp_path: Path, scale: Scale
) -> AsyncIterator[Setting]:
    """The service on one connection whose changes are undone."""
    async with running(await savepoint_database("charter_api", SCHEMA), tmp_path) as world:
        yield Setting(world, asyncio.get_running_loop(), every=3 if scale.is_long else 11)


def machine(setting: Setting) -> type[RuleBasedStateMachine]:
    """A machine whose every example has a place and a charter of its own."""
    world = setting.world

    class Register(RuleBasedStateMachine):
        signatures = Bundle("signatures")

        @initialize()
        def publish(self) -> None:
            world.place = new_id()
            levels = [{"code": code, "order": order, "name": code} for order, code in enumerate(LEVELS, 1)]
            terms = {"review_months": 1, "renewal_notice_days": NOTICE_DAYS, "levels": levels}
            self.charter = setting.done(world.charter(**terms))["id"]
            self.orgs = [new_id(), new_id()]
            world.neighbours.kinds |= {str(org): "private" for org in self.orgs}
            self.model: dict[str, Signed] = {}
            self.first = self.today - timedelta(days=6)

        @property
        def today(self) -> date:
            return world.clock().date()

        @property
        def horizon(self) -> date:
            return self.today + timedelta(days=80)

        @rule(days=st.integers(1, 12))
        def wait(self, days: int) -> None:
            setting.steps += 1
            world.clock.advance(timedelta(days=days))
            for one in self.model.values():
                one.paint(max(one.calendar) + timedelta(days=1), self.horizon)

        @rule(target=signatures, who=WHO, back=st.integers(0, 5))
        def sign(self, who: int, back: int) -> Any:
            owner = self.orgs[who]
            earlier = [one for one in self.model.values() if one.owner == owner]
            day = self.today - timedelta(days=0 if earlier else back)
            draft = world.signature_draft(self.charter, signed_on=day.isoformat(), pledges=[], level="first")
            answer = self.asked("POST", "/v1/signatures", draft, world.as_signatory(owner))
            if any(one.calendar[self.today] not in ENDED for one in earlier):
                assert answer.status_code == 409, answer.text
                return multiple()
            assert answer.status_code == 201, answer.text
            made = Signed(owner, day, a_month_on(day))
            made.paint(day, self.horizon)
            self.model[answer.json()["id"]] = made
            return answer.json()["id"]

        @rule(signature_id=signatures)
        def renew(self, signature_id: str) -> None:
            one = self.model[signature_id]
            path = f"/v1/signatures/{signature_id}/renewals"
            body = {"signing_person": {"name": "Ada Example", "role": "Director"}}
            answer = self.asked("POST", path, body, world.as_signatory(one.owner))
            if self.decides(one, answer, "due_for_renewal"):
                one.expires_on = a_month_on(one.expires_on + timedelta(days=1))
                one.paint(self.today, self.horizon)

        @rule(signature_id=signatures)
        def change_level(self, signature_id: str) -> None:
            one = self.model[signature_id]
            other = LEVELS[1 - LEVELS.index(one.level)]
            path = f"/v1/signatures/{signature_id}/level-changes"
            answer = self.asked("POST", path, {"level": other}, world.as_signatory(one.owner))
            if self.decides(one, answer, *IN_FORCE):
                one.level = other
                one.paint(self.today, self.horizon)

        @precondition(lambda self: self.orgs[0] != self.orgs[1] and self.model)
        @rule(into=WHO)
        def merge(self, into: int) -> None:
            record, survivor = self.orgs[1 - into], self.orgs[into]
            setting.done(merged(world, record, survivor))
            self.orgs = [survivor, survivor]
            standing = []
            for one in self.model.values():
                one.owner = survivor
                if one.calendar[self.today] not in ENDED and one.withdrawn_on is None:
                    standing.append(one)
            # As they were signed: of equals the first stays.
            standing.sort(key=lambda one: (not one.suspended, self.today - one.expires_on, one.signed_on))
            for one in standing[1:]:
                one.is_merged = True
            for one in self.model.values():
                one.paint(self.today, self.horizon)

        @rule(signature_id=signatures, ends=st.booleans())
        def suspend_or_reinstate(self, signature_id: str, ends: bool) -> None:
            one, kind = self.model[signature_id], "reinstatements" if ends else "suspensions"
            path = f"/v1/signatures/{signature_id}/{kind}"
            answer = self.asked("POST", path, {"reason": "Why"}, world.as_manager())
            if self.decides(one, answer, *(("suspended",) if ends else IN_FORCE)):
                one.suspended = not ends
                one.paint(self.today, self.horizon)

        @rule(signature_id=signatures, ahead=st.integers(0, 8))
        def withdraw(self, signature_id: str, ahead: int) -> None:
            one, day = self.model[signature_id], self.today + timedelta(days=ahead)
            read = setting.done(world.http.get(f"/v1/signatories/{signature_id}"))
            headers = {**world.as_signatory(one.owner), "If-Match": read.headers["ETag"]}
            body = {"effective_on": day.isoformat(), "reason": "Why"}
            path = f"/v1/signatures/{signature_id}/withdraw"
            answer = self.asked("POST", path, body, headers)
            if self.decides(one, answer, *IN_FORCE, "suspended", on=day):
                one.withdrawn_on = day
                one.paint(self.today, self.horizon)

        @rule(days=st.integers(-30, 60))
        def look(self, days: int) -> None:
            self.compare(self.today + timedelta(days=days))

        def teardown(self) -> None:
            if hasattr(self, "first"):
                for number in range(0, (self.horizon - self.first).days + 1, setting.every):
                    self.compare(self.first + timedelta(days=number))

        def asked(self, method: str, path: str, body: Any, headers: Headers) -> httpx2.Response:
            setting.steps += 1
            answer: httpx2.Response = setting.done(
                world.http.request(method, path, json=body, headers=keyed(headers))
            )
            return answer

        def decides(
            self, one: Signed, answer: httpx2.Response, *allowed: str, on: date | None = None
        ) -> bool:
            """Whether the decision was taken, as the model says: on these states, unless an end is set."""
            days = {self.today, on or self.today}
            may = one.withdrawn_on is None and all(one.calendar[day] in allowed for day in days)
            assert (answer.status_code < 300) == may, f"{may} {answer.status_code} {answer.text}"
            assert may or answer.status_code == 409, answer.text
            return may

        def compare(self, day: date) -> None:
            """The register of a day has the same signatures, in the same states, of the same owners."""
            setting.steps += 1
            query = {"place_id": str(world.place), "as_of": day.isoformat(), "limit": "100"}
            read = setting.done(world.http.get("/v1/register", params=query))
            assert read.status_code == 200, read.text
            found = {
                one["signature_id"]: (one["state"], (one["organisation_id"], one["level"]))
                for one in read.json()["items"]
            }
            known = {
                number: (one.calendar[day], one.terms[day])
                for number, one in self.model.items()
                if day in one.calendar
            }
            assert found == known, day
            setting.compared.append(len(found))

    return Register


async def test_how_signatures_stood_on_any_day_is_what_a_model_says(
    setting: Setting, scale: Scale, record_property: Any
) -> None:
    runs = LONG_RUNS if scale.is_long else RUNS
    limits = settings(
        max_examples=runs,
        stateful_step_count=LONG_STEPS if scale.is_long else STEPS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    tried = seed(scale.seed)(machine(setting))
    await asyncio.to_thread(run_state_machine_as_test, tried, settings=limits)
    record_property("steps", setting.steps)
    record_property("registers compared", len(setting.compared))
    assert len(setting.compared) > runs
    assert max(setting.compared) >= 1


def test_the_model_counts_months_as_charters_do() -> None:
    for day, last in (
        ("2026-11-22", "2026-12-21"),
        ("2027-01-31", "2027-02-27"),
        ("2026-12-01", "2026-12-31"),
    ):
        assert a_month_on(date.fromisoformat(day)) == date.fromisoformat(last)

"""Whatever is reported, judged, corrected, promised and published: entries, roll-ups and publications agree.

A state machine does these things in any order. After every step the figures from roll-ups equal the sums of
the lines, now and as of an earlier block, and every publication says what the lines up to its position say.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cdp_common.contracts.commitments import CommitmentsMade
from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import Report
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period, month_end
from cdp_common.testing.plugin import MakeSavepointDatabase
from reporting_api.storage.figures import Slice
from reporting_api.storage.remembered import Remembered
from reporting_api.use_cases.verify_ledger import verify_ledger, verify_place
from tests.integration.reporting_api.conftest import running
from tests.integration.reporting_api.entry_maker import differences
from tests.integration.reporting_api.world import World, contract_line, keyed, line
from tests.soak.ledger_acts import merge, one_of, open_conflicts, review_body, some_block, stands
from tests.soak.scale import Scale

RUNS, STEPS = 2, 9
LONG_RUNS, LONG_STEPS = 280, 42
LEAST_LONG_STEPS = 10_000
EXAMPLES_TOLD = 10  # how often a long run says where it is
QUARTERS = (Period(date(2026, 4, 1), date(2026, 6, 30)), Period(date(2026, 7, 1), date(2026, 9, 30)))
WINDOWS = (*QUARTERS, Period(date(2026, 4, 11), date(2027, 2, 3)))
LINES = (("HOURS", "hours"), ("CARBON", "tco2e"), ("GIFTS", "gbp_invested"), ("BANKED", "count"))

T = TypeVar("T")


@dataclass
class Setting:
    """The service, called from another thread."""

    world: World
    loop: asyncio.AbstractEventLoop
    say: Callable[[str], None]
    examples: int = 0
    steps: int = 0
    compared: int = 0

    def done(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


@dataclass
class Told:
    """What an example has done so far."""

    organisations: list[UUID] = field(default_factory=list)
    merged: tuple[UUID, UUID] | None = None
    memory: Remembered = field(default_factory=Remembered)
    reports: list[Report] = field(default_factory=list)
    contracts: list[CommitmentsMade] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    look: int = 0

    def leads_to(self, organisation_id: UUID) -> UUID:
        """The organisation that a record leads to."""
        if self.merged is not None and organisation_id == self.merged[0]:
            return self.merged[1]
        return organisation_id


@pytest.fixture
async def setting(
    savepoint_database: MakeSavepointDatabase, tmp_path: Path, say: Callable[[str], None]
) -> AsyncIterator[Setting]:
    """A running service whose neighbours answer from memory."""
    secret = tmp_path / "secret.key"
    secret.write_text("A" * 43, encoding="ascii")
    async with running(await savepoint_database("reporting_api", "reporting"), secret) as world:
        yield Setting(world, asyncio.get_running_loop(), say)


INDEX, QUANTITY = st.integers(0, 50), st.decimals("0.01", "999", places=2)


class LedgerMachine(RuleBasedStateMachine):
    """Does what a place's people do, in any order; every example has a place and organisations of its own."""

    setting: ClassVar[Setting]

    @property
    def world(self) -> World:
        return self.setting.world

    def done(self, work: Coroutine[Any, Any, T]) -> T:
        return self.setting.done(work)

    @initialize()
    def open_place(self) -> None:
        self.world.clock.set(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
        self.world.neighbours.place = new_id()
        self.world.neighbours.unit_values.clear()
        self.told = Told([new_id() for _ in range(3)])
        names = {who: f"Org {number}" for number, who in enumerate(self.told.organisations)}
        self.world.neighbours.organisations |= names

    @rule(who=st.integers(0, 2), month=st.integers(4, 10), what=st.integers(0, 3), much=QUANTITY)
    def report(self, who: int, month: int, what: int, much: Decimal) -> None:
        days = {
            "period_start": f"2026-{month:02}-01",
            "period_end": month_end(date(2026, month, 1)).isoformat(),
        }
        draft = self.world.report_draft(self._line(what, str(much)), **days)
        # A merged record has no token left: its clients act for the one that stays.
        reporter = self.told.leads_to(self.told.organisations[who])
        answer = self.done(self.world.try_report(reporter, draft))
        assert answer.status_code in (201, 409, 422), answer.text
        if answer.status_code == 201:
            self.told.reports.append(Report.model_validate_json(answer.content))

    @rule(which=INDEX, share=st.sampled_from(["all", "half", "none"]))
    def review(self, which: int, share: str) -> None:
        if report := one_of(self.told.reports, which):
            # With the licence: some lines rest on figures that only its holders judge.
            headers = self.world.as_validator(scopes=["reports:validate", "frameworks:licensed:open-toms"])
            answer = self.done(self.world.try_review(report, review_body(report, share), headers))
            # 422: a report that is validated in part has its first line judged already.
            assert answer.status_code in (201, 409, 422), answer.text

    @rule(which=INDEX, what=st.integers(0, 3), much=QUANTITY)
    def correct(self, which: int, what: int, much: Decimal) -> None:
        if report := one_of(self.told.reports, which):
            body = {"reason": "typing error", "lines": [self._line(what, str(much))]}
            path = f"/v1/reports/{report.id}/corrections"
            headers = keyed(self.world.as_org(self.told.leads_to(report.organisation_id)))
            answer = self.done(self.world.http.post(path, json=body, headers=headers))
            assert answer.status_code in (201, 409, 422), answer.text
            if answer.status_code == 201:
                self.told.reports.append(Report.model_validate_json(answer.content))

    @rule(which=INDEX, outcome=st.sampled_from(["both_stand", "first_stands", "second_stands"]))
    def decide(self, which: int, outcome: str) -> None:
        if found := one_of(self.done(open_conflicts(self.world)), which):
            body = {"outcome": outcome, "reason": "asked both"}
            path = f"/v1/conflicts/{found}/resolution"
            answer = self.done(
                self.world.http.post(path, json=body, headers=keyed(self.world.as_validator()))
            )
            assert answer.status_code in (200, 201, 409), answer.text

    @rule(value=st.sampled_from(["17.96", "19.20", "0.01"]))
    def revalue(self, value: str) -> None:
        """What is valued from now on, corrections included, is worth something else."""
        self.world.neighbours.unit_values["HOURS"] = Decimal(value)

    @rule(who=st.integers(0, 2))
    def sign(self, who: int) -> None:
        parties = {"deliverer_id": self.told.organisations[who], "deliverer_name": f"Org {who}"}
        self.told.contracts.append(self.done(self.world.sign(self.world.commitment(**parties))))

    @rule(which=INDEX, day=st.dates(date(2026, 5, 1), date(2027, 5, 1)))
    def end(self, which: int, day: date) -> None:
        if contract := one_of(self.told.contracts, which):
            self.told.contracts.remove(contract)
            self.done(self.world.end(contract, day))

    @rule(who=st.integers(0, 2), leaves=st.booleans())
    def join(self, who: int, leaves: bool) -> None:
        last = date(2026, 8, 31) if leaves else None
        self.done(self.world.join(self.told.organisations[who], date(2026, 1, 1), last))

    @rule()
    def merge(self) -> None:
        """The last two organisations prove to be one; once in an example."""
        if self.told.merged is None:
            self.told.merged = (self.told.organisations[1], self.told.organisations[2])
            self.done(merge(self.world, *self.told.merged))

    @rule(which=st.integers(0, 1))
    def publish(self, which: int) -> None:
        period = QUARTERS[which]
        said = {"period_start": period.start.isoformat(), "period_end": period.end.isoformat()}
        if any(found.period_start == period.start for found in self.told.publications):
            said["reason"] = "late reports"
        self.told.publications.append(self.done(self.world.publish(**said)))

    @rule()
    def seal(self) -> None:
        self.done(self.world.seal())

    @rule(hours=st.sampled_from([1, 20, 700]))
    def wait(self, hours: int) -> None:
        self.world.clock.advance(timedelta(hours=hours))

    @invariant()
    def agrees(self) -> None:
        self.setting.steps += 1
        if hasattr(self, "told"):
            self.done(self._agrees())

    def teardown(self) -> None:
        self.done(self.world.seal())
        assert self.done(verify_place(self.world.db, self.world.place, public_jwks=())) == []
        self.setting.examples += 1
        if self.setting.examples % EXAMPLES_TOLD == 0:
            self.setting.say(f"{self.setting.examples} examples, {self.setting.steps} steps")

    async def _agrees(self) -> None:
        self.told.look += 1
        window = WINDOWS[self.told.look % len(WINDOWS)]
        groupings: Any = ("total", ("theme", "organisation", "area", "route")[self.told.look % 4])
        place, memory = self.world.place, self.told.memory
        async with self.world.db.begin() as tx:
            earlier = await some_block(tx, place, self.told.look)
            for position in {None, earlier}:
                assert await differences(tx, Slice(place, window, position), groupings, memory) == []
                self.setting.compared += 1
            if publication := one_of(self.told.publications, self.told.look):
                await stands(tx, publication)
                self.setting.compared += 1

    def _line(self, what: int, much: str) -> dict[str, Any]:
        measure, unit = LINES[what]
        if measure == "HOURS" and self.told.contracts and much.endswith("1"):
            return contract_line(self.told.contracts[0].lines[0].line_id, much)
        areas = [{"area_code": "E01000001", "share": "0.3"}] if much.endswith("2") else []
        # Some are of one activity, in which those of several reporters clash.
        named = {"activity": "school-garden"} if much.endswith(("3", "4")) else {}
        return line(measure, much, unit, areas=areas, **named)


async def test_entries_roll_ups_and_publications_agree_after_every_step(
    setting: Setting, scale: Scale, record_property: Any
) -> None:
    runs, steps = (LONG_RUNS, LONG_STEPS) if scale.is_long else (RUNS, STEPS)
    limits = settings(
        max_examples=runs,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    tried = seed(scale.seed)(type("Machine", (LedgerMachine,), {"setting": setting}))
    await asyncio.to_thread(run_state_machine_as_test, tried, settings=limits)
    assert await verify_ledger(setting.world.db) == []
    record_property("steps", setting.steps)
    record_property("slices compared", setting.compared)
    assert setting.steps > (LEAST_LONG_STEPS if scale.is_long else runs)
    assert setting.compared > runs

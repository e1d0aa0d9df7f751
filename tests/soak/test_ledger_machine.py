"""Whatever is reported, judged, corrected, promised and published: entries, roll-ups and publications agree.

A state machine does these things in any order. After every step the figures from roll-ups equal the sums of
the lines, now and as of an earlier block, and every publication says what the lines up to its position say.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from cdp_common.contracts.commitments import CommitmentsMade
from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import Report
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period, month_end
from cdp_common.testing.plugin import MakeSavepointDatabase
from reporting_api.domain.groupings import headline_of
from reporting_api.storage.figures import LineFigures, Slice
from reporting_api.use_cases.verify_ledger import verify_ledger
from tests.integration.reporting_api.conftest import running
from tests.integration.reporting_api.entry_maker import differences
from tests.integration.reporting_api.world import World, contract_line, keyed, line
from tests.soak.scale import Scale

RUNS, STEPS = 2, 9
LONG_RUNS, LONG_STEPS = 250, 42
QUARTERS = (Period(date(2026, 4, 1), date(2026, 6, 30)), Period(date(2026, 7, 1), date(2026, 9, 30)))
WINDOWS = (*QUARTERS, Period(date(2026, 4, 11), date(2027, 2, 3)))
LINES = (("HOURS", "hours"), ("CARBON", "tco2e"), ("GIFTS", "gbp_invested"), ("BANKED", "count"))

T = TypeVar("T")


@dataclass
class Setting:
    """The service, called from another thread."""

    world: World
    loop: asyncio.AbstractEventLoop
    steps: int = 0
    compared: int = 0

    def done(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


@dataclass
class Told:
    """What an example has done so far."""

    organisations: list[UUID] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    contracts: list[CommitmentsMade] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    look: int = 0


@pytest.fixture
async def setting(savepoint_database: MakeSavepointDatabase, tmp_path: Path) -> AsyncIterator[Setting]:
    """A running service whose neighbours answer from memory."""
    secret = tmp_path / "secret.key"
    secret.write_text("A" * 43, encoding="ascii")
    async with running(await savepoint_database("reporting_api", "reporting"), secret) as world:
        yield Setting(world, asyncio.get_running_loop())


def machine(setting: Setting) -> type[RuleBasedStateMachine]:
    """A machine whose every example has a place and organisations of its own."""
    world = setting.world
    index, quantity = st.integers(0, 50), st.decimals("0.01", "999", places=2)

    class Ledger(RuleBasedStateMachine):
        @initialize()
        def open_place(self) -> None:
            world.clock.set(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
            world.neighbours.place = new_id()
            self.told = Told([new_id() for _ in range(3)])
            names = {who: f"Org {number}" for number, who in enumerate(self.told.organisations)}
            world.neighbours.organisations |= names

        @rule(who=st.integers(0, 2), month=st.integers(4, 10), what=st.integers(0, 3), much=quantity)
        def report(self, who: int, month: int, what: int, much: Any) -> None:
            draft = world.report_draft(
                self._line(what, str(much)),
                period_start=f"2026-{month:02}-01",
                period_end=month_end(date(2026, month, 1)).isoformat(),
            )
            answer = setting.done(world.try_report(self.told.organisations[who], draft))
            assert answer.status_code in (201, 409, 422), answer.text
            if answer.status_code == 201:
                self.told.reports.append(Report.model_validate_json(answer.content))

        @rule(which=index, share=st.sampled_from(["all", "half", "none"]))
        def review(self, which: int, share: str) -> None:
            if report := self._one_of(self.told.reports, which):
                accepted = {"all": report.lines[0].quantity, "half": report.lines[0].quantity / 2}
                body = {"outcome": "returned", "reason": "not seen"}
                if share != "none":
                    judged = {
                        "line_id": str(report.lines[0].line_id),
                        "accepted_quantity": f"{accepted[share]:f}",
                        "reason": "seen",
                        "method": "sample",
                        "evidence_level": "documented",
                    }
                    body = {"outcome": "validated", "reason": "checked", "lines": [judged]}  # type: ignore[dict-item]  # JSON
                answer = setting.done(world.try_review(report, body))
                assert answer.status_code in (201, 409), answer.text

        @rule(which=index, what=st.integers(0, 3), much=quantity)
        def correct(self, which: int, what: int, much: Any) -> None:
            if report := self._one_of(self.told.reports, which):
                body = {"reason": "typing error", "lines": [self._line(what, str(much))]}
                path = f"/v1/reports/{report.id}/corrections"
                headers = keyed(world.as_org(report.organisation_id))
                answer = setting.done(world.http.post(path, json=body, headers=headers))
                assert answer.status_code in (201, 409, 422), answer.text
                if answer.status_code == 201:
                    self.told.reports.append(Report.model_validate_json(answer.content))

        @rule(who=st.integers(0, 2))
        def sign(self, who: int) -> None:
            parties = {"deliverer_id": self.told.organisations[who], "deliverer_name": f"Org {who}"}
            self.told.contracts.append(setting.done(world.sign(world.commitment(**parties))))

        @rule(which=index, day=st.dates(date(2026, 5, 1), date(2027, 5, 1)))
        def end(self, which: int, day: date) -> None:
            if contract := self._one_of(self.told.contracts, which):
                self.told.contracts.remove(contract)
                setting.done(world.end(contract, day))

        @rule(who=st.integers(0, 2), leaves=st.booleans())
        def join(self, who: int, leaves: bool) -> None:
            last = date(2026, 8, 31) if leaves else None
            setting.done(world.join(self.told.organisations[who], date(2026, 1, 1), last))

        @rule(which=st.integers(0, 1))
        def publish(self, which: int) -> None:
            period = QUARTERS[which]
            said = {"period_start": period.start.isoformat(), "period_end": period.end.isoformat()}
            again = any(found.period_start == period.start for found in self.told.publications)
            if again:
                said["reason"] = "late reports"
            self.told.publications.append(setting.done(world.publish(**said)))

        @rule()
        def seal(self) -> None:
            setting.done(world.seal())

        @rule(hours=st.sampled_from([1, 20, 700]))
        def wait(self, hours: int) -> None:
            world.clock.advance(timedelta(hours=hours))

        @invariant()
        def agrees(self) -> None:
            setting.steps += 1
            if hasattr(self, "told"):
                setting.done(self._agrees())

        def teardown(self) -> None:
            setting.done(world.seal())
            assert setting.done(verify_ledger(world.db)) == []

        async def _agrees(self) -> None:
            self.told.look += 1
            window = WINDOWS[self.told.look % len(WINDOWS)]
            groupings: Any = ("total", ("theme", "organisation", "area", "route")[self.told.look % 4])
            async with world.db.begin() as tx:
                earlier = await self._some_block(tx)
                for position in {None, earlier}:
                    assert await differences(tx, Slice(world.place, window, position), groupings) == []
                    setting.compared += 1
                if publication := self._one_of(self.told.publications, self.told.look):
                    await self._stands(tx, publication)

        async def _some_block(self, tx: Any) -> int:
            blocks = list(
                await tx.scalars(
                    text("SELECT last_position FROM ledger_blocks WHERE place_id = :place ORDER BY number"),
                    {"place": world.place},
                )
            )
            return blocks[self.told.look * 7 % len(blocks)] if blocks else 0

        async def _stands(self, tx: Any, publication: Publication) -> None:
            """What a publication says is what the lines up to its position say, licensed value left out."""
            period = Period(publication.period_start, publication.period_end)
            lines = Slice(world.place, period, publication.ledger_position)
            headline = headline_of(await LineFigures(tx, lines).figures_by("total"))
            figures = publication.value.figures
            assert figures.committed.total_gbp * 100 == headline["committed"].total_pence
            assert figures.due.total_gbp * 100 == headline["due"].total_pence
            for shown, sums in (
                (figures.delivered, headline["delivered"]),
                (figures.validated, headline["validated"]),
            ):
                if shown.licensed in ("none", "left_out"):
                    assert shown.total_gbp * 100 == sums.total_pence
            setting.compared += 1

        def _line(self, what: int, much: str) -> dict[str, Any]:
            measure, unit = LINES[what]
            if measure == "HOURS" and self.told.contracts and what == 0 and much.endswith("1"):
                contract = self.told.contracts[0]
                return contract_line(contract.lines[0].line_id, much)
            areas = [{"area_code": "E01000001", "share": "0.3"}] if much.endswith("2") else []
            return line(measure, much, unit, areas=areas)

        @staticmethod
        def _one_of(found: list[T], which: int) -> T | None:
            return found[which % len(found)] if found else None

    return Ledger


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
    tried = seed(scale.seed)(machine(setting))
    await asyncio.to_thread(run_state_machine_as_test, tried, settings=limits)
    record_property("steps", setting.steps)
    record_property("slices compared", setting.compared)
    assert setting.steps > runs
    assert setting.compared > runs

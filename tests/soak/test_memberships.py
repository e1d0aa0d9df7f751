"""Who the partners were on any day, against a model: a state machine joins, leaves and rejoins."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from cdp_common.contracts.organisations import OrganisationDraft
from cdp_common.contracts.partners import MembershipDraft, MembershipEnd, PlaceDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import CdpError
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.plugin import MakeSavepointDatabase
from partners_api.domain.authority import Actor
from partners_api.domain.scopes import CLIENTS_ADMIN
from partners_api.settings import PACKAGE, SCHEMA
from partners_api.use_cases.create_organisation import create_organisation
from partners_api.use_cases.create_place import create_place
from partners_api.use_cases.end_membership import end_membership
from partners_api.use_cases.read_memberships import list_memberships
from partners_api.use_cases.start_membership import start_membership
from tests.soak.scale import Scale

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FIRST_DAY = date(2022, 1, 1)
DAYS = st.integers(0, 20).map(lambda days: FIRST_DAY + timedelta(days=days))
PARTNERS = ("believe housing", "livin", "New College Durham")
RUNS, LONG_RUNS, STEPS = 6, 400, 12

T = TypeVar("T")


@dataclass
class Stay:
    """A membership of the model."""

    organisation_id: UUID
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass
class Setting:
    """The service's use cases on a database, called from another thread."""

    database: Database
    loop: asyncio.AbstractEventLoop
    actor: Actor
    partners: list[UUID]
    judged: list[int] = field(default_factory=list)

    def done(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


@pytest.fixture
async def setting(savepoint_database: MakeSavepointDatabase) -> Setting:
    """An operator and three organisations."""
    database = await savepoint_database(PACKAGE, SCHEMA)
    someone = new_id()
    actor = Actor("operator", someone, someone, frozenset({CLIENTS_ADMIN}), {})
    partners = []
    for name in PARTNERS:
        draft = OrganisationDraft(legal_name=name, kind="public")
        answer = await create_organisation(database, actor, draft, fresh(), NOW)
        partners.append(made_id(answer))
    return Setting(database, asyncio.get_running_loop(), actor, partners)


def fresh() -> Once:
    """A call that was not made before."""
    return Once(str(new_id()), "test", "body")


def made_id(answer: Answer) -> UUID:
    """The id of what was made."""
    assert answer.status == 201
    return UUID(answer.body.decode().split('"id":"', 1)[1][:36])


def machine(setting: Setting) -> type[RuleBasedStateMachine]:
    """A machine whose every example has a place of its own."""

    class Memberships(RuleBasedStateMachine):
        stays = Bundle("stays")

        @initialize()
        def open_place(self) -> None:
            draft = PlaceDraft(slug=str(new_id()), name="Place", source="test")
            work = create_place(setting.database, setting.actor, draft, fresh(), NOW)
            self.place_id = made_id(setting.done(work))
            self.model: dict[UUID, Stay] = {}

        @rule(target=stays, who=st.integers(0, 2), begins=DAYS, lasts=st.none() | st.integers(-1, 8))
        def join(self, who: int, begins: date, lasts: int | None) -> Any:
            partner, last = setting.partners[who], None
            if lasts is not None:
                last = begins + timedelta(days=lasts)
            stay = Stay(partner, begins, last)
            draft = MembershipDraft(organisation_id=partner, valid_from=begins, valid_to=last, source="test")
            work = start_membership(setting.database, setting.actor, self.place_id, draft, fresh(), NOW)
            allowed = (last is None or last >= begins) and not any(
                other.organisation_id == partner and _share_a_day(stay, other)
                for other in self.model.values()
            )
            if not allowed:
                with pytest.raises(CdpError):
                    setting.done(work)
                return multiple()
            membership_id = made_id(setting.done(work))
            self.model[membership_id] = stay
            return membership_id

        @rule(membership_id=stays, day=DAYS)
        def leave(self, membership_id: UUID, day: date) -> None:
            stay = self.model[membership_id]
            work = end_membership(
                setting.database,
                setting.actor,
                membership_id,
                MembershipEnd(valid_to=day, source="test"),
                lambda _: None,
                NOW,
            )
            if day < stay.valid_from or (stay.valid_to is not None and day >= stay.valid_to):
                with pytest.raises(CdpError):
                    setting.done(work)
            else:
                assert setting.done(work).valid_to == day
                stay.valid_to = day

        @rule(day=DAYS)
        def look(self, day: date) -> None:
            self._compare(day)

        def teardown(self) -> None:
            edges = {FIRST_DAY}
            for stay in self.model.values():
                edges |= {stay.valid_from - timedelta(days=1), stay.valid_from}
                if stay.valid_to is not None:
                    edges |= {stay.valid_to, stay.valid_to + timedelta(days=1)}
            for day in sorted(edges):
                self._compare(day)

        def _compare(self, day: date) -> None:
            """The same partners on that day, in the order of their names."""
            reading = list_memberships(setting.database, self.place_id, as_of=day, cursor=None, limit=100)
            found, _ = setting.done(reading)
            expected = [stay.organisation_id for stay in self.model.values() if stay.holds_on(day)]
            assert [each.organisation.id for each in found] == sorted(expected, key=setting.partners.index)
            setting.judged.append(len(found))

    return Memberships


def _share_a_day(one: Stay, other: Stay) -> bool:
    latest = date.max
    return one.valid_from <= (other.valid_to or latest) and other.valid_from <= (one.valid_to or latest)


async def test_who_the_partners_were_on_any_day_is_what_a_model_says(
    setting: Setting, scale: Scale, record_property: Any
) -> None:
    runs = LONG_RUNS if scale.is_long else RUNS
    limits = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    tried = seed(scale.seed)(machine(setting))
    await asyncio.to_thread(run_state_machine_as_test, tried, settings=limits)
    record_property("answers compared", len(setting.judged))
    assert len(setting.judged) > runs
    assert max(setting.judged) >= 2

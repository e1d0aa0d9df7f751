"""Roll-ups say what the lines say: for every grouping, any window, now and as of any earlier moment."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random  # noqa: TID251 - the same entries for the same seed

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.reporting_api.entry_maker import EntryMaker, differences
from tests.integration.reporting_api.world import World

from cdp_common.kernel.periods import Period
from reporting_api.storage import rollup_folding
from reporting_api.storage.figures import Slice
from reporting_api.storage.ledger import append_entries, position_at, settled_position_at
from reporting_api.storage.remembered import Remembered
from reporting_api.storage.rollup_reading import base_of

QUARTER = Period(date(2025, 4, 1), date(2025, 6, 30))
WINDOWS = (
    QUARTER,
    Period(date(2025, 1, 1), date(2027, 12, 31)),
    Period(date(2025, 4, 11), date(2026, 2, 3)),  # days at both ends
    Period(date(2025, 5, 2), date(2025, 5, 30)),  # no whole month
    Period(date(2025, 5, 1), date(2025, 6, 14)),
    Period(date(2025, 12, 31), date(2025, 12, 31)),
)


@pytest.fixture(autouse=True)
def checkpoints_each_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few entries are enough for a month's end to be kept."""
    monkeypatch.setattr(rollup_folding, "CHECKPOINT_AT_MONTHS_END", 1)


async def fill(
    world: World, moments: int, each: int, hours: Sequence[int] = (1, 5, 30, 400)
) -> list[datetime]:
    """The moments at which entries were sealed, some hours apart."""
    maker = EntryMaker(world.place, Random(7))
    sealed = []
    world.clock.set(datetime(2026, 1, 30, 9, 0, tzinfo=UTC))
    async with world.db.begin() as tx:
        await maker.keep_catalogue(tx, world.clock())
    for _ in range(moments):
        async with world.db.begin() as tx:
            await append_entries(tx, maker.some(each, world.clock()))
        await world.seal()
        sealed.append(world.clock())
        world.clock.advance(timedelta(hours=maker.chance.choice(hours)))
    async with world.db.begin() as tx:
        await append_entries(tx, maker.some(each, world.clock()))
    return sealed


async def test_roll_ups_equal_the_lines_in_every_grouping_now_and_as_of_any_moment(world: World):
    sealed = await fill(world, moments=10, each=25)
    assert await world.count("ledger_checkpoints") > 0
    memory = Remembered()
    async with world.db.begin() as tx:
        for window in WINDOWS:
            assert await differences(tx, Slice(world.place, window, None), memory=memory) == []
        for index, moment in enumerate(sealed):
            position = await position_at(tx, world.place, moment + timedelta(minutes=1))
            assert position == 25 * (index + 1)
            window = WINDOWS[index % len(WINDOWS)]
            licences = frozenset({"made"} if index % 2 else set())
            assert await differences(tx, Slice(world.place, window, position, licences), memory=memory) == []
        assert await differences(tx, Slice(world.place, QUARTER, 0), memory=memory) == []
    await world.seal()
    async with world.db.begin() as tx:  # what waited is sealed now, and what was remembered is beside it
        for window in WINDOWS[:2]:
            assert await differences(tx, Slice(world.place, window, None), memory=memory) == []
            assert await differences(tx, Slice(world.place, window, None), memory=memory) == []


async def test_a_day_that_is_over_is_read_as_a_sum_and_one_under_way_by_its_lines(world: World):
    await fill(world, moments=6, each=3, hours=[8])  # two on the 30th, three on the 31st, one in February
    expected = {
        3: ("", None, date(2026, 1, 30), 0),
        6: ("", None, date(2026, 1, 31), 6),
        9: ("", None, date(2026, 1, 31), 6),
        15: ("ledger_checkpoints", date(2026, 1, 31), None, 15),
        18: ("ledger_rollups", None, None, 18),
    }
    async with world.db.begin() as tx:
        for position, stands in expected.items():
            base = await base_of(tx, world.place, position)
            assert (base.source, base.checkpoint, base.before, base.after) == stands
            for window in WINDOWS[:3]:
                assert await differences(tx, Slice(world.place, window, position)) == []


async def test_a_moment_is_settled_when_something_is_sealed_behind_it(world: World):
    sealed = await fill(world, moments=2, each=3, hours=[8])
    minute = timedelta(minutes=1)
    asked = [sealed[0] - minute, sealed[0], sealed[1] - minute, sealed[1]]
    found = [await settled_position_at(world.db, world.place, moment) for moment in asked]
    assert found == [0, 3, 3, None]  # at the last another block may still come to stand
    async with world.db.begin() as tx:
        assert [await position_at(tx, world.place, moment) for moment in asked] == [0, 3, 3, 6]


async def test_what_was_sealed_before_there_were_roll_ups_counts_and_is_folded_in(wide_world: World):
    world = wide_world
    await fill(world, moments=3, each=20, hours=[2])
    async with world.db.begin() as tx:
        await tx.execute(text("DELETE FROM ledger_folds"))
        await tx.execute(text("DELETE FROM ledger_days"))
        await tx.execute(text("DELETE FROM ledger_rollups"))
    for folded in (False, True):
        async with world.db.begin() as tx:
            for position in (None, 40, 60):
                assert await differences(tx, Slice(world.place, WINDOWS[1], position)) == [], folded
        await world.seal()
    assert await world.scalar("SELECT position FROM ledger_folds") == 80


@pytest.mark.parametrize("table", ["ledger_cells", "ledger_checkpoints"])
async def test_what_months_ends_were_does_not_change(world: World, table: str):
    await fill(world, moments=5, each=3)
    with pytest.raises(DBAPIError):
        async with world.db.begin() as tx:
            await tx.execute(text(f"DELETE FROM {table}"))

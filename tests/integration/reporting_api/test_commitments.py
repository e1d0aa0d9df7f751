"""Promises of other services become dated ledger entries: the thin line from an agreement to a figure."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.integration.reporting_api.framework import ABSENT_INDEX, EDITION, MEASURES, NEED_INDEX
from tests.integration.reporting_api.world import (
    CHARTER,
    PROCUREMENT,
    TOMS,
    World,
    promised_line,
    scheduled,
)

from cdp_common.clients.upstream import UpstreamUnavailable
from cdp_common.db.feed_repairs import Replayed, replay_parked, rewind
from cdp_common.db.parking import list_parked
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from reporting_api.storage.commitments import owed_lines


async def test_a_signed_contract_shows_as_committed_and_falls_due_by_months(world: World):
    await world.sign()
    value = await world.value()
    assert value.figures.committed.total_gbp == Decimal("24000.00")
    assert value.figures.due.total_gbp == Decimal("3000.00")  # three of twenty-four months
    assert value.figures.delivered.total_gbp == Decimal("0.00")
    assert value.figures.validated.total_gbp == Decimal("0.00")
    assert value.signed_in_window.total_gbp == Decimal("0.00")  # it was signed in March
    assert value.delivery_ratio == Decimal(0)
    assert [use.label for use in value.editions] == ["Open TOMs (2026)"]
    assert value.data_status == "actual"


async def test_signing_in_the_window_is_shown_apart(world: World):
    await world.sign()
    value = await world.value(**{"from": "2026-03-01", "to": "2026-03-31"})
    assert value.signed_in_window.total_gbp == Decimal("24000.00")
    assert value.figures.committed.total_gbp == Decimal("24000.00")  # in force from signing
    assert value.figures.due.total_gbp == Decimal("0.00")
    assert value.delivery_ratio is None
    before = await world.value(**{"from": "2026-03-01", "to": "2026-03-14"})
    assert before.figures.committed.total_gbp == Decimal("0.00")


async def test_instalments_sum_to_the_penny_and_fall_due_at_month_ends(world: World):
    odd = promised_line(social_gbp=Decimal("100.00"), starts_on=date(2026, 1, 15), ends_on=date(2026, 3, 10))
    await world.sign(world.commitment(lines=[odd], starts_on=date(2026, 1, 15), ends_on=date(2026, 3, 10)))
    due = await world.ledger("due")
    assert [(entry.effective_on, entry.pence) for entry in due] == [
        (date(2026, 1, 31), 3333),
        (date(2026, 2, 28), 3333),
        (date(2026, 3, 10), 3334),
    ]
    assert sum(entry.counted_quantity for entry in due) == Decimal("1336.3")


async def test_a_schedule_of_its_own_takes_the_place_of_months(world: World):
    parts = scheduled((date(2026, 9, 30), "0.25"), (date(2026, 8, 1), "0.75"))
    line = promised_line(social_gbp=Decimal("0.01"), local_economic_gbp=Decimal("10.01"), schedule=parts)
    await world.sign(world.commitment(lines=[line]))
    due = await world.ledger("due")
    assert [(entry.effective_on, entry.pence) for entry in due] == [
        (date(2026, 8, 1), 750),
        (date(2026, 9, 30), 252),  # 251 of 1001, and the whole of the one penny
    ]


async def test_a_framework_agreement_commits_nothing_by_itself(world: World):
    await world.sign(world.commitment(kind="framework_agreement"))
    assert await world.count("commitments") == 1
    assert await world.count("ledger_inbox") == 0


async def test_the_route_follows_the_kind_of_agreement(world: World):
    for kind in ("call_off", "grant", "planning_obligation"):
        await world.sign(world.commitment(kind=kind, lines=[promised_line()]))
    pledge = world.commitment(
        kind="pledge", route="charter", commissioner_id=None, commissioner_name=None, lines=[promised_line()]
    )
    await world.sign(pledge, port=CHARTER)
    assert sorted(entry.route for entry in await world.ledger("committed")) == [
        "charter",
        "grant",
        "planning",
        "procurement",
    ]


async def test_an_event_that_is_told_again_has_no_second_effect(world: World):
    commitment = await world.sign()
    await world.end(commitment, date(2026, 8, 31))
    entries = await world.count("ledger_inbox")
    async with world.db.begin() as tx:
        await rewind(tx, "procurement", 0, clock=world.clock)
    assert await world.consume() == 2
    assert await world.count("ledger_inbox") == entries


async def test_termination_takes_back_what_was_not_due_by_linked_entries(world: World):
    commitment = await world.sign()
    await world.end(commitment, date(2026, 8, 31))
    value = await world.value()
    assert value.figures.committed.total_gbp == Decimal("0.00")  # no longer in force
    assert value.figures.due.total_gbp == Decimal("2000.00")  # July, and August to its last day
    earlier = await world.value(**{"from": "2026-07-01", "to": "2026-08-30"})
    assert earlier.figures.committed.total_gbp == Decimal("24000.00")
    due = await world.ledger("due")
    taken_back = [entry for entry in due if entry.reverses is not None]
    assert len(taken_back) == 19  # of 24 instalments five were due
    by_id = {entry.id: entry for entry in due}
    assert all(entry.pence == -by_id[entry.reverses].pence for entry in taken_back)
    assert {entry.source_kind for entry in taken_back} == {"termination"}


async def test_what_was_said_before_a_termination_can_still_be_asked(world: World):
    commitment = await world.sign()
    await world.seal()
    before = world.clock()
    world.clock.advance(timedelta(days=1))
    await world.end(commitment, date(2026, 8, 31))
    await world.seal()
    assert (await world.value()).figures.due.total_gbp == Decimal("2000.00")
    as_of = (await world.value(as_of=before.isoformat())).figures
    assert as_of.due.total_gbp == Decimal("3000.00")
    assert as_of.committed.total_gbp == Decimal("24000.00")


async def test_a_commitment_of_an_unknown_measure_is_set_aside_and_the_others_go_on(world: World):
    unknown = world.commitment(lines=[promised_line(measure="NOSUCH")])
    world.neighbours.tell(PROCUREMENT, "agreement.signed", unknown.source_id, unknown.model_dump(mode="json"))
    known = world.commitment(lines=[promised_line()])
    world.neighbours.tell(PROCUREMENT, "agreement.signed", known.source_id, known.model_dump(mode="json"))
    for _ in range(6):
        await world.consume_once(PROCUREMENT, "procurement")
    assert len(await world.ledger("committed")) == 1
    async with world.db.begin() as tx:
        [parked] = await list_parked(tx, "procurement")
    assert parked.event.aggregate_id == unknown.source_id
    assert parked.last_error.startswith("measure_not_known:")
    answer = await world.http.get("/v1/feeds", headers=world.as_manager())
    assert {"source": "procurement", "position": 2, "parked_aggregates": 1} in answer.json()["items"]


async def test_a_parked_commitment_is_entered_when_it_is_replayed(world: World):
    late = world.commitment(lines=[promised_line(measure="LATER")])
    world.neighbours.tell(PROCUREMENT, "agreement.signed", late.source_id, late.model_dump(mode="json"))
    for _ in range(5):
        await world.consume_once(PROCUREMENT, "procurement")
    feed = world.followed("procurement")
    assert await replay_parked(world.db, feed) == Replayed(0, (1,))
    world.neighbours.measures["LATER"] = MEASURES["HOURS"]
    assert await replay_parked(world.db, feed) == Replayed(1, ())
    assert len(await world.ledger("committed")) == 1


async def test_nothing_is_consumed_while_the_measures_cannot_be_fetched(world: World):
    commitment = world.commitment()
    world.neighbours.tell(
        PROCUREMENT, "agreement.signed", commitment.source_id, commitment.model_dump(mode="json")
    )
    world.neighbours.is_down = True
    with pytest.raises(UpstreamUnavailable):
        await world.consume_once(PROCUREMENT, "procurement")
    assert await world.count("ledger_inbox") == 0
    world.neighbours.is_down = False
    assert await world.consume() == 1
    assert await world.count("ledger_inbox") == 25


async def test_a_promise_in_an_area_counts_in_its_need_band(world: World):
    await world.sign(world.commitment(lines=[promised_line(area_code="E01000001")]))
    [grouping] = (await world.value(group_by="need_band")).groupings
    assert [(cell.key, cell.figures.due.total_gbp) for cell in grouping.cells if cell.figures] == [
        ("severe", Decimal("3000.00")),
        ("high", Decimal("0.00")),
        ("mild", Decimal("0.00")),
        ("low", Decimal("0.00")),
        ("not_placed", Decimal("0.00")),
    ]


@pytest.mark.parametrize(
    ("index", "place", "is_of_it"),
    [
        (NEED_INDEX, "county-durham", True),
        (NEED_INDEX, "*", True),
        (NEED_INDEX, "essex", False),
        ("another-index", "county-durham", False),
    ],
)
async def test_areas_follow_the_bands_that_their_place_publishes(
    world: World, index: str, place: str, is_of_it: bool
):
    await world.sign(world.commitment(lines=[promised_line(area_code="E01000001")]))
    world.neighbours.bands["E01000001"] = "mild"
    banding = {"index": index, "place": place, "version": 2}
    world.neighbours.tell(TOMS, "need_banding.published", new_id(), banding)
    assert await world.consume() == 1
    [grouping] = (await world.value(group_by="need_band")).groupings
    due = {cell.key: cell.figures.due.total_gbp for cell in grouping.cells if cell.figures}
    assert due["mild"] == (Decimal("3000.00") if is_of_it else Decimal(0))
    assert due["severe"] == (Decimal(0) if is_of_it else Decimal("3000.00"))
    told = [data for kind, data in await world.events() if kind == "collective_value.changed"]
    assert told == ([{"place_id": str(world.place)}] if is_of_it else [])


async def test_a_promise_in_a_place_whose_index_nobody_imported_is_entered_and_holds_nothing_up(world: World):
    world.neighbours.need_index = ABSENT_INDEX
    await world.sign(world.commitment(lines=[promised_line(area_code="E01000001")]))
    await world.sign(world.commitment(lines=[promised_line()]))
    [grouping] = (await world.value(group_by="need_band")).groupings
    assert [(cell.key, cell.figures.due.total_gbp) for cell in grouping.cells if cell.figures][-1] == (
        "not_placed",
        Decimal("6000.00"),
    )


async def test_a_sample_promise_makes_the_whole_figure_a_sample(world: World):
    await world.sign()
    await world.sign(world.commitment(data_status="synthetic_sample", lines=[promised_line()]))
    assert (await world.value()).data_status == "synthetic_sample"


async def test_an_event_that_ends_what_was_never_told_of_is_set_aside(world: World):
    commitment = world.commitment(source_id=new_id())
    world.neighbours.tell(
        PROCUREMENT,
        "agreement.terminated",
        commitment.source_id,
        {
            "source_id": str(commitment.source_id),
            "place_id": str(world.place),
            "effective_on": "2026-08-31",
            "reason": "x",
        },
    )
    for _ in range(5):
        await world.consume_once(PROCUREMENT, "procurement")
    async with world.db.begin() as tx:
        [parked] = await list_parked(tx, "procurement")
    assert parked.last_error.startswith("commitment_not_known:")


async def test_an_expired_commitment_is_not_in_force(world: World):
    line = promised_line(starts_on=date(2026, 4, 1), ends_on=date(2026, 8, 31))
    await world.sign(world.commitment(lines=[line], ends_on=date(2026, 8, 31)))
    value = await world.value()
    assert value.figures.committed.total_gbp == Decimal("0.00")
    assert value.figures.due.total_gbp == Decimal("9600.00")  # two of five months
    assert value.editions[0].edition_hash == EDITION
    assert value.as_of == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


async def test_a_variation_takes_back_what_is_due_from_its_date_and_enters_it_anew(world: World):
    line = promised_line()
    contract = await world.sign(world.commitment(lines=[line]))
    await world.seal()
    before = world.clock()
    world.clock.advance(timedelta(days=1))
    more = line.model_copy(
        update={
            "social_gbp": Decimal("30000.00"),
            "quantity": Decimal("1670.375"),
            "counted_quantity": Decimal("1670.375"),
        }
    )
    await world.change(contract, effective_on=date(2026, 9, 1), lines=[more])
    due = await world.ledger("due")
    standing = [entry for entry in due if entry.reverses is None and entry.source_kind == "commitment"]
    taken_back = {entry.reverses for entry in due if entry.reverses is not None}
    kept = [entry for entry in standing if entry.id not in taken_back]
    assert [entry.effective_on for entry in kept] == [
        *(date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)),
    ]
    assert len(taken_back) == 19
    fresh = [entry for entry in due if entry.source_kind == "variation" and entry.reverses is None]
    # £30,000 less the £5,000 that was due, over the nineteen months that are left
    assert (fresh[0].effective_on, fresh[0].pence, len(fresh)) == (date(2026, 9, 30), 131578, 19)
    assert sum(entry.pence for entry in due) == 3000000
    assert sum(entry.counted_quantity for entry in due) == Decimal("1670.375")
    value = await world.value()  # July to September
    assert value.figures.due.total_gbp == Decimal("3315.78")
    assert value.figures.committed.total_gbp == Decimal("30000.00")
    assert value.signed_in_window.total_gbp == Decimal("0.00")  # a variation signs nothing
    earlier = await world.value(**{"from": "2026-07-01", "to": "2026-08-31"})
    assert earlier.figures.committed.total_gbp == Decimal("24000.00")
    await world.seal()
    as_of = (await world.value(as_of=before.isoformat())).figures
    assert (as_of.committed.total_gbp, as_of.due.total_gbp) == (Decimal("24000.00"), Decimal("3000.00"))


async def test_a_variation_ends_a_line_adds_another_and_schedules_the_rest(world: World):
    ended, other = promised_line(), promised_line(social_gbp=Decimal("120.00"))
    contract = await world.sign(world.commitment(lines=[ended, other]))
    nothing_more = ended.model_copy(
        update={
            "social_gbp": Decimal("5000.00"),
            "counted_quantity": Decimal("278.39583333"),
            "ends_on": date(2026, 9, 1),
        }
    )
    added = promised_line(
        social_gbp=Decimal("10.00"),
        starts_on=date(2026, 9, 1),
        schedule=scheduled((date(2026, 9, 30), "0.5"), (date(2027, 9, 30), "0.5")),
    )
    await world.change(contract, effective_on=date(2026, 9, 1), lines=[nothing_more, added])
    value = await world.value()
    # £1,000 of July and of August each; £5 a month of the line that stays; the half of the new one
    assert value.figures.due.total_gbp == Decimal("2020.00")
    assert value.figures.committed.total_gbp == Decimal("130.00")  # the ended line is in force no more
    entries = await world.count("ledger_inbox")
    async with world.db.begin() as tx:
        await rewind(tx, "procurement", 0, clock=world.clock)
    await world.consume()
    assert await world.count("ledger_inbox") == entries
    await world.end(contract, date(2026, 12, 31))
    left = sum(entry.pence for entry in await world.ledger("due") if entry.effective_on > date(2026, 12, 31))
    assert left == 0


async def test_from_a_novation_on_another_organisation_owes_what_is_not_due_yet(world: World):
    contract = await world.sign()
    heir = new_id()
    await world.change(
        contract, effective_on=date(2026, 9, 1), deliverer_id=heir, deliverer_name="Successor Ltd"
    )
    by_deliverer: dict[object, int] = {}
    for entry in await world.ledger("due"):
        by_deliverer[entry.deliverer_id] = by_deliverer.get(entry.deliverer_id, 0) + entry.pence
    assert by_deliverer == {world.supplier: 500000, heir: 1900000}
    value = await world.value()
    assert value.figures.committed.total_gbp == Decimal("24000.00")
    assert value.figures.due.total_gbp == Decimal("3000.00")
    assert value.signed_in_window.total_gbp == Decimal("0.00")
    committed = [entry for entry in await world.ledger("committed") if entry.effective_on > date(2026, 8, 31)]
    assert [(entry.deliverer_id, entry.pence) for entry in committed] == [
        (world.supplier, -2400000),
        (heir, 2400000),
    ]
    async with world.db.begin() as tx:
        [line] = (await owed_lines(tx, [contract.lines[0].line_id])).values()
    quarters = (Period(date(2026, 4, 1), date(2026, 6, 30)), Period(date(2026, 10, 1), date(2026, 12, 31)))
    assert [line.is_owed_by(world.supplier, quarter) for quarter in quarters] == [True, False]
    assert [line.is_owed_by(heir, quarter) for quarter in quarters] == [False, True]
    assert line.is_owed_by(heir, Period(date(2026, 7, 1), date(2026, 9, 1)))
    assert not line.is_owed_by(heir, Period(date(2026, 7, 1), date(2026, 8, 31)))


@pytest.mark.parametrize("kind", ["varied", "novated"])
async def test_a_change_of_what_was_never_told_of_is_set_aside(world: World, kind: str):
    said = (
        {"lines": [promised_line()]}
        if kind == "varied"
        else {"deliverer_id": new_id(), "deliverer_name": "X"}
    )
    for _ in range(5):
        if _ == 0:
            await world.change(world.commitment(), effective_on=date(2026, 9, 1), **said)
        await world.consume_once(PROCUREMENT, "procurement")
    async with world.db.begin() as tx:
        [parked] = await list_parked(tx, "procurement")
    assert parked.last_error.startswith("commitment_not_known:")
    assert await world.count("ledger_inbox") == 0

"""One activity is counted once by its reporter; a pledge counts nothing in full that an agreement owes."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text
from tests.integration.reporting_api.test_client import client, key
from tests.integration.reporting_api.test_process import eventually
from tests.integration.reporting_api.test_report_files import send
from tests.integration.reporting_api.world import (
    CHARTER,
    World,
    codes,
    contract_line,
    keyed,
    line,
    promised_line,
)

from cdp_common.contracts.commitments import CommitmentsMade
from cdp_common.contracts.reporting import Correction
from cdp_common.kernel.identifiers import new_id
from reporting_api.use_cases import prepare_report_file

TOO_MUCH = "activity_shares_above_one"
JULY = {"period_start": "2026-07-01", "period_end": "2026-07-31"}
AUGUST = {"period_start": "2026-08-01", "period_end": "2026-08-31"}
SEPTEMBER = {"period_start": "2026-09-01", "period_end": "2026-09-30"}
TABLES = ("reports", "report_lines", "ledger_inbox", "events")


async def contracts(world: World, count: int = 2) -> list[UUID]:
    """The lines of so many contracts of the supplier, all about hours."""
    return [(await world.sign()).lines[0].line_id for _ in range(count)]


def shared(line_id: UUID, share: str | None = None, **changes: Any) -> dict[str, Any]:
    """Hours of the garden for a contract, of which it may take a share."""
    return contract_line(line_id, **{"activity": "garden", "attribution_share": share, **changes})


async def counts(world: World) -> list[int]:
    return [await world.count(table) for table in TABLES]


async def pledge_of(world: World) -> CommitmentsMade:
    """What the supplier pledges: volunteering, as its contract does."""
    nobody = {"commissioner_id": None, "commissioner_name": None}
    pledge = world.commitment(kind="pledge", route="charter", reference="P-1", **nobody)
    return await world.sign(pledge, port=CHARTER)


async def test_what_an_activity_counts_for_shares_it_once_over_all_reports_of_its_reporter(world: World):
    first, second, third = await contracts(world, 3)
    own = line(activity="garden", attribution_share="0.00000001")
    whole = [shared(first, "0.25"), shared(second, "0.75", industry="retail")]
    before = await counts(world)
    for one_too_many in (own, shared(third, "0.00000001")):
        refused = await world.try_report(world.supplier, world.report_draft(*whole, one_too_many, **JULY))
        assert (refused.status_code, refused.json()["code"]) == (422, "report_invalid")
        assert codes(refused) == [("/lines/2/attribution_share", TOO_MUCH)]
    refused = await world.try_report(world.supplier, world.report_draft(shared(first), shared(second)))
    assert codes(refused) == [("/lines/1/attribution_share", TOO_MUCH)]
    assert await counts(world) == before

    # Several lines for one contract are one share of it, and another measure or reporter is another count.
    again = shared(first, "0.25", industry="retail")
    gifts = line("GIFTS", "5", "gbp_invested", activity="garden")
    july = await world.report(world.supplier, *whole, again, gifts, **JULY)
    assert [str(one.counted_quantity) for one in july.lines] == ["25", "75", "25", "5"]
    await world.report(world.council, line(activity="garden"))
    before = await counts(world)
    for more in (shared(third, "0.00000001"), own, shared(first, "0.25000001")):
        refused = await world.try_report(world.supplier, world.report_draft(more, **AUGUST))
        assert codes(refused) == [("/lines/0/attribution_share", TOO_MUCH)]
        assert await counts(world) == before
    await world.report(world.supplier, shared(second, "0.75"), **AUGUST)
    await world.report(world.supplier, shared(third, activity="orchard"), **SEPTEMBER)


async def test_a_correction_takes_the_place_of_what_it_corrects_and_what_falls_away_frees_its_share(
    world: World,
):
    first, second = await contracts(world)
    july = await world.report(world.supplier, shared(first), **JULY)
    august = world.report_draft(shared(second, "0.5"), **AUGUST)
    assert codes(await world.try_report(world.supplier, august)) == [("/lines/0/attribution_share", TOO_MUCH)]
    supplier = client(world, world.as_org(world.supplier))
    halved = Correction.model_validate({"reason": "half", "lines": [shared(first, "0.5")]})
    july = await supplier.correct_report(july.id, halved, idempotency_key=key())
    kept = await world.report(world.supplier, shared(second, "0.5"), **AUGUST)

    correction = {"reason": "more", "lines": [shared(first, "0.50000001")]}
    path = f"/v1/reports/{july.id}/corrections"
    refused = await world.http.post(path, json=correction, headers=keyed(world.as_org(world.supplier)))
    assert codes(refused) == [("/lines/0/attribution_share", TOO_MUCH)]
    assert (await supplier.get_report(july.id)).state == "submitted"

    for outcome in ("returned", "rejected"):
        answer = await world.try_review(kept, {"outcome": outcome, "reason": "not so"})
        assert answer.status_code == 201, answer.text
        more = Correction.model_validate({"reason": outcome, "lines": [shared(first)]})
        july = await supplier.correct_report(july.id, more, idempotency_key=key())
        fewer = Correction.model_validate({"reason": "half again", "lines": [shared(first, "0.5")]})
        july = await supplier.correct_report(july.id, fewer, idempotency_key=key())
        if outcome == "returned":
            taken = Correction.model_validate({"reason": "as it was", "lines": [shared(second, "0.5")]})
            kept = await supplier.correct_report(kept.id, taken, idempotency_key=key())
    assert (await supplier.get_report(kept.id)).state == "rejected"


@pytest.mark.parametrize(("last_day", "status"), [(date(2026, 7, 31), 201), (date(2026, 8, 1), 422)])
async def test_what_follows_an_ended_contract_may_have_the_whole_of_an_activity(
    world: World, last_day: date, status: int
):
    first = await world.sign()
    await world.report(world.supplier, shared(first.lines[0].line_id), **JULY)
    life = {"starts_on": date(2026, 8, 1), "ends_on": date(2027, 7, 31)}
    second = await world.sign(world.commitment(lines=[promised_line(**life)], **life))
    august = world.report_draft(shared(second.lines[0].line_id), **AUGUST)
    beside = await world.try_report(world.supplier, august)
    assert codes(beside) == [("/lines/0/attribution_share", TOO_MUCH)]
    await world.end(first, last_day)
    assert (await world.try_report(world.supplier, august)).status_code == status


async def test_rows_of_files_share_an_activity_as_lines_do(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prepare_report_file, "PORTION_ROWS", 2)  # so that later portions meet earlier ones
    first, second = await contracts(world)
    header = (
        "measure,quantity,unit,route,commitment_line_id,activity,attribution_share,industry,"
        "attests_contract_only,attests_commitment"
    )

    def row(line_id: UUID, share: str, industry: str = "") -> str:
        return f"HOURS,10,hours,procurement,{line_id},garden,{share},{industry},yes,yes"

    rows = [row(first, "0.6"), row(second, "0.4"), row(first, "0.6", "retail"), row(second, "0.5")]
    before = await counts(world)
    content = "\n".join([header, *rows, ""]).encode()
    refused = await send(world, world.supplier, content)
    assert (refused.status_code, codes(refused)) == (422, [("/rows/4/attribution_share", TOO_MUCH)])
    assert await counts(world) == before
    answer = await send(world, world.supplier, content, faulty_rows="leave_out")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert [(one["row"], one["code"]) for one in told["faults"]] == [(4, TOO_MUCH)]
    assert told["line_count"] == 3
    june = {"period_start": "2026-06-01", "period_end": "2026-06-30"}
    later = "\n".join([header, row(second, "0.40000001"), ""]).encode()
    assert codes(await send(world, world.supplier, later, **june)) == [
        ("/rows/1/attribution_share", TOO_MUCH)
    ]


async def test_of_two_reports_at_once_one_claims_what_is_left_of_an_activity(wide_world: World):
    world = wide_world
    first, second = await contracts(world)
    drafts = [
        world.report_draft(shared(first, "0.6"), **JULY),
        world.report_draft(shared(second, "0.6"), **AUGUST),
    ]
    waiting = text("""SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted""")
    lock = (
        "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' shares ' || :organisation, 0))"
    )
    async with world.db.begin() as tx:

        async def both_wait() -> bool:
            return bool(await tx.scalar(waiting) == len(drafts))

        await tx.execute(text(lock), {"organisation": str(world.supplier)})
        sent = [asyncio.ensure_future(world.try_report(world.supplier, draft)) for draft in drafts]
        # Both have found a share left by then, and each waits to write what it claims.
        await eventually(both_wait)
    answers: list[httpx2.Response] = await asyncio.gather(*sent)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (lost,) = [answer for answer in answers if answer.status_code == 409]
    assert lost.json()["code"] == "activity_shares_taken"
    assert [await world.count(table) for table in ("reports", "report_lines")] == [1, 1]
    again = await world.try_report(world.supplier, drafts[answers.index(lost)])
    assert codes(again) == [("/lines/0/attribution_share", TOO_MUCH)]


async def test_what_a_contract_owes_is_not_counted_for_a_pledge_too(world: World):
    (owed,) = await contracts(world, 1)
    pledged = (await pledge_of(world)).lines[0].line_id

    def for_pledge(**changes: Any) -> dict[str, Any]:
        named = {"route": "charter", "commitment_line_id": str(pledged), "edition_hash": None}
        return line(quantity="100", **{**named, **changes})

    before = await counts(world)
    # Without their names nobody could tell whether both count the same hours.
    unnamed = await world.try_report(world.supplier, world.report_draft(contract_line(owed), for_pledge()))
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "report_invalid")
    assert codes(unnamed) == [(f"/lines/{at}/activity", "activity_missing") for at in (0, 1)]
    for alone in (for_pledge(), contract_line(owed)):
        refused = await world.try_report(world.supplier, world.report_draft(alone))
        assert codes(refused) == [("/lines/0/activity", "activity_missing")]
    full = [shared(owed), for_pledge(activity="garden")]
    refused = await world.try_report(world.supplier, world.report_draft(*full))
    assert codes(refused) == [("/lines/1/attribution_share", TOO_MUCH)]
    assert await counts(world) == before
    split = [shared(owed, "0.7"), for_pledge(activity="garden", attribution_share="0.3")]
    report = await world.report(world.supplier, *split, for_pledge(activity="choir"))
    assert [str(one.counted_quantity) for one in report.lines] == ["70", "30", "100"]


async def test_a_pledge_alone_or_beside_an_agreement_on_something_else_needs_no_activity(world: World):
    pledged = (await pledge_of(world)).lines[0].line_id
    gifts = promised_line(line_id=new_id(), measure="GIFTS", unit="gbp_invested")
    await world.sign(world.commitment(lines=[gifts]))
    await world.sign(world.commitment(kind="framework_agreement", reference="F-1"))
    stated = line(route="charter", commitment_line_id=str(pledged), edition_hash=None)
    report = await world.report(world.supplier, stated)
    assert str(report.lines[0].total_gbp) == "179.60"

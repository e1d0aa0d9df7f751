"""ReportingClient speaks to the service: every operation by its name, answers as contracts."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from tests.integration.reporting_api.framework import EDITION
from tests.integration.reporting_api.world import World, judgement

from cdp_common.clients.reporting import ReportingClient
from cdp_common.clients.tokens import forwarded
from cdp_common.contracts.activities import ActivityDraft, ActivityShare
from cdp_common.contracts.publications import PublicationDraft
from cdp_common.contracts.reporting import Correction, ReportDraft, ReportLineDraft, Review
from cdp_common.kernel.identifiers import new_id

START, END = date(2026, 7, 1), date(2026, 9, 30)


def client(world: World, headers: dict[str, str] | None = None) -> ReportingClient:
    token = headers["Authorization"].removeprefix("Bearer ") if headers else None
    return ReportingClient("http://service.test", forwarded(token) if token else None, world.http)


def key() -> str:
    return str(new_id())


def draft(world: World, **changes: object) -> ReportDraft:
    hours = ReportLineDraft(
        measure="HOURS", edition_hash=EDITION, quantity=Decimal(10), unit="hours", route="own_activity"
    )
    stated = {
        "place_id": world.place,
        "place_slug": "county-durham",
        "period_start": START,
        "period_end": END,
        "lines": [hours],
        **changes,
    }
    return ReportDraft.model_validate(stated)


async def report_for(world: World, org: UUID) -> UUID:
    answer = await client(world, world.as_org(org)).submit_report(draft(world), idempotency_key=key())
    return answer.id


async def test_reports_of_organisations_are_those_that_the_caller_may_see_so_many_of_each(world: World):
    councils = [await report_for(world, world.council)]
    for month in (1, 2, 3):
        period = {"period_start": date(2025, month, 1), "period_end": date(2025, month, 28)}
        answer = await client(world, world.as_org(world.council)).submit_report(
            draft(world, **period), idempotency_key=key()
        )
        councils.append(answer.id)
    colleges = [await report_for(world, world.college)]
    validator, council = client(world, world.as_validator()), client(world, world.as_org(world.council))

    async def listed(by: ReportingClient, orgs: list[UUID], of_each: int | None = None) -> list[UUID]:
        found: list[UUID] = []
        cursor: str | None = None
        while True:
            page = await by.list_reports(organisation_ids=orgs, of_each=of_each, limit=2, cursor=cursor)
            found += [report.id for report in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found

    both = [world.council, world.college]
    assert await listed(validator, both) == councils + colleges
    assert await listed(validator, both, 3) == councils[:3] + colleges
    assert await listed(validator, [world.college], 1) == colleges
    # Another organisation's reports stay unseen; its own it finds among them.
    assert await listed(council, both, 1) == councils[:1]
    assert await listed(council, [world.college]) == []


async def test_reports_from_submission_to_correction(world: World):
    council, validator = client(world, world.as_org(world.council)), client(world, world.as_validator())
    submitted = await council.submit_report(draft(world), idempotency_key=key())
    assert (await council.get_report(submitted.id)) == submitted
    assert (await council.list_reports(place_id=world.place, state="submitted")).items == [submitted]
    review = Review.model_validate(
        {"outcome": "validated", "reason": "seen", "lines": [judgement(submitted, 0, "9")]}
    )
    reviewed = await validator.review_report(submitted.id, review, idempotency_key=key())
    assert reviewed.lines[0].accepted_quantity == Decimal(9)
    corrected = await council.correct_report(
        submitted.id, Correction(reason="none at all", nil_return=True), idempotency_key=key()
    )
    assert (corrected.supersedes, corrected.lines) == (submitted.id, [])
    assert [event.type for event in (await council.list_events()).items] == [
        "report.submitted",
        "report.reviewed",
        "report.submitted",
        "collective_value.changed",  # a nil return leaves no line in the ledger, which would tell of it
    ]


async def test_joint_activities(world: World):
    council, charity = (client(world, world.as_org(org)) for org in (world.council, world.charity))
    shares = [
        ActivityShare(organisation_id=org, share=Decimal("0.5")) for org in (world.council, world.charity)
    ]
    activity = await council.create_activity(
        ActivityDraft(place_id=world.place, title="Minibus", shares=shares), idempotency_key=key()
    )
    confirmed = await charity.confirm_activity(activity.id, idempotency_key=key())
    assert confirmed.confirmed
    assert await council.get_activity(activity.id) == confirmed


async def test_figures_ledger_and_publications(world: World):
    for org in (world.council, world.charity, world.college):
        await report_for(world, org)
    manager, public = client(world, world.as_manager()), client(world)
    live = await manager.get_collective_value(
        world.place, from_=START, to=END, as_of=None, group_by="theme", basis="delivered_by"
    )
    assert live.figures.delivered.total_gbp == Decimal("538.80")
    assert len((await manager.list_ledger_entries(world.place, limit=2)).items) == 2
    preview = await manager.preview_publication(world.place, from_=START, to=END)
    published = await manager.publish_period(
        world.place, PublicationDraft(period_start=START, period_end=END), idempotency_key=key()
    )
    assert published.value.figures == preview.figures
    assert (await public.get_ledger_head(world.place)).block_hash == published.ledger_head
    assert [key["alg"] for key in (await public.get_ledger_keys()).keys] == ["Ed25519"]
    assert (await public.list_publications(world.place)).items == [published]
    assert await public.get_publication(published.id) == published
    explained = await public.explain_pounds(published.id, "HOURS")
    assert explained.total_gbp == Decimal("538.80")
    read = await public.get_collective_value(world.place, from_=START, to=END)
    assert read.publication_number == 1
    await world.sign()
    feeds = (await manager.list_feeds()).items
    assert [(feed.source, feed.position) for feed in feeds] == [
        ("charter", 0),
        ("partners", 0),
        ("procurement", 1),
        ("toms", 0),
    ]

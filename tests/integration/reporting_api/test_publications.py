"""Publications: frozen, numbered, restated with a reason, and safe to show."""

import asyncio
import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from tests.integration.reporting_api.test_client import client
from tests.integration.reporting_api.world import World, codes, keyed, line

from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import CollectiveValue, Grouping
from cdp_common.db.database import Database
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import TestDatabases
from reporting_api.domain.chain import canonical_json
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.publications import content_hash
from reporting_api.use_cases import publish_period
from reporting_api.use_cases.value_to_publish import ToProtect, ToPublish
from reporting_api.use_cases.value_to_publish import value_to_publish as work_out
from reporting_api.use_cases.verify_ledger import verify_ledger


def grouping(value: CollectiveValue, by: str, basis: str | None = None) -> Grouping:
    [found] = [group for group in value.groupings if (group.by, group.basis) == (by, basis)]
    return found


def shown(group: Grouping) -> dict[str, Decimal | None]:
    """Delivered pounds by label; None where the cell is withheld."""
    return {
        cell.label: None if cell.figures is None else cell.figures.delivered.total_gbp for cell in group.cells
    }


async def three_report(world: World) -> None:
    """Three organisations of similar size report volunteering, one of them gifts beside it."""
    await world.report(world.council, line(quantity="10"))
    await world.report(world.charity, line(quantity="11"))
    await world.report(world.college, line(quantity="12"), line("GIFTS", "50", "gbp_invested"))


async def test_what_an_earlier_build_froze_stays_as_it_is_without_share_and_address(
    wide_world: World, databases: TestDatabases
):
    world = wide_world
    await three_report(world)
    published = await world.publish()
    assert published.validated_share == 0
    # As a build before froze it: without what formats 4 and later, and groupings by period, brought.
    earlier = json.loads(published.model_dump_json()) | {"format": 3}
    del earlier["validated_share"], earlier["url"], earlier["need"]["areas"]
    for one in earlier["value"]["groupings"]:
        del one["granularity"]
    earlier["content_sha256"] = content_hash(earlier["value"])
    frozen = canonical_json(earlier)
    owner = Database(
        databases.owner_url(world.db), schema=world.db.schema, app_name="test owner", pool_size=1
    )
    try:
        async with owner.begin() as tx:
            for table in ("publications", "publication_files"):
                await tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            await tx.execute(text("DELETE FROM publication_files"))  # made of the document when asked for
            await tx.execute(
                text("UPDATE publications SET document = :document, content_sha256 = :hash"),
                {"document": frozen, "hash": earlier["content_sha256"]},
            )
    finally:
        await owner.dispose()
    read = await world.http.get(f"/v1/publications/{published.id}")
    assert (read.content, read.headers["ETag"]) == (frozen, f'"{earlier["content_sha256"]}"')
    [listed] = (await client(world).list_publications(world.place)).items
    assert (listed.format, listed.validated_share, listed.url) == (3, None, None)
    made_again = await world.http.get(f"/v1/publications/{published.id}/files/csv")
    assert f"/v1/publications/{published.id}" in made_again.text
    assert await verify_ledger(world.db) == []
    assert (await world.http.get(f"/v1/publications/{published.id}")).content == frozen


async def test_the_public_reads_what_was_published_byte_for_byte(world: World):
    await three_report(world)
    answer = await world.try_publish()
    assert answer.status_code == 201, answer.text
    publication = Publication.model_validate_json(answer.content)
    assert (publication.number, publication.restates, publication.changes) == (1, None, [])
    assert publication.ledger_position == 4
    assert publication.disclosure.minimum_organisations == 3
    assert publication.licence == "OGL-UK-3.0"
    read = await world.http.get(f"/v1/publications/{publication.id}")
    assert read.content == answer.content
    assert read.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    value = json.dumps(
        read.json()["value"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    assert hashlib.sha256(value).hexdigest() == publication.content_sha256
    assert read.headers["ETag"] == f'"{publication.content_sha256}"'
    again = await world.http.get(
        f"/v1/publications/{publication.id}", headers={"If-None-Match": read.headers["ETag"]}
    )
    assert again.status_code == 304


async def test_a_published_period_answers_the_public_and_no_other_does(world: World):
    await three_report(world)
    published = await world.publish()
    answer = await world.ask_value(group_by="theme,organisation")
    value = CollectiveValue.model_validate_json(answer.content)
    assert value.publication_number == 1
    assert value.figures == published.value.figures
    assert [(group.by, group.basis) for group in value.groupings] == [
        ("theme", None),
        ("organisation", "delivered_by"),
    ]
    assert value.coverage.missing_organisations == []
    shifted = await world.ask_value(**{"from": "2026-07-02"})
    assert (shifted.status_code, shifted.json()["code"]) == (404, "not_published")


async def test_what_comes_later_changes_no_publication(world: World):
    await three_report(world)
    publication = await world.publish()
    await world.report(world.supplier)
    again = await world.ask_value()
    assert CollectiveValue.model_validate_json(again.content).figures == publication.value.figures
    assert (await world.value()).figures.delivered.total_gbp == Decimal("822.28")


async def test_a_restatement_says_what_it_changes_and_why(world: World):
    await three_report(world)
    await world.publish()
    first_at = world.clock()
    world.clock.advance(timedelta(days=1))
    await world.report(world.supplier)
    without = await world.try_publish()
    assert (without.status_code, codes(without)) == (422, [("/reason", "reason_missing")])
    second = await world.publish(reason="A late report came in.")
    assert (second.number, second.restates, second.reason) == (2, 1, "A late report came in.")
    [change] = second.changes
    assert (change.figure, change.before_gbp, change.after_gbp, change.difference_gbp) == (
        "delivered",
        Decimal("642.68"),
        Decimal("822.28"),
        Decimal("179.60"),
    )
    assert (await world.ask_value()).json()["publication_number"] == 2
    earlier = await world.ask_value(as_of=first_at.isoformat())
    assert earlier.json()["publication_number"] == 1
    before = await world.ask_value(as_of=(first_at - timedelta(seconds=1)).isoformat())
    assert before.status_code == 404
    listed = await world.http.get(f"/v1/places/{world.place}/publications", params={"limit": "1"})
    assert [item["number"] for item in listed.json()["items"]] == [2]
    following = await world.http.get(listed.json()["next"])
    assert [item["number"] for item in following.json()["items"]] == [1]
    assert await verify_ledger(world.db) == []


async def test_numbers_have_no_gaps_when_two_publish_at_the_same_moment(wide_world: World):
    world = wide_world
    await three_report(world)
    answers = await asyncio.gather(*(world.try_publish(reason=f"attempt {attempt}") for attempt in range(3)))
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert sorted(answer.json()["number"] for answer in answers) == [1, 2, 3]
    assert await verify_ledger(world.db) == []


async def test_what_readers_learn_meanwhile_has_a_publication_worked_out_anew_so_often_and_no_more(
    wide_world: World, monkeypatch: pytest.MonkeyPatch
):
    world = wide_world
    await three_report(world)
    worked_out: list[int | None] = []

    async def overtaken(found: ToProtect, rule: DisclosureRule, *, number: int | None) -> ToPublish:
        """No transaction is open meanwhile, and somebody else publishes."""
        async with world.db.begin() as tx:
            held = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE :of"
            )
            assert await tx.scalar(text(held), {"of": "idle in transaction%"}) == 0
        worked_out.append(number)
        protected = await work_out(found, rule, number=number)
        if len(worked_out) in until:
            monkeypatch.setattr(publish_period, "value_to_publish", work_out)
            assert (await world.publish(reason="first")).number == number
            monkeypatch.setattr(publish_period, "value_to_publish", overtaken)
        return protected

    until = [1]
    monkeypatch.setattr(publish_period, "value_to_publish", overtaken)
    second = await world.publish(reason="second")
    # The one before is what it restates, whose readers it was protected against.
    assert (worked_out, second.number, second.restates) == ([1, 2], 2, 1)
    until, before = list(range(3, 9)), await world.count("publications")
    monkeypatch.setattr(publish_period, "MOST_ATTEMPTS", 2)
    refused = await world.try_publish(reason="third")
    assert (refused.status_code, refused.json()["code"]) == (409, "publication_overtaken")
    assert refused.headers["Retry-After"] == "30"
    assert worked_out == [1, 2, 3, 4]
    # The two that came between are there, and nothing else.
    assert await world.count("publications") == before + 2
    assert await verify_ledger(world.db) == []


async def test_publishing_again_with_the_same_key_gives_the_same_publication(world: World):
    await three_report(world)
    headers = keyed(world.as_manager())
    path = f"/v1/places/{world.place}/publications"
    draft = {"period_start": "2026-07-01", "period_end": "2026-09-30"}
    first = await world.http.post(path, json=draft, headers=headers)
    again = await world.http.post(path, json=draft, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await world.count("publications") == 1


@pytest.mark.parametrize(
    "period, code",
    [
        ({"period_start": "2026-07-02"}, "period_not_whole_months"),
        ({"period_end": "2026-09-29"}, "period_not_whole_months"),
        ({"period_start": "2026-11-01", "period_end": "2026-11-30"}, "period_not_over"),
    ],
)
async def test_only_whole_months_that_are_over_are_published(world: World, period, code):
    answer = await world.try_publish(**period)
    assert (answer.status_code, codes(answer)) == (422, [("/period_end", code)])
    assert await world.count("publications") == 0


async def test_a_place_without_entries_can_publish_that_nothing_was_done(world: World):
    publication = await world.publish()
    assert (publication.ledger_position, publication.ledger_head) == (0, "0" * 64)
    assert publication.value.figures.delivered.total_gbp == Decimal("0.00")


async def test_cells_of_too_few_organisations_are_withheld_with_a_second_beside_them(world: World):
    await three_report(world)
    value = (await world.publish()).value
    # Gifts come from the college alone. Volunteering is withheld too: with it the gifts could be worked out.
    assert shown(grouping(value, "outcome")) == {"Outcome gifts": None, "Outcome volunteering": None}
    assert shown(grouping(value, "measure")) == {"Measure GIFTS": None, "Measure HOURS": None}
    assert shown(grouping(value, "theme")) == {"Theme community": Decimal("642.68")}
    assert shown(grouping(value, "route")) == {"Own activity": Decimal("642.68")}
    by_organisation = grouping(value, "organisation", "delivered_by")
    assert shown(by_organisation) == {"Charity": None, "College": None, "Council": None}
    assert all(cell.suppressed for cell in by_organisation.cells)


async def test_a_dominant_organisation_is_not_given_away(world: World):
    await world.report(world.council, line(quantity="1000"))
    await world.report(world.charity, line("GIFTS", "900", "gbp_invested"), line(quantity="1"))
    await world.report(world.college, line("GIFTS", "1000", "gbp_invested"))
    await world.report(world.supplier, line("GIFTS", "950", "gbp_invested"), line(quantity="1"))
    value = (await world.publish()).value
    measures = shown(grouping(value, "measure"))
    assert measures["Measure HOURS"] is None
    assert measures["Measure GIFTS"] is None  # beside the only other cell it would give the first away
    # The whole is safe: what the two largest leave (£1,885.92) is more than a tenth of the largest (£17,960).
    assert shown(grouping(value, "theme"))["Theme community"] == Decimal("20845.92")


async def test_organisations_that_agreed_are_named(world: World):
    for org in (world.council, world.charity, world.college):
        await world.join(org, date(2022, 9, 29), named_totals_agreed=True)
    await three_report(world)
    value = (await world.publish()).value
    assert shown(grouping(value, "organisation", "delivered_by")) == {
        "Charity": Decimal("197.56"),
        "College": Decimal("265.52"),
        "Council": Decimal("179.60"),
    }
    assert shown(grouping(value, "measure"))["Measure GIFTS"] == Decimal("50.00")


async def test_one_who_did_not_agree_is_withheld_and_those_who_did_hide_nobody(world: World):
    for org in (world.council, world.charity, world.college):
        await world.join(org, date(2022, 9, 29), named_totals_agreed=True)
    await three_report(world)
    await world.report(world.supplier, line(quantity="10"))
    value = (await world.publish()).value
    cells = shown(grouping(value, "organisation", "delivered_by"))
    assert cells == {
        "Charity": Decimal("197.56"),
        "College": Decimal("265.52"),
        "Council": Decimal("179.60"),
        "Supplier": None,
    }
    # Where the one delivers is told by no cell of the framework.
    assert shown(grouping(value, "measure")) == {"Measure GIFTS": None, "Measure HOURS": None}


async def test_what_came_late_from_one_is_not_told_by_a_restatement(world: World):
    await world.report(world.council, line(quantity="10"), line("CARBON", "1", "tco2e"))
    await world.report(world.charity, line(quantity="11"), line("CARBON", "1", "tco2e"))
    await world.report(world.college, line(quantity="12"), line("CARBON", "1", "tco2e"))
    first = (await world.publish()).value
    hours, carbon = Decimal("592.68"), Decimal("810.00")
    assert shown(grouping(first, "measure")) == {"Measure CARBON": carbon, "Measure HOURS": hours}
    await world.report(world.supplier, line(quantity="10"))
    again = (await world.publish(reason="late")).value
    # By itself every cell would be safe; beside the first publication hours would tell the supplier's.
    assert shown(grouping(again, "measure")) == {"Measure CARBON": None, "Measure HOURS": None}
    assert again.figures.delivered.total_gbp == hours + carbon + Decimal("179.60")
    await world.report(world.assessor, line(quantity="9"))
    third = world.neighbours.organisations | {(late := new_id()): "Latecomer"}
    world.neighbours.organisations = third
    await world.report(late, line(quantity="8"))
    # Three came late since the cells were last shown: now the change is nobody's own.
    last = (await world.publish(reason="later")).value
    assert shown(grouping(last, "measure"))["Measure HOURS"] == hours + Decimal("484.92")


async def test_what_one_signs_is_not_told_by_what_is_in_force_a_quarter_later(world: World):
    names = world.neighbours.organisations
    for who in (world.supplier, world.charity, world.college):
        await world.sign(world.commitment(deliverer_id=who, deliverer_name=names[who]))
    first = (await world.publish(period_start="2026-04-01", period_end="2026-06-30")).value
    [hours] = grouping(first, "measure").cells
    assert hours.figures is not None
    assert hours.figures.committed.total_gbp == Decimal("72000.00")
    signed = world.commitment(
        deliverer_id=world.assessor, deliverer_name="Assessor", signed_on=date(2026, 7, 1)
    )
    await world.sign(signed)
    # Of four it would be safe; less what was in force in June it is the one's alone.
    [withheld] = grouping((await world.publish()).value, "measure").cells
    assert (withheld.suppressed, withheld.withheld) == (True, "disclosure")


async def test_a_component_of_one_withholds_the_cell_that_shows_it(world: World):
    await three_report(world)
    shown_before = shown(grouping((await world.publish()).value, "route"))
    assert shown_before == {"Own activity": Decimal("642.68")}
    await world.report(
        world.supplier, line("JOBS", "0.5", "fte_years"), period_start="2026-04-01", period_end="2026-06-30"
    )
    for org in (world.council, world.charity, world.college):
        await world.report(org, line(quantity="90"), period_start="2026-04-01", period_end="2026-06-30")
    value = (await world.publish(period_start="2026-04-01", period_end="2026-06-30")).value
    # Four report, and none dominates; what is local economic is the supplier's alone.
    assert shown(grouping(value, "route")) == {"Own activity": None}


async def test_who_is_no_member_agrees_to_be_named_in_its_report(world: World):
    for org in (world.council, world.charity, world.college):
        await world.join(org, date(2022, 9, 29), named_totals_agreed=True)
    await three_report(world)
    await world.report(world.supplier, line(quantity="10"), named_totals_agreed=True)
    value = (await world.publish()).value
    cells = shown(grouping(value, "organisation", "delivered_by"))
    assert cells["Supplier"] == Decimal("179.60")
    assert cells["Council"] == Decimal("179.60")


async def test_a_member_that_did_not_agree_is_not_named_for_its_report_alone(world: World):
    for org in (world.council, world.charity):
        await world.join(org, date(2022, 9, 29), named_totals_agreed=True)
    await world.join(world.college, date(2022, 9, 29), named_totals_agreed=False)
    for org in (world.council, world.charity, world.college):
        await world.report(org, line(quantity="10"), named_totals_agreed=True)
    value = (await world.publish()).value
    assert shown(grouping(value, "organisation", "delivered_by"))["College"] is None


async def test_a_preview_shows_what_would_be_published_and_keeps_nothing(world: World):
    await three_report(world)
    preview = await client(world, world.as_manager()).preview_publication(
        world.place, from_=date(2026, 7, 1), to=date(2026, 9, 30)
    )
    assert preview.publication_number is None
    assert preview.exposed == []
    assert await world.count("publications") == 0
    published = (await world.publish()).value
    assert preview.groupings == published.groupings
    assert preview.figures == published.figures


async def test_a_preview_warns_of_who_has_not_reported_and_of_what_it_could_not_hide(world: World):
    for org in (world.council, world.charity, world.college):
        await world.join(org, date(2022, 9, 29), named_totals_agreed=True)
    await world.join(world.assessor, date(2022, 9, 29))
    await three_report(world)
    await world.report(world.supplier, line(quantity="10"))
    preview = await client(world, world.as_manager()).preview_publication(
        world.place, from_=date(2026, 7, 1), to=date(2026, 9, 30)
    )
    assert preview.coverage.missing_organisations == ["Assessor"]
    told = {(one.by, one.basis): one for one in preview.exposed}
    # One is left after three named: the total less what these publish tells it.
    organisation = told["organisation", "delivered_by"]
    assert (organisation.code, organisation.labels) == ("cell_told", ["Supplier"])
    assert (organisation.figures, organisation.organisations) == (["delivered"], ["Supplier"])
    theme = told["theme", None]
    assert (theme.code, theme.under, theme.labels) == ("cell_told", None, ["Theme community"])
    published = (await world.publish()).value
    assert published.coverage.missing_organisations == []
    assert preview.groupings == published.groupings


async def test_only_the_places_programme_manager_publishes(world: World):
    elsewhere = world.as_manager(roles={new_id(): ["programme_manager"]})
    officer = world.as_manager(roles={world.place: ["officer"]})
    for headers in (elsewhere, officer):
        answer = await world.try_publish(headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert await world.count("publications") == 0


async def test_a_publication_is_told_to_everybody(world: World):
    publication = await world.publish()
    answer = await world.http.get("/v1/events", headers=world.as_org(world.supplier))
    [event] = answer.json()["items"]
    assert (event["type"], event["data"]["number"]) == ("publication.published", 1)
    assert event["data"]["content_sha256"] == publication.content_sha256

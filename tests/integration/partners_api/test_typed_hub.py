"""The typed client's operations on a collective, its Knowledge Hub and what the public takes part in."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx2
from tests.integration.partners_api.editors import newsroom
from tests.integration.partners_api.world import ISSUER, World

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.tokens import forwarded
from cdp_common.contracts import checklists, collective, gatherings, hub, public_voice, working_group
from cdp_common.contracts.base import IdBatch
from cdp_common.contracts.hub_previews import HubPreviewRequest
from cdp_common.contracts.partners import MembershipDraft
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.etags import etag_of

DAY, LAST = date(2024, 1, 1), date(2024, 12, 31)
ENDING = collective.DatedEnd(valid_to=LAST, source="test")


def key() -> str:
    return str(new_id())


async def test_a_collective_and_its_hub_are_run_by_typed_calls(world: World) -> None:
    room = await newsroom(world)
    place, about = UUID(room.place["id"]), room.about.organisation_id
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=world.app)) as http:
        operator, author, reviewer = [
            PartnersClient(ISSUER, forwarded(token), http)
            for token in (room.operator, room.author, room.reviewer)
        ]
        anybody = PartnersClient(ISSUER, None, http)
        await _collective(operator, anybody, place, about)
        await _working_group(operator, anybody, place, about)
        await _pages(operator, author, reviewer, anybody, place)
        await _public(operator, anybody, place, about)


async def _collective(operator: PartnersClient, anybody: PartnersClient, place: UUID, about: UUID) -> None:
    joining = MembershipDraft(organisation_id=about, valid_from=DAY, source="test")
    member = await operator.start_membership(place, joining, idempotency_key=key())
    programme = await operator.start_programme(
        place,
        collective.ProgrammeDraft(code="work", title="Work", valid_from=DAY, source="test"),
        idempotency_key=key(),
    )
    role = await operator.give_partner_role(
        member.id,
        collective.PartnerRoleDraft(role="chair", title="Chair", valid_from=DAY, source="test"),
        idempotency_key=key(),
    )
    focus = await operator.choose_focus(
        member.id,
        collective.FocusDraft(kind="theme", code="T1", title="Work", valid_from=DAY, source="test"),
        idempotency_key=key(),
    )
    assert [each.id for each in (await anybody.list_programmes(place, as_of=DAY)).items] == [programme.id]
    assert (await anybody.list_partner_roles(place, membership_id=member.id)).items == [role]
    assert (await anybody.list_focuses(place, kind="theme", organisation_id=about)).items == [focus]
    assert await operator.end_programme(programme.id, ENDING, if_match=etag_of(programme)) == (
        await anybody.get_programme(programme.id)
    )
    assert (await anybody.get_programme(programme.id)).end_source == "test"
    assert (await anybody.get_partner_role(role.id), await anybody.get_focus(focus.id)) == (role, focus)
    assert (await operator.end_partner_role(role.id, ENDING, if_match=etag_of(role))).valid_to == LAST
    assert (await operator.end_focus(focus.id, ENDING, if_match=etag_of(focus))).valid_to == LAST
    assert (await anybody.list_phases(place)).items == []


async def _working_group(operator: PartnersClient, anybody: PartnersClient, place: UUID, about: UUID) -> None:
    draft = working_group.MeetingDraft(held_on=DAY, title="Meeting", state="held", readers="public")
    meeting = await operator.record_meeting(place, draft, idempotency_key=key())
    again = await operator.change_meeting(
        meeting.id, draft.model_copy(update={"venue": "Town Hall"}), if_match=etag_of(meeting)
    )
    assert (await anybody.get_meeting(meeting.id)) == again
    assert (await anybody.list_meetings(place)).items == [again]
    agreed = working_group.ActionDraft(title="List", owner_organisation_id=about, agreed_on=DAY)
    action = await operator.agree_action(place, agreed, idempotency_key=key())
    change = working_group.ActionChangeDraft(state="done", changed_on=LAST)
    assert (await operator.change_action(action.id, change, idempotency_key=key())).state == "done"
    assert (await anybody.get_action(action.id, as_of=DAY)).state == "open"
    assert len((await anybody.list_actions(place, state="done", organisation_id=about)).items) == 1
    stages = [checklists.Stage(code="s1", title="First")]
    listing = checklists.ChecklistDraft(code="c", version="1", title="C", stages=stages, source="test")
    checklist = await operator.publish_checklist(listing, idempotency_key=key())
    assert (await anybody.get_checklist(checklist.id)) == checklist
    assert (await anybody.list_checklists(code="c")).items == [checklist]
    record = checklists.StageRecordDraft(
        checklist_id=checklist.id, stage="s1", state="in_place", recorded_on=DAY
    )
    recorded = await operator.record_stage(place, record, idempotency_key=key())
    assert (await anybody.list_stage_records(place, stage="s1")).items == [recorded]
    assert [each.in_place_count for each in (await anybody.list_place_checklists(place)).items] == [1]


async def _pages(
    operator: PartnersClient,
    author: PartnersClient,
    reviewer: PartnersClient,
    anybody: PartnersClient,
    place: UUID,
) -> None:
    content = hub.HubContent(title="A garden", summary="S", body="Once.")
    draft = hub.HubPageDraft(kind="story", slug="garden", **content.model_dump())
    page = await author.draft_hub_page(place, draft, idempotency_key=key())
    page = await author.revise_hub_page(page.id, content, idempotency_key=key())
    opening = await author.create_hub_preview_token(page.id, HubPreviewRequest(hours=1))
    preview = await anybody.get_hub_preview(opening.token)
    assert (preview.id, preview.version, preview.expires_at) == (page.id, 2, opening.expires_at)
    review = hub.HubReview(version=2, outcome="approved")
    assert (await reviewer.review_hub_page(page.id, review, idempotency_key=key())).state == "reviewed"
    await operator.publish_hub_page(page.id, hub.HubPublication(version=2), idempotency_key=key())
    shown = await anybody.get_hub_page(page.id)
    assert (await anybody.batch_hub_pages(IdBatch(ids=[page.id]))).items == [shown]
    assert [each.slug for each in (await anybody.list_hub_pages(place, kind="story")).items] == ["garden"]
    hits = await anybody.list_hub_hits(place="county-durham", q="gardens")
    assert [hit.id for hit in hits.items] == [page.id]
    assert [each.id for each in (await author.list_hub_drafts(place, state="published")).items] == [page.id]
    assert (await author.get_hub_draft(page.id, version=1)).version == 1
    away = hub.HubWithdrawal(reason="old")
    assert (await operator.withdraw_hub_page(page.id, away, idempotency_key=key())).state == "withdrawn"
    assert len((await anybody.get_human_values()).values) == 14
    team = hub.HubContactDraft(label="Team", purpose="bids", email="team@example.org")
    contact = await operator.add_hub_contact(place, team, idempotency_key=key())
    assert (await anybody.list_hub_contacts(place)).items == [contact]
    await operator.remove_hub_contact(contact.id)


async def _public(operator: PartnersClient, anybody: PartnersClient, place: UUID, about: UUID) -> None:
    people = {}
    for purpose in ("gathering", "idea", "supporter"):
        wording = public_voice.ConsentWordingDraft(purpose=purpose, version="1", text="I agree.")
        made = await operator.publish_consent_wording(place, wording, idempotency_key=key())
        people[purpose] = public_voice.PublicPerson(name="Ann", email="ann@example.org", wording_id=made.id)
    assert len((await anybody.list_consent_wordings(place, purpose="idea")).items) == 1
    draft = gatherings.GatheringDraft(
        kind="training",
        title="T",
        summary="S",
        starts_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        ends_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        registration_closes_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        venue="Town Hall",
        capacity=5,
        organiser_organisation_id=about,
    )
    training = await operator.announce_gathering(place, draft, idempotency_key=key())
    assert (await anybody.batch_gatherings(IdBatch(ids=[training.id]))).items == [training]
    assert (await anybody.list_gatherings(place, include_past=True)).items == [training]
    coming = gatherings.RegistrationDraft(person=people["gathering"])
    receipt = await anybody.register_for_gathering(training.id, coming, idempotency_key=key())
    token = public_voice.ConsentWithdrawal(token=receipt.withdrawal_token)
    assert (await anybody.get_registration_standing(receipt.id, token)).state == "registered"
    listed = await operator.list_gathering_registrations(training.id)
    assert [each.person.name for each in listed.items if each.person is not None] == ["Ann"]
    came = gatherings.Attendance(registration_ids=[receipt.id])
    assert (await operator.record_attendance(training.id, came)).attended_count == 1
    await anybody.withdraw_consent(receipt.contact_id, token)
    later = gatherings.GatheringChange(capacity=6)
    ahead = {"starts_at": draft.ends_at + timedelta(days=1), "ends_at": draft.ends_at + timedelta(days=2)}
    planned = await operator.announce_gathering(place, draft.model_copy(update=ahead), idempotency_key=key())
    assert (await operator.change_gathering(planned.id, later, if_match=etag_of(planned))).capacity == 6
    off = gatherings.GatheringCancellation(reason="snow")
    assert (await operator.cancel_gathering(training.id, off, idempotency_key=key())).state == "cancelled"
    assert (await anybody.get_gathering(training.id)).cancelled_because == "snow"

    offered = public_voice.IdeaDraft(title="A bench", text="Here.", sender=people["idea"])
    idea = await anybody.send_idea(place, offered, idempotency_key=key())
    shown = public_voice.IdeaModeration(outcome="shown", reason="good")
    version = etag_of(await operator.get_received_idea(idea.id))
    assert (await operator.moderate_idea(idea.id, shown, if_match=version)).state == "shown"
    assert (await anybody.list_ideas(place)).items == [await anybody.get_idea(idea.id)]
    assert len((await operator.list_idea_inbox(place, state="shown")).items) == 1
    await operator.remove_idea(idea.id)
    support = public_voice.SupporterDraft(person=people["supporter"], interests=["news"])
    supporter = await anybody.register_supporter(place, support, idempotency_key=key())
    assert [each.id for each in (await operator.list_supporters(place)).items] == [supporter.id]
    await operator.erase_public_contact(supporter.contact_id)
    assert (await anybody.get_supporter_count(place)).count == 0

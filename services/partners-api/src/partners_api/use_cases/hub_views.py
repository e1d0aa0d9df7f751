"""Pages of the Knowledge Hub as the contracts tell them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from cdp_common.contracts import hub as wire
from cdp_common.contracts.hub_previews import HubPreview
from partners_api.domain.hub_contacts import HubContact
from partners_api.domain.hub_pages import HubContent, HubPage, HubStep, Image, Video
from partners_api.domain.snippets import html_of as snippet_html
from partners_api.domain.snippets import parts_of
from partners_api.storage.hub_search import Hit
from partners_api.storage.human_values import HumanValueList
from partners_api.use_cases.markdown_html import html_of


def content_from(stated: wire.HubContent) -> HubContent:
    """What a caller wrote, as the rules see it; repeated tags and organisations count once."""
    tags = stated.tags
    return HubContent(
        title=stated.title,
        summary=stated.summary,
        body=stated.body,
        images=tuple(Image(each.url, each.alt, each.credit, each.purpose) for each in stated.images),
        videos=tuple(
            Video(each.url, each.title, each.captions_url, each.transcript) for each in stated.videos
        ),
        objectives=tuple(dict.fromkeys(tags.objectives)),
        measures=tuple(dict.fromkeys(tags.measures)),
        areas=tuple(dict.fromkeys(tags.areas)),
        human_values=tuple(dict.fromkeys(tags.human_values)),
        organisation_ids=tuple(dict.fromkeys(stated.organisation_ids)),
        source=stated.source,
        data_status=stated.data_status,
    )


def content_view(content: HubContent) -> wire.HubContent:
    """The content as it was written."""
    return wire.HubContent(
        title=content.title,
        summary=content.summary,
        body=content.body,
        images=_images(content),
        videos=[
            wire.HubVideo(
                url=each.url,
                title=each.title,
                captions_url=each.captions_url,
                transcript=each.transcript,
            )
            for each in content.videos
        ],
        tags=_tags(content),
        organisation_ids=list(content.organisation_ids),
        source=content.source,
        data_status=content.data_status,
    )


def summary_view(page: HubPage, content: HubContent) -> wire.HubPageSummary:
    """The published page as lists show it."""
    return wire.HubPageSummary(**_published(page, content))


def page_view(page: HubPage, content: HubContent) -> wire.HubPage:
    """The published page with its text, as Markdown and as HTML."""
    return wire.HubPage(**_published(page, content), **_texts(content))


def preview_view(page: HubPage, content: HubContent, expires_at: datetime) -> HubPreview:
    """The draft as it would be shown; neither its history nor what reviewers noted."""
    of_draft: dict[str, Any] = {"state": page.state, "version": page.latest_version, "expires_at": expires_at}
    return HubPreview(**_shown(page, content), **of_draft, **_texts(content))


def draft_view(page: HubPage, version: int, content: HubContent, steps: Sequence[HubStep]) -> wire.HubDraft:
    """A version of the page with all that has happened to the page."""
    return wire.HubDraft(
        id=page.id,
        place_id=page.place_id,
        kind=page.kind,
        slug=page.slug,
        state=page.state,
        latest_version=page.latest_version,
        published_version=page.published_version,
        version=version,
        content=content_view(content),
        body_html=html_of(content.body),
        transcripts_html=[html_of(video.transcript) for video in content.videos],
        history=[
            wire.HubStep(
                step=each.step,
                version=each.version,
                note=each.note,
                organisation_id=each.hand.organisation_id,
                taken_at=each.taken_at,
            )
            for each in steps
        ],
    )


def draft_summary_view(page: HubPage, title: str) -> wire.HubDraftSummary:
    """The page with its state."""
    return wire.HubDraftSummary(
        id=page.id,
        place_id=page.place_id,
        kind=page.kind,
        slug=page.slug,
        state=page.state,
        latest_version=page.latest_version,
        published_version=page.published_version,
        title=title,
        changed_at=page.changed_at,
    )


def contact_view(contact: HubContact) -> wire.HubContact:
    """Whom to turn to."""
    return wire.HubContact(
        id=contact.id,
        place_id=contact.place_id,
        label=contact.label,
        purpose=contact.purpose,
        email=contact.email,
        telephone=contact.telephone,
        url=contact.url,
    )


def hit_view(hit: Hit, place_id: UUID) -> wire.HubHit:
    """What a search found, with its passage in parts."""
    parts = parts_of(hit.passage)
    return wire.HubHit(
        kind=hit.kind,
        id=hit.item_id,
        place_id=place_id,
        title=hit.title,
        summary=hit.summary,
        snippet=[wire.SnippetPart(text=part.text, is_match=part.is_match) for part in parts],
        snippet_html=snippet_html(parts),
        shown_at=hit.shown_at,
        data_status=hit.data_status,
    )


def human_values_view(listed: HumanValueList) -> wire.HumanValues:
    """The values with their source."""
    return wire.HumanValues(
        version=listed.version,
        source=listed.source,
        values=[wire.HumanValue(code=each.code, title=each.title) for each in listed.values],
    )


def _shown(page: HubPage, content: HubContent) -> dict[str, Any]:
    return {
        "id": page.id,
        "place_id": page.place_id,
        "kind": page.kind,
        "slug": page.slug,
        "title": content.title,
        "summary": content.summary,
        "images": _images(content),
        "tags": _tags(content),
        "organisation_ids": list(content.organisation_ids),
        "source": content.source,
        "data_status": content.data_status,
    }


def _published(page: HubPage, content: HubContent) -> dict[str, Any]:
    return {
        **_shown(page, content),
        "version": page.published_version,
        "first_published_at": page.first_published_at,
        "published_at": page.published_at,
    }


def _texts(content: HubContent) -> dict[str, Any]:
    videos = [
        wire.ShownVideo(
            url=each.url,
            title=each.title,
            captions_url=each.captions_url,
            transcript=each.transcript,
            transcript_html=html_of(each.transcript),
        )
        for each in content.videos
    ]
    return {"body": content.body, "body_html": html_of(content.body), "videos": videos}


def _images(content: HubContent) -> list[wire.HubImage]:
    return [
        wire.HubImage(url=each.url, alt=each.alt, credit=each.credit, purpose=each.purpose)
        for each in content.images
    ]


def _tags(content: HubContent) -> wire.HubTags:
    return wire.HubTags(
        objectives=list(content.objectives),
        measures=list(content.measures),
        areas=list(content.areas),
        human_values=list(content.human_values),
    )

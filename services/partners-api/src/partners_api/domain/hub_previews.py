"""Previews of drafts: a link by which somebody without an account reads a page before it is published.

A preview shows the draft as it stands when it is read, not the version that it was made of: whoever is asked
for their view sees what they have asked to be changed. It ends by itself, and with the draft.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cdp_common.kernel.errors import Conflict, NotFound
from partners_api.domain.hub_pages import Hand, HubPage, HubStepOutOfTurn

PREVIEW_LASTS = timedelta(days=7)
"""How long a preview is good at most: a week to read a page, and no link that is forgotten (our own rule)."""
MOST_PREVIEWS = 20
"""How many previews of one page stand at once: more readers than a draft has (our own rule)."""


class PreviewUnknown(NotFound):
    """The token opens no draft: it was never given out, is over, or the draft is one no more."""

    code = "preview_not_found"
    title = "There is no such preview"


class TooManyPreviews(Conflict):
    """As many previews of the page stand as may."""

    code = "too_many_previews"
    title = "Too many previews of the page stand"


@dataclass(frozen=True)
class HubPreview:
    """A preview of a page's draft: the hash of its token, who made it, and until when it is good."""

    token_digest: bytes
    page_id: UUID
    hand: Hand
    made_at: datetime
    ends_at: datetime

    def stands_at(self, moment: datetime) -> bool:
        """Whether it is good at that moment; at its end it is over."""
        return moment < self.ends_at


def has_draft(page: HubPage) -> bool:
    """Whether the page's latest version is still on its way to everybody."""
    return page.state in ("drafted", "reviewed")


def previewed(
    page: HubPage, token_digest: bytes, hours: int | None, *, standing: int, hand: Hand, now: datetime
) -> HubPreview:
    """A further preview of a page of which so many stand, for so many hours or as long as one lasts.

    Raises `HubStepOutOfTurn` where there is no draft, and `TooManyPreviews`.
    """
    if not has_draft(page):
        raise HubStepOutOfTurn(f"It is {page.state}: there is no draft to be shown.")
    if standing >= MOST_PREVIEWS:
        raise TooManyPreviews(f"{MOST_PREVIEWS} previews of the page stand; the first to end makes room.")
    lasts = PREVIEW_LASTS if hours is None else min(timedelta(hours=hours), PREVIEW_LASTS)
    return HubPreview(token_digest, page.id, hand, now, now + lasts)

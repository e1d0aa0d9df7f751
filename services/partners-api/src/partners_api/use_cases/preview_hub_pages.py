"""Gives out tokens by which somebody without an account reads a draft, and answers to those tokens."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from cdp_common.contracts import hub_previews as wire
from cdp_common.db.database import Database
from partners_api.domain.authority import Actor
from partners_api.domain.hub_pages import Hand, HubPageUnknown
from partners_api.domain.hub_previews import PreviewUnknown, has_draft, previewed
from partners_api.storage.hub_pages import load_page, load_version
from partners_api.storage.hub_previews import count_previews, insert_preview, load_preview
from partners_api.use_cases.hub_views import preview_view

_TOKEN_BYTES = 32


async def create_hub_preview_token(
    database: Database, actor: Actor, page_id: UUID, asked: wire.HubPreviewRequest, now: datetime
) -> wire.HubPreviewToken:
    """A token that opens the page's draft; it is known to whoever gets it, for its hash alone is kept.

    So there is nothing to be given again to a repeated request: that makes a token of its own.
    """
    async with database.begin() as tx:
        page = await load_page(tx, page_id, for_change=True)
        if page is None or not actor.has_role_in(page.place_id):
            raise HubPageUnknown("There is no page of that id.")
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        standing = await count_previews(tx, page_id, now)
        hand = Hand.of(actor)
        preview = previewed(page, _digest(token), asked.hours, standing=standing, hand=hand, now=now)
        await insert_preview(tx, preview)
    return wire.HubPreviewToken(token=token, expires_at=preview.ends_at)


async def get_hub_preview(database: Database, token: str, now: datetime) -> wire.HubPreview:
    """The draft that a token opens, as it stands now; a token that opens none is told nothing more."""
    async with database.begin() as tx:
        preview = await load_preview(tx, _digest(token))
        page = await load_page(tx, preview.page_id) if preview is not None else None
        content = await load_version(tx, page.id, page.latest_version) if page is not None else None
    if preview is None or page is None or content is None:
        raise PreviewUnknown("The token opens no draft.")
    if not preview.stands_at(now) or not has_draft(page):
        raise PreviewUnknown("The token opens no draft.")
    return preview_view(page, content, preview.ends_at)


def _digest(token: str) -> bytes:
    # The token is 32 random bytes: nothing can be guessed from its plain hash.
    return hashlib.sha256(token.encode()).digest()

"""Publishes a draft edition: from then on it never changes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.toms import Edition
from cdp_common.db.database import Database
from cdp_common.db.events import PUBLIC, NewEvent, record_event
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from toms_engine.domain.errors import EditionAlreadyPublished, EditionNotFound, FrameworkNotYours
from toms_engine.storage import editions as store
from toms_engine.use_cases.views import edition_view


async def publish_edition(
    db: Database, caller: Caller, edition_id: UUID, if_match: str | None, now: datetime
) -> Edition:
    """The edition, published; only the organisation whose framework it is may do so."""
    async with db.begin() as tx:
        row = await store.edition_by_id(tx, edition_id, lock=True)
        _require_own(row, caller)
        assert row is not None, "a missing edition has been refused"
        require_match(if_match, edition_view(row))
        if not await store.mark_published(tx, edition_id, now):
            raise EditionAlreadyPublished("The edition is published; a change is a new edition.")
        published = await store.edition_by_id(tx, edition_id)
        assert published is not None, "editions are never removed"
        await record_event(tx, _published(published), now)
        return edition_view(published)


def _require_own(row: RowMapping | None, caller: Caller) -> None:
    """Refuse an edition that is not the caller's; another's draft is not even known to be there."""
    if row is None or (row["state"] == store.DRAFT and row["owner_org"] != caller.org):
        raise EditionNotFound("There is no edition with this id.")
    if row["owner_org"] != caller.org:
        raise FrameworkNotYours("The edition belongs to another organisation.")


def _published(row: RowMapping) -> NewEvent:
    return NewEvent(
        type="edition.published",
        aggregate_type="edition",
        aggregate_id=row["id"],
        aggregate_version=row["version"],
        place_id=None,
        audience=(PUBLIC,),
        data={
            "framework": row["framework"],
            "edition": row["edition"],
            "edition_hash": row["edition_hash"],
            "title": row["title"],
            "derived_from": row["derived_from"],
        },
        effective_on=row["effective_from"],
    )

"""Compares two editions that the caller may see."""

from uuid import UUID

from cdp_common.contracts.editions import PartChange
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from toms_engine.domain.difference import differences
from toms_engine.use_cases.published_editions import PublishedEditions
from toms_engine.use_cases.read_editions import page_of, seen_book
from toms_engine.use_cases.views import holds_licence


async def list_edition_changes(
    db: Database,
    editions: PublishedEditions,
    caller: Caller | None,
    edition_id: UUID,
    against: UUID,
    part: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[PartChange], str | None]:
    """One page of what changed from `against` to the edition, and the cursor of the next.

    Raises `EditionNotFound` where the caller may not see one of the two.
    """
    new = await seen_book(db, editions, caller, edition_id)
    old = await seen_book(db, editions, caller, against)
    found = differences(
        old.content,
        new.content,
        sees_old=holds_licence(caller, old.content),
        sees_new=holds_licence(caller, new.content),
    )
    page, next_cursor = page_of([item for item in found if part in (None, item.part)], cursor, limit)
    return [PartChange.model_validate(change, from_attributes=True) for change in page], next_cursor

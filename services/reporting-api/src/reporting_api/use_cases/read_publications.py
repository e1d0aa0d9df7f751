"""Reading publications: anybody may, and sees them as they were frozen."""

from __future__ import annotations

from uuid import UUID

from cdp_common.contracts.publications import Publication
from cdp_common.db.database import Database
from reporting_api.domain.publications import PublicationNotFound
from reporting_api.storage.publications import publication_by_id, publications_page


def thawed(document: bytes) -> Publication:
    """A frozen publication, read by this build: fields that another build froze beside it are passed over."""
    return Publication.model_validate_json(document, extra="ignore")


async def get_publication(db: Database, publication_id: UUID) -> tuple[bytes, str]:
    """The frozen bytes of a publication and the hash of its content."""
    async with db.begin() as tx:
        row = await publication_by_id(tx, publication_id)
    if row is None:
        raise PublicationNotFound("No publication has this id.")
    return row["document"], row["content_sha256"]


async def list_publications(
    db: Database, place_id: UUID, *, cursor: str | None, limit: int
) -> list[Publication]:
    """A place's publications, the newest first; one more than `limit` when there are further ones."""
    async with db.begin() as tx:
        rows = await publications_page(tx, place_id, cursor, limit)
    return [thawed(row["document"]) for row in rows]

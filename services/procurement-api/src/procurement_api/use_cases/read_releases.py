"""Reading what was published as OCDS: a release, a package of many, the record of a process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import resources
from uuid import UUID

from cdp_common.contracts.ocds import ExtensionFile
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.kernel.errors import NotFound
from procurement_api.domain.packages import Publisher, record_package, release_package
from procurement_api.storage.ocds_releases import release_by_id, releases_of, releases_page


class ReleaseNotFound(NotFound):
    """No release has this id."""

    code = "release_not_found"
    title = "There is no such release"


class OcidNotFound(NotFound):
    """Nothing was published here about the contracting process."""

    code = "ocid_not_found"
    title = "Nothing was published about this contracting process"


async def get_release(db: Database, release_id: UUID) -> str:
    """The release, byte for byte as it was published."""
    async with db.begin() as tx:
        row = await release_by_id(tx, release_id)
    if row is None:
        raise ReleaseNotFound("No release has this id.")
    return str(row["body"])


async def list_releases(
    db: Database,
    publisher: Publisher,
    path: str,
    link: Callable[[str | None], str | None],
    *,
    ocid: str | None,
    since: datetime | None,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> str:
    """A release package of one page, in the order of publication; `link` gives the next page of a cursor."""
    async with db.begin() as tx:
        rows = await releases_page(tx, ocid=ocid, since=since, cursor=cursor, limit=limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["position"]])
    published_at = kept[-1]["published_at"] if kept else now
    bodies = [row["body"] for row in kept]
    return release_package(publisher, path, bodies, link(next_cursor), published_at)


async def get_record(db: Database, publisher: Publisher, path: str, ocid: str) -> str:
    """A record package: every release of the process, and what they say together."""
    async with db.begin() as tx:
        rows = await releases_of(tx, ocid)
    if not rows:
        raise OcidNotFound("Nothing was published about this process.")
    bodies = [row["body"] for row in rows]
    return record_package(publisher, path, ocid, bodies, rows[-1]["published_at"])


def get_extension(name: ExtensionFile) -> bytes:
    """A file of the socialValue extension."""
    return (resources.files("procurement_api") / "ocds_extension" / name).read_bytes()

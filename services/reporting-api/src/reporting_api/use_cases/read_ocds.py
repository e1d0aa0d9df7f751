"""Reading what was published as OCDS about delivery, and the record of a whole contracting process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cdp_common.clients.procurement import ProcurementClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.kernel.errors import NotFound
from cdp_common.kernel.json_text import json_value
from cdp_common.kernel.ocds_merge import in_order
from cdp_common.kernel.ocds_packages import PackageHead, record_package, release_package
from reporting_api.storage.ocds_releases import release_by_id, releases_of, releases_page


class ReleaseNotFound(NotFound):
    """No release has this id."""

    code = "release_not_found"
    title = "There is no such release"


class OcidNotFound(NotFound):
    """Nothing was published here about the contracting process."""

    code = "ocid_not_found"
    title = "Nothing was published about this contracting process"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes: a name, where everybody reaches this service, and where procurement-api is reached."""

    name: str
    base_url: str
    procurement_url: str

    def head(self, path: str, published_at: datetime) -> PackageHead:
        """The head of a package that is served at a path of this service."""
        return PackageHead(self.base_url + path, self.name, self.base_url, self.procurement_url, published_at)


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
    head = publisher.head(path, kept[-1]["published_at"] if kept else now)
    following = link(next_cursor)
    next_url = None if following is None else publisher.base_url + following
    return release_package(head, [row["body"] for row in kept], next_url)


async def get_record(
    db: Database, procurement: ProcurementClient, publisher: Publisher, path: str, ocid: str
) -> str:
    """A record package: every release of the process, procurement's and our own, and them merged."""
    try:
        promised = await procurement.get_ocds_release_texts(ocid)
    except UpstreamProblem as problem:
        if problem.status != 404:
            raise
        raise OcidNotFound("Nothing was published about this process.") from problem
    async with db.begin() as tx:
        delivered = [row["body"] for row in await releases_of(tx, ocid)]
    bodies = [*promised, *delivered]
    latest = in_order([json_value(body) for body in bodies])[-1]
    head = publisher.head(path, datetime.fromisoformat(latest["date"]))
    return record_package(head, ocid, bodies)

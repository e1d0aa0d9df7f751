"""Routes for the performance of contracts: assessments in, OCDS releases and records out."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, Security

from cdp_common.clients.procurement import ProcurementClient
from cdp_common.contracts.base import Moment
from cdp_common.contracts.ocds import RecordPackage, ReleasePackage
from cdp_common.contracts.performance import PerformanceNotice, PerformanceNoticeDraft
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_content
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import PUBLIC
from reporting_api.use_cases import read_ocds
from reporting_api.use_cases.publish_performance import publish_performance as publishing
from reporting_api.use_cases.read_ocds import Publisher

RECORDS_PATH = "/v1/ocds/records"

router = APIRouter(tags=["performance"])


async def procurement_client(request: Request) -> ProcurementClient:
    """procurement-api, called as reporting-api."""
    client: ProcurementClient = request.app.state.procurement
    return client


async def ocds_publisher(request: Request) -> Publisher:
    """Who publishes the OCDS packages of this deployment."""
    found: Publisher = request.app.state.ocds_publisher
    return found


Procurement = Annotated[ProcurementClient, Depends(procurement_client)]
OcdsPublisher = Annotated[Publisher, Depends(ocds_publisher)]
Ocid = Annotated[str, Query(min_length=1, max_length=300, description="The OCDS contracting process.")]


@router.post("/v1/performance-notices", status_code=201, response_model=PerformanceNotice)
async def publish_performance(
    draft: PerformanceNoticeDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["agreements:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    procurement: Procurement,
    now: Now,
) -> Response:
    """Publish how a contract's key performance indicators were met in a period that is over.

    The buyer rates each indicator. One that is of a commitment may be left to the rule: what was validated is
    held against what fell due. The assessment goes out as an OCDS release for ever; a period told of before
    is told of again in an update.
    """
    return answer_response(await publishing(db, procurement, caller, draft, once, now))


@router.get("/v1/ocds/releases/{release_id}", response_model=dict[str, object], dependencies=PUBLIC)
async def get_ocds_release(release_id: UUID, request: Request, db: ServiceDatabase) -> Response:
    """An OCDS 1.1 release about delivery, byte for byte as it was published: it never changes."""
    return respond_with_content(request, (await read_ocds.get_release(db, release_id)).encode())


@router.get("/v1/ocds/release-packages", response_model=ReleasePackage, dependencies=PUBLIC)
async def list_ocds_releases(
    request: Request,
    db: ServiceDatabase,
    publisher: OcdsPublisher,
    page: Paging,
    now: Now,
    ocid: Ocid | None = None,
    since: Annotated[
        Moment | None, Query(description="Releases of this moment and later ones, by their date.")
    ] = None,
) -> Response:
    """An OCDS 1.1 release package about delivery: of one process or all, in the order of publication."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    package = await read_ocds.list_releases(
        db,
        publisher,
        asked,
        lambda cursor: page_links(request, cursor),
        ocid=ocid,
        since=since,
        cursor=page.cursor,
        limit=page.limit,
        now=now,
    )
    return respond_with_content(request, package.encode())


@router.get(f"{RECORDS_PATH}/{{ocid}}", response_model=RecordPackage, dependencies=PUBLIC)
async def get_ocds_record(
    ocid: Annotated[str, Path(min_length=1, max_length=300)],
    request: Request,
    db: ServiceDatabase,
    procurement: Procurement,
    publisher: OcdsPublisher,
) -> Response:
    """The OCDS 1.1 record of a process from tender to delivery: procurement's releases and these, merged."""
    path = f"{RECORDS_PATH}/{quote(ocid, safe='')}"
    package = await read_ocds.get_record(db, procurement, publisher, path, ocid)
    return respond_with_content(request, package.encode())

"""Routes for the OCDS exchange: published releases, packages and records, and importing notices."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response, Security

from cdp_common.contracts.base import Moment
from cdp_common.contracts.ocds import (
    ExtensionFile,
    OcdsImport,
    OcdsImportReport,
    RecordPackage,
    ReleasePackage,
)
from cdp_common.kernel.ocds_packages import EXTENSION_PATH
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_content
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from procurement_api.api.clients import Partners, Toms
from procurement_api.api.publisher import Publishing
from procurement_api.use_cases import read_releases
from procurement_api.use_cases.import_ocds import import_ocds as import_package

IMPORT_PATH = "/v1/ocds/imports"
IMPORT_MAX_BYTES = 8 * 1024 * 1024
RECORDS_PATH = "/v1/ocds/records"

router = APIRouter(tags=["ocds"])

Ocid = Annotated[str, Query(min_length=1, max_length=300, description="The OCDS contracting process.")]


@router.post(IMPORT_PATH, status_code=201, response_model=OcdsImportReport)
async def import_ocds(
    document: OcdsImport,
    caller: Annotated[Caller, Security(signed_caller, scopes=["tenders:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    publisher: Publishing,
    now: Now,
) -> Response:
    """Import tenders from an OCDS 1.1 release or record package for the buyer that the caller acts for.

    The releases of each process are merged and become a draft tender; with `ocid` those of one process alone.
    One that the buyer imported before, or that was published here, is given again, unchanged. Values in other
    currencies and awards are told of under `notices`. Every release that gives no tender stands in `faults`
    with the reason, and the others go on.

    With `agreements` the contracts of awards are registered too, as `POST /v1/agreements` registers them,
    where the supplier is a verified organisation by its identifier; of others it is told why not. It needs
    the scope `agreements:write` as well.
    """
    answer = await import_package(db, toms, partners, caller, document, once, publisher.ocid_prefix, now)
    return answer_response(answer)


@router.get("/v1/ocds/releases/{release_id}", response_model=dict[str, object])
async def get_ocds_release(release_id: UUID, request: Request, db: ServiceDatabase) -> Response:
    """An OCDS 1.1 release, byte for byte as it was published: it never changes."""
    return respond_with_content(request, (await read_releases.get_release(db, release_id)).encode())


@router.get("/v1/ocds/release-packages", response_model=ReleasePackage)
async def list_ocds_releases(
    request: Request,
    db: ServiceDatabase,
    publisher: Publishing,
    page: Paging,
    now: Now,
    ocid: Ocid | None = None,
    since: Annotated[
        Moment | None, Query(description="Releases of this moment and later ones, by their date.")
    ] = None,
) -> Response:
    """An OCDS 1.1 release package: what was published, in that order, of one contracting process or of all.

    Dates grow with the order of publication, so nothing is missed by asking again from the last date seen.
    """
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    package = await read_releases.list_releases(
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


@router.get(f"{RECORDS_PATH}/{{ocid}}", response_model=RecordPackage)
async def get_ocds_record(
    ocid: Annotated[str, Path(min_length=1, max_length=300)],
    request: Request,
    db: ServiceDatabase,
    publisher: Publishing,
) -> Response:
    """An OCDS 1.1 record: every release that this service published of the process, and them merged."""
    path = f"{RECORDS_PATH}/{quote(ocid, safe='')}"
    return respond_with_content(request, (await read_releases.get_record(db, publisher, path, ocid)).encode())


@router.get(f"{EXTENSION_PATH}/{{name}}", response_model=dict[str, object])
async def get_ocds_extension(name: ExtensionFile, request: Request) -> Response:
    """A file of the socialValue extension, which the releases use beside those of others."""
    return respond_with_content(request, read_releases.get_extension(name))

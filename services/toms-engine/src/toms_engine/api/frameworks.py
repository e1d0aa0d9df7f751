"""Routes that bring editions of measurement frameworks: import and publication."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security

from cdp_common.contracts.framework_packs import FrameworkPack
from cdp_common.contracts.pack_schema import PackSchema, framework_pack_schema
from cdp_common.contracts.toms import Edition
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_etag
from cdp_common.web.identity import MaybeCaller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from toms_engine.use_cases.import_framework import import_framework as load
from toms_engine.use_cases.publish_edition import publish_edition as publish

router = APIRouter(tags=["frameworks"])

Writer = Annotated[Caller, Security(signed_caller, scopes=["frameworks:write"])]


# Made once: it is the same for as long as the process runs.
_SCHEMA = PackSchema(framework_pack_schema())


@router.get("/v1/framework-pack-schema", response_model=PackSchema)
async def get_pack_schema(request: Request, caller: MaybeCaller) -> Response:
    """The JSON Schema (2020-12) that framework packs are written by."""
    return respond_with_etag(request, _SCHEMA)


@router.post(
    "/v1/frameworks",
    status_code=201,
    response_model=Edition,
    responses={200: {"model": Edition, "description": "The pack was stored before, or replaced a draft."}},
)
async def import_framework(
    pack: FrameworkPack, caller: Writer, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Load a framework pack as a draft edition. The answer leaves the crosswalks out.

    The same pack again gives the same edition. Another pack under the same edition code replaces the draft,
    and is refused once the edition is published.
    """
    return answer_response(await load(db, caller, pack, once, now))


@router.post("/v1/editions/{edition_id}/publish", response_model=Edition)
async def publish_edition(
    edition_id: UUID,
    request: Request,
    caller: Writer,
    db: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Publish a draft edition; from then on it never changes."""
    return respond_with_etag(request, await publish(db, caller, edition_id, if_match, now))

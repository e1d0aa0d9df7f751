"""Routes of the Statement of Intent."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Security
from starlette.responses import Response

from cdp_common.contracts import partners as wire
from cdp_common.contracts.base import Page
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import actor_of
from partners_api.use_cases import read_statements
from partners_api.use_cases.publish_statement import publish_statement as do_publish_statement
from partners_api.use_cases.sign_statement import sign_statement as do_sign_statement

router = APIRouter(tags=["statements"])
public = [Depends(maybe_caller)]
Publisher = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]
Signer = Annotated[Caller, Security(signed_caller, scopes=["statements:sign"])]


@router.post("/v1/places/{place_id}/statements", status_code=201, response_model=wire.Statement)
async def publish_statement(
    place_id: UUID,
    body: wire.StatementDraft,
    caller: Publisher,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Publishes a version of the place's Statement of Intent, for good."""
    return answer_response(await do_publish_statement(database, actor_of(caller), place_id, body, once, now))


@router.get("/v1/places/{place_id}/statements", dependencies=public)
async def list_statements(
    place_id: UUID, request: Request, database: ServiceDatabase, paging: Paging
) -> Page[wire.Statement]:
    """The versions of a place's Statement, the newest first, with who signed each."""
    items, following = await read_statements.list_statements(
        database, place_id, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Statement](items=items, next=page_links(request, following))


@router.get("/v1/statements/{statement_id}", response_model=wire.Statement, dependencies=public)
async def get_statement(statement_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One version with who signed it."""
    return respond_with_etag(request, await read_statements.get_statement(database, statement_id))


@router.post(
    "/v1/statements/{statement_id}/signatures", status_code=201, response_model=wire.StatementSignature
)
async def sign_statement(
    statement_id: UUID,
    body: wire.StatementSignatureDraft,
    caller: Signer,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Signs a version for the organisation that the caller acts for; each signs once."""
    return answer_response(await do_sign_statement(database, actor_of(caller), statement_id, body, once, now))

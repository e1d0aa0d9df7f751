"""A service with one write and the event feed, as a service's author would write it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, FastAPI, Security
from sqlalchemy import insert
from starlette.responses import Response
from tests.integration.common.conftest import PACKAGE
from tests.integration.common.sample_service.storage.tables import accounts

from cdp_common.contracts.base import Contract, ShortText
from cdp_common.db.constraints import constraint_errors
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import Conflict
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint
from cdp_common.web.app import create_service
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.event_routes import router as event_router
from cdp_common.web.identity import Caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.settings import ServiceSettings


class AccountDraft(Contract):
    name: ShortText


class Account(AccountDraft):
    id: UUID


class NameTaken(Conflict):
    code = "name_taken"
    title = "The name is taken"


async def open_account(
    db: Database, caller: Caller, draft: AccountDraft, once: Once, now: datetime
) -> Answer:
    account = Account(id=new_id(), name=draft.name)
    with constraint_errors({"uq_accounts_name": lambda: NameTaken("Choose another name.")}):
        async with db.begin() as tx:
            if (earlier := await once.replay(tx)) is not None:
                return earlier
            row = {"id": account.id, "name": account.name, "rank": 0, "balance_pence": 0, "opened_at": now}
            await tx.execute(insert(accounts).values(row))
            event = NewEvent(
                type="account.opened",
                aggregate_type="account",
                aggregate_id=account.id,
                aggregate_version=1,
                place_id=None,
                audience=(f"org:{caller.org}",),
                data={"name": account.name},
            )
            await record_event(tx, event, now)
            location = {"Location": f"/v1/accounts/{account.id}"}
            return await once.keep(tx, 201, account, headers=location, now=now)


def create_sample(db: Database, mint: TokenMint) -> FastAPI:
    """The application, trusting the mint."""
    router = APIRouter(prefix="/v1")

    @router.post("/accounts", status_code=201, response_model=Account)
    async def post_account(
        caller: Annotated[Caller, Security(signed_caller, scopes=["accounts:write"])],
        once: OnceHeader,
        database: ServiceDatabase,
        now: Now,
        draft: AccountDraft,
    ) -> Response:
        return answer_response(await open_account(database, caller, draft, once, now))

    return create_service(
        ServiceSettings(),
        name="sample-api",
        title="Sample API",
        version="1.0.0",
        routers=[router, event_router],
        database=db,
        package=PACKAGE,
        verifier=mint.verifier(),
    )

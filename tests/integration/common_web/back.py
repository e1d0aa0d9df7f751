"""A service as a process of its own: who calls, one query, one slow answer. `python -m ...back [migrate]`."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, FastAPI, Security
from sqlalchemy import text

from cdp_common.clients.base import open_http
from cdp_common.contracts.base import Contract
from cdp_common.db.database import Database
from cdp_common.web.app import create_service
from cdp_common.web.dependencies import ServiceDatabase
from cdp_common.web.identity import Caller, signed_caller
from cdp_common.web.issuer import remote_verifier
from cdp_common.web.run import main
from cdp_common.web.settings import ServiceSettings

PACKAGE = "tests.integration.common.sample_service"
SCHEMA = "sample"


class Seen(Contract):
    """What the service saw of a call."""

    client_id: str
    rows: int


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service of these settings."""
    router = APIRouter(prefix="/v1")

    @router.get("/seen")
    async def get_seen(
        caller: Annotated[Caller, Security(signed_caller, scopes=["a:read"])], database: ServiceDatabase
    ) -> Seen:
        async with database.begin() as tx:
            rows = await tx.scalar(text("SELECT count(*) FROM accounts"))
        return Seen(client_id=caller.client_id, rows=rows or 0)

    @router.get("/slow")
    async def get_slow() -> str:
        await asyncio.sleep(1)
        return "done"

    http = open_http()
    assert settings.database_url is not None
    return create_service(
        settings,
        name="back-api",
        title="Back",
        version="1",
        routers=[router],
        database=Database(settings.database_url, schema=SCHEMA, app_name="back"),
        package=PACKAGE,
        verifier=remote_verifier(settings, http),
        lifespan_tasks=[lambda: http],
    )


if __name__ == "__main__":
    main(PACKAGE, "__main__:create_app", ServiceSettings, SCHEMA)

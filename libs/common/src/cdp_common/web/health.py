"""`/health/live` touches nothing, `/health/ready` checks the database, `/version` names the build."""

import asyncio
from typing import TYPE_CHECKING, Literal

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel

from cdp_common.kernel.errors import Unavailable
from cdp_common.web.settings import Mode, ServiceSettings

if TYPE_CHECKING:  # the gateway has no database, and does not read its drivers into memory
    from cdp_common.db.database import Database

CHECK_TIMEOUT_S = 2.0

_log = structlog.get_logger(__name__)


class NotReady(Unavailable):
    """The process runs and something it needs does not."""

    code = "not_ready"
    title = "The service is not ready"
    retry_after_s = 2


class Health(BaseModel):
    """The process answers; from `/health/ready` also: so does what it needs."""

    status: Literal["live", "ready"]


class Version(BaseModel):
    """Which build of which service answers, in which deployment."""

    service: str
    build: str
    mode: Mode
    revision: str | None
    """The newest database revision that this build knows; null for a service without a database."""


def health_routes(settings: ServiceSettings, name: str, package: str | None) -> APIRouter:
    """The three routes; none needs a token. The database asked is the application's, if it has one."""
    router = APIRouter(tags=["health"])
    head = _head_of(package)

    @router.get("/health/live")
    async def get_liveness() -> Health:
        """Whether the process answers at all; it looks at nothing else."""
        return Health(status="live")

    @router.get("/health/ready")
    async def get_readiness(request: Request) -> Health:
        """Whether the database answers and is migrated at least as far as this build needs."""
        database: Database | None = request.app.state.database
        if database is not None:
            await _check_database(database, package)
        return Health(status="ready")

    @router.get("/version")
    async def get_version() -> Version:
        """The build that answers."""
        return Version(service=name, build=settings.build, mode=settings.mode, revision=head)

    return router


def _head_of(package: str | None) -> str | None:
    if package is None:
        return None
    from cdp_common.db.revisions import head_revision

    return head_revision(package)


async def _check_database(database: "Database", package: str | None) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from cdp_common.db.revisions import current_revision, is_behind

    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S), database.begin() as tx:
            revision = await current_revision(tx)
    except (SQLAlchemyError, Unavailable, TimeoutError) as fault:
        _log.warning("database_unreachable", fault=type(fault).__name__)
        raise NotReady("The database does not answer.") from fault
    # A database ahead of the build is fine: during a rollout the migration runs first.
    if package is not None and is_behind(package, revision):
        raise NotReady("The database is not migrated as far as this build needs.")

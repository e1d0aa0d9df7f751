"""What every `create_app` needs of the outside: its database and its own tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

import httpx2

from cdp_common.clients.tokens import TOKEN_PATH, ClientCredentials, TokenSource
from cdp_common.web.settings import ServiceSettings

if TYPE_CHECKING:  # the gateway has no database, and does not read its drivers into memory
    from cdp_common.db.database import Database

# An address that leads nowhere: an application without a database can still write its OpenAPI document.
_NO_DATABASE = "postgresql://database-url-is-not-set/"


def service_database(
    settings: ServiceSettings, schema: str, *, pool_timeout_s: float | None = None
) -> Database:
    """The service's database in its application role; it connects when first used.

    `pool_timeout_s` is how long a request may wait for a connection before it is refused as busy.
    """
    from cdp_common.db.database import POOL_TIMEOUT_S, Database

    url = settings.database_url or _NO_DATABASE
    return Database(
        url, schema=schema, app_name=f"cdp-{schema}", pool_timeout_s=pool_timeout_s or POOL_TIMEOUT_S
    )


def closing(http: httpx2.AsyncClient) -> Callable[[], AbstractAsyncContextManager[None]]:
    """A lifespan task that closes the client when the application stops."""

    @asynccontextmanager
    async def task() -> AsyncIterator[None]:
        try:
            yield
        finally:
            await http.aclose()

    return task


def own_tokens(settings: ServiceSettings, http: httpx2.AsyncClient) -> TokenSource | None:
    """Tokens of the service's own OAuth client; None when the settings name no client."""
    if settings.client_id is None:
        return None
    return ClientCredentials(
        settings.issuer,
        settings.client_id,
        http=http,
        key=settings.client_key(),
        token_url=f"{settings.partners_url}{TOKEN_PATH}",
    )

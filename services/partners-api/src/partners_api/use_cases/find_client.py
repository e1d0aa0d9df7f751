"""Finds a client for somebody who may know of it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import partners as wire
from cdp_common.db.database import Database
from partners_api.domain.authority import Actor, require_own_token
from partners_api.domain.clients import ApiClient, ClientUnknown
from partners_api.storage.clients import load_client
from partners_api.use_cases.views import client_view


async def find_client(
    tx: AsyncConnection, actor: Actor, client_id: str, *, for_change: bool = False
) -> ApiClient:
    """The client; one of another organisation is unknown to everyone but the operator."""
    client = await load_client(tx, client_id, for_change=for_change)
    if client is None or not (actor.is_operator or client.organisation_id == actor.organisation_id):
        raise ClientUnknown("There is no such client.")
    return client


async def get_client(database: Database, actor: Actor, client_id: str) -> wire.ApiClient:
    """The client of that id."""
    require_own_token(actor)
    async with database.begin() as tx:
        return client_view(await find_client(tx, actor, client_id))

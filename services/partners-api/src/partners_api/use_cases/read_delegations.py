"""Reads the delegations that concern the caller's organisation."""

from cdp_common.contracts import partners as wire
from cdp_common.db.database import Database
from partners_api.domain.authority import Actor, require_own_token
from partners_api.storage.delegations import page_delegations
from partners_api.use_cases.views import delegation_view


async def list_delegations(
    database: Database, actor: Actor, *, cursor: str | None, limit: int
) -> tuple[list[wire.Delegation], str | None]:
    """One page of the delegations given or received, the newest first, and the cursor of the next."""
    require_own_token(actor)
    async with database.begin() as tx:
        found, following = await page_delegations(tx, actor.organisation_id, cursor=cursor, limit=limit)
    return [delegation_view(delegation) for delegation in found], following

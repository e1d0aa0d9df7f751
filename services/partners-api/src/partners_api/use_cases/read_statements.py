"""Reads the Statement of Intent and who signed it."""

from uuid import UUID

from cdp_common.contracts import partners as wire
from cdp_common.db.database import Database
from partners_api.domain.places import PlaceUnknown
from partners_api.domain.statements import StatementUnknown
from partners_api.storage.places import load_place
from partners_api.storage.statements import load_statement, page_statements
from partners_api.use_cases.views import statement_view


async def get_statement(database: Database, statement_id: UUID) -> wire.Statement:
    """The version of that id with its signatures."""
    async with database.begin() as tx:
        statement = await load_statement(tx, statement_id)
    if statement is None:
        raise StatementUnknown("There is no statement of that id.")
    return statement_view(statement)


async def list_statements(
    database: Database, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[wire.Statement], str | None]:
    """One page of a place's versions, the newest first, and the cursor of the next."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_statements(tx, place_id, cursor=cursor, limit=limit)
    return [statement_view(statement) for statement in found], following

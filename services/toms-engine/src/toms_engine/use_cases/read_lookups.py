"""Reads what lookups are loaded, and how an area changed between vintages."""

from cdp_common.contracts.needs import AreaChange, AreaChanges, LookupList, LookupReceipt
from cdp_common.db.database import Database
from toms_engine.domain.errors import AreaChangeNotFound
from toms_engine.storage import lookups as store

MAX_LISTED = 100


async def list_lookups(db: Database) -> LookupList:
    """What the imports of lookups found, newest first."""
    async with db.begin() as tx:
        receipts = await store.receipts(tx, MAX_LISTED)
    return LookupList(items=[LookupReceipt.model_validate(receipt) for receipt in receipts])


async def get_area_changes(db: Database, code: str) -> AreaChanges:
    """Every change that an area of either vintage takes part in, by the newest lookups."""
    found: list[AreaChange] = []
    async with db.begin() as tx:
        for lookup in await store.newest_of_each_layout(tx, "changes"):
            rows = await store.changes_of(tx, lookup["number"], code)
            from_vintage, to_vintage = lookup["vintages"]
            found += [
                AreaChange(
                    from_code=row["from_code"],
                    from_name=row["from_name"],
                    from_vintage=from_vintage,
                    to_code=row["to_code"],
                    to_name=row["to_name"],
                    to_vintage=to_vintage,
                    relation=row["relation"],
                    lookup_edition=lookup["edition"],
                )
                for row in rows
            ]
    if not found:
        raise AreaChangeNotFound("No lookup of changes that is loaded has this area.")
    return AreaChanges(code=code, items=found, is_one_to_one=all(c.relation == "unchanged" for c in found))

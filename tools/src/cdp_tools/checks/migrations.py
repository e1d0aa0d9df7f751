"""Checks each service's migrations: they make what the tables in code say, can be taken back and made again.

It starts a PostgreSQL server of its own for as long as it takes, and touches no other.
"""

from __future__ import annotations

import asyncio
import secrets
import sys

from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.migrations import check_migrations, migrate, migrate_down
from cdp_common.db.provisioning import PreparedDatabase, owner_engine, prepare_database
from cdp_common.db.revisions import head_revision
from cdp_common.testing.postgres import TestCluster
from cdp_tools.services import SERVICES

# Everything that a migration can leave in a schema, in the words of the server itself; rights included.
_CATALOGUE = """
    WITH here AS (SELECT to_regnamespace(current_schema()) AS id)
    SELECT format('relation %s (%s), rights %s', relname, relkind, relacl) FROM pg_class, here
        WHERE relnamespace = here.id AND relkind <> 'i'
    UNION ALL
    SELECT format('column %s.%s %s%s default %s', relname, attname, format_type(atttypid, atttypmod),
            CASE WHEN attnotnull THEN ' not null' END, pg_get_expr(adbin, adrelid))
        FROM here, pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = here.id AND relkind IN ('r', 'p', 'v', 'm') AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT format('constraint %s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint, here
        WHERE connamespace = here.id
    UNION ALL
    SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL
    SELECT pg_get_triggerdef(pg_trigger.oid) FROM here, pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = here.id AND NOT tgisinternal
    UNION ALL
    SELECT format('%s, rights %s', pg_get_functiondef(pg_proc.oid), proacl) FROM pg_proc, here
        WHERE pronamespace = here.id AND prokind <> 'a'
    UNION ALL
    SELECT format('type %s (%s) %s', typname, typtype,
            (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = pg_type.oid))
        FROM pg_type, here WHERE typnamespace = here.id AND typtype IN ('e', 'd', 'r')
"""
# The one table that stays when everything is taken back: where the revision is kept.
_STAYS = "alembic_version"


async def check_package(admin_url: str, package: str, schema: str) -> list[str]:
    """What is wrong with a package's migrations, taken up, all the way down, and up again."""
    password = secrets.token_urlsafe(16)
    prepared = await prepare_database(admin_url, schema, password, password)
    await _up(package, prepared)
    found = await check_migrations(package, prepared.owner_url, schema)
    before = await _catalogue(prepared)
    await migrate_down(package, prepared.owner_url, schema, prepared.app_role, revision="base")
    left = sorted(line for line in await _catalogue(prepared) if _STAYS not in line)
    found += [f"left behind when taken back: {line}" for line in left]
    if left:
        return found  # going up again would stumble over it, and say less well what is wrong
    await _up(package, prepared)
    after = await _catalogue(prepared)
    found += [f"only the first time: {line}" for line in sorted(before - after)]
    found += [f"only the second time: {line}" for line in sorted(after - before)]
    return found


async def check_all(admin_url: str) -> dict[str, list[str]]:
    """What is wrong with each service's migrations, by service name."""
    return {
        service.name: await check_package(admin_url, service.package, service.schema)
        for service in SERVICES
        if service.schema is not None
    }


async def _up(package: str, prepared: PreparedDatabase) -> None:
    await migrate(package, prepared.owner_url, prepared.schema, prepared.app_role)


async def _catalogue(prepared: PreparedDatabase) -> set[str]:
    engine = owner_engine(prepared.owner_url, prepared.schema)
    try:
        async with engine.connect() as connection:
            return await _lines(connection)
    finally:
        await engine.dispose()


async def _lines(connection: AsyncConnection) -> set[str]:
    return set(await connection.scalars(text(_CATALOGUE)))


def main() -> int:
    """Exit status 0 when every service's migrations are in order, 1 when one's are not."""
    console = Console()
    with TestCluster() as cluster:
        found = asyncio.run(check_all(cluster.admin_url))
    packages = {service.name: service.package for service in SERVICES}
    for service, faults in found.items():
        state = f"{len(faults)} faults" if faults else "in order"
        console.print(f"{service}: migrations to {head_revision(packages[service])} {state}")
        for fault in faults:
            console.print(f"  {fault}", markup=False, highlight=False, soft_wrap=True)
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

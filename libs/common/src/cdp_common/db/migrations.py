"""Migrating a service's schema: configured in code, safe when two migrators start at once."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text

from cdp_common.db.columns import NAMES
from cdp_common.db.common_schema import grant_app
from cdp_common.db.provisioning import PreparedDatabase, owner_engine, prepare_database
from cdp_common.db.schema_check import check_migrations

__all__ = [
    "PreparedDatabase",
    "check_migrations",
    "migrate",
    "migrate_down",
    "prepare_database",
]

LOCK_TIMEOUT_MS = 5_000

# A check is named in full in its migration: the convention would put its prefix before that name once more.
_NAMING = MetaData(naming_convention={kind: name for kind, name in NAMES.items() if kind != "ck"})


async def migrate(
    package: str, owner_url: str, schema: str, app_role: str, *, revision: str = "head"
) -> None:
    """Bring the service's schema up to `revision`, and its application role's rights with it."""

    def upgrade(connection: Connection) -> None:
        grant_app(Operations(MigrationContext.configure(connection)), schema, app_role)
        command.upgrade(_config(package, connection, app_role), revision)
        # The application reads the revision (readiness) and must not be able to claim another.
        connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {app_role}"))

    await _locked(owner_url, schema, upgrade)


async def migrate_down(package: str, owner_url: str, schema: str, app_role: str, *, revision: str) -> None:
    """Take the schema back to `revision`, `base` being an empty one; rows of dropped tables are lost."""

    def downgrade(connection: Connection) -> None:
        command.downgrade(_config(package, connection, app_role), revision)

    await _locked(owner_url, schema, downgrade)


def _config(package: str, connection: Connection, app_role: str) -> Config:
    """The run's configuration: what a migration leaves unnamed is named as in the tables."""
    config = _base_config(package)
    config.attributes.update(connection=connection, target_metadata=_NAMING, app_role=app_role)
    return config


def _base_config(package: str) -> Config:
    versions = Path(str(files(f"{package}.storage.migrations.versions")))
    environment = Path(str(files("cdp_common.db.alembic_env")))
    config = Config()
    # A path may hold spaces and colons, never a line break; % is the file format's own escape.
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(environment).replace("%", "%%"))
    config.set_main_option("version_locations", str(versions).replace("%", "%%"))
    return config


async def _locked(owner_url: str, schema: str, step: Callable[[Connection], None]) -> None:
    """Run `step` in one transaction that only one migrator of the schema is in at a time."""
    engine = owner_engine(owner_url, schema)
    try:
        async with engine.begin() as connection:
            key = {"key": f"migrate {schema}"}
            # The advisory lock first: lock_timeout would cut the wait for another migrator short as well.
            await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), key)
            await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
            await connection.run_sync(step)
    finally:
        await engine.dispose()

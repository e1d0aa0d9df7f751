"""Whether the migrations make what the code's tables say, to the name of every constraint."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Constraint, Dialect, MetaData, PrimaryKeyConstraint, text
from sqlalchemy.sql.schema import SchemaItem

from cdp_common.db.common_tables import common_metadata
from cdp_common.db.pgqueuer_schema import QUEUE_TABLES
from cdp_common.db.provisioning import owner_engine

_NOT_OURS = QUEUE_TABLES | {"alembic_version"}
# Primary key, unique, foreign key, check and exclusion: the kinds by whose name errors are told apart.
_CONSTRAINTS = text("""
    SELECT rel.relname AS table_name, con.conname AS constraint_name
    FROM pg_constraint con JOIN pg_class rel ON rel.oid = con.conrelid
    WHERE con.connamespace = to_regnamespace(current_schema()) AND con.contype IN ('p', 'u', 'f', 'c', 'x')
""")


async def check_migrations(package: str, owner_url: str, schema: str | None = None) -> list[str]:
    """Differences between the migrated schema and the tables in code; empty when they agree.

    Without `schema` the first schema of the owner's search path is compared.
    """
    catalogues: list[MetaData] = [import_module(f"{package}.storage.tables").metadata, common_metadata]

    def compare(connection: Connection) -> list[str]:
        return [*_table_differences(connection, catalogues), *_name_differences(connection, catalogues)]

    engine = owner_engine(owner_url, schema)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()


def _table_differences(connection: Connection, catalogues: list[MetaData]) -> list[str]:
    """Tables, columns, types, indexes and foreign keys that differ, as Alembic finds them."""
    context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
    # Several catalogues are allowed here, as in an environment; only the annotation says one.
    differences: list[Any] = compare_metadata(context, catalogues)  # type: ignore[arg-type]
    return [str(difference) for difference in differences]


def _name_differences(connection: Connection, catalogues: list[MetaData]) -> list[str]:
    """Constraints that only one side has under that name; Alembic looks at few kinds and at no check."""
    stored = {
        f"{row.table_name}.{row.constraint_name}"
        for row in connection.execute(_CONSTRAINTS)
        if row.table_name not in _NOT_OURS
    }
    declared = {
        f"{table.name}.{_name(constraint, connection.dialect)}"
        for catalogue in catalogues
        for table in catalogue.tables.values()
        for constraint in table.constraints
        if not (isinstance(constraint, PrimaryKeyConstraint) and not constraint.columns)
    }
    missing = [f"constraint {name} is in the tables and not in the database" for name in declared - stored]
    unknown = [f"constraint {name} is in the database and not in the tables" for name in stored - declared]
    return sorted(missing + unknown)


def _name(constraint: Constraint, dialect: Dialect) -> str:
    """The name as it is sent to PostgreSQL: by the convention, cut to its length."""
    return str(dialect.identifier_preparer.format_constraint(constraint)).strip('"')


def _is_ours(
    item: SchemaItem, name: str | None, kind: str, reflected: bool, compared: SchemaItem | None
) -> bool:
    """Whether a thing takes part in the comparison: everything but the job queue's own tables."""
    return not (kind == "table" and name in QUEUE_TABLES)

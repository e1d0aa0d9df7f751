"""Making a service's database: two roles, one database, one schema; safe to repeat."""

from dataclasses import dataclass, field

from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from cdp_common.db.common_schema import plain_name
from cdp_common.db.database import async_url, connect_arguments


@dataclass(frozen=True)
class PreparedDatabase:
    """Where a service's database is, for its owner (who migrates) and for its application."""

    name: str
    schema: str
    owner_role: str
    app_role: str
    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)


def database_of(admin_url: str, schema: str, owner_password: str, app_password: str) -> PreparedDatabase:
    """Where a service's database is on a server, whether it is there yet or not."""
    name = plain_name(f"cdp_{schema}")
    return PreparedDatabase(
        name=name,
        schema=plain_name(schema),
        owner_role=f"{name}_owner",
        app_role=f"{name}_app",
        owner_url=_address(admin_url, f"{name}_owner", owner_password, name),
        app_url=_address(admin_url, f"{name}_app", app_password, name),
    )


async def prepare_database(
    admin_url: str, schema: str, owner_password: str, app_password: str
) -> PreparedDatabase:
    """Make `cdp_<schema>` with its owner and application roles, or set their passwords where they exist."""
    prepared = database_of(admin_url, schema, owner_password, app_password)
    await _make_roles_and_database(admin_url, prepared, owner_password, app_password)
    await _make_schema(admin_url, prepared)
    return prepared


async def _make_roles_and_database(
    admin_url: str, prepared: PreparedDatabase, owner_password: str, app_password: str
) -> None:
    engine = _admin_engine(admin_url)
    try:
        async with engine.connect() as connection:
            # One at a time in the whole server, because roles belong to the server.
            await connection.execute(text("SELECT pg_advisory_lock(hashtextextended('cdp prepare', 0))"))
            await _make_role(connection, prepared.owner_role, owner_password)
            await _make_role(connection, prepared.app_role, app_password)
            known = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if await connection.scalar(known, {"name": prepared.name}) is None:
                create = f"CREATE DATABASE {prepared.name} OWNER {prepared.owner_role}"
                await connection.exec_driver_sql(f"{create} ENCODING 'UTF8' TEMPLATE template0")
    finally:
        await engine.dispose()


async def _make_role(connection: AsyncConnection, role: str, password: str) -> None:
    known = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    verb = "CREATE" if await connection.scalar(known, {"role": role}) is None else "ALTER"
    # A password cannot be a bind parameter of CREATE ROLE; the server quotes it for us.
    quoted = await connection.scalar(text("SELECT quote_literal(:password)"), {"password": password})
    attributes = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
    await connection.exec_driver_sql(f"{verb} ROLE {role} {attributes} PASSWORD {quoted}")


async def _make_schema(admin_url: str, prepared: PreparedDatabase) -> None:
    name, schema, owner, app = prepared.name, prepared.schema, prepared.owner_role, prepared.app_role
    engine = _admin_engine(admin_url, name)
    try:
        async with engine.connect() as connection:
            for statement in (
                f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
                f"GRANT CONNECT ON DATABASE {name} TO {owner}, {app}",
                "REVOKE ALL ON SCHEMA public FROM PUBLIC",
                f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}",
                f"ALTER ROLE {owner} IN DATABASE {name} SET search_path = {schema}",
                f"ALTER ROLE {app} IN DATABASE {name} SET search_path = {schema}",
            ):
                await connection.exec_driver_sql(statement)
    finally:
        await engine.dispose()


def _admin_engine(admin_url: str, database: str | None = None) -> AsyncEngine:
    url = async_url(admin_url)
    if database is not None:
        url = url.set(database=database)
    return create_async_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=connect_arguments(url, {"application_name": "cdp-prepare"}),
    )


def owner_engine(owner_url: str, schema: str | None) -> AsyncEngine:
    """An engine for migrations: no limit on a statement's time, in the schema if one is given."""
    settings = {"application_name": "cdp-migrate", "statement_timeout": "0", "timezone": "UTC"}
    if schema is not None:
        settings["search_path"] = schema
    url = async_url(owner_url)
    return create_async_engine(url, poolclass=NullPool, connect_args=connect_arguments(url, settings))


def _address(admin_url: str, role: str, password: str, database: str) -> str:
    url = make_url(admin_url).set(username=role, password=password, database=database)
    return async_url(url).render_as_string(hide_password=False)

"""What each service's migrations call to make the shared tables; a published function here never changes.

A change of the shared tables is a new numbered pair of functions, called from a new migration everywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a process that prepares databases starts sooner without it; only migrations bring it
    from alembic.operations import Operations
    from sqlalchemy import Connection

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_TABLES_0001 = (
    """CREATE TABLE events (
        id uuid NOT NULL CONSTRAINT pk_events PRIMARY KEY,
        type text NOT NULL,
        occurred_at timestamptz NOT NULL,
        effective_on date,
        aggregate_type text NOT NULL,
        aggregate_id uuid NOT NULL,
        aggregate_version integer NOT NULL
            CONSTRAINT ck_events_version_positive CHECK (aggregate_version > 0),
        place_id uuid,
        audience text[] NOT NULL CONSTRAINT ck_events_audience_given CHECK (cardinality(audience) > 0),
        data jsonb NOT NULL,
        traceparent text,
        CONSTRAINT uq_events_aggregate_type_aggregate_id_aggregate_version
            UNIQUE (aggregate_type, aggregate_id, aggregate_version))""",
    """CREATE TABLE event_pending (
        event_id uuid NOT NULL CONSTRAINT pk_event_pending PRIMARY KEY
            CONSTRAINT fk_event_pending_event_id REFERENCES events (id),
        added bigint GENERATED ALWAYS AS IDENTITY NOT NULL)""",
    """CREATE TABLE event_feed (
        position bigint NOT NULL CONSTRAINT pk_event_feed PRIMARY KEY
            CONSTRAINT ck_event_feed_position_positive CHECK (position > 0),
        event_id uuid NOT NULL CONSTRAINT uq_event_feed_event_id UNIQUE
            CONSTRAINT fk_event_feed_event_id REFERENCES events (id))""",
    """CREATE TABLE event_cursors (
        source text NOT NULL CONSTRAINT pk_event_cursors PRIMARY KEY,
        position bigint NOT NULL CONSTRAINT ck_event_cursors_position_not_negative CHECK (position >= 0),
        updated_at timestamptz NOT NULL)""",
    """CREATE TABLE event_failures (
        source text NOT NULL,
        position bigint NOT NULL,
        aggregate_type text NOT NULL,
        aggregate_id uuid NOT NULL,
        state text NOT NULL CONSTRAINT ck_event_failures_state_known CHECK (state IN ('retrying', 'parked')),
        attempts integer NOT NULL,
        last_error text NOT NULL,
        event jsonb NOT NULL,
        first_failed_at timestamptz NOT NULL,
        last_failed_at timestamptz NOT NULL,
        CONSTRAINT pk_event_failures PRIMARY KEY (source, position))""",
    """CREATE INDEX ix_event_failures_source_aggregate_type_aggregate_id
        ON event_failures (source, aggregate_type, aggregate_id)""",
    """CREATE TABLE idempotency_records (
        record_key bytea NOT NULL CONSTRAINT pk_idempotency_records PRIMARY KEY,
        fingerprint bytea NOT NULL,
        answer bytea NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_idempotency_records_expires_at ON idempotency_records (expires_at)",
    """CREATE TABLE webhook_endpoints (
        id uuid NOT NULL CONSTRAINT pk_webhook_endpoints PRIMARY KEY,
        organisation_id uuid NOT NULL,
        client_id text NOT NULL,
        url text NOT NULL,
        event_types text[] NOT NULL,
        secret_encrypted bytea NOT NULL,
        state text NOT NULL
            CONSTRAINT ck_webhook_endpoints_state_known CHECK (state IN ('active', 'disabled')),
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        disabled_reason text,
        CONSTRAINT ck_webhook_endpoints_disabled_with_reason
            CHECK ((state = 'disabled') = (disabled_reason IS NOT NULL)))""",
    "CREATE INDEX ix_webhook_endpoints_organisation_id_id ON webhook_endpoints (organisation_id, id)",
    """CREATE TABLE webhook_deliveries (
        id uuid NOT NULL CONSTRAINT pk_webhook_deliveries PRIMARY KEY,
        endpoint_id uuid NOT NULL CONSTRAINT fk_webhook_deliveries_endpoint_id
            REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
        event_position bigint NOT NULL CONSTRAINT fk_webhook_deliveries_event_position
            REFERENCES event_feed (position),
        attempts integer NOT NULL,
        next_attempt_at timestamptz,
        state text NOT NULL CONSTRAINT ck_webhook_deliveries_state_known
            CHECK (state IN ('pending', 'delivered', 'failed')),
        last_status integer,
        last_error text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_webhook_deliveries_endpoint_id_event_position UNIQUE (endpoint_id, event_position),
        CONSTRAINT ck_webhook_deliveries_pending_has_time
            CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL)))""",
    """CREATE INDEX ix_webhook_deliveries_next_attempt_at ON webhook_deliveries (next_attempt_at)
        WHERE state = 'pending'""",
    """CREATE TABLE webhook_cursor (
        id smallint NOT NULL CONSTRAINT pk_webhook_cursor PRIMARY KEY
            CONSTRAINT ck_webhook_cursor_one_row CHECK (id = 1),
        position bigint NOT NULL,
        updated_at timestamptz NOT NULL)""",
)

# SQLSTATE 23001 makes it an integrity error that names its constraint, like any other broken rule.
_REFUSE_CHANGE = """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the table is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$"""

_DROP_0001 = (
    "DROP TABLE webhook_cursor, webhook_deliveries, webhook_endpoints, idempotency_records, event_failures, "
    "event_cursors, event_feed, event_pending, events",
    "DROP FUNCTION refuse_change()",
)


def create_common_0001(op: Operations) -> None:
    """Make the shared tables, and the function that append-only tables need."""
    for statement in (_REFUSE_CHANGE, *_TABLES_0001):
        run(op, statement)
    make_append_only(op, "events")
    make_append_only(op, "event_feed")


def drop_common_0001(op: Operations) -> None:
    """Remove what `create_common_0001` made; append-only tables of the service must be gone before."""
    for statement in _DROP_0001:
        run(op, statement)


def add_actor_to_events_0002(op: Operations) -> None:
    """Record with each event who did it; of those before it is not known."""
    run(op, "ALTER TABLE events ADD COLUMN actor jsonb")


def drop_actor_of_events_0002(op: Operations) -> None:
    """Forget who did what."""
    run(op, "ALTER TABLE events DROP COLUMN actor")


def make_append_only(op: Operations, table: str) -> None:
    """Let rows be added to `table` and never changed or removed, not even by its owner."""
    name = plain_name(table)
    run(
        op,
        f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )
    run(op, f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM {plain_name(_app_role(op))}")


def grant_app(op: Operations, schema: str, role: str) -> None:
    """Let `role` read and write rows of the schema's tables, those to come included, and define nothing."""
    schema, role = plain_name(schema), plain_name(role)
    to_come = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}"
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"{to_come} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        f"{to_come} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    ):
        run(op, statement)


def run(op: Operations, statement: str) -> None:
    """Run one statement as it stands: no bind parameters are read out of its colons."""
    connection: Connection = op.get_bind()
    connection.exec_driver_sql(statement)


def _app_role(op: Operations) -> str:
    """The application's role, as `migrations.migrate` was given it."""
    config = op.get_context().config
    if config is None:
        raise RuntimeError("migrations run through cdp_common.db.migrations.migrate")
    role: str = config.attributes["app_role"]
    return role


def plain_name(name: str) -> str:
    """The name, if it can stand in SQL unquoted."""
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is not a plain SQL name")
    return name

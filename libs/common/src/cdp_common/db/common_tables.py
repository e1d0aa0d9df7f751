"""The tables that every service has beside its own: events, idempotency, cursors of consumers, webhooks.

The database's side of them is made by `common_schema`; `make check` compares the two.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from cdp_common.db.columns import Json, UtcDateTime, id_column, metadata_with_names

common_metadata = metadata_with_names()
"""The catalogue of the tables that every service shares."""

# What happened, in the transaction in which it happened. Append-only.
events = Table(
    "events",
    common_metadata,
    id_column(),
    Column("type", Text, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("effective_on", Date),
    Column("aggregate_type", Text, nullable=False),
    Column("aggregate_id", Uuid, nullable=False),
    Column("aggregate_version", Integer, nullable=False),
    Column("place_id", Uuid),
    Column("audience", ARRAY(Text), nullable=False),
    Column("data", Json, nullable=False),
    Column("traceparent", Text),
    # Who did it: client, its organisation, for whom, and the person by number; null where nobody signed in.
    Column("actor", Json),
    UniqueConstraint("aggregate_type", "aggregate_id", "aggregate_version"),
    CheckConstraint("cardinality(audience) > 0", name="audience_given"),
    CheckConstraint("aggregate_version > 0", name="version_positive"),
)

# Events that are committed or about to be, and have no position in the feed yet.
event_pending = Table(
    "event_pending",
    common_metadata,
    Column("event_id", Uuid, ForeignKey("events.id"), primary_key=True),
    Column("added", BigInteger, Identity(always=True), nullable=False),
)

# The gapless order in which committed events are read. Append-only.
event_feed = Table(
    "event_feed",
    common_metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, ForeignKey("events.id"), nullable=False),
    UniqueConstraint("event_id"),
    CheckConstraint("position > 0", name="position_positive"),
)

# How far this service has read each feed that it consumes.
event_cursors = Table(
    "event_cursors",
    common_metadata,
    Column("source", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("position >= 0", name="position_not_negative"),
)

# Events that could not be applied: being retried, or set aside with all later ones of their aggregate.
event_failures = Table(
    "event_failures",
    common_metadata,
    Column("source", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("aggregate_type", Text, nullable=False),
    Column("aggregate_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("event", Json, nullable=False),
    Column("first_failed_at", UtcDateTime, nullable=False),
    Column("last_failed_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('retrying', 'parked')", name="state_known"),
    Index(None, "source", "aggregate_type", "aggregate_id"),
)

# Answers already given, under a hash of the key and encrypted with it.
idempotency_records = Table(
    "idempotency_records",
    common_metadata,
    Column("record_key", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
)

# Where outsiders want to be told of events.
webhook_endpoints = Table(
    "webhook_endpoints",
    common_metadata,
    id_column(),
    Column("organisation_id", Uuid, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("event_types", ARRAY(Text), nullable=False),
    Column("secret_encrypted", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_reason", Text),
    CheckConstraint("state IN ('active', 'disabled')", name="state_known"),
    CheckConstraint("(state = 'disabled') = (disabled_reason IS NOT NULL)", name="disabled_with_reason"),
    Index(None, "organisation_id", "id"),
)

# One event for one endpoint, until it has arrived or been given up.
webhook_deliveries = Table(
    "webhook_deliveries",
    common_metadata,
    id_column(),
    Column("endpoint_id", Uuid, ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("event_position", BigInteger, ForeignKey("event_feed.position"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("state", Text, nullable=False),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("endpoint_id", "event_position"),
    CheckConstraint("state IN ('pending', 'delivered', 'failed')", name="state_known"),
    CheckConstraint("(state = 'pending') = (next_attempt_at IS NOT NULL)", name="pending_has_time"),
    Index(None, "next_attempt_at", postgresql_where=text("state = 'pending'")),
)

# The last position for which deliveries were made: one row.
webhook_cursor = Table(
    "webhook_cursor",
    common_metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

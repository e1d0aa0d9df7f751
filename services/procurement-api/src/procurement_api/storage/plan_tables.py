"""The tables of partners' plans of own activity, and of the memberships that ended, with which plans end."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from cdp_common.db.columns import Json, UtcDateTime, id_column
from procurement_api.storage.actor_columns import actor_columns
from procurement_api.storage.metadata import metadata
from procurement_api.storage.promised_lines import line_columns, version_columns

plans = Table(
    "plans",
    metadata,
    id_column(),
    Column("state", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("place_id", Uuid, nullable=False, index=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("organisation_name", Text, nullable=False),
    Column("membership_id", Uuid, nullable=False, index=True),
    Column("adopted_on", Date, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("withdrawn_on", Date),
    Column("withdrawal_reason", Text),
    *actor_columns(),  # who adopted it
    Column("version", Integer, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("organisation_id", "reference", name="uq_plans_reference"),
    CheckConstraint("state IN ('adopted', 'withdrawn')", name="state_known"),
    CheckConstraint("ends_on >= starts_on", name="period_forward"),
    CheckConstraint(
        "(state = 'withdrawn') = (withdrawn_on IS NOT NULL)"
        " AND (withdrawn_on IS NULL) = (withdrawal_reason IS NULL)",
        name="withdrawn_with_date",
    ),
    CheckConstraint("withdrawn_on <= ends_on", name="withdrawn_in_time"),
    # One plan of a partner in a place on any day; one that was withdrawn stood to the day of that, included.
    ExcludeConstraint(
        ("organisation_id", "="),
        ("place_id", "="),
        (text("daterange(starts_on, coalesce(withdrawn_on, ends_on), '[]')"), "&&"),
        name="ex_plans_overlap",
        using="gist",
        where=text("withdrawn_on IS NULL OR withdrawn_on >= starts_on"),
    ),
)

plan_lines = Table(
    "plan_lines",
    metadata,
    Column("plan_id", Uuid, ForeignKey("plans.id"), nullable=False),
    *line_columns(),
    UniqueConstraint("plan_id", "position", name="uq_plan_lines_plan_position"),
)

# Append-only, as the lines and their versions are.
plan_changes = Table(
    "plan_changes",
    metadata,
    Column("plan_id", Uuid, ForeignKey("plans.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, server_default="variation"),
    Column("effective_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("changed_by", Uuid),  # null where the plan ended with its partner's membership
    Column("client_id", Text),
    Column("person_id", Uuid),
    Column("line_ids", Json, nullable=False),
    CheckConstraint("kind IN ('variation', 'withdrawal')", name="kind_known"),
)

plan_line_versions = Table(
    "plan_line_versions",
    metadata,
    Column("line_id", Uuid, ForeignKey("plan_lines.line_id"), primary_key=True),
    *version_columns(),
)

# The last day of each membership that the feed of partners-api told the end of.
membership_ends = Table(
    "membership_ends",
    metadata,
    Column("membership_id", Uuid, primary_key=True),
    Column("ends_on", Date, nullable=False),
    Column("version", Integer, nullable=False),
)

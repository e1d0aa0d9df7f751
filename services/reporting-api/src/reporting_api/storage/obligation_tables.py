"""Calendars of places, schedules of agreements, and the notices that were given of reports that are owed."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from cdp_common.db.columns import UtcDateTime
from reporting_api.storage.catalogue import metadata

# Every version that a programme manager has set. Append-only.
reporting_calendars = Table(
    "reporting_calendars",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("monthly_asked", Boolean, nullable=False),
    Column("due_days", SmallInteger, nullable=False),
    Column("reminder_days", ARRAY(SmallInteger), nullable=False),
    Column("set_by", Uuid, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("person_id", Uuid),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("version > 0", name="version_from_one"),
    CheckConstraint("due_days > 0", name="due_after_end"),
)

# The days of a commitment line's own schedule; a line without any falls due in equal monthly parts.
commitment_schedules = Table(
    "commitment_schedules",
    metadata,
    Column("line_id", Uuid, ForeignKey("commitment_lines.line_id"), primary_key=True),
    Column("due_on", Date, primary_key=True),
)

# One row per notice, so that it is given once whoever looks.
obligation_notices = Table(
    "obligation_notices",
    metadata,
    Column("id", Uuid, nullable=False),
    Column("place_id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("source_id", Uuid, primary_key=True),  # the agreement's; the place's own id for a member's quarter
    Column("period_end", Date, primary_key=True),
    Column("notice", Text, primary_key=True),
    Column("days_before", SmallInteger, primary_key=True, autoincrement=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("id"),
    CheckConstraint("kind IN ('quarter', 'contract')", name="kind_known"),
    CheckConstraint("notice IN ('reminder', 'overdue')", name="notice_known"),
)

"""What lines share with those of other reporters, and the conflicts that were raised of it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from cdp_common.db.columns import UtcDateTime, id_column
from reporting_api.storage.catalogue import metadata

line_marks = Table(
    "line_marks",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("shared", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("line_id", Uuid, ForeignKey("report_lines.line_id"), primary_key=True),
    Column("report_id", Uuid, ForeignKey("reports.id"), nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    CheckConstraint("kind IN ('evidence', 'activity')", name="kind_known"),
    Index(None, "report_id"),
)

report_conflicts = Table(
    "report_conflicts",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("shared", Text, nullable=False),
    Column("first_line_id", Uuid, ForeignKey("report_lines.line_id"), nullable=False),
    Column("first_report_id", Uuid, ForeignKey("reports.id"), nullable=False),
    Column("first_organisation_id", Uuid, nullable=False),
    Column("second_line_id", Uuid, ForeignKey("report_lines.line_id"), nullable=False),
    Column("second_report_id", Uuid, ForeignKey("reports.id"), nullable=False),
    Column("second_organisation_id", Uuid, nullable=False),
    Column("period_start", Date, nullable=False),  # the days of both reports
    Column("period_end", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("resolver_id", Uuid),
    Column("client_id", Text),
    Column("person_id", Uuid),
    Column("version", Integer, nullable=False),
    UniqueConstraint("kind", "first_line_id", "second_line_id"),
    CheckConstraint("kind IN ('same_evidence', 'same_activity', 'measures_exclude')", name="kind_known"),
    CheckConstraint("state IN ('open', 'resolved', 'lapsed')", name="state_known"),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_or_open"),
    CheckConstraint("(state = 'resolved') = (outcome IS NOT NULL)", name="resolved_with_outcome"),
    CheckConstraint("(outcome IS NULL) = (reason IS NULL)", name="outcome_with_reason"),
    CheckConstraint("outcome IN ('both_stand', 'first_stands', 'second_stands')", name="outcome_known"),
    Index(None, "place_id", "id"),
    Index(None, "first_report_id"),
    Index(None, "second_report_id"),
)

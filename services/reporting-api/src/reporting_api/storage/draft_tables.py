"""Drafts of reports: apart from reports, so that nothing which counts, shows or publishes can meet one."""

from sqlalchemy import (
    Boolean,
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

from cdp_common.db.columns import Json, UtcDateTime, id_column
from reporting_api.storage.catalogue import STATUS_KNOWN, metadata

report_drafts = Table(
    "report_drafts",
    metadata,
    id_column(),  # of the report too, once it is submitted
    Column("organisation_id", Uuid, nullable=False),
    Column("place_id", Uuid, nullable=False),
    Column("place_slug", Text, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("nil_return", Boolean, nullable=False),
    Column("named_totals_agreed", Boolean, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("corrects", Uuid, ForeignKey("reports.id")),  # the report that it is to take the place of
    Column("correction_reason", Text),
    Column("local_area", Text),
    UniqueConstraint(
        "organisation_id", "place_id", "period_start", "period_end", name="uq_report_drafts_one_a_period"
    ),
    CheckConstraint("period_start <= period_end", name="period_in_order"),
    CheckConstraint("line_count >= 0", name="lines_counted"),
    CheckConstraint("corrects IS NOT NULL OR correction_reason IS NULL", name="reason_of_correction"),
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
    Index(None, "organisation_id", "id"),
    Index(None, "changed_at"),
)

report_draft_lines = Table(
    "report_draft_lines",
    metadata,
    Column("draft_id", Uuid, ForeignKey("report_drafts.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("line", Json, nullable=False),
)

"""Joint activities, reports with their lines and reviews."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from cdp_common.db.columns import Json, Pence, Quantity, UtcDateTime, id_column
from reporting_api.storage.catalogue import ROUTE_KNOWN, STATUS_KNOWN, metadata

_EVIDENCE_LEVEL_KNOWN = "evidence_level IN ('declared', 'documented', 'inspected')"
_LIVE = "state IN ('submitted', 'under_review', 'returned', 'validated')"

activities = Table(
    "activities",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
)

activity_shares = Table(
    "activity_shares",
    metadata,
    Column("activity_id", Uuid, ForeignKey("activities.id"), primary_key=True),
    Column("organisation_id", Uuid, primary_key=True),
    Column("ordinal", SmallInteger, nullable=False),
    Column("share", Numeric, nullable=False),
    Column("confirmed_at", UtcDateTime),
    CheckConstraint("share > 0 AND share <= 1", name="share_within_whole"),
)

reports = Table(
    "reports",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("place_slug", Text, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("organisation_name", Text, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("nil_return", Boolean, nullable=False),
    Column("named_totals_agreed", Boolean, nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("first_submitted_at", UtcDateTime, nullable=False),  # of the first report that this one corrects
    Column("supersedes", Uuid, ForeignKey("reports.id")),
    Column("correction_reason", Text),
    Column("version", Integer, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("person_id", Uuid),
    Column("reviewer_id", Uuid),  # the organisation that has it under review
    Column("local_area", Text),  # null: the place that is reported to
    UniqueConstraint("supersedes"),
    CheckConstraint(
        "state IN ('submitted', 'under_review', 'returned', 'validated', 'rejected', 'superseded')",
        name="state_known",
    ),
    CheckConstraint("(state = 'under_review') = (reviewer_id IS NOT NULL)", name="review_has_reviewer"),
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
    CheckConstraint("(supersedes IS NULL) = (correction_reason IS NULL)", name="correction_with_reason"),
    # One live report for any day of an organisation in a place: what overlaps would be counted twice.
    ExcludeConstraint(
        ("organisation_id", "="),
        ("place_id", "="),
        (text("daterange(period_start, period_end, '[]')"), "&&"),
        where=text(_LIVE),
        name="ex_reports_one_live",
        using="gist",
    ),
    Index(None, "place_id", "id"),
    Index(None, "organisation_id", "id"),
)

report_lines = Table(
    "report_lines",
    metadata,
    Column("line_id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey("reports.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("measure", Text, nullable=False),
    Column("edition_hash", Text, nullable=False),
    Column("method_version", Text, nullable=False),
    Column("quantity", Quantity, nullable=False),
    Column("unit", Text, nullable=False),
    Column("denominator", Quantity),
    Column("route", Text, nullable=False),
    Column("commissioner_id", Uuid),
    Column("commitment_line_id", Uuid, ForeignKey("commitment_lines.line_id")),
    Column("activity_id", Uuid, ForeignKey("activities.id")),
    Column("activity", Text),
    Column("areas", Json, nullable=False),
    Column("area_index", Text),
    Column("industry", Text),
    Column("attribution_share", Numeric),
    Column("started_on", Date),
    Column("headcount", Integer),
    Column("target_group", Text),
    Column("committed_on", Date),
    Column("evidence", Json, nullable=False),
    Column("attests_contract_only", Boolean, nullable=False),
    Column("attests_commitment", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("counted_quantity", Quantity, nullable=False),
    Column("social_pence", Pence, nullable=False),
    Column("local_pence", Pence, nullable=False),
    Column("fiscal_pence", Pence, nullable=False),
    Column("low_pence", Pence),
    Column("high_pence", Pence),
    Column("data_status", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("accepted_quantity", Quantity),
    Column("validated_pence", Pence),
    Column("review_reason", Text),
    Column("taken_out_at", UtcDateTime),  # when a conflict was decided against it
    Column("review_method", Text),
    Column("evidence_level", Text),
    ForeignKeyConstraint(
        ["edition_hash", "measure"],
        ["measures.edition_hash", "measures.code"],
        name="fk_report_lines_measure",
    ),
    UniqueConstraint("report_id", "ordinal"),
    Index(None, "commitment_line_id", postgresql_where=text("commitment_line_id IS NOT NULL")),
    Index(None, "activity", postgresql_where=text("activity IS NOT NULL")),
    CheckConstraint("state IN ('reported', 'validated', 'confirmed', 'rejected')", name="state_known"),
    CheckConstraint(ROUTE_KNOWN, name="route_known"),
    CheckConstraint("(route = 'joint') = (activity_id IS NOT NULL)", name="joint_has_activity"),
    CheckConstraint("(state = 'reported') = (accepted_quantity IS NULL)", name="decided_with_quantity"),
    CheckConstraint("accepted_quantity <= quantity", name="accepted_at_most_reported"),
    CheckConstraint(_EVIDENCE_LEVEL_KNOWN, name="evidence_level_known"),
    CheckConstraint("(review_method IS NULL) = (evidence_level IS NULL)", name="method_with_evidence_level"),
)

# What state each version of a report was in, so that coverage can be answered as of any moment. Append-only.
report_states = Table(
    "report_states",
    metadata,
    Column("report_id", Uuid, ForeignKey("reports.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

# Which days of a joint activity's measure are counted by a live report: never the same day twice.
activity_claims = Table(
    "activity_claims",
    metadata,
    Column("report_id", Uuid, ForeignKey("reports.id"), primary_key=True),
    Column("activity_id", Uuid, ForeignKey("activities.id"), primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    ExcludeConstraint(
        ("activity_id", "="),
        ("measure", "="),
        (text("daterange(period_start, period_end, '[]')"), "&&"),
        name="ex_activity_claims_once",
        using="gist",
    ),
)

reviews = Table(
    "reviews",
    metadata,
    id_column(),
    Column("report_id", Uuid, ForeignKey("reports.id"), nullable=False),
    Column("reviewer_id", Uuid, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("person_id", Uuid),
    Column("client_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("outcome IN ('validated', 'returned', 'rejected')", name="outcome_known"),
    Index(None, "report_id"),
)

review_lines = Table(
    "review_lines",
    metadata,
    Column("review_id", Uuid, ForeignKey("reviews.id"), primary_key=True),
    Column("line_id", Uuid, ForeignKey("report_lines.line_id"), primary_key=True),
    Column("accepted_quantity", Quantity, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("evidence_level", Text, nullable=False),
    CheckConstraint("state IN ('validated', 'confirmed', 'rejected')", name="state_known"),
    CheckConstraint(_EVIDENCE_LEVEL_KNOWN, name="evidence_level_known"),
)

# First answers that are larger than an idempotency record may hold; the record names them.
kept_answers = Table(
    "kept_answers",
    metadata,
    id_column(),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "created_at"),
)

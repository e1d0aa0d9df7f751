"""The tables of agreements' changes: each change, and each line as it stands after one. Append-only."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, Table, Text, Uuid

from cdp_common.db.columns import Json, Pence, UtcDateTime
from procurement_api.storage.metadata import metadata
from procurement_api.storage.promised_lines import version_columns

agreement_changes = Table(
    "agreement_changes",
    metadata,
    Column("agreement_id", Uuid, ForeignKey("agreements.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("changed_by", Uuid, nullable=False),
    Column("client_id", Text),  # null in what was recorded before it was kept
    Column("person_id", Uuid),
    # As they are from then on.
    Column("deliverer_organisation_id", Uuid, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("value_pence", Pence),
    Column("value_gross_pence", Pence),
    Column("line_ids", Json, nullable=False),
    CheckConstraint("kind IN ('variation', 'novation', 'termination')", name="kind_known"),
)

agreement_line_versions = Table(
    "agreement_line_versions",
    metadata,
    Column("line_id", Uuid, ForeignKey("agreement_lines.line_id"), primary_key=True),
    *version_columns(),
)

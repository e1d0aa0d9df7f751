"""The tables of what organisations say of themselves, and others of them: sizes and flags."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from cdp_common.db.columns import UtcDateTime, id_column
from partners_api.storage.catalogue import metadata

organisation_sizes = Table(
    "organisation_sizes",
    metadata,
    id_column(),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("stated_on", Date, nullable=False),
    Column("staff", Integer, nullable=False),
    Column("turnover_pence", BigInteger),
    Column("balance_sheet_pence", BigInteger),
    Column("is_non_governmental", Boolean),
    Column("is_value_driven", Boolean),
    Column("reinvests_surpluses", Boolean),
    Column("source", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("staff >= 0", name="staff_counted"),
    Index(None, "organisation_id", "stated_on"),
)

organisation_flags = Table(
    "organisation_flags",
    metadata,
    id_column(),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("place_id", Uuid, ForeignKey("places.id")),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("source", Text, nullable=False),
    Column("source_url", Text),
    Column("stated_by", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("kind IN ('accreditation', 'diverse_ownership', 'local_presence')", name="kind_known"),
    CheckConstraint("(kind = 'local_presence') = (place_id IS NOT NULL)", name="place_of_presence"),
    CheckConstraint("stated_by IN ('organisation', 'programme')", name="voice_known"),
    CheckConstraint("valid_to >= valid_from", name="days_in_order"),
    ExcludeConstraint(
        ("organisation_id", "="),
        ("kind", "="),
        ("code", "="),
        (text("coalesce(place_id, organisation_id)"), "="),
        (text("daterange(valid_from, valid_to, '[]')"), "&&"),
        name="ex_organisation_flags_overlap",
        using="gist",
    ),
)

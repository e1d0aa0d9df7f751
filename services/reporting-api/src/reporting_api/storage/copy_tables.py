"""Read copies of what other services own: names, editions and measures, areas, memberships, commitments."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
)

from cdp_common.db.columns import Json, Pence, Quantity, UtcDateTime, id_column
from cdp_common.db.merges import merges_table
from reporting_api.storage.catalogue import STATUS_KNOWN, metadata

_KIND_KNOWN = (
    "kind IN ('contract', 'call_off', 'framework_agreement', 'grant', 'planning_obligation',"
    " 'pledge', 'plan')"
)

organisations = Table(
    "organisations",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

# Every time that a record was merged into another, and what led to it with it: the latest word counts, and
# what was the case at an earlier moment stays known. Append-only.
merges_table(metadata)

places = Table(
    "places",
    metadata,
    id_column(),
    Column("slug", Text, nullable=False),
    Column("need_index", Text),
    Column("updated_at", UtcDateTime, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    Column("edition_hash", Text, primary_key=True),
    Column("framework", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("crosswalks", Json),  # null until the edition's were asked for
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
)

measures = Table(
    "measures",
    metadata,
    Column("edition_hash", Text, ForeignKey("editions.edition_hash"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("theme_title", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("outcome_title", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("excludes", ARRAY(Text), nullable=False),
    Column("price_year", Integer),
    Column("is_redistributable", Boolean, nullable=False),
    Column("licence_framework", Text),  # whose licence shows its pounds; null when anybody may see them
)

areas = Table(
    "areas",
    metadata,
    Column("need_index", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("place_slug", Text, nullable=False),
    Column("decile", SmallInteger, nullable=False),
    Column("band", Text, nullable=False),
    CheckConstraint("band IN ('severe', 'high', 'mild', 'low')", name="band_known"),
)

# Every version that the feed told of, so that who owed a report is known as of any moment. Append-only.
membership_versions = Table(
    "membership_versions",
    metadata,
    Column("membership_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("place_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("organisation_name", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("named_totals_agreed", Boolean, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
    Index(None, "place_id", "membership_id", "version"),
)

commitments = Table(
    "commitments",
    metadata,
    Column("source_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("place_id", Uuid, nullable=False),
    Column("deliverer_id", Uuid, nullable=False),
    Column("commissioner_id", Uuid),
    Column("signed_on", Date, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("ended_on", Date),
    Column("end_reason", Text),
    Column("data_status", Text, nullable=False),
    Column("version", Integer, nullable=False),  # of the agreement or plan, up to which changes were taken in
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint(_KIND_KNOWN, name="kind_known"),
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
    CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="ended_with_reason"),
)

# Who owed a commitment before somebody else took it over on a day.
commitment_novations = Table(
    "commitment_novations",
    metadata,
    Column("source_id", Uuid, ForeignKey("commitments.source_id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_on", Date, nullable=False),
    Column("earlier_deliverer_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
)

# What a contract is worth from a day on, without VAT; null where nobody has stated it. Append-only.
commitment_values = Table(
    "commitment_values",
    metadata,
    Column("source_id", Uuid, ForeignKey("commitments.source_id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_on", Date, nullable=False),
    Column("pence", Pence),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("pence >= 0", name="not_negative"),
)

commitment_lines = Table(
    "commitment_lines",
    metadata,
    Column("line_id", Uuid, primary_key=True),
    Column("source_id", Uuid, ForeignKey("commitments.source_id"), nullable=False),
    Column("measure", Text, nullable=False),
    Column("edition_hash", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("quantity", Quantity, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("target_group", Text),  # null too where it came before groups were kept here
    Column("industry", Text),  # of local spend; null too where it came before industries were kept here
    ForeignKeyConstraint(
        ["edition_hash", "measure"],
        ["measures.edition_hash", "measures.code"],
        name="fk_commitment_lines_measure",
    ),
    Index(None, "source_id"),
)

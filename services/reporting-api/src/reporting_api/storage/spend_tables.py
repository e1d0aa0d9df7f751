"""Payments to suppliers as partners publish or extract them, who the suppliers are, and where postcodes lie.

Names stand in `spend_suppliers` alone, where they can be removed; rows and decisions have suppliers' ids.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from cdp_common.db.columns import Json, Pence, UtcDateTime, id_column
from reporting_api.storage.catalogue import STATUS_KNOWN, metadata

spend_imports = Table(
    "spend_imports",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("organisation_name", Text, nullable=False),
    Column("ledger", Text, nullable=False),  # which of an organisation's files: payments, purchase-cards…
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of the file as it was sent; the file itself is not kept
    Column("byte_count", BigInteger, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column(
        "summary", Json, nullable=False
    ),  # columns, totals, repeats, redactions: as the preview showed them
    Column("supersedes_id", Uuid, ForeignKey("spend_imports.id"), unique=True),
    Column("supersedes_reason", Text),
    Column("superseded_by", Uuid),
    Column("acted_by", Uuid, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("person_id", Uuid),
    Column("imported_at", UtcDateTime, nullable=False),
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
    CheckConstraint("period_end >= period_start", name="period_in_order"),
    CheckConstraint("(supersedes_id IS NULL) = (supersedes_reason IS NULL)", name="supersedes_with_reason"),
    # One standing file of a ledger for any day: another one of its days says which it takes the place of.
    ExcludeConstraint(
        ("place_id", "="),
        ("organisation_id", "="),
        ("ledger", "="),
        (text("daterange(period_start, period_end, '[]')"), "&&"),
        where=text("superseded_by IS NULL"),
        name="ex_spend_imports_one_standing",
    ),
    Index(None, "place_id", "id"),
)

# What is known of a supplier of one organisation; the digest finds it again, the name can be removed.
spend_suppliers = Table(
    "spend_suppliers",
    metadata,
    id_column(),
    Column("organisation_id", Uuid, nullable=False),
    Column("digest", Text, nullable=False),
    Column("name", Text),
    Column("ref", Text),
    Column("identifiers", ARRAY(Text), nullable=False),
    Column("removed_at", UtcDateTime),  # when its name was removed by hand
    Column("state", Text, nullable=False),
    Column("matched_id", Uuid),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("organisation_id", "digest"),
    CheckConstraint("state IN ('new', 'to_review', 'matched', 'unmatched', 'unknown')", name="state_known"),
    CheckConstraint("(state = 'matched') = (matched_id IS NOT NULL)", name="matched_with_organisation"),
    CheckConstraint("(name IS NULL) = (removed_at IS NOT NULL)", name="removed_without_name"),
)

# Postcodes of a supplier, as rows state them; they go with its name.
spend_sites = Table(
    "spend_sites",
    metadata,
    id_column(),
    Column("supplier_id", Uuid, ForeignKey("spend_suppliers.id"), nullable=False),
    Column("postcode", Text, nullable=False),
    UniqueConstraint("supplier_id", "postcode"),
)

# Append-only; who was paid, and where that is, stands in the two tables above.
spend_rows = Table(
    "spend_rows",
    metadata,
    Column("import_id", Uuid, ForeignKey("spend_imports.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("paid_on", Date, nullable=False),
    Column("is_month_only", Boolean, nullable=False),
    Column("pence", Pence, nullable=False),  # hundredths of the currency
    Column("currency", Text, nullable=False),
    Column("supplier_id", Uuid, ForeignKey("spend_suppliers.id")),
    Column("redaction", Text),
    Column("site_id", Uuid),  # no foreign key: the site may have been removed
    Column("category", Text),
    Column("department", Text),
    Column("reference", Text),
    Column("is_repeat", Boolean, nullable=False),
    CheckConstraint("supplier_id IS NULL OR redaction IS NULL", name="redacted_without_supplier"),
    CheckConstraint("site_id IS NULL OR supplier_id IS NOT NULL", name="site_of_supplier"),
)

# What a person is to look at: organisations that a supplier may be, as the last search found them.
spend_candidates = Table(
    "spend_candidates",
    metadata,
    Column("supplier_id", Uuid, ForeignKey("spend_suppliers.id"), primary_key=True),
    Column("candidate_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("score", Numeric(5, 2), nullable=False),
    Column("basis", Text, nullable=False),
    Column("candidate_state", Text, nullable=False),
    CheckConstraint("basis IN ('identifier', 'name')", name="basis_known"),
)

# Append-only: who a supplier was taken for, by whom or by which rule.
spend_decisions = Table(
    "spend_decisions",
    metadata,
    id_column(),
    Column("supplier_id", Uuid, ForeignKey("spend_suppliers.id"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("candidate_id", Uuid),
    Column("basis", Text, nullable=False),
    Column("score", Numeric(5, 2)),
    Column("rules_version", Integer, nullable=False),
    Column("reason", Text),
    Column("decider_id", Uuid),
    Column("client_id", Text),
    Column("person_id", Uuid),
    Column("decided_at", UtcDateTime, nullable=False),
    CheckConstraint("outcome IN ('accepted', 'rejected', 'unknown')", name="outcome_known"),
    CheckConstraint("basis IN ('identifier', 'name', 'person')", name="basis_known"),
    CheckConstraint("(outcome = 'unknown') = (candidate_id IS NULL)", name="candidate_unless_unknown"),
    CheckConstraint("(basis = 'person') = (decider_id IS NOT NULL)", name="person_decides"),
    Index(None, "supplier_id", "id"),
)

# A read copy of what partners-api says of organisations that suppliers were matched to.
spend_organisations = Table(
    "spend_organisations",
    metadata,
    Column("organisation_id", Uuid, primary_key=True),
    Column("current_id", Uuid, nullable=False),  # the record that it was merged into, else itself
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("is_sme", Boolean),
    Column("is_vcse", Boolean),
    Column("updated_at", UtcDateTime, nullable=False),
)

spend_presences = Table(
    "spend_presences",
    metadata,
    Column("organisation_id", Uuid, primary_key=True),
    Column("place_id", Uuid, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
)

spend_postcodes = Table(
    "spend_postcodes",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("postcode", Text, primary_key=True),
    Column("is_inside", Boolean),  # null: no lookup has it, or it lies in one of several areas
    Column("lookup_edition", Text),
    Column("updated_at", UtcDateTime, nullable=False),
)

# Append-only: what a survey found of the second or third round of spending; the newest of a round counts.
spend_rounds = Table(
    "spend_rounds",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("pence", Pence, nullable=False),
    Column("asked_count", Integer, nullable=False),
    Column("answered_count", Integer, nullable=False),
    Column("method", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("person_id", Uuid),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
    CheckConstraint("round IN (2, 3)", name="round_surveyed"),
    CheckConstraint("pence >= 0", name="amount_not_negative"),
    CheckConstraint("answered_count > 0 AND answered_count <= asked_count", name="answers_of_those_asked"),
    CheckConstraint("period_end >= period_start", name="period_in_order"),
    Index(None, "place_id", "organisation_id", "round", "id"),
)

"""The tables of procurement-api. What was submitted, scored, evaluated and promised is written once."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
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

from cdp_common.db.columns import Json, Pence, Quantity, UtcDateTime, id_column
from cdp_common.db.merges import merges_table
from procurement_api.storage import (
    change_tables,
    evaluation_tables,
    lot_tables,
    plan_tables,
    portal_tables,
    terms_tables,
)
from procurement_api.storage.actor_columns import actor_columns
from procurement_api.storage.metadata import metadata
from procurement_api.storage.promised_lines import line_columns

TABLE_MODULES = (change_tables, evaluation_tables, lot_tables, plan_tables, portal_tables, terms_tables)
"""Where the other tables stand; with them the metadata is whole."""

merges_table(metadata)

tenders = Table(
    "tenders",
    metadata,
    id_column(),
    Column("ocid", Text, index=True),
    Column("reference", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("buyer_organisation_id", Uuid, nullable=False),
    Column("place_id", Uuid, nullable=False, index=True),
    Column("delivery_areas", Json, nullable=False),
    Column("value_pence", Pence),  # without VAT
    Column("value_gross_pence", Pence),
    Column("foreign_value", Json),  # in another currency, as an imported notice states it
    Column("lots", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("terms", Json),
    # Copied from the edition at publication, so that accepting a bid asks nobody.
    Column("measures", Json, nullable=False),
    Column("sealing_public_jwk", Json),
    Column("sealing_private_wrapped", LargeBinary),  # gone once a tender is cancelled unopened
    Column("published_at", UtcDateTime),
    Column("deadline_at", UtcDateTime),
    Column("opened_at", UtcDateTime),
    Column("terms_version", Integer, nullable=False),
    Column("bids_since_terms_version", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("imported_release", Json),  # what the notice said, without the persons to contact
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("buyer_organisation_id", "ocid", name="uq_tenders_buyer_ocid"),
    CheckConstraint(
        "state IN ('draft', 'published', 'closed', 'evaluated', 'awarded', 'cancelled')", name="state_known"
    ),
    CheckConstraint(
        "state IN ('draft', 'cancelled') OR (deadline_at IS NOT NULL AND sealing_public_jwk IS NOT NULL)",
        name="published_with_deadline_and_key",
    ),
)

# Answers too large to be kept with their idempotency key; removed when their time is over.
large_answers = Table(
    "large_answers",
    metadata,
    id_column(),
    Column("body", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

bids = Table(
    "bids",
    metadata,
    id_column(),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), nullable=False, index=True),
    # Null until opening where a portal submitted it: who bids stays sealed.
    Column("tenderer_organisation_id", Uuid),
    Column("portal_organisation_id", Uuid),
    Column("tenderer_key", Text),  # a keyed hash of who leads; null in bids from before there was one
    Column("tenderer_name", Text),  # known from opening on: accepting a bid asks nobody
    Column("state", Text, nullable=False),
    Column("disregarded_reason", Text),
    Column("terms_version", Integer, nullable=False),  # under which it was made or last confirmed
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(
        "(state = 'disregarded') = (disregarded_reason IS NOT NULL)", name="disregarded_with_reason"
    ),
    CheckConstraint("state IN ('sealed', 'withdrawn', 'opened', 'disregarded')", name="state_known"),
    Index(
        "uq_bids_live",
        "tender_id",
        "tenderer_organisation_id",
        unique=True,
        # At opening a portal's bidder may turn out to have bid by itself too.
        postgresql_where=text("state <> 'withdrawn' AND portal_organisation_id IS NULL"),
    ),
    Index(
        "uq_bids_live_tenderer",
        "tender_id",
        # Whether somebody else submitted for the same bidder is told to nobody before opening.
        "portal_organisation_id",
        "tenderer_key",
        unique=True,
        postgresql_where=text("state <> 'withdrawn'"),
    ),
    CheckConstraint(
        "num_nonnulls(tenderer_organisation_id, portal_organisation_id) >= 1", name="somebody_submitted"
    ),
    CheckConstraint("state <> 'opened' OR tenderer_organisation_id IS NOT NULL", name="opened_is_somebodys"),
)

bid_versions = Table(
    "bid_versions",
    metadata,
    Column("bid_id", Uuid, ForeignKey("bids.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("action", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("sealed", Text),  # JWE; null for a withdrawal
    Column("commitment", Text, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("terms_version", Integer, nullable=False),
    CheckConstraint("action IN ('submitted', 'replaced', 'withdrawn', 'reconfirmed')", name="action_known"),
)

# What every accepted submission comes to at opening: one root, published and signed.
tender_logs = Table(
    "tender_logs",
    metadata,
    Column("tender_id", Uuid, ForeignKey("tenders.id"), primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("size", Integer, nullable=False),
    Column("root", Text, nullable=False),
    Column("log_jws", Text, nullable=False),
    *actor_columns(),  # who opened the bids
)

# One row for each submission: its proof is worked out once, so that reading it costs nothing.
tender_log_leaves = Table(
    "tender_log_leaves",
    metadata,
    Column("tender_id", Uuid, ForeignKey("tender_logs.tender_id"), primary_key=True),
    Column("leaf_hash", Text, primary_key=True),
    Column("leaf_index", Integer, nullable=False),
    Column("path", Json, nullable=False),
    UniqueConstraint("tender_id", "leaf_index", name="uq_tender_log_leaves_place"),
)

opened_lines = Table(
    "opened_lines",
    metadata,
    Column("line_id", Uuid, primary_key=True),
    Column("bid_id", Uuid, ForeignKey("bids.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("measure", Text, nullable=False),
    Column("lot", Text),
    Column("once_if_any_won", Boolean, nullable=False),
    Column("quantity", Quantity, nullable=False),
    Column("unit", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("inputs", Json),
    Column("activity", Text),
    Column("target_group", Text),
    Column("industry", Text),
    Column("area_code", Text),
    Column("starts_on", Date),  # null in lines that were opened before they had days of their own
    Column("ends_on", Date),
    Column("schedule", Json, nullable=False),
    Column("counted_quantity", Quantity, nullable=False),
    Column("social_pence", Pence, nullable=False),
    Column("local_economic_pence", Pence, nullable=False),
    Column("low_pence", Pence),
    Column("high_pence", Pence),
    Column("fiscal_pence", Pence, nullable=False),
    Column("method_version", Text, nullable=False),
    Column("disregarded", Text),
    Column("licensed_framework", Text),  # whose licence the pounds need; null when anybody may see them
    Column("explanation", Json),
    UniqueConstraint("bid_id", "position", name="uq_opened_lines_bid_position"),
)

agreements = Table(
    "agreements",
    metadata,
    id_column(),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("place_id", Uuid, nullable=False, index=True),
    Column("tender_id", Uuid, ForeignKey("tenders.id")),
    Column("lot", Text),  # null: the whole tender, or none
    Column("bid_id", Uuid, ForeignKey("bids.id")),
    Column("commissioner_organisation_id", Uuid, nullable=False),
    Column("commissioner_name", Text, nullable=False),
    Column("deliverer_organisation_id", Uuid, nullable=False, index=True),
    Column("deliverer_name", Text, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("terminated_on", Date),
    Column("value_pence", Pence),
    Column("value_gross_pence", Pence),
    Column("framework_agreement_id", Uuid, ForeignKey("agreements.id"), index=True),
    Column("kpis", Json, nullable=False),
    Column("kpi_exemption", Text),
    *actor_columns(),  # who registered or awarded it
    Column("version", Integer, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("commissioner_organisation_id", "reference", name="uq_agreements_reference"),
    Index("uq_agreements_tender_lot", "tender_id", text("coalesce(lot, '')"), unique=True),
    CheckConstraint("state IN ('signed', 'terminated')", name="state_known"),
    CheckConstraint("ends_on >= starts_on", name="period_forward"),
    CheckConstraint("(state = 'terminated') = (terminated_on IS NOT NULL)", name="terminated_with_date"),
)

agreement_lines = Table(
    "agreement_lines",
    metadata,
    Column("agreement_id", Uuid, ForeignKey("agreements.id"), nullable=False),
    *line_columns(),
    UniqueConstraint("agreement_id", "position", name="uq_agreement_lines_agreement_position"),
)

# One row: the key that signs receipts, made on first use.
receipt_keys = Table(
    "receipt_keys",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("kid", Text, nullable=False),
    Column("public_jwk", Json, nullable=False),
    Column("private_encrypted", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

# What was published as OCDS releases, byte for byte as it is given ever after.
ocds_releases = Table(
    "ocds_releases",
    metadata,
    id_column(),
    Column("position", BigInteger, nullable=False),  # in the order of commits, without gaps
    Column("ocid", Text, nullable=False),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), index=True),
    Column("agreement_id", Uuid, ForeignKey("agreements.id"), index=True),
    Column("published_at", UtcDateTime, nullable=False, index=True),
    Column("body", Text, nullable=False),
    UniqueConstraint("position", name="uq_ocds_releases_position"),
    Index("ix_ocds_releases_ocid", "ocid", "position"),
    CheckConstraint("num_nonnulls(tender_id, agreement_id) >= 1", name="of_something"),
)

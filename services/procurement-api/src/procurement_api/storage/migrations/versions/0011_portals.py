"""Buyers appoint portals, which bid for those without an account; who that is stays sealed until opening."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE portal_appointments (
        id uuid NOT NULL CONSTRAINT pk_portal_appointments PRIMARY KEY,
        tender_id uuid NOT NULL CONSTRAINT fk_portal_appointments_tender_id REFERENCES tenders (id),
        portal_organisation_id uuid NOT NULL,
        appointed_at timestamptz NOT NULL,
        revoked_at timestamptz)""",
    """CREATE UNIQUE INDEX uq_portal_appointments_live
        ON portal_appointments (tender_id, portal_organisation_id) WHERE revoked_at IS NULL""",
    """CREATE TABLE bid_tenderers (
        bid_id uuid NOT NULL CONSTRAINT fk_bid_tenderers_bid_id REFERENCES bids (id),
        position integer NOT NULL,
        lead boolean NOT NULL,
        organisation_id uuid,
        scheme text,
        number text,
        portal_local_id text,
        legal_name text NOT NULL,
        CONSTRAINT pk_bid_tenderers PRIMARY KEY (bid_id, position))""",
    """CREATE TABLE bid_attestations (
        bid_id uuid NOT NULL CONSTRAINT pk_bid_attestations PRIMARY KEY
            CONSTRAINT fk_bid_attestations_bid_id REFERENCES bids (id),
        authorised_by text NOT NULL,
        authorised_at timestamptz NOT NULL)""",
)
_BIDS = (
    "ALTER TABLE bids ALTER COLUMN tenderer_organisation_id DROP NOT NULL",
    "ALTER TABLE bids ADD COLUMN portal_organisation_id uuid",
    "ALTER TABLE bids ADD COLUMN tenderer_key text",
    "DROP INDEX uq_bids_live",
    """CREATE UNIQUE INDEX uq_bids_live ON bids (tender_id, tenderer_organisation_id)
        WHERE state <> 'withdrawn' AND portal_organisation_id IS NULL""",
    """CREATE UNIQUE INDEX uq_bids_live_tenderer ON bids (tender_id, tenderer_key)
        WHERE state <> 'withdrawn'""",
    """ALTER TABLE bids ADD CONSTRAINT ck_bids_somebody_submitted
        CHECK (num_nonnulls(tenderer_organisation_id, portal_organisation_id) >= 1)""",
    """ALTER TABLE bids ADD CONSTRAINT ck_bids_opened_is_somebodys
        CHECK (state <> 'opened' OR tenderer_organisation_id IS NOT NULL)""",
)
_BIDS_BEFORE = (
    "ALTER TABLE bids DROP CONSTRAINT ck_bids_opened_is_somebodys",
    "ALTER TABLE bids DROP CONSTRAINT ck_bids_somebody_submitted",
    "DROP INDEX uq_bids_live_tenderer",
    "DROP INDEX uq_bids_live",
    """CREATE UNIQUE INDEX uq_bids_live ON bids (tender_id, tenderer_organisation_id)
        WHERE state <> 'withdrawn'""",
    "ALTER TABLE bids DROP COLUMN tenderer_key",
    "ALTER TABLE bids DROP COLUMN portal_organisation_id",
    "ALTER TABLE bids ALTER COLUMN tenderer_organisation_id SET NOT NULL",
)


def upgrade() -> None:
    for statement in (*_TABLES, *_BIDS):
        run(op, statement)


def downgrade() -> None:
    for table in ("bid_attestations", "bid_tenderers", "portal_appointments"):
        run(op, f"DROP TABLE {table}")
    for statement in _BIDS_BEFORE:
        run(op, statement)

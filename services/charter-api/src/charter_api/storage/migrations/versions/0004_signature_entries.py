"""Networks enter signatures for others, by delegation or to be confirmed; erased persons are forgotten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from cdp_common.db.common_schema import make_append_only

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("signing_people", sa.Column("given_by", sa.Uuid))
    op.create_index("ix_signing_people_given_by", "signing_people", ["given_by"])
    op.create_table(
        "signature_imports",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("charter_id", sa.Uuid, nullable=False),
        sa.Column("imported_by", sa.Uuid, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signature_imports"),
        sa.ForeignKeyConstraint(["charter_id"], ["charters.id"], name="fk_signature_imports_charter_id"),
    )
    make_append_only(op, "signature_imports")
    _create_entries()
    op.create_table(
        "delegations",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("delegate_organisation_id", sa.Uuid, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
    )
    op.create_index("ix_delegations_delegate_organisation_id", "delegations", ["delegate_organisation_id"])


def _create_entries() -> None:
    op.create_table(
        "signature_entries",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("charter_id", sa.Uuid, nullable=False),
        sa.Column("place_id", sa.Uuid, nullable=False),
        sa.Column("entered_by", sa.Uuid, nullable=False),
        sa.Column("acted_by", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("identifier", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("legal_name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("stated", JSONB, nullable=False),
        sa.Column("signed_by_role", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("entered_at", _TIME, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="pending"),
        sa.Column("decided_at", _TIME),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_signature_entries"),
        sa.ForeignKeyConstraint(["charter_id"], ["charters.id"], name="fk_signature_entries_charter_id"),
        sa.CheckConstraint(
            "num_nonnulls(organisation_id, identifier) = 1", name="ck_signature_entries_named_one_way"
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'signed', 'declined', 'withdrawn', 'expired')",
            name="ck_signature_entries_state_known",
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (decided_at IS NULL)", name="ck_signature_entries_decided_whole"
        ),
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "uq_signature_entries_pending",
        "signature_entries",
        ["charter_id", "entered_by", "subject"],
        unique=True,
        postgresql_where=pending,
    )
    for column in ("organisation_id", "identifier", "entered_by"):
        op.create_index(f"ix_signature_entries_{column}", "signature_entries", [column])
    op.create_index(
        "ix_signature_entries_expires_on", "signature_entries", ["expires_on"], postgresql_where=pending
    )


def downgrade() -> None:
    for table in ("delegations", "signature_entries", "signature_imports"):
        op.drop_table(table)
    op.drop_index("ix_signing_people_given_by", "signing_people")
    op.drop_column("signing_people", "given_by")

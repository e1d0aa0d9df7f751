"""Partners' plans of own activity, their lines and variations, and the memberships that ended.

btree_gist lets one exclusion constraint compare ids for equality and days for overlap. It is a trusted
extension: the owner of a database may create it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import make_append_only

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_QUANTITY = sa.Numeric(28, 8)
_AMOUNTS = (
    ("quantity", _QUANTITY, False),
    ("counted_quantity", _QUANTITY, False),
    ("social_pence", sa.BigInteger, False),
    ("local_economic_pence", sa.BigInteger, False),
    ("low_pence", sa.BigInteger, True),
    ("high_pence", sa.BigInteger, True),
    ("fiscal_pence", sa.BigInteger, False),
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _create_plans()
    _create_lines()
    op.create_table(
        "membership_ends",
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("membership_id", name="pk_membership_ends"),
    )
    for table in ("plan_lines", "plan_changes", "plan_line_versions"):
        make_append_only(op, table)


def _create_plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("place_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("organisation_name", sa.Text, nullable=False),
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("adopted_on", sa.Date, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("withdrawn_on", sa.Date),
        sa.Column("withdrawal_reason", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data_status", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.UniqueConstraint("organisation_id", "reference", name="uq_plans_reference"),
        sa.CheckConstraint("state IN ('adopted', 'withdrawn')", name="ck_plans_state_known"),
        sa.CheckConstraint("ends_on >= starts_on", name="ck_plans_period_forward"),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_on IS NOT NULL)"
            " AND (withdrawn_on IS NULL) = (withdrawal_reason IS NULL)",
            name="ck_plans_withdrawn_with_date",
        ),
        sa.CheckConstraint("withdrawn_on <= ends_on", name="ck_plans_withdrawn_in_time"),
    )
    op.create_index("ix_plans_place_id", "plans", ["place_id"])
    op.create_index("ix_plans_membership_id", "plans", ["membership_id"])
    op.execute(
        """ALTER TABLE plans ADD CONSTRAINT ex_plans_overlap EXCLUDE USING gist (
            organisation_id WITH =,
            place_id WITH =,
            daterange(starts_on, coalesce(withdrawn_on, ends_on), '[]') WITH &&)
            WHERE (withdrawn_on IS NULL OR withdrawn_on >= starts_on)"""
    )


def _create_lines() -> None:
    op.create_table(
        "plan_lines",
        sa.Column("plan_id", sa.Uuid, nullable=False),
        sa.Column("line_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("edition_hash", sa.Text, nullable=False),
        sa.Column("method_version", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        *(sa.Column(name, type_, nullable=nullable) for name, type_, nullable in _AMOUNTS),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("schedule", JSONB, nullable=False),
        sa.Column("area_code", sa.Text),
        sa.Column("industry", sa.Text),
        sa.Column("inputs", JSONB),
        sa.Column("activity", sa.Text),
        sa.Column("target_group", sa.Text),
        sa.Column("licensed_framework", sa.Text),
        sa.PrimaryKeyConstraint("line_id", name="pk_plan_lines"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_lines_plan_id"),
        sa.UniqueConstraint("plan_id", "position", name="uq_plan_lines_plan_position"),
    )
    op.create_table(
        "plan_changes",
        sa.Column("plan_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.Uuid, nullable=False),
        sa.Column("line_ids", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "version", name="pk_plan_changes"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_changes_plan_id"),
    )
    op.create_table(
        "plan_line_versions",
        sa.Column("line_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("rest_from", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("schedule", JSONB, nullable=False),
        sa.Column("method_version", sa.Text, nullable=False),
        *(
            sa.Column(f"{prefix}{name}", type_, nullable=nullable)
            for prefix in ("", "kept_")
            for name, type_, nullable in _AMOUNTS
        ),
        sa.PrimaryKeyConstraint("line_id", "version", name="pk_plan_line_versions"),
        sa.ForeignKeyConstraint(["line_id"], ["plan_lines.line_id"], name="fk_plan_line_versions_line_id"),
    )


def downgrade() -> None:
    for table in ("membership_ends", "plan_line_versions", "plan_changes", "plan_lines", "plans"):
        op.drop_table(table)
    op.execute("DROP EXTENSION IF EXISTS btree_gist")

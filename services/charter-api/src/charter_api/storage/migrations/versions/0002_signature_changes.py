"""Every change of a signature is a dated row of its own; renewal, suspension and notices come in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from cdp_common.db.common_schema import make_append_only, run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
# Charters published before say nothing of a notice: theirs is of thirty days, the last one included.
_EARLIER_NOTICE_DAYS = "30"

_MOVE_SIGNATURES = """
    INSERT INTO signature_changes (signature_id, number, kind, effective_on, period, charter_id, starts_on,
        renewal_due_on, expires_on, signed_by_role, person_id, acted_by, recorded_at)
    SELECT id, 1, 'signed', signed_on, 1, charter_id, signed_on,
        greatest(signed_on, expires_on - 29), expires_on, signed_by_role, person_id,
        acted_by, recorded_at
    FROM signatures
"""
_MOVE_WITHDRAWALS = """
    INSERT INTO signature_changes (signature_id, number, kind, effective_on, period, reason,
        acted_by, recorded_at)
    SELECT signature_id, 2, 'withdrawn', effective_on, 1, reason, acted_by, recorded_at
    FROM signature_withdrawals
"""
_RESTORE_WITHDRAWALS = """
    INSERT INTO signature_withdrawals (signature_id, effective_on, reason, acted_by, recorded_at)
    SELECT signature_id, effective_on, reason, acted_by, recorded_at
    FROM signature_changes WHERE kind = 'withdrawn'
"""
_RESTORE_SIGNATURES = """
    UPDATE signatures s
    SET expires_on = c.expires_on, signed_by_role = c.signed_by_role, person_id = c.person_id
    FROM signature_changes c WHERE c.signature_id = s.id AND c.number = 1
"""


def upgrade() -> None:
    op.add_column(
        "charters",
        sa.Column("renewal_notice_days", sa.Integer, nullable=False, server_default=_EARLIER_NOTICE_DAYS),
    )
    op.alter_column("charters", "renewal_notice_days", server_default=None)
    op.create_check_constraint(
        "ck_charters_notice_positive", "charters", "renewal_notice_days BETWEEN 1 AND 366"
    )
    op.add_column("signatures", sa.Column("is_sme", sa.Boolean))
    op.add_column("signatures", sa.Column("is_vcse", sa.Boolean))
    op.add_column("signatures", sa.Column("areas", ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.alter_column("signatures", "areas", server_default=None)
    _create_changes()
    run(op, _MOVE_SIGNATURES)
    run(op, _MOVE_WITHDRAWALS)
    make_append_only(op, "signature_changes")
    op.drop_table("signature_withdrawals")
    op.drop_constraint("ck_signatures_expiry_after_signature", "signatures")
    for column in ("expires_on", "signed_by_role", "person_id"):
        op.drop_column("signatures", column)


def _create_changes() -> None:
    op.create_table(
        "signature_changes",
        sa.Column("signature_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("charter_id", sa.Uuid),
        sa.Column("starts_on", sa.Date),
        sa.Column("renewal_due_on", sa.Date),
        sa.Column("expires_on", sa.Date),
        sa.Column("signed_by_role", sa.Text),
        sa.Column("person_id", sa.Uuid),
        sa.Column("reason", sa.Text),
        sa.Column("acted_by", sa.Uuid),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("signature_id", "number", name="pk_signature_changes"),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signatures.id"], name="fk_signature_changes_signature_id"
        ),
        sa.ForeignKeyConstraint(["charter_id"], ["charters.id"], name="fk_signature_changes_charter_id"),
        sa.CheckConstraint(
            "kind IN ('signed', 'renewed', 'suspended', 'reinstated', 'withdrawn', 'renewal_due', 'lapsed')",
            name="ck_signature_changes_kind_known",
        ),
        sa.CheckConstraint("number BETWEEN 1 AND 500", name="ck_signature_changes_number_bounded"),
        sa.CheckConstraint("(number = 1) = (kind = 'signed')", name="ck_signature_changes_signed_first"),
        sa.CheckConstraint(
            "(kind IN ('signed', 'renewed')) = (num_nonnulls("
            "charter_id, starts_on, renewal_due_on, expires_on, signed_by_role, person_id) = 6)",
            name="ck_signature_changes_period_whole",
        ),
        sa.CheckConstraint(
            "starts_on <= renewal_due_on AND renewal_due_on <= expires_on",
            name="ck_signature_changes_period_forward",
        ),
    )
    _index("uq_signature_changes_period", ["signature_id", "period"], "kind IN ('signed', 'renewed')")
    _index(
        "uq_signature_changes_notice", ["signature_id", "period", "kind"], "kind IN ('renewal_due', 'lapsed')"
    )
    _index("uq_signature_changes_end", ["signature_id"], "kind = 'withdrawn'")
    op.create_index(
        "ix_signature_changes_renewal_due_on",
        "signature_changes",
        ["renewal_due_on"],
        postgresql_where=sa.text("kind IN ('signed', 'renewed')"),
    )


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "signature_changes", columns, unique=True, postgresql_where=sa.text(where))


def downgrade() -> None:
    op.create_table(
        "signature_withdrawals",
        sa.Column("signature_id", sa.Uuid, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("acted_by", sa.Uuid, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("signature_id", name="pk_signature_withdrawals"),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signatures.id"], name="fk_signature_withdrawals_signature_id"
        ),
    )
    run(op, _RESTORE_WITHDRAWALS)
    make_append_only(op, "signature_withdrawals")
    op.add_column("signatures", sa.Column("expires_on", sa.Date))
    op.add_column("signatures", sa.Column("signed_by_role", sa.Text))
    op.add_column("signatures", sa.Column("person_id", sa.Uuid))
    run(op, "ALTER TABLE signatures DISABLE TRIGGER signatures_append_only")
    run(op, _RESTORE_SIGNATURES)
    run(op, "ALTER TABLE signatures ENABLE TRIGGER signatures_append_only")
    for column in ("expires_on", "signed_by_role", "person_id"):
        op.alter_column("signatures", column, nullable=False)
    op.create_check_constraint(
        "ck_signatures_expiry_after_signature", "signatures", "expires_on >= signed_on"
    )
    op.drop_table("signature_changes")
    for column in ("is_sme", "is_vcse", "areas"):
        op.drop_column("signatures", column)
    op.drop_constraint("ck_charters_notice_positive", "charters")
    op.drop_column("charters", "renewal_notice_days")

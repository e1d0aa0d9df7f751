"""Charter versions may have levels, signatures state theirs, and a change of it has a status of its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KINDS = "'signed', 'renewed', 'suspended', 'reinstated', 'withdrawn', 'renewal_due', 'lapsed'"


def upgrade() -> None:
    op.add_column("charters", sa.Column("levels", JSONB, nullable=False, server_default="[]"))
    op.add_column("signature_changes", sa.Column("level", sa.Text))
    op.add_column("signature_changes", sa.Column("register_number", sa.BigInteger))
    _know_kinds(f"{_KINDS}, 'level_changed'")
    op.create_check_constraint(
        "ck_signature_changes_level_where_stated",
        "signature_changes",
        "level IS NULL OR kind IN ('signed', 'renewed', 'level_changed')",
    )
    op.create_check_constraint(
        "ck_signature_changes_level_change_whole",
        "signature_changes",
        "(kind = 'level_changed') = (register_number IS NOT NULL)"
        " AND (kind <> 'level_changed' OR level IS NOT NULL)",
    )
    op.create_index(
        "uq_signature_changes_register_number",
        "signature_changes",
        ["register_number"],
        unique=True,
        postgresql_where=sa.text("register_number IS NOT NULL"),
    )


def _know_kinds(kinds: str) -> None:
    op.drop_constraint("ck_signature_changes_kind_known", "signature_changes")
    op.create_check_constraint("ck_signature_changes_kind_known", "signature_changes", f"kind IN ({kinds})")


def downgrade() -> None:
    # What was recorded of levels goes with the columns; everything else stays as it was.
    run(op, "ALTER TABLE signature_changes DISABLE TRIGGER signature_changes_append_only")
    run(op, "DELETE FROM signature_changes WHERE kind = 'level_changed'")
    run(op, "ALTER TABLE signature_changes ENABLE TRIGGER signature_changes_append_only")
    op.drop_index("uq_signature_changes_register_number", "signature_changes")
    op.drop_constraint("ck_signature_changes_level_change_whole", "signature_changes")
    op.drop_constraint("ck_signature_changes_level_where_stated", "signature_changes")
    _know_kinds(_KINDS)
    op.drop_column("signature_changes", "register_number")
    op.drop_column("signature_changes", "level")
    op.drop_column("charters", "levels")

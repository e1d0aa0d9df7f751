"""Records of organisations that were merged: whose signatures are whose, and which one of two stands."""

import sqlalchemy as sa
from alembic import op

from cdp_common.db.common_schema import make_append_only, run
from cdp_common.db.merges import create_organisation_merges

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KINDS = (
    "'signed', 'renewed', 'suspended', 'reinstated', 'withdrawn', 'renewal_due', 'lapsed', 'level_changed'"
)


def upgrade() -> None:
    create_organisation_merges(op)
    op.create_index("ix_organisation_merges_survivor_id", "organisation_merges", ["survivor_id"])
    op.add_column("signature_changes", sa.Column("merged_into", sa.Uuid))
    op.create_foreign_key(
        "fk_signature_changes_merged_into", "signature_changes", "signatures", ["merged_into"], ["id"]
    )
    _know_kinds(f"{_KINDS}, 'merged'")
    op.create_check_constraint(
        "ck_signature_changes_merged_whole",
        "signature_changes",
        "(kind = 'merged') = (merged_into IS NOT NULL) AND merged_into <> signature_id",
    )
    _index_ends("kind IN ('withdrawn', 'merged')")
    op.create_table(
        "pledge_moves",
        sa.Column("pledge_id", sa.Uuid, nullable=False),
        sa.Column("signature_id", sa.Uuid, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pledge_id", "signature_id", name="pk_pledge_moves"),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], name="fk_pledge_moves_pledge_id"),
        sa.ForeignKeyConstraint(["signature_id"], ["signatures.id"], name="fk_pledge_moves_signature_id"),
    )
    op.create_index("ix_pledge_moves_signature_id", "pledge_moves", ["signature_id"])
    make_append_only(op, "pledge_moves")
    # The feed is read again from its start, for the mergers of before; all else in it changes nothing anew.
    run(op, "UPDATE event_cursors SET position = 0 WHERE source = 'partners'")


def _know_kinds(kinds: str) -> None:
    op.drop_constraint("ck_signature_changes_kind_known", "signature_changes")
    op.create_check_constraint("ck_signature_changes_kind_known", "signature_changes", f"kind IN ({kinds})")


def _index_ends(where: str) -> None:
    op.drop_index("uq_signature_changes_end", "signature_changes")
    op.create_index(
        "uq_signature_changes_end",
        "signature_changes",
        ["signature_id"],
        unique=True,
        postgresql_where=sa.text(where),
    )


def downgrade() -> None:
    # Signatures that were merged stand again, each with its own pledges.
    op.drop_table("pledge_moves")
    run(op, "ALTER TABLE signature_changes DISABLE TRIGGER signature_changes_append_only")
    run(op, "DELETE FROM signature_changes WHERE kind = 'merged'")
    run(op, "ALTER TABLE signature_changes ENABLE TRIGGER signature_changes_append_only")
    _index_ends("kind = 'withdrawn'")
    op.drop_constraint("ck_signature_changes_merged_whole", "signature_changes")
    _know_kinds(_KINDS)
    op.drop_constraint("fk_signature_changes_merged_into", "signature_changes")
    op.drop_column("signature_changes", "merged_into")
    op.drop_table("organisation_merges")

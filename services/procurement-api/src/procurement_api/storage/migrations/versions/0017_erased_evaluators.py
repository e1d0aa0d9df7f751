"""Evaluators are erased with the person whom they stand for; who was erased is not named again."""

import sqlalchemy as sa
from alembic import op

from cdp_common.db.common_schema import make_append_only

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("evaluators", sa.Column("erased_at", _TIME))
    op.create_check_constraint(
        "ck_evaluators_erased_without_name", "evaluators", "erased_at IS NULL OR name IS NULL"
    )
    op.create_index("ix_evaluators_person_id", "evaluators", ["person_id"])
    op.create_table(
        "erased_persons",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("erased_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_erased_persons"),
    )
    make_append_only(op, "erased_persons")


def downgrade() -> None:
    op.drop_table("erased_persons")
    op.drop_index("ix_evaluators_person_id", table_name="evaluators")
    op.drop_constraint("ck_evaluators_erased_without_name", "evaluators", type_="check")
    op.drop_column("evaluators", "erased_at")

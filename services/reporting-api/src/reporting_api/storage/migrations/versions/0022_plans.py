"""Partners' plans of own activity are commitments beside agreements and pledges."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KINDS = ("contract", "call_off", "framework_agreement", "grant", "planning_obligation", "pledge")


def upgrade() -> None:
    _allow(*_KINDS, "plan")


def _allow(*kinds: str) -> None:
    op.drop_constraint("ck_commitments_kind_known", "commitments", type_="check")
    known = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint("ck_commitments_kind_known", "commitments", f"kind IN ({known})")


def downgrade() -> None:
    _allow(*_KINDS)

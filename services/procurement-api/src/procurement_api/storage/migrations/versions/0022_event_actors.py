"""Events say who did what."""

from alembic import op

from cdp_common.db.common_schema import add_actor_to_events_0002, drop_actor_of_events_0002

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_actor_to_events_0002(op)


def downgrade() -> None:
    drop_actor_of_events_0002(op)

"""Events say who did what, and so do pledges, since one in words alone is no event."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import add_actor_to_events_0002, drop_actor_of_events_0002

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_actor_to_events_0002(op)
    op.add_column("pledges", sa.Column("actor", JSONB))


def downgrade() -> None:
    op.drop_column("pledges", "actor")
    drop_actor_of_events_0002(op)

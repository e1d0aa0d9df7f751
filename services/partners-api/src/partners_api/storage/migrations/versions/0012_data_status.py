"""What is an invented sample says so: statements, what lasts from day to day, ideas, what a search finds."""

import sqlalchemy as sa
from alembic import op

from cdp_common.db.common_schema import run

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLES = ("statements", "collective_entries", "ideas", "hub_search_entries")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("data_status", sa.Text, nullable=False, server_default="actual"))
        op.create_check_constraint(
            f"ck_{table}_data_status_known", table, "data_status IN ('actual', 'synthetic_sample')"
        )
    # What a search finds says what the page or the gathering says.
    run(
        op,
        """UPDATE hub_search_entries e SET data_status = v.data_status
            FROM hub_pages p JOIN hub_page_versions v ON v.page_id = p.id AND v.version = p.published_version
            WHERE p.id = e.item_id""",
    )
    run(
        op,
        """UPDATE hub_search_entries e SET data_status = g.data_status
            FROM gatherings g WHERE g.id = e.item_id""",
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "data_status")

"""Lines keep what their quantity was made of, whom it is for, and days of their own."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = {
    "opened_lines": {
        "inputs": "jsonb",
        "activity": "text",
        "target_group": "text",
        "starts_on": "date",
        "ends_on": "date",
    },
    "agreement_lines": {"inputs": "jsonb", "activity": "text", "target_group": "text"},
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for name, kind in columns.items():
            run(op, f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def downgrade() -> None:
    for table, columns in _COLUMNS.items():
        for name in columns:
            run(op, f"ALTER TABLE {table} DROP COLUMN {name}")

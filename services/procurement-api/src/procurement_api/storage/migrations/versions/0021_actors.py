"""Who did what for whom it was done for: with agreements, plans, their changes, openings and appointments.

The end of an agreement or a plan is one of its changes from now on. What was recorded before names nobody.
"""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_NEW = {
    "agreements": ("acted_by uuid", "client_id text", "person_id uuid"),
    "agreement_changes": ("client_id text", "person_id uuid"),
    "plans": ("acted_by uuid", "client_id text", "person_id uuid"),
    "plan_changes": ("client_id text", "person_id uuid"),
    "tender_logs": ("acted_by uuid", "client_id text", "person_id uuid"),
    "portal_appointments": (
        *("acted_by uuid", "client_id text", "person_id uuid"),
        *("revoked_by uuid", "revoked_client_id text", "revoked_person_id uuid"),
    ),
}


def upgrade() -> None:
    for table, columns in _NEW.items():
        run(op, f"ALTER TABLE {table} " + ", ".join(f"ADD COLUMN {column}" for column in columns))
    _allow_agreement_changes("('variation', 'novation', 'termination')", "")
    run(op, "ALTER TABLE plan_changes ADD COLUMN kind text NOT NULL DEFAULT 'variation'")
    run(op, "ALTER TABLE plan_changes ALTER COLUMN changed_by DROP NOT NULL")
    run(
        op,
        """ALTER TABLE plan_changes ADD CONSTRAINT ck_plan_changes_kind_known
            CHECK (kind IN ('variation', 'withdrawal'))""",
    )


def _allow_agreement_changes(kinds: str, validity: str) -> None:
    run(op, "ALTER TABLE agreement_changes DROP CONSTRAINT ck_agreement_changes_kind_known")
    run(
        op,
        f"""ALTER TABLE agreement_changes ADD CONSTRAINT ck_agreement_changes_kind_known
            CHECK (kind IN {kinds}) {validity}""",
    )


def downgrade() -> None:
    # Ends that were recorded as changes stay: the tables are append-only. So does that one may name nobody.
    _allow_agreement_changes("('variation', 'novation')", "NOT VALID")
    run(op, "ALTER TABLE plan_changes DROP COLUMN kind")
    for table, columns in _NEW.items():
        names = [column.partition(" ")[0] for column in columns]
        run(op, f"ALTER TABLE {table} " + ", ".join(f"DROP COLUMN {name}" for name in names))

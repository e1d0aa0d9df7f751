"""A draft may be one of a correction: of which report, and why."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE report_drafts ADD COLUMN corrects uuid",
    "ALTER TABLE report_drafts ADD COLUMN correction_reason text",
    """ALTER TABLE report_drafts ADD CONSTRAINT fk_report_drafts_corrects
        FOREIGN KEY(corrects) REFERENCES reports (id)""",
    """ALTER TABLE report_drafts ADD CONSTRAINT ck_report_drafts_reason_of_correction
        CHECK (corrects IS NOT NULL OR correction_reason IS NULL)""",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)


def downgrade() -> None:
    run(op, "ALTER TABLE report_drafts DROP COLUMN correction_reason, DROP COLUMN corrects")

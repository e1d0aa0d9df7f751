"""Terms of published tenders by version, and the version under which each bid was made or confirmed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import make_append_only

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_ACTIONS = "action IN ('submitted', 'replaced', 'withdrawn'{more})"


def upgrade() -> None:
    op.create_table(
        "terms_versions",
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("in_force_at", _TIME, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("amended", JSONB, nullable=False),
        sa.Column("bids_stand", sa.Boolean, nullable=False),
        sa.Column("deadline_at", _TIME, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("measures", JSONB, nullable=False),
        sa.Column("amended_by", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tender_id", "version", name="pk_terms_versions"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_terms_versions_tender_id"),
    )
    op.execute(
        """
        INSERT INTO terms_versions (tender_id, version, in_force_at, amended, bids_stand, deadline_at, title,
            description, terms, measures, amended_by)
        SELECT id, 1, published_at, '[]', false, deadline_at, title, description, terms, measures,
            buyer_organisation_id
        FROM tenders WHERE published_at IS NOT NULL
        """
    )
    make_append_only(op, "terms_versions")
    _add_numbers()
    op.drop_constraint("ck_bid_versions_action_known", "bid_versions", type_="check")
    op.create_check_constraint(
        "ck_bid_versions_action_known", "bid_versions", _ACTIONS.format(more=", 'reconfirmed'")
    )
    op.add_column("bids", sa.Column("disregarded_reason", sa.Text))
    op.create_check_constraint(
        "ck_bids_disregarded_with_reason",
        "bids",
        "(state = 'disregarded') = (disregarded_reason IS NOT NULL)",
    )


def _add_numbers() -> None:
    """What was published or submitted before was so under the first version."""
    for table, name, before in (
        ("tenders", "terms_version", "0"),
        ("tenders", "bids_since_terms_version", "0"),
        ("bids", "terms_version", "1"),
        ("bid_versions", "terms_version", "1"),
    ):
        op.add_column(table, sa.Column(name, sa.Integer, nullable=False, server_default=before))
        op.alter_column(table, name, server_default=None)
    op.execute(
        "UPDATE tenders SET terms_version = 1, bids_since_terms_version = 1 WHERE published_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_constraint("ck_bids_disregarded_with_reason", "bids", type_="check")
    op.drop_column("bids", "disregarded_reason")
    op.drop_constraint("ck_bid_versions_action_known", "bid_versions", type_="check")
    op.create_check_constraint("ck_bid_versions_action_known", "bid_versions", _ACTIONS.format(more=""))
    for table, name in (
        ("bid_versions", "terms_version"),
        ("bids", "terms_version"),
        ("tenders", "bids_since_terms_version"),
        ("tenders", "terms_version"),
    ):
        op.drop_column(table, name)
    op.drop_table("terms_versions")

"""Values without VAT and with it, in other currencies too; the areas that a tender is delivered in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Each lot by its number, so that the order stays.
_LOTS = """
    UPDATE tenders SET lots = (
        SELECT jsonb_agg({lot} ORDER BY n) FROM jsonb_array_elements(lots) WITH ORDINALITY AS each(lot, n)
    )
    WHERE jsonb_array_length(lots) > 0
"""
_WITH_VALUE = """
    (lot - 'value_gbp') || jsonb_build_object('value', CASE
        WHEN lot->'value_gbp' IS NULL OR lot->'value_gbp' = 'null'::jsonb THEN NULL
        ELSE jsonb_build_object('amount_net', lot->'value_gbp', 'amount_gross', NULL, 'currency', 'GBP')
    END)
"""
_WITH_POUNDS = """
    (lot - 'value') || jsonb_build_object('value_gbp', CASE
        WHEN lot->'value' IS NULL OR lot->'value' = 'null'::jsonb THEN NULL
        WHEN lot->'value'->'amount_net' <> 'null'::jsonb THEN lot->'value'->'amount_net'
        ELSE lot->'value'->'amount_gross'
    END)
"""


def upgrade() -> None:
    op.add_column("tenders", sa.Column("value_gross_pence", sa.BigInteger))
    op.add_column("tenders", sa.Column("foreign_value", JSONB))
    op.add_column("tenders", sa.Column("delivery_areas", JSONB, nullable=False, server_default="[]"))
    op.alter_column("tenders", "delivery_areas", server_default=None)
    op.execute(_LOTS.format(lot=_WITH_VALUE))


def downgrade() -> None:
    op.execute(_LOTS.format(lot=_WITH_POUNDS))
    op.execute("UPDATE tenders SET value_pence = coalesce(value_pence, value_gross_pence)")
    op.drop_column("tenders", "delivery_areas")
    op.drop_column("tenders", "foreign_value")
    op.drop_column("tenders", "value_gross_pence")

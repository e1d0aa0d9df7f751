"""Previews of drafts of the Knowledge Hub: the hashes of their tokens, and until when they are good."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UP = (
    """CREATE TABLE hub_previews (
        token_digest bytea NOT NULL CONSTRAINT pk_hub_previews PRIMARY KEY,
        page_id uuid NOT NULL CONSTRAINT fk_hub_previews_page_id REFERENCES hub_pages (id),
        client_id text NOT NULL,
        organisation_id uuid NOT NULL,
        person_id uuid,
        made_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        CONSTRAINT ck_hub_previews_token_hashed CHECK (octet_length(token_digest) = 32),
        CONSTRAINT ck_hub_previews_ends_in_time
            CHECK (ends_at > made_at AND ends_at <= made_at + interval '7 days'))""",
    "CREATE INDEX ix_hub_previews_page_id ON hub_previews (page_id)",
    "CREATE INDEX ix_hub_previews_ends_at ON hub_previews (ends_at)",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)


def downgrade() -> None:
    run(op, "DROP TABLE hub_previews")

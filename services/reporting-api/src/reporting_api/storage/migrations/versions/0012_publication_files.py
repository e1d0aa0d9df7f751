"""Files of publications, and the key that signs them."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE publication_files (
        publication_id uuid NOT NULL,
        media_type text NOT NULL,
        body bytea NOT NULL,
        sha256 text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_publication_files PRIMARY KEY (publication_id, media_type),
        CONSTRAINT fk_publication_files_publication_id
            FOREIGN KEY(publication_id) REFERENCES publications (id),
        CONSTRAINT ck_publication_files_media_type_known
            CHECK (media_type IN ('text/html', 'text/csv', 'application/pdf', 'application/jose')))""",
    """CREATE TABLE publication_keys (
        id smallint NOT NULL,
        kid text NOT NULL,
        public_jwk jsonb NOT NULL,
        private_encrypted bytea NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_publication_keys PRIMARY KEY (id),
        CONSTRAINT ck_publication_keys_one_row CHECK (id = 1))""",
)


def upgrade() -> None:
    for statement in _TABLES:
        run(op, statement)
    for table in ("publication_files", "publication_keys"):
        make_append_only(op, table)


def downgrade() -> None:
    run(op, "DROP TABLE publication_keys, publication_files")

"""What figures beside the ledger rest on in publications: sources by hash, and payments in sums."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE publication_sources (
        publication_id uuid NOT NULL,
        kind text NOT NULL,
        source_id uuid NOT NULL,
        version integer NOT NULL,
        sha256 text NOT NULL,
        CONSTRAINT pk_publication_sources PRIMARY KEY (publication_id, kind, source_id),
        CONSTRAINT ck_publication_sources_kind_known
            CHECK (kind IN ('contract_value', 'prior_total', 'spend_import', 'spend_round', 'spend_sums')),
        CONSTRAINT fk_publication_sources_publication_id
            FOREIGN KEY(publication_id) REFERENCES publications (id))""",
    """CREATE TABLE publication_spend_sums (
        publication_id uuid NOT NULL,
        line integer NOT NULL,
        organisation_id uuid NOT NULL,
        category text NOT NULL,
        label text NOT NULL,
        to_member boolean NOT NULL,
        is_local boolean,
        is_sme boolean,
        is_vcse boolean,
        row_count integer NOT NULL,
        payees_paid integer NOT NULL,
        pence bigint NOT NULL,
        CONSTRAINT pk_publication_spend_sums PRIMARY KEY (publication_id, line),
        CONSTRAINT fk_publication_spend_sums_publication_id
            FOREIGN KEY(publication_id) REFERENCES publications (id))""",
)
_NAMES = ("publication_sources", "publication_spend_sums")


def upgrade() -> None:
    for statement in _TABLES:
        run(op, statement)
    for table in _NAMES:
        make_append_only(op, table)


def downgrade() -> None:
    run(op, "DROP TABLE publication_spend_sums, publication_sources")

"""Counts of people: schemes, cohorts, published tables."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE breakdown_schemes (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        code text NOT NULL,
        version text NOT NULL,
        document jsonb NOT NULL,
        published_by uuid NOT NULL,
        published_at timestamptz NOT NULL,
        CONSTRAINT pk_breakdown_schemes PRIMARY KEY (id),
        CONSTRAINT uq_breakdown_schemes_place_id_code_version UNIQUE (place_id, code, version))""",
    """CREATE TABLE cohorts (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        programme text NOT NULL,
        scheme_id uuid NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        rows jsonb NOT NULL,
        supersedes uuid,
        correction_reason text,
        data_status text NOT NULL,
        client_id text NOT NULL,
        acted_by uuid NOT NULL,
        person_id uuid,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_cohorts PRIMARY KEY (id),
        CONSTRAINT uq_cohorts_supersedes UNIQUE (supersedes),
        CONSTRAINT fk_cohorts_scheme_id FOREIGN KEY(scheme_id) REFERENCES breakdown_schemes (id),
        CONSTRAINT fk_cohorts_supersedes FOREIGN KEY(supersedes) REFERENCES cohorts (id),
        CONSTRAINT ck_cohorts_data_status_known CHECK (data_status IN ('actual', 'synthetic_sample')),
        CONSTRAINT ck_cohorts_correction_with_reason
            CHECK ((supersedes IS NULL) = (correction_reason IS NULL)))""",
    """CREATE INDEX ix_cohorts_place_id_programme_period_start
        ON cohorts (place_id, programme, period_start)""",
    "CREATE INDEX ix_cohorts_organisation_id_id ON cohorts (organisation_id, id)",
    """CREATE UNIQUE INDEX uq_cohorts_counted_once
        ON cohorts (place_id, programme, organisation_id, period_start) WHERE supersedes IS NULL""",
    """CREATE TABLE people_publications (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        number integer NOT NULL,
        previous_number integer,
        programme text NOT NULL,
        scheme_id uuid NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        published_at timestamptz NOT NULL,
        restates integer,
        reason text,
        shown jsonb NOT NULL,
        withheld jsonb NOT NULL,
        content_sha256 text NOT NULL,
        document bytea NOT NULL,
        CONSTRAINT pk_people_publications PRIMARY KEY (id),
        CONSTRAINT uq_people_publications_place_id_number UNIQUE (place_id, number),
        CONSTRAINT fk_people_publications_scheme_id
            FOREIGN KEY(scheme_id) REFERENCES breakdown_schemes (id),
        CONSTRAINT fk_people_publications_previous FOREIGN KEY(place_id, previous_number)
            REFERENCES people_publications (place_id, number),
        CONSTRAINT ck_people_publications_numbers_follow
            CHECK (number = 1 AND previous_number IS NULL OR previous_number = number - 1))""",
    """CREATE INDEX ix_people_publications_place_id_programme_number
        ON people_publications (place_id, programme, number)""",
)


def upgrade() -> None:
    for statement in _TABLES:
        run(op, statement)
    for table in ("breakdown_schemes", "cohorts", "people_publications"):
        make_append_only(op, table)


def downgrade() -> None:
    run(op, "DROP TABLE people_publications, cohorts, breakdown_schemes")

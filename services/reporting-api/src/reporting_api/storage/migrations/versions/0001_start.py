"""The first tables: read copies of what others own, joint activities, reports.

btree_gist lets one exclusion constraint compare ids for equality and days for overlap. It is a trusted
extension: the owner of the database may create it.
"""

from alembic import op

from cdp_common.db.common_schema import create_common_0001, drop_common_0001, make_append_only, run
from cdp_common.db.pgqueuer_schema import create_pgqueuer_0001, drop_pgqueuer_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_COPIES = (
    """CREATE TABLE organisations (
        id uuid NOT NULL,
        name text NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_organisations PRIMARY KEY (id))""",
    """CREATE TABLE places (
        id uuid NOT NULL,
        slug text NOT NULL,
        need_index text,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_places PRIMARY KEY (id))""",
    """CREATE TABLE editions (
        edition_hash text NOT NULL,
        framework text NOT NULL,
        edition text NOT NULL,
        title text NOT NULL,
        data_status text NOT NULL,
        CONSTRAINT pk_editions PRIMARY KEY (edition_hash),
        CONSTRAINT ck_editions_data_status_known CHECK (data_status IN ('actual', 'synthetic_sample')))""",
    """CREATE TABLE measures (
        edition_hash text NOT NULL,
        code text NOT NULL,
        title text NOT NULL,
        theme text NOT NULL,
        theme_title text NOT NULL,
        outcome text NOT NULL,
        outcome_title text NOT NULL,
        unit text NOT NULL,
        excludes text[] NOT NULL,
        price_year integer,
        is_redistributable boolean NOT NULL,
        CONSTRAINT pk_measures PRIMARY KEY (edition_hash, code),
        CONSTRAINT fk_measures_edition_hash FOREIGN KEY(edition_hash) REFERENCES editions (edition_hash))""",
    """CREATE TABLE areas (
        need_index text NOT NULL,
        code text NOT NULL,
        name text NOT NULL,
        place_slug text NOT NULL,
        decile smallint NOT NULL,
        band text NOT NULL,
        CONSTRAINT pk_areas PRIMARY KEY (need_index, code),
        CONSTRAINT ck_areas_band_known CHECK (band IN ('severe', 'high', 'mild', 'low')))""",
    """CREATE TABLE membership_versions (
        membership_id uuid NOT NULL,
        version integer NOT NULL,
        place_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        organisation_name text NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        named_totals_agreed boolean NOT NULL,
        data_status text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_membership_versions PRIMARY KEY (membership_id, version),
        CONSTRAINT ck_membership_versions_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')))""",
    """CREATE INDEX ix_membership_versions_place_id_membership_id_version
        ON membership_versions (place_id, membership_id, version)""",
    """CREATE TABLE commitments (
        source_id uuid NOT NULL,
        kind text NOT NULL,
        reference text NOT NULL,
        title text NOT NULL,
        place_id uuid NOT NULL,
        deliverer_id uuid NOT NULL,
        commissioner_id uuid,
        signed_on date NOT NULL,
        starts_on date NOT NULL,
        ends_on date NOT NULL,
        ended_on date,
        end_reason text,
        data_status text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_commitments PRIMARY KEY (source_id),
        CONSTRAINT ck_commitments_kind_known
            CHECK (kind IN ('contract', 'call_off', 'framework_agreement',
                'grant', 'planning_obligation', 'pledge')),
        CONSTRAINT ck_commitments_data_status_known CHECK (data_status IN ('actual', 'synthetic_sample')),
        CONSTRAINT ck_commitments_ended_with_reason CHECK ((ended_on IS NULL) = (end_reason IS NULL)))""",
    """CREATE TABLE commitment_lines (
        line_id uuid NOT NULL,
        source_id uuid NOT NULL,
        measure text NOT NULL,
        edition_hash text NOT NULL,
        unit text NOT NULL,
        quantity numeric(28, 8) NOT NULL,
        starts_on date NOT NULL,
        ends_on date NOT NULL,
        CONSTRAINT pk_commitment_lines PRIMARY KEY (line_id),
        CONSTRAINT fk_commitment_lines_measure FOREIGN KEY(edition_hash, measure)
            REFERENCES measures (edition_hash, code),
        CONSTRAINT fk_commitment_lines_source_id FOREIGN KEY(source_id)
            REFERENCES commitments (source_id))""",
    "CREATE INDEX ix_commitment_lines_source_id ON commitment_lines (source_id)",
)

_REPORTS = (
    """CREATE TABLE activities (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        title text NOT NULL,
        data_status text NOT NULL,
        created_by uuid NOT NULL,
        version integer NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_activities PRIMARY KEY (id),
        CONSTRAINT ck_activities_data_status_known CHECK (data_status IN ('actual', 'synthetic_sample')))""",
    """CREATE TABLE activity_shares (
        activity_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        ordinal smallint NOT NULL,
        share numeric NOT NULL,
        confirmed_at timestamptz,
        CONSTRAINT pk_activity_shares PRIMARY KEY (activity_id, organisation_id),
        CONSTRAINT ck_activity_shares_share_within_whole CHECK (share > 0 AND share <= 1),
        CONSTRAINT fk_activity_shares_activity_id FOREIGN KEY(activity_id) REFERENCES activities (id))""",
    """CREATE TABLE reports (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        place_slug text NOT NULL,
        organisation_id uuid NOT NULL,
        organisation_name text NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        state text NOT NULL,
        nil_return boolean NOT NULL,
        named_totals_agreed boolean NOT NULL,
        submitted_at timestamptz NOT NULL,
        supersedes uuid,
        correction_reason text,
        version integer NOT NULL,
        data_status text NOT NULL,
        client_id text NOT NULL,
        acted_by uuid NOT NULL,
        person_id uuid,
        CONSTRAINT pk_reports PRIMARY KEY (id),
        CONSTRAINT uq_reports_supersedes UNIQUE (supersedes),
        CONSTRAINT ck_reports_state_known
            CHECK (state IN ('submitted', 'returned', 'validated', 'rejected', 'superseded')),
        CONSTRAINT ck_reports_data_status_known CHECK (data_status IN ('actual', 'synthetic_sample')),
        CONSTRAINT ck_reports_correction_with_reason
            CHECK ((supersedes IS NULL) = (correction_reason IS NULL)),
        CONSTRAINT ex_reports_one_live
            EXCLUDE USING gist (organisation_id WITH =, place_id WITH =,
                daterange(period_start, period_end, '[]') WITH &&)
                WHERE (state IN ('submitted', 'returned', 'validated')),
        CONSTRAINT fk_reports_supersedes FOREIGN KEY(supersedes) REFERENCES reports (id))""",
    "CREATE INDEX ix_reports_organisation_id_id ON reports (organisation_id, id)",
    "CREATE INDEX ix_reports_place_id_id ON reports (place_id, id)",
    """CREATE TABLE report_lines (
        line_id uuid NOT NULL,
        report_id uuid NOT NULL,
        ordinal smallint NOT NULL,
        measure text NOT NULL,
        edition_hash text NOT NULL,
        method_version text NOT NULL,
        quantity numeric(28, 8) NOT NULL,
        unit text NOT NULL,
        denominator numeric(28, 8),
        route text NOT NULL,
        commissioner_id uuid,
        commitment_line_id uuid,
        activity_id uuid,
        areas jsonb NOT NULL,
        area_index text,
        industry text,
        attribution_share numeric,
        started_on date,
        headcount integer,
        committed_on date,
        evidence jsonb NOT NULL,
        attests_contract_only boolean NOT NULL,
        attests_commitment boolean NOT NULL,
        note text NOT NULL,
        counted_quantity numeric(28, 8) NOT NULL,
        social_pence bigint NOT NULL,
        local_pence bigint NOT NULL,
        fiscal_pence bigint NOT NULL,
        low_pence bigint,
        high_pence bigint,
        data_status text NOT NULL,
        state text NOT NULL,
        accepted_quantity numeric(28, 8),
        validated_pence bigint,
        review_reason text,
        CONSTRAINT pk_report_lines PRIMARY KEY (line_id),
        CONSTRAINT fk_report_lines_measure FOREIGN KEY(edition_hash, measure)
            REFERENCES measures (edition_hash, code),
        CONSTRAINT uq_report_lines_report_id_ordinal UNIQUE (report_id, ordinal),
        CONSTRAINT ck_report_lines_state_known
            CHECK (state IN ('reported', 'validated', 'confirmed', 'rejected')),
        CONSTRAINT ck_report_lines_route_known
            CHECK (route IN ('procurement', 'own_activity', 'grant', 'planning', 'charter', 'joint')),
        CONSTRAINT ck_report_lines_joint_has_activity
            CHECK ((route = 'joint') = (activity_id IS NOT NULL)),
        CONSTRAINT ck_report_lines_decided_with_quantity
            CHECK ((state = 'reported') = (accepted_quantity IS NULL)),
        CONSTRAINT ck_report_lines_accepted_at_most_reported CHECK (accepted_quantity <= quantity),
        CONSTRAINT fk_report_lines_report_id FOREIGN KEY(report_id) REFERENCES reports (id),
        CONSTRAINT fk_report_lines_commitment_line_id FOREIGN KEY(commitment_line_id)
            REFERENCES commitment_lines (line_id),
        CONSTRAINT fk_report_lines_activity_id FOREIGN KEY(activity_id) REFERENCES activities (id))""",
    """CREATE TABLE report_states (
        report_id uuid NOT NULL,
        version integer NOT NULL,
        state text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_report_states PRIMARY KEY (report_id, version),
        CONSTRAINT fk_report_states_report_id FOREIGN KEY(report_id) REFERENCES reports (id))""",
    """CREATE TABLE activity_claims (
        report_id uuid NOT NULL,
        activity_id uuid NOT NULL,
        measure text NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        CONSTRAINT pk_activity_claims PRIMARY KEY (report_id, activity_id, measure),
        CONSTRAINT ex_activity_claims_once
            EXCLUDE USING gist (activity_id WITH =, measure WITH =,
                daterange(period_start, period_end, '[]') WITH &&),
        CONSTRAINT fk_activity_claims_report_id FOREIGN KEY(report_id) REFERENCES reports (id),
        CONSTRAINT fk_activity_claims_activity_id FOREIGN KEY(activity_id) REFERENCES activities (id))""",
    """CREATE TABLE reviews (
        id uuid NOT NULL,
        report_id uuid NOT NULL,
        reviewer_id uuid NOT NULL,
        acted_by uuid NOT NULL,
        person_id uuid,
        client_id text NOT NULL,
        outcome text NOT NULL,
        reason text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_reviews PRIMARY KEY (id),
        CONSTRAINT ck_reviews_outcome_known CHECK (outcome IN ('validated', 'returned', 'rejected')),
        CONSTRAINT fk_reviews_report_id FOREIGN KEY(report_id) REFERENCES reports (id))""",
    "CREATE INDEX ix_reviews_report_id ON reviews (report_id)",
    """CREATE TABLE review_lines (
        review_id uuid NOT NULL,
        line_id uuid NOT NULL,
        accepted_quantity numeric(28, 8) NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        method text NOT NULL,
        evidence_level text NOT NULL,
        CONSTRAINT pk_review_lines PRIMARY KEY (review_id, line_id),
        CONSTRAINT ck_review_lines_state_known CHECK (state IN ('validated', 'confirmed', 'rejected')),
        CONSTRAINT ck_review_lines_evidence_level_known
            CHECK (evidence_level IN ('declared', 'documented', 'inspected')),
        CONSTRAINT fk_review_lines_review_id FOREIGN KEY(review_id) REFERENCES reviews (id),
        CONSTRAINT fk_review_lines_line_id FOREIGN KEY(line_id) REFERENCES report_lines (line_id))""",
    """CREATE TABLE kept_answers (
        id uuid NOT NULL,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_kept_answers PRIMARY KEY (id))""",
    "CREATE INDEX ix_kept_answers_created_at ON kept_answers (created_at)",
)


_APPEND_ONLY = ("membership_versions", "report_states", "reviews", "review_lines")

_DROP = (
    "DROP TABLE kept_answers, review_lines, reviews, activity_claims, report_states, report_lines, reports, "
    "activity_shares, activities, commitment_lines, commitments, membership_versions, areas, measures, "
    "editions, places, organisations",
    "DROP EXTENSION IF EXISTS btree_gist",
)


def upgrade() -> None:
    create_common_0001(op)
    create_pgqueuer_0001(op)
    run(op, "CREATE EXTENSION IF NOT EXISTS btree_gist")
    for statement in (*_COPIES, *_REPORTS):
        run(op, statement)
    for table in _APPEND_ONLY:
        make_append_only(op, table)


def downgrade() -> None:
    for statement in _DROP:
        run(op, statement)
    drop_pgqueuer_0001(op)
    drop_common_0001(op)

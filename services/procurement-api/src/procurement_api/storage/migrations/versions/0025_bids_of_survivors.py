"""Bids of an organisation into whose record others were merged go the long way.

Their keys may have been used under those records, and the first answer is given again. Of one bidder's bids
in one statement the first that came is taken, whatever the plan. All else is as it was.
"""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_OF_A_SURVIVOR = """
          AND NOT EXISTS (
              SELECT FROM organisation_merges m WHERE m.survivor_id = coalesce(g.portal, g.bidder)
          )"""

_TAKE_BIDS = """
CREATE OR REPLACE FUNCTION take_bids(
    of_tender uuid, at_version integer, record_locks bigint[],
    record_keys bytea[], fingerprints bytea[], answers bytea[], expire_at timestamptz[],
    bid_ids uuid[], bidders uuid[], portals uuid[], bidder_keys text[], received_at timestamptz[],
    sealed text[], commitments text[], acted_by uuid[],
    event_ids uuid[], audiences text[], event_data text[], traceparents text[], actors text[]
) RETURNS boolean[] LANGUAGE plpgsql AS $take_bids$
DECLARE
    tender record;
    free boolean[];
    taken uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('submissions ' || of_tender, 0));
    free := ARRAY(SELECT pg_try_advisory_xact_lock(number) FROM unnest(record_locks) number);
    SELECT t.terms_version, t.place_id, m.survivor_id AS buyer_id INTO tender
    FROM tenders t LEFT JOIN organisation_merges m ON m.organisation_id = t.buyer_organisation_id
    WHERE t.id = of_tender AND t.version = at_version AND t.state = 'published';
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(
            free, record_keys, fingerprints, answers, expire_at,
            bid_ids, bidders, portals, bidder_keys, received_at,
            sealed, commitments, acted_by,
            event_ids, audiences, event_data, traceparents, actors
        ) WITH ORDINALITY AS g (
            is_free, record_key, fingerprint, answer, expires_at,
            bid_id, bidder, portal, bidder_key, at,
            sealed_content, commitment, actor_id,
            event_id, audience, data, traceparent, actor, came
        )
        WHERE g.is_free
          AND NOT EXISTS (SELECT FROM idempotency_records r WHERE r.record_key = g.record_key)
          AND coalesce(g.portal, g.bidder) IS DISTINCT FROM tender.buyer_id/* OF A SURVIVOR */
          AND (g.portal IS NULL OR EXISTS (
              SELECT FROM portal_appointments a
              WHERE a.tender_id = of_tender AND a.portal_organisation_id = g.portal AND a.revoked_at IS NULL
          ))
    ), added AS (
        INSERT INTO bids (
            id, tender_id, tenderer_organisation_id, portal_organisation_id, tenderer_key,
            state, terms_version, version, created_at
        )
        SELECT bid_id, of_tender, bidder, portal, bidder_key, 'sealed', tender.terms_version, 1, at
        FROM given ORDER BY bidder_key, came
        ON CONFLICT DO NOTHING RETURNING id
    ), fresh AS (
        SELECT given.* FROM given JOIN added ON added.id = given.bid_id
    ), versions AS (
        INSERT INTO bid_versions (
            bid_id, version, action, received_at, sealed, commitment, acted_by, terms_version
        )
        SELECT bid_id, 1, 'submitted', at, sealed_content, commitment, actor_id, tender.terms_version
        FROM fresh
    ), told AS (
        INSERT INTO events (
            id, type, occurred_at, aggregate_type, aggregate_id, aggregate_version,
            place_id, audience, data, traceparent, actor
        )
        SELECT event_id, 'bid.received', at, 'bid', bid_id, 1,
            tender.place_id, ARRAY[audience], data::jsonb, traceparent, actor::jsonb
        FROM fresh
    ), pending AS (
        INSERT INTO event_pending (event_id) SELECT event_id FROM fresh
    ), kept AS (
        INSERT INTO idempotency_records (record_key, fingerprint, answer, created_at, expires_at)
        SELECT record_key, fingerprint, answer, at, expires_at FROM fresh
    )
    SELECT coalesce(array_agg(id), '{}') INTO taken FROM added;
    RETURN ARRAY(SELECT id = ANY (taken) FROM unnest(bid_ids) id);
END
$take_bids$
"""


def upgrade() -> None:
    run(op, _TAKE_BIDS.replace("/* OF A SURVIVOR */", _OF_A_SURVIVOR))


def downgrade() -> None:
    run(op, _TAKE_BIDS.replace("/* OF A SURVIVOR */", ""))

"""In every service the tables that only grow refuse changes, to the application and to their owner.

Editions can be changed until they are published: tests/integration/toms_engine/test_editions.py.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from cdp_common.testing.databases import TestDatabases
from cdp_common.testing.plugin import MakeDatabase

OF_ALL = {"events", "event_feed"}
GROWING: dict[str, set[str]] = {
    "charter": {
        *("charters", "organisation_merges", "place_keys", "pledge_moves", "pledges"),
        *("signature_changes", "signature_imports", "signatures"),
    },
    "partners": {
        *("action_changes", "checklists", "consent_wordings", "hub_page_steps", "hub_page_versions"),
        *(
            "organisation_merges",
            "organisation_sizes",
            "organisation_verifications",
            "stage_records",
            "statement_signatures",
        ),
        *("statements",),
    },
    "procurement": {
        *(
            "accepted_quantities",
            "agreement_changes",
            "agreement_line_versions",
            "agreement_lines",
            "answer_scores",
        ),
        *("assessment_summaries", "bid_removals", "bid_versions", "clarifications", "consensus_scores"),
        *("erased_persons", "evaluations", "interest_declarations", "lot_decisions", "lot_standstills"),
        *("ocds_releases", "opened_lines", "organisation_merges", "plan_changes", "plan_line_versions"),
        *("plan_lines", "receipt_keys", "summary_sendings", "superseded_bids", "tender_log_leaves"),
        *("tender_logs", "terms_versions"),
    },
    "reporting": {
        *("breakdown_schemes", "cohorts", "commitment_values", "ledger_blocks", "ledger_cells"),
        *("ledger_checkpoints", "ledger_entries", "ledger_heads", "ledger_keys", "licensed_totals"),
        *(
            "membership_versions",
            "obligation_notices",
            "ocds_releases",
            "organisation_merges",
            "people_publications",
        ),
        *(
            "prior_total_versions",
            "prior_totals",
            "publication_files",
            "publication_keys",
            "publication_sources",
        ),
        *("publication_spend_sums", "publications", "report_states", "reporting_calendars", "review_lines"),
        *("reviews", "spend_decisions", "spend_rounds", "spend_rows", "target_measures"),
        *("target_progress", "target_versions", "targets"),
    },
    "toms": {
        *("area_changes", "area_wards", "frameworks", "lookup_receipts", "lookups"),
        *("need_areas", "need_bandings", "need_bands", "need_boundaries", "need_boundary_files"),
        *("need_files", "need_imports", "need_index_layouts", "need_indices", "need_place_authorities"),
        *("postcode_areas",),
    },
}
PACKAGES = {
    "charter": "charter_api",
    "partners": "partners_api",
    "procurement": "procurement_api",
    "reporting": "reporting_api",
    "toms": "toms_engine",
}
GUARDED = text(
    "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND tgname = relname || '_append_only' "
    "AND relnamespace = current_schema()::regnamespace"
)
CHANGES = ("UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE")


async def refused(tx: AsyncConnection, table: str, fault: type[Exception], words: str) -> None:
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = :t ORDER BY 1 LIMIT 1"
    column = await tx.scalar(text(columns), {"t": table})
    for change in CHANGES:
        with pytest.raises(fault, match=words):
            async with tx.begin_nested():
                await tx.exec_driver_sql(change.format(table=table, column=column))


@pytest.mark.parametrize("schema", sorted(GROWING))
async def test_what_only_grows_is_changed_by_nobody(
    make_database: MakeDatabase, databases: TestDatabases, schema: str
):
    database = await make_database(PACKAGES[schema], schema)
    engine = create_async_engine(databases.owner_url(database))
    try:
        async with engine.begin() as owner, database.begin() as application:
            guarded = set(await owner.scalars(GUARDED))
            assert guarded == GROWING[schema] | OF_ALL
            for table in sorted(guarded):
                await refused(owner, table, IntegrityError, "append-only")
                await refused(application, table, ProgrammingError, "permission denied")
    finally:
        await engine.dispose()

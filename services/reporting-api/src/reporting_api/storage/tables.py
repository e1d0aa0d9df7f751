"""All tables of reporting-api, gathered for migrations: importing this fills the catalogue."""

from reporting_api.storage import (
    conflict_tables,
    copy_tables,
    draft_tables,
    evidence_tables,
    export_tables,
    ledger_tables,
    obligation_tables,
    people_catalogue,
    prior_total_tables,
    publication_source_tables,
    publication_tables,
    release_tables,
    report_tables,
    rollup_tables,
    spend_tables,
    target_tables,
)
from reporting_api.storage.catalogue import metadata

__all__ = [
    "conflict_tables",
    "copy_tables",
    "draft_tables",
    "evidence_tables",
    "export_tables",
    "ledger_tables",
    "metadata",
    "obligation_tables",
    "people_catalogue",
    "prior_total_tables",
    "publication_source_tables",
    "publication_tables",
    "release_tables",
    "report_tables",
    "rollup_tables",
    "spend_tables",
    "target_tables",
]

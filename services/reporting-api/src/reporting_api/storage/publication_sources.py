"""What publications froze of figures that are not the ledger's: the rows that these rest on, by hash.

Rows of payments, surveyed rounds, worths of contracts and totals made elsewhere stand in no block of the
ledger. A publication keeps which of them it counted, each with a hash over all that the row says, so that
verification neither takes what came in later for what was counted, nor misses a byte that was changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import TextClause, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.storage.publication_source_tables import publication_sources

SourceKind = Literal["contract_value", "prior_total", "spend_import", "spend_round", "spend_sums"]
SourceVersion = tuple[UUID, int]
"""A source, and its version where it has several, else 0."""


@dataclass(frozen=True, slots=True)
class Source:
    """A row, or an import with its rows, that a publication counted, as it stood then."""

    kind: SourceKind
    id: UUID
    version: int
    sha256: str


_OF_IMPORT = """i.id, i.place_id, i.organisation_id, i.organisation_name, i.ledger, i.period_start,
    i.period_end, i.data_status, i.sha256, i.byte_count, i.rules_version, i.row_count, i.summary,
    i.supersedes_id, i.supersedes_reason, i.acted_by, i.client_id, i.person_id,
    extract(epoch FROM i.imported_at)"""
_OF_ROW = """r.row, r.paid_on, r.is_month_only, r.pence, r.currency, r.supplier_id, r.redaction, r.site_id,
    r.category, r.department, r.reference, r.is_repeat"""
_OF_ROUND = """r.id, r.place_id, r.organisation_id, r.round, r.period_start, r.period_end, r.pence,
    r.asked_count, r.answered_count, r.method, r.source, r.data_status, r.acted_by, r.client_id, r.person_id,
    extract(epoch FROM r.recorded_at)"""
_OF_WORTH = "v.source_id, v.version, v.effective_on, v.pence, extract(epoch FROM v.recorded_at)"
_OF_PRIOR = """v.prior_total_id, v.version, v.title, v.pence, v.period_start, v.period_end, v.publisher,
    v.basis, v.validated_by, v.url, v.data_status, v.withdrawn, v.reason, v.stated_by, v.client_id,
    v.person_id, extract(epoch FROM v.recorded_at)"""
_OF_SUM = """s.line, s.organisation_id, s.category, s.label, s.to_member, s.is_local, s.is_sme, s.is_vcse,
    s.row_count, s.payees_paid, s.pence"""


def _sha256(columns: str) -> str:
    """SQL of the hash over what these columns say; a column that is added later changes none."""
    return f"sha256(convert_to(json_build_array({columns})::text, 'UTF8'))"


_ASKED = "unnest(CAST(:ids AS uuid[]), CAST(:versions AS int[])) AS asked (id, version)"
# Everything here is made of the constants above.
_HASHES: Mapping[SourceKind, TextClause] = {
    "spend_import": text(f"""
        SELECT i.id, 0 AS version, encode(sha256({_sha256(_OF_IMPORT)} || coalesce((
            SELECT string_agg({_sha256(_OF_ROW)}, ''::bytea ORDER BY r.row)
            FROM spend_rows r WHERE r.import_id = i.id), ''::bytea)), 'hex') AS sha256
        FROM spend_imports i JOIN {_ASKED} ON asked.id = i.id"""),  # noqa: S608 - constants
    "spend_round": text(f"""
        SELECT r.id, 0 AS version, encode({_sha256(_OF_ROUND)}, 'hex') AS sha256
        FROM spend_rounds r JOIN {_ASKED} ON asked.id = r.id"""),  # noqa: S608 - constants
    "spend_sums": text(f"""
        SELECT s.publication_id AS id, 0 AS version,
            encode(sha256(string_agg({_sha256(_OF_SUM)}, ''::bytea ORDER BY s.line)), 'hex') AS sha256
        FROM publication_spend_sums s JOIN {_ASKED} ON asked.id = s.publication_id
        GROUP BY s.publication_id"""),  # noqa: S608 - constants
    "contract_value": text(f"""
        SELECT v.source_id AS id, v.version, encode({_sha256(_OF_WORTH)}, 'hex') AS sha256
        FROM commitment_values v
        JOIN {_ASKED} ON asked.id = v.source_id AND asked.version = v.version"""),  # noqa: S608 - constants
    "prior_total": text(f"""
        SELECT v.prior_total_id AS id, v.version, encode({_sha256(_OF_PRIOR)}, 'hex') AS sha256
        FROM prior_total_versions v
        JOIN {_ASKED} ON asked.id = v.prior_total_id AND asked.version = v.version"""),  # noqa: S608 - constants
}


async def sources_now(
    tx: AsyncConnection, kind: SourceKind, asked: Collection[SourceVersion]
) -> list[Source]:
    """These sources as they stand now; one that is not there is left out."""
    if not asked:
        return []
    stated = {"ids": [one for one, _ in asked], "versions": [version for _, version in asked]}
    rows = await tx.execute(_HASHES[kind], stated)
    return [Source(kind, row.id, row.version, row.sha256) for row in rows]


async def keep_sources(tx: AsyncConnection, publication_id: UUID, sources: Sequence[Source]) -> None:
    """Write which sources a publication counted."""
    rows = [
        {
            "publication_id": publication_id,
            "kind": one.kind,
            "source_id": one.id,
            "version": one.version,
            "sha256": one.sha256,
        }
        for one in sources
    ]
    if rows:
        await tx.execute(insert(publication_sources), rows)


async def kept_sources(tx: AsyncConnection, publication_id: UUID) -> list[Source]:
    """The sources that a publication counted, as they stood then."""
    columns = publication_sources.c
    query = (
        select(publication_sources)
        .where(columns.publication_id == publication_id)
        .order_by(columns.kind, columns.source_id)
    )
    return [
        Source(row["kind"], row["source_id"], row["version"], row["sha256"])
        for row in (await tx.execute(query)).mappings()
    ]

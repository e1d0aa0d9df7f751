"""The rows of an export as JSON, which the database itself writes: a stream of one snapshot.

Decimals are text with all their digits, times UTC. What is left out or withheld for want of a licence is so
here as in every live read: ledger entries of licensed measures go to holders of the licence alone; a reporter
sees its own licensed lines without their pounds; nobody else's are shown.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Text

from cdp_common.db.merges import organisation_merges
from reporting_api.domain.export_columns import COLUMNS, ColumnType
from reporting_api.domain.exports import ExportAsked, ExportKind
from reporting_api.storage.copy_tables import (
    commitment_lines,
    commitments,
    measures,
    organisations,
)
from reporting_api.storage.ledger_tables import ledger_entries, ledger_inbox
from reporting_api.storage.report_tables import report_lines, reports

BATCH_ROWS = 2_000
STATEMENT_LIMIT_S = 120
"""Counting millions of rows takes longer than a statement of a request may."""

_UTC = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What all rows of an export come to, of the snapshot in which they are read."""

    shown: int
    edition_hashes: list[str]
    licensed_frameworks: list[str]
    licensed_left_out: bool
    has_samples: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows that may be shown, before they are written: where each column comes from, and which are."""

    source: FromClause
    columns: Mapping[str, ColumnElement[Any]]
    where: Sequence[ColumnElement[bool]]
    shown: ColumnElement[bool]
    visible: ColumnElement[bool]
    """Whether the reader may see the row's licensed pounds, if it has any."""
    order: Sequence[str]


async def hold_snapshot(tx: AsyncConnection) -> None:
    """Let the transaction's statements see one moment, and take the time that many rows need."""
    if not tx.in_nested_transaction():  # a savepoint sees what the transaction around it sees
        await tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
        await tx.execute(text(f"SET LOCAL {setting} = '{STATEMENT_LIMIT_S}s'"))


async def facts_of(
    tx: AsyncConnection, asked: ExportAsked, own: Collection[UUID], position: int | None
) -> RowFacts:
    """What the rows come to; `own` are the records that lead to the organisation."""
    shown, editions, frameworks, left_out, has_samples = 0, set[str](), set[str](), False, False
    for part in _parts(asked, own, position):
        columns = part.columns
        is_licensed = measures.c.licence_framework.is_not(None)
        query = (
            select(
                func.count().filter(part.shown),
                func.array_agg(columns["edition_hash"].distinct()).filter(part.shown),
                func.array_agg(measures.c.licence_framework.distinct()).filter(
                    part.shown, part.visible, is_licensed
                ),
                func.coalesce(func.bool_or(~part.visible), false()),
                func.coalesce(func.bool_or(columns["data_status"] != "actual").filter(part.shown), false()),
            )
            .select_from(part.source)
            .where(*part.where)
        )
        found = (await tx.execute(query)).one()
        shown += found[0]
        editions.update(found[1] or ())
        frameworks.update(found[2] or ())
        left_out, has_samples = left_out or found[3], has_samples or found[4]
    return RowFacts(shown, sorted(editions), sorted(frameworks), left_out, has_samples)


async def stream_rows(
    tx: AsyncConnection, asked: ExportAsked, own: Collection[UUID], position: int | None
) -> AsyncGenerator[Sequence[str], None]:
    """The rows as lines of JSON, in bounded batches from a cursor of the server."""
    for part in _parts(asked, own, position):
        result = await tx.stream_scalars(
            _written(asked.kind, part), execution_options={"yield_per": BATCH_ROWS}
        )
        async for batch in result.partitions():
            yield batch


def _written(kind: ExportKind, part: _Part) -> Select[str]:
    named = [_as_json(column.type, part.columns[column.name]).label(column.name) for column in COLUMNS[kind]]
    rows = select(*named).select_from(part.source).where(*part.where, part.shown).subquery("r")
    written = cast(func.row_to_json(literal_column("r")), Text)
    return select(written).select_from(rows).order_by(*(rows.c[name] for name in part.order))


def _as_json(kind: ColumnType, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value as it stands in a row of JSON; `row_to_json` writes the rest."""
    if kind == "gbp":  # of whole pence
        return cast(func.round(cast(value, Numeric) / literal_column("100"), 2), Text)
    if kind in ("quantity", "share"):
        return cast(func.trim_scale(cast(value, Numeric)), Text)
    if kind == "time":
        return func.to_char(func.timezone("UTC", value), _UTC)
    return value


def _parts(asked: ExportAsked, own: Collection[UUID], position: int | None) -> list[_Part]:
    if asked.kind == "ledger_entries":
        sealed = _ledger_part(asked, own, ledger_entries, position)
        # What waits for its position was not sealed at any earlier moment.
        return [sealed] if position is not None else [sealed, _ledger_part(asked, own, ledger_inbox, None)]
    if asked.kind == "report_lines":
        return [_report_part(asked, own)]
    return [_commitment_part(asked, own)]


def _may_see(asked: ExportAsked) -> ColumnElement[bool]:
    framework = measures.c.licence_framework
    return or_(framework.is_(None), framework.in_(sorted(asked.licences)))


def _measured(source: Any, lines: Any) -> Any:
    """The source with what is known of each line's measure, if anything is."""
    return source.outerjoin(
        measures, and_(measures.c.edition_hash == lines.c.edition_hash, measures.c.code == lines.c.measure)
    )


_POUNDS = {
    "social_gbp": "social_pence",
    "local_economic_gbp": "local_pence",
    "fiscal_gbp": "fiscal_pence",
    "low_gbp": "low_pence",
    "high_gbp": "high_pence",
}


def _ledger_part(asked: ExportAsked, own: Collection[UUID], table: Any, position: int | None) -> _Part:
    is_sealed = table is ledger_entries
    columns = {column.name: column for column in table.c}
    columns |= {name: table.c[source] for name, source in _POUNDS.items()}
    columns["position"] = table.c.position if is_sealed else literal(None, BigInteger)
    columns["target_group"] = func.coalesce(report_lines.c.target_group, commitment_lines.c.target_group)
    where = [
        table.c.place_id == asked.place_id,
        table.c.effective_on.between(asked.period.start, asked.period.end),
    ]
    if asked.rows == "own":
        where.append(table.c.deliverer_id.in_(own))
    if position is not None:
        where.append(table.c.position <= position)
    if is_sealed and asked.after_position is not None:
        where.append(table.c.position > asked.after_position)
    order = ("position",) if is_sealed else ("recorded_at", "id")
    # With an entry's id and quantity its pounds could be tried out against the hash of its block.
    visible = _may_see(asked)
    source = table.outerjoin(report_lines, report_lines.c.line_id == table.c.source_line_id).outerjoin(
        commitment_lines, commitment_lines.c.line_id == table.c.source_line_id
    )
    return _Part(_measured(source, table), columns, where, visible, visible, order)


def _leads_to(name: str) -> Subquery:
    """Where each merged record leads now."""
    merged = organisation_merges.c
    return (
        select(merged.organisation_id, merged.survivor_id)
        .ext(distinct_on(merged.organisation_id))
        .order_by(merged.organisation_id, merged.recorded_at.desc())
        .subquery(name)
    )


def _report_part(asked: ExportAsked, own: Collection[UUID]) -> _Part:
    line, report = report_lines.c, reports.c
    leads = _leads_to("leads")
    visible = _may_see(asked)
    is_own = report.organisation_id.in_(own)

    def pounds(value: ColumnElement[Any]) -> ColumnElement[Any]:
        return case((visible, value), else_=null())

    columns: dict[str, ColumnElement[Any]] = {column.name: column for column in report_lines.c}
    columns |= {
        "place_id": report.place_id,
        "organisation_id": func.coalesce(leads.c.survivor_id, report.organisation_id),
        "organisation_name": report.organisation_name,
        "period_start": report.period_start,
        "period_end": report.period_end,
        "report_state": report.state,
        "submitted_at": report.submitted_at,
        "supersedes": report.supersedes,
        "local_area": func.coalesce(report.local_area, report.place_slug),
        "areas": cast(line.areas, Text),
        "evidence_count": func.jsonb_array_length(line.evidence),
        "social_gbp": pounds(line.social_pence),
        "local_economic_gbp": pounds(line.local_pence),
        "total_gbp": pounds(line.social_pence + line.local_pence),
        "validated_gbp": pounds(line.validated_pence),
        "licensed_framework": measures.c.licence_framework,
        "withheld": case((visible, null()), else_=literal("licensed")),
    }
    where = [
        report.place_id == asked.place_id,
        report.period_end.between(asked.period.start, asked.period.end),
    ]
    if asked.rows == "own":
        where.append(is_own)
    source = report_lines.join(reports, report.id == line.report_id).outerjoin(
        leads, leads.c.organisation_id == report.organisation_id
    )
    shown = or_(is_own, visible)
    return _Part(_measured(source, report_lines), columns, where, shown, visible, ("report_id", "ordinal"))


def _commitment_part(asked: ExportAsked, own: Collection[UUID]) -> _Part:
    line, whole = commitment_lines.c, commitments.c
    deliverers, commissioners = _leads_to("deliverers"), _leads_to("commissioners")
    deliverer_id = func.coalesce(deliverers.c.survivor_id, whole.deliverer_id)
    commissioner_id = func.coalesce(commissioners.c.survivor_id, whole.commissioner_id)
    deliverer, commissioner = organisations.alias("deliverer"), organisations.alias("commissioner")
    visible = _may_see(asked)
    is_party = func.coalesce(or_(whole.deliverer_id.in_(own), whole.commissioner_id.in_(own)), false())
    columns: dict[str, ColumnElement[Any]] = {column.name: column for column in commitments.c}
    columns |= {column.name: column for column in commitment_lines.c}
    columns |= {
        "reference": case((is_party, whole.reference), else_=null()),
        "title": case((is_party, whole.title), else_=null()),
        "deliverer_id": deliverer_id,
        "deliverer_name": deliverer.c.name,
        "commissioner_id": commissioner_id,
        "commissioner_name": commissioner.c.name,
    }
    where = [
        whole.place_id == asked.place_id,
        line.starts_on <= asked.period.end,
        line.ends_on >= asked.period.start,
    ]
    if asked.rows == "own":
        where.append(is_party)
    source = (
        commitment_lines.join(commitments, whole.source_id == line.source_id)
        .outerjoin(deliverers, deliverers.c.organisation_id == whole.deliverer_id)
        .outerjoin(commissioners, commissioners.c.organisation_id == whole.commissioner_id)
        .outerjoin(deliverer, deliverer.c.id == deliverer_id)
        .outerjoin(commissioner, commissioner.c.id == commissioner_id)
    )
    order = ("source_id", "line_id")
    return _Part(_measured(source, commitment_lines), columns, where, or_(is_party, visible), visible, order)

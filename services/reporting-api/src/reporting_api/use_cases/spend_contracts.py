"""Files and rows of payments in the words of the API."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from sqlalchemy import RowMapping

from cdp_common.contracts import spend as contract
from cdp_common.kernel.money import gbp_from_pence
from reporting_api.domain import spend_rows as domain
from reporting_api.domain.spend_header import ColumnFound
from reporting_api.use_cases.prepare_spend_file import PreparedSpend


def spend_summary(prepared: PreparedSpend, format_: Literal["csv", "xlsx"]) -> contract.SpendFileSummary:
    """How a file was understood, and what it comes to."""
    look = prepared.look
    mapping, evidence = look.mapping, look.evidence
    return contract.SpendFileSummary(
        format=format_,
        separator=look.separator,
        header_row=mapping.header_row,
        columns=[_column(one) for one in mapping.columns],
        not_understood=mapping.not_understood,
        mapping=look.digest,
        rules_version=mapping.rules_version,
        amount_basis=mapping.amount_basis,
        date_order=look.date_order,
        date_order_basis=look.order_basis,
        day_first_rows=evidence.day_first_rows,
        month_first_rows=evidence.month_first_rows,
        either_order_rows=evidence.open_rows,
        row_count=prepared.row_count,
        totals=[_totals(prepared, currency) for currency in sorted(prepared.totals)],
        repeats=contract.SpendRepeats(
            rows=prepared.duplicate_rows, net_gbp=gbp_from_pence(prepared.duplicates)
        ),
        redactions=[
            contract.SpendRedaction(rule=rule, rows=rows, net_gbp=gbp_from_pence(prepared.redacted[rule]))
            for rule, rows in sorted(prepared.redactions.items())
        ],
        supplier_count=len(prepared.payees),
        unnamed_rows=prepared.unnamed_rows,
        rounded_rows=prepared.rounded_rows,
        month_only_rows=prepared.by_month_rows,
        rows_outside_period=prepared.outside_rows,
        first_day=prepared.first_day,
        last_day=prepared.last_day,
        identifiers_malformed=prepared.malformed_identifiers,
        passed_over_count=prepared.passed_over_count,
        passed_over=[
            contract.SpendRowPassedOver(
                row=one.row, reason=one.reason, stated=_hundredths(one.stated_pence), agrees=agrees
            )
            for one, agrees in prepared.passed_over
        ],
    )


def spend_preview(prepared: PreparedSpend, format_: Literal["csv", "xlsx"]) -> contract.SpendPreview:
    """What importing the file would keep."""
    return contract.SpendPreview(
        summary=spend_summary(prepared, format_),
        first_rows=[_first_row(row) for row in prepared.first],
        fault_count=prepared.fault_count,
        faults=[
            contract.SpendRowFault(row=one.row, field=one.field, code=one.code, message=one.message)
            for one in prepared.faults
        ],
    )


def import_answer(row: RowMapping) -> contract.SpendImport:
    """An import as it is kept."""
    return contract.SpendImport(
        **{name: row[name] for name in _IMPORT_COLUMNS},
        state="standing" if row["superseded_by"] is None else "superseded",
        summary=contract.SpendFileSummary.model_validate(row["summary"]),
    )


def row_answer(row: RowMapping) -> contract.SpendRow:
    """A kept row, with its supplier's name where there still is one."""
    return contract.SpendRow(
        row=row["row"],
        paid_on=row["paid_on"],
        is_month_only=row["is_month_only"],
        amount=gbp_from_pence(row["pence"]),
        currency=row["currency"],
        supplier_id=row["supplier_id"],
        supplier_name=row["supplier_name"],
        redaction=row["redaction"] or ("removed_by_hand" if _is_removed(row) else None),
        postcode=row["postcode"],
        category=row["category"],
        department=row["department"],
        reference=row["reference"],
        is_repeat=row["is_repeat"],
    )


def _is_removed(row: RowMapping) -> bool:
    """Whether the row's supplier had a name that was removed."""
    return row["supplier_id"] is not None and row["supplier_name"] is None


_IMPORT_COLUMNS = (
    "id",
    "place_id",
    "organisation_id",
    "organisation_name",
    "ledger",
    "period_start",
    "period_end",
    "data_status",
    "superseded_by",
    "supersedes_id",
    "supersedes_reason",
    "sha256",
    "byte_count",
    "imported_at",
)


def _column(found: ColumnFound) -> contract.SpendColumn:
    return contract.SpendColumn(
        number=found.number,
        header=found.header,
        field=found.field,
        recognised_as=found.recognised_as,
        found_by=found.found_by,
        source=found.source,
    )


def _totals(prepared: PreparedSpend, currency: str) -> contract.SpendCurrencyTotals:
    totals = prepared.totals[currency]
    return contract.SpendCurrencyTotals(
        currency=currency,
        rows=totals.rows,
        payments=gbp_from_pence(totals.payments),
        credit_rows=totals.credit_rows,
        credits=gbp_from_pence(totals.credits),
        net=gbp_from_pence(totals.net),
    )


def _first_row(row: domain.SpendRow) -> contract.SpendRow:
    return contract.SpendRow(
        row=row.row,
        paid_on=row.paid_on,
        is_month_only=row.by_month,
        amount=gbp_from_pence(row.pence),
        currency=row.currency,
        supplier_name=None if row.payee is None else row.payee.name,
        redaction=row.redaction,
        postcode=row.postcode,
        category=row.category,
        department=row.department,
        reference=row.reference,
    )


def _hundredths(pence: int | None) -> Decimal | None:
    return None if pence is None else gbp_from_pence(pence)

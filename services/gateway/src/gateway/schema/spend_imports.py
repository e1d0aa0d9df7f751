"""Payments of partners as they were taken in: imports with their rows, suppliers, surveyed rounds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import spend as contract
from cdp_common.contracts import spend_figures
from gateway.context import Context, Info
from gateway.loading import or_none
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.money import Money
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.records import maybe_shown, page_of, said, shows, shows_node
from gateway.schema.spend_files import SpendFileSummary, SpendRedactionRule

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.enum(description="Whether an import of payments counts.")
class SpendImportState(Enum):
    """Whether an import counts."""

    STANDING = described_value("standing", "It counts.")
    SUPERSEDED = described_value("superseded", "Another import took its place.")


@shows(contract.SpendRow, "A payment, or a credit where the amount is below nothing.")
class SpendRow:
    """A row."""

    row: int = said("Its line in the file, from 1.")
    paid_on: date = said("The day of payment.")
    is_month_only: bool = said("Whether the file states the month alone.")
    amount: Decimal = said("The amount, in the currency.")
    currency: str = said("The currency's ISO 4217 code.")
    supplier_id: UUID | None = said("The id of its supplier in the REST APIs; null for none that is kept.")
    supplier_name: str | None = said("The supplier's name; null where none is kept.")
    redaction: SpendRedactionRule | None = said("Why no name is kept; null where there is one.")
    postcode: str | None = said("The supplier's postcode; null where none is stated.")
    category: str | None = said("The category; null where none is stated.")
    department: str | None = said("The payer's department; null where none is stated.")
    reference: str | None = said("The payment's reference; null where none is stated.")
    is_repeat: bool | None = said("Whether it repeats an earlier row; null where that was not looked at.")


@shows_node(contract.SpendImport, "A file of payments that was taken in; the file itself is not kept.")
class SpendImport(Node):
    """An import."""

    record: strawberry.Private[contract.SpendImport]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    organisation_name: str = said("Whose payments they are.")
    ledger: str = said("Which of its files it is, for example payments or purchase-cards.")
    period_start: date = said("The period's first day.")
    period_end: date = said("The period's last day.")
    data_status: DataStatus = said("Whether it is real or a sample.")
    state: SpendImportState = said("Whether it counts.")
    superseded_by: UUID | None = said("The id of the import that took its place; null while it counts.")
    supersedes: UUID | None = said(
        "The id of the import whose place it took; null for a first one.", of="supersedes_id"
    )
    supersedes_reason: str | None = said("Why it took that place; null for a first one.")
    sha256: str = said("The file's SHA-256.")
    byte_count: int = said("How many bytes the file had.")
    imported_at: datetime = said("When it was taken in.")
    summary: SpendFileSummary = said("How the file was understood.")

    @calls_together("Whose payments they are.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.record.organisation_id)

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)

    @calls_each("Its payments in the order of the file.")
    async def rows(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[SpendRow] | None:
        """A page of rows."""
        return await page_of(
            SpendRow,
            info.context.upstreams.reporting,
            lambda api, page: api.list_spend_rows(self.record.id, **page),
            first,
            after,
        )


@shows(
    spend_figures.SpendRound,
    "What a survey found of a later round of spending; the newest of a round and period counts for LM3.",
    without={"place_id": "the parent"},
)
class SpendRound:
    """A surveyed round."""

    organisation_id: strawberry.Private[UUID]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    round: int = said("2: what of the first is spent locally; 3: what of that is.")
    period_start: date = said("The period's first day.")
    period_end: date = said("The period's last day.")
    amount: Money = said("The amount.", of="amount_gbp")
    asked_count: int = said("How many were asked.")
    answered_count: int = said("How many answered.")
    method: str = said("How answers were grossed up, if they were.")
    source: str = said("Where it is known from.")
    data_status: DataStatus = said("Whether it is real or a sample.")
    recorded_at: datetime = said("When it was recorded.")

    @calls_together("Whose spending was surveyed.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.organisation_id)


async def spend_imports_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[SpendImport] | None:
    """A page of imports in the order in which they came."""
    return await page_of(
        SpendImport,
        info.context.upstreams.reporting,
        lambda api, page: api.list_spend_imports(parent.rest_id, **page),
        first,
        after,
    )


async def spend_rounds_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[SpendRound] | None:
    """A page of surveyed rounds in the order in which they came."""
    return await page_of(
        SpendRound,
        info.context.upstreams.reporting,
        lambda api, page: api.list_spend_rounds(parent.rest_id, **page),
        first,
        after,
    )


async def spend_import_node(context: Context, key: str) -> SpendImport | None:
    """The import of a node id."""
    wanted = parse_uuid(key)
    asked = context.upstreams.reporting.ask(lambda api: api.get_spend_import(wanted))
    return maybe_shown(SpendImport, await or_none(asked))

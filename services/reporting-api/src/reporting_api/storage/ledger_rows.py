"""Entries and blocks as rows, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from cdp_common.kernel.periods import Period
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.chain import Block
from reporting_api.domain.entries import Entry, MeasureRef


def entry_of(row: RowMapping) -> Entry:
    """The entry that a row of the inbox or the ledger holds."""
    return Entry(
        id=row["id"],
        place_id=row["place_id"],
        figure=row["figure"],
        deliverer_id=row["deliverer_id"],
        commissioner_id=row["commissioner_id"],
        route=row["route"],
        activity_id=row["activity_id"],
        commitment_line_id=row["commitment_line_id"],
        measure=MeasureRef(
            row["edition_hash"], row["measure"], row["theme"], row["outcome"], row["method_version"]
        ),
        effective_on=row["effective_on"],
        period=Period(row["period_start"], row["period_end"]),
        area_code=row["area_code"],
        area_index=row["area_index"],
        counted_quantity=row["counted_quantity"],
        amounts=amounts_of(row),
        data_status=row["data_status"],
        source_kind=row["source_kind"],
        source_id=row["source_id"],
        source_line_id=row["source_line_id"],
        reverses=row["reverses"],
        recorded_at=row["recorded_at"],
    )


def amounts_of(row: RowMapping) -> Amounts:
    """The five amounts that entries and report lines alike hold."""
    return Amounts(
        row["social_pence"], row["local_pence"], row["fiscal_pence"], row["low_pence"], row["high_pence"]
    )


def amount_columns(amounts: Amounts) -> dict[str, int | None]:
    """The five amounts as columns."""
    return {
        "social_pence": amounts.social_pence,
        "local_pence": amounts.local_pence,
        "fiscal_pence": amounts.fiscal_pence,
        "low_pence": amounts.low_pence,
        "high_pence": amounts.high_pence,
    }


def block_of(row: RowMapping) -> Block:
    """The block that a row holds."""
    return Block(
        place_id=row["place_id"],
        number=row["number"],
        first_position=row["first_position"],
        last_position=row["last_position"],
        previous_hash=row["previous_hash"],
        merkle_root=row["merkle_root"],
        block_hash=row["block_hash"],
        sealed_at=row["sealed_at"],
    )


def entry_row(entry: Entry) -> dict[str, Any]:
    """The entry as a row of the inbox."""
    return {
        "id": entry.id,
        "place_id": entry.place_id,
        "figure": entry.figure,
        "deliverer_id": entry.deliverer_id,
        "commissioner_id": entry.commissioner_id,
        "route": entry.route,
        "activity_id": entry.activity_id,
        "commitment_line_id": entry.commitment_line_id,
        "measure": entry.measure.code,
        "theme": entry.measure.theme,
        "outcome": entry.measure.outcome,
        "edition_hash": entry.measure.edition_hash,
        "method_version": entry.measure.method_version,
        "effective_on": entry.effective_on,
        "period_start": entry.period.start,
        "period_end": entry.period.end,
        "area_code": entry.area_code,
        "area_index": entry.area_index,
        "counted_quantity": entry.counted_quantity,
        **amount_columns(entry.amounts),
        "data_status": entry.data_status,
        "source_kind": entry.source_kind,
        "source_id": entry.source_id,
        "source_line_id": entry.source_line_id,
        "reverses": entry.reverses,
        "recorded_at": entry.recorded_at,
    }


def block_row(block: Block) -> dict[str, Any]:
    """The block as a row."""
    return {
        "place_id": block.place_id,
        "number": block.number,
        "previous_number": None if block.number == 1 else block.number - 1,
        "first_position": block.first_position,
        "last_position": block.last_position,
        "previous_hash": block.previous_hash,
        "merkle_root": block.merkle_root,
        "block_hash": block.block_hash,
        "sealed_at": block.sealed_at,
    }

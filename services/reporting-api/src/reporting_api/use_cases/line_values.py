"""What toms-engine says that lines are worth: a call for each edition, or a stream where lines are many."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.valuing import value_for_caller
from cdp_common.contracts.toms import (
    BulkLine,
    BulkRefusal,
    BulkStop,
    ValuationLine,
    ValuationRequest,
    ValuedLine,
)
from cdp_common.kernel.errors import FieldError, Unavailable
from cdp_common.kernel.money import pence_from_gbp
from cdp_common.kernel.quantities import QUANTITY_STEP
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.reports import ReportInvalid


class ValuationBroken(Unavailable):
    """toms-engine stopped reading lines before their end."""

    code = "valuation_broken"
    title = "The lines could not be valued to their end"
    retry_after_s = 5


@dataclass(frozen=True, slots=True)
class LineValue:
    """What toms-engine says a line is worth."""

    method_version: str
    counted_quantity: Decimal
    amounts: Amounts


def value_of(line: ValuedLine | BulkLine, method_version: str) -> LineValue:
    """A valued line in pence, its quantity with the decimals that are stored."""
    return LineValue(
        method_version,
        line.counted_quantity.quantize(QUANTITY_STEP),
        Amounts(
            pence_from_gbp(line.social_gbp),
            pence_from_gbp(line.local_economic_gbp),
            pence_from_gbp(line.fiscal_gbp),
            None if line.low_gbp is None else pence_from_gbp(line.low_gbp),
            None if line.high_gbp is None else pence_from_gbp(line.high_gbp),
        ),
    )


async def values_by_call(
    toms: TomsClient, edition_hashes: Sequence[str], lines: Sequence[ValuationLine]
) -> list[LineValue]:
    """The value of every line (at most a thousand), by one call per edition."""
    values: dict[int, LineValue] = {}
    for edition_hash in sorted(set(edition_hashes)):
        indexes = [index for index, stated in enumerate(edition_hashes) if stated == edition_hash]
        request = ValuationRequest(edition_hash=edition_hash, lines=[lines[index] for index in indexes])
        valuation = await value_for_caller(toms, request, [f"/lines/{index}" for index in indexes])
        for index, line in zip(indexes, valuation.lines, strict=True):
            values[index] = value_of(line, valuation.method_version)
    return [values[index] for index in range(len(lines))]


async def values_in_bulk(
    toms: TomsClient, edition_hashes: Sequence[str], lines: Sequence[ValuationLine]
) -> list[LineValue]:
    """The same of any number of lines, by one stream per edition; refused with the faults of every line."""
    values: dict[int, LineValue] = {}
    faults: list[FieldError] = []
    for edition_hash in sorted(set(edition_hashes)):
        indexes = [index for index, stated in enumerate(edition_hashes) if stated == edition_hash]
        await _value_edition(toms, edition_hash, indexes, lines, values, faults)
    if faults:
        raise ReportInvalid("Lines cannot be valued; see errors.", errors=faults)
    return [values[index] for index in range(len(lines))]


async def _value_edition(
    toms: TomsClient,
    edition_hash: str,
    indexes: Sequence[int],
    lines: Sequence[ValuationLine],
    values: dict[int, LineValue],
    faults: list[FieldError],
) -> None:
    valued: list[tuple[int, BulkLine]] = []
    async for record in toms.value_in_bulk(_those(lines, indexes), edition_hash=edition_hash):
        if isinstance(record, BulkLine):
            valued.append((indexes[record.row - 1], record))
        elif isinstance(record, BulkRefusal):
            place = f"/lines/{indexes[record.row - 1]}"
            faults.extend(
                FieldError(f"{place}/{one.field}" if one.field else place, one.code, one.message)
                for one in record.errors
            )
        elif isinstance(record, BulkStop):
            raise ValuationBroken("toms-engine did not value the lines to their end; send them again.")
        else:
            for index, line in valued:
                values[index] = value_of(line, record.method_version)


async def _those(lines: Sequence[ValuationLine], indexes: Sequence[int]) -> AsyncIterator[ValuationLine]:
    for index in indexes:
        yield lines[index]

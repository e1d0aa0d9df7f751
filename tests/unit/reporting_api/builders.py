"""Things of the reporting domain as the tests need them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.commitments import Commitment, PromisedLine
from reporting_api.domain.entries import Entry, MeasureRef

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PLACE, COUNCIL, SUPPLIER = UUID(int=1), UUID(int=2), UUID(int=3)
MEASURE = MeasureRef("e" * 64, "HOURS", "community", "volunteering", "1.0")


def ids(start: int = 1000) -> Any:
    """A source of ids in order."""
    numbers: Iterator[int] = count(start)
    return lambda: UUID(int=next(numbers))


def amounts(social: int = 0, local: int = 0, low: int | None = None, high: int | None = None) -> Amounts:
    """Pence; without a range unless one is given."""
    return Amounts(social, local, 0, low, high)


def promised(**changes: Any) -> PromisedLine:
    """A line of 24 months worth £240.00."""
    stated: dict[str, Any] = {
        "line_id": UUID(int=10),
        "measure": MEASURE,
        "unit": "hours",
        "quantity": Decimal(24),
        "counted_quantity": Decimal(24),
        "amounts": amounts(24000),
        "period": Period(date(2026, 4, 1), date(2028, 3, 31)),
        "schedule": (),
        "area_code": None,
        "area_index": None,
        **changes,
    }
    return PromisedLine(**stated)


def commitment(*lines: PromisedLine, **changes: Any) -> Commitment:
    """A contract of the supplier with the council."""
    stated: dict[str, Any] = {
        "source_id": UUID(int=20),
        "kind": "contract",
        "reference": "C-1",
        "title": "Grounds",
        "place_id": PLACE,
        "deliverer_id": SUPPLIER,
        "commissioner_id": COUNCIL,
        "signed_on": date(2026, 3, 15),
        "period": Period(date(2026, 4, 1), date(2028, 3, 31)),
        "data_status": "actual",
        "lines": lines or (promised(),),
        **changes,
    }
    return Commitment(**stated)


def entry(**changes: Any) -> Entry:
    """A delivered entry of £12.34."""
    stated: dict[str, Any] = {
        "id": UUID(int=30),
        "place_id": PLACE,
        "figure": "delivered",
        "deliverer_id": COUNCIL,
        "commissioner_id": None,
        "route": "own_activity",
        "activity_id": None,
        "commitment_line_id": None,
        "measure": MEASURE,
        "effective_on": date(2026, 9, 30),
        "period": Period(date(2026, 7, 1), date(2026, 9, 30)),
        "area_code": None,
        "area_index": None,
        "counted_quantity": Decimal("1.5"),
        "amounts": amounts(1234),
        "data_status": "actual",
        "source_kind": "report",
        "source_id": UUID(int=31),
        "source_line_id": UUID(int=32),
        "reverses": None,
        "recorded_at": NOW,
        **changes,
    }
    return Entry(**stated)

"""How large an organisation is, and whether that makes it an SME or a VCSE by the definitions of the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cdp_common.kernel.errors import FieldError, InvalidInput


class StatedInFuture(InvalidInput):
    """A statement cannot be of a day that has not come."""

    code = "stated_in_future"
    title = "The statement is dated in the future"


@dataclass(frozen=True)
class SmeDefinition:
    """A definition of small and medium-sized enterprises, in force from a day until the next one's."""

    code: str
    valid_from: date
    staff_below: int
    turnover_at_most_pence: int
    balance_sheet_at_most_pence: int


@dataclass(frozen=True)
class SizeStatement:
    """What an organisation says of itself on a day; what it does not say is None.

    The last three make a voluntary, community or social enterprise: non-governmental, value-driven, and
    reinvesting mainly its surpluses.
    """

    id: UUID
    organisation_id: UUID
    stated_on: date
    staff: int
    turnover_pence: int | None
    balance_sheet_pence: int | None
    is_non_governmental: bool | None
    is_value_driven: bool | None
    reinvests_surpluses: bool | None
    source: str
    definition: str
    recorded_at: datetime


def definition_on(definitions: Sequence[SmeDefinition], day: date) -> SmeDefinition:
    """The definition in force on the day; for days before the first, the first: nothing older is shipped."""
    ordered = sorted(definitions, key=lambda each: each.valid_from)
    return next((each for each in reversed(ordered) if each.valid_from <= day), ordered[0])


def is_sme(
    definition: SmeDefinition, staff: int, turnover_pence: int | None, balance_sheet_pence: int | None
) -> bool | None:
    """Whether it is an SME: few staff, and a small turnover or a small balance sheet; None where unknown."""
    if staff >= definition.staff_below:
        return False
    small = [
        None if amount is None else amount <= limit
        for amount, limit in (
            (turnover_pence, definition.turnover_at_most_pence),
            (balance_sheet_pence, definition.balance_sheet_at_most_pence),
        )
    ]
    if True in small:
        return True
    return None if None in small else False


def is_vcse(statement: SizeStatement) -> bool | None:
    """Whether it is a VCSE: all three parts of the definition hold; None while one is unknown."""
    parts = (statement.is_non_governmental, statement.is_value_driven, statement.reinvests_surpluses)
    if False in parts:
        return False
    return None if None in parts else True


def require_stated_by(stated_on: date, today: date) -> None:
    """Refuse a statement of a day to come."""
    if stated_on > today:
        error = FieldError("/stated_on", StatedInFuture.code, "this lies in the future")
        raise StatedInFuture("A statement is dated today or earlier.", errors=[error])

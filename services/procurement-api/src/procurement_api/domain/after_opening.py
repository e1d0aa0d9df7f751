"""What may still happen to an opened bid: less of it is accepted, or it is out of the tender."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput
from cdp_common.kernel.exact import decimal_places

MAX_CLARIFICATIONS = 500
"""Of one bid; more would be a slip of the program that sends them."""

ZERO = Decimal(0)
NONE_ACCEPTED = "the panel accepted none of the quantity"


class AcceptedQuantityInvalid(InvalidInput):
    """The quantity cannot be accepted so, or not of this line."""

    code = "accepted_quantity_invalid"
    title = "The accepted quantity is not valid"


class ClarificationInvalid(InvalidInput):
    """What is stated of a clarification breaks a rule; each fault is named."""

    code = "clarification_invalid"
    title = "The clarification is not valid"


class BidRemoved(Conflict):
    """The bid is out of the tender: it is neither scored nor awarded, and goes out once."""

    code = "bid_removed"
    title = "The bid was excluded or withdrawn after opening"


class BidNotOpened(Conflict):
    """Only a bid that was opened can leave the tender after opening."""

    code = "bid_not_opened"
    title = "The bid was not opened"


class LineDisregarded(Conflict):
    """What is disregarded has no quantity that could be lowered."""

    code = "line_disregarded"
    title = "The line is disregarded"


class ClarificationsFull(Conflict):
    """A bid has a bounded number of clarifications."""

    code = "clarifications_full"
    title = "The bid has as many clarifications as it can have"


def require_lower(accepted: Decimal, standing: Decimal, decimals: int) -> None:
    """Refuse an accepted quantity that does not lie from zero to below what stands: it never rises."""
    faults = []
    if not ZERO <= accepted < standing:
        words = f"The accepted quantity is at least 0 and less than {standing:f}, which stands."
        faults.append(FieldError("/accepted_quantity", "quantity_not_lower", words))
    if decimal_places(accepted) > decimals:
        words = f"This measure takes {decimals} decimals."
        faults.append(FieldError("/accepted_quantity", "too_many_decimals", words))
    if faults:
        raise AcceptedQuantityInvalid("The quantity cannot be accepted so.", errors=faults)


def accepted_words(promised: Decimal, accepted: Decimal, reason: str) -> str:
    """How an explanation tells of a quantity that was accepted in part."""
    return f"Of {promised:f} promised the panel accepted {accepted:f}: {_sentence(reason)}"


def joined_words(notes: Sequence[str | None]) -> str | None:
    """What is told of several lines together."""
    told = [note for note in notes if note]
    return " ".join(told) if told else None


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."

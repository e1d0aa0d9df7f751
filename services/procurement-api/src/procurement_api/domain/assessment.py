"""What a bidder is told of an assessment: its own and the winner's, less what is withheld.

Nothing of other rivals stands in a summary. Where another rival's bid is the one that all are compared with,
its figure is left out of the words. Who knows the published method can work it out from their own points:
that follows from scoring against the highest bid, not from the summary.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from cdp_common.kernel.errors import Conflict, InvalidInput, NotFound
from procurement_api.domain.scoring import HIGHEST_QUANTITY, HIGHEST_VALUE

Piece = Literal["quantity", "value", "explanation", "reason"]
OF_ANOTHER = "(another bidder's)"


class SummariesInvalid(InvalidInput):
    """What is to be sent as summaries, or withheld, breaks a rule; each fault is named."""

    code = "summaries_invalid"
    title = "The summaries cannot be sent so"


class SummariesSentAlready(Conflict):
    """Summaries are sent once: what bidders were told does not change."""

    code = "summaries_sent_already"
    title = "The summaries have been sent"


class AssessmentNotReady(Conflict):
    """Bidders read their assessment once the buyer has sent the summaries."""

    code = "assessment_not_ready"
    title = "The assessment summaries have not been sent"


class AssessmentNotFound(NotFound):
    """There is no summary for this bid: it was not assessed."""

    code = "assessment_not_found"
    title = "There is no assessment summary for the bid"


@dataclass(frozen=True)
class Compared:
    """What one tender offered on a measure, as it is compared with others, and with what."""

    offered: Decimal | None
    basis: Decimal | None
    explanation: str


@dataclass(frozen=True)
class Withheld:
    """A piece that is withheld of one measure, or of every measure."""

    measure: str | None
    piece: Piece


def is_withheld(withheld: Collection[Withheld], measure: str, *pieces: Piece) -> bool:
    """Whether one of the pieces of the measure is withheld."""
    return any(one.measure in (None, measure) and one.piece in pieces for one in withheld)


def told_explanation(own: Compared, known: Collection[Decimal | None]) -> str:
    """The explanation for somebody who knows these offers: another's figure is left out of it."""
    if own.basis is None or own.basis <= 0 or own.basis in known:
        return own.explanation
    words = own.explanation
    for against in (HIGHEST_VALUE, HIGHEST_QUANTITY):
        words = words.replace(f"{against} {own.basis:f} ×", f"{against} {OF_ANOTHER} ×")
    return words

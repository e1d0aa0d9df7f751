"""Signatures of two records that were found to be of one organisation: which one stands from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from charter_api.domain.standing import NOTICES, Change, SignatureState, is_standing


@dataclass(frozen=True)
class StandingSignature:
    """What the rule needs of a signature that has not ended."""

    id: UUID
    state: SignatureState
    signed_on: date
    expires_on: date
    register_number: int


def may_be_ended(state: SignatureState, changes: Sequence[Change]) -> bool:
    """Whether a merger may end a signature: it stands, and its end is not decided already."""
    return is_standing(state) and not any(change.kind in ("withdrawn", "merged") for change in changes)


def signature_that_stays(signatures: Sequence[StandingSignature]) -> StandingSignature:
    """Of signatures of one charter version, of one organisation: the one that stays.

    A suspended one before one in force, or merging records would end a suspension; then the one that runs
    longest, then the one signed first, then the one with the lower number in the register.
    """
    return min(
        signatures,
        key=lambda one: (
            one.state != "suspended",
            -one.expires_on.toordinal(),
            one.signed_on,
            one.register_number,
        ),
    )


def merged_from(merged_on: date, changes: Sequence[Change]) -> date:
    """From which day the other one is merged: the merger's, or that of a change decided since."""
    decided = [change.effective_on for change in changes if change.kind not in NOTICES]
    return max(merged_on, *decided)

"""What an agreement's dates and lines must hold, and by which route its value arises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput
from procurement_api.domain.contract_period import ContractPeriod, period_faults
from procurement_api.domain.delivery_profile import Profile, profile_faults

AgreementKind = Literal["contract", "call_off", "framework_agreement", "grant", "planning_obligation"]
Route = Literal["procurement", "grant", "planning"]

_ROUTES: dict[AgreementKind, Route] = {
    "contract": "procurement",
    "call_off": "procurement",
    "framework_agreement": "procurement",
    "grant": "grant",
    "planning_obligation": "planning",
}


class AgreementInvalid(InvalidInput):
    """What is stated of an agreement, or of its end, breaks a rule; each fault is named."""

    code = "agreement_invalid"
    title = "The agreement is not valid"


class AwardInvalid(InvalidInput):
    """What is stated of an award breaks a rule; each fault is named."""

    code = "award_invalid"
    title = "The award is not valid"


class AgreementReferenceTaken(Conflict):
    """The commissioner has an agreement under this reference."""

    code = "agreement_reference_taken"
    title = "The commissioner has an agreement under this reference already"


class AgreementTerminated(Conflict):
    """The agreement has been terminated before."""

    code = "agreement_terminated"
    title = "The agreement has ended already"


def route_of(kind: AgreementKind) -> Route:
    """The route by which value under such an agreement arises."""
    return _ROUTES[kind]


@dataclass(frozen=True)
class Draft:
    """What the rules need of an agreement that is registered directly."""

    kind: AgreementKind
    life: ContractPeriod
    commissioner: UUID
    deliverer: UUID
    value_gbp: Decimal | None
    profiles: Sequence[Profile]
    """One per commitment line."""


def require_agreement_holds(draft: Draft) -> None:
    """Refuse dates, parties, value or lines that do not hold; every fault is named.

    A framework agreement commits nothing by itself: its call-offs do (domain facts, section 4).
    """
    faults = period_faults(draft.life, start_at="/starts_on", end_at="/ends_on")
    for index, profile in enumerate(draft.profiles):
        faults += profile_faults(f"/lines/{index}", profile, draft.life)
    if draft.kind == "framework_agreement" and draft.profiles:
        words = "Commitments belong to its call-offs."
        faults.append(FieldError("/lines", "framework_agreement_commits_nothing", words))
    if draft.commissioner == draft.deliverer:
        words = "An agreement has two parties."
        faults.append(FieldError("/deliverer_organisation_id", "parties_equal", words))
    faults += _value_faults(draft.value_gbp)
    if faults:
        raise AgreementInvalid("The agreement does not hold.", errors=faults)


def require_value_holds(value_gbp: Decimal) -> None:
    """Refuse an award of less than nothing."""
    faults = _value_faults(value_gbp)
    if faults:
        raise AwardInvalid("The award does not hold.", errors=faults)


def _value_faults(value_gbp: Decimal | None) -> list[FieldError]:
    if value_gbp is None or value_gbp >= 0:
        return []
    return [FieldError("/value_gbp", "value_negative", "An agreement's value is not below zero.")]


def require_termination_holds(
    effective_on: date, *, signed_on: date, ends_on: date, terminated_on: date | None
) -> None:
    """Refuse to end an agreement twice, or outside its life."""
    if terminated_on is not None:
        raise AgreementTerminated(f"The agreement ended on {terminated_on}.")
    if not signed_on <= effective_on <= ends_on:
        raise AgreementInvalid(
            "The termination does not hold.",
            errors=[
                FieldError(
                    "/effective_on", "outside_agreement", "A termination lies within the agreement's life."
                )
            ],
        )

"""Which variations and novations an agreement takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from cdp_common.kernel.errors import FieldError, InvalidInput
from procurement_api.domain.agreement import AgreementTerminated
from procurement_api.domain.contract_period import ContractPeriod, period_faults
from procurement_api.domain.delivery_profile import Profile, profile_faults
from procurement_api.domain.due_parts import Promise
from procurement_api.domain.varied_lines import VariationInvalid, VariedLine, varied_lines_faults


class NovationInvalid(InvalidInput):
    """What is stated of a novation breaks a rule; each fault is named."""

    code = "novation_invalid"
    title = "The novation is not valid"


@dataclass(frozen=True)
class Standing:
    """An agreement as it stands before a change."""

    kind: str
    life: ContractPeriod
    signed_on: date
    changed_on: date | None
    """From when on the last change holds."""
    terminated_on: date | None
    commissioner: UUID
    deliverer: UUID
    lines: Mapping[UUID, Promise]


@dataclass(frozen=True)
class Variation:
    """What a variation says, as far as rules concern it."""

    effective_on: date
    ends_on: date | None
    value_gbp: Decimal | None
    lines: Sequence[VariedLine]
    new_profiles: Sequence[Profile]
    names_edition: bool = False
    says_more: bool = False
    """Of the value with VAT, or of indicators, which have rules of their own."""


def require_in_force(standing: Standing) -> None:
    """Refuse to change what has ended."""
    if standing.terminated_on is not None:
        raise AgreementTerminated(f"The agreement ended on {standing.terminated_on}.")


def require_variation_holds(standing: Standing, variation: Variation) -> None:
    """Refuse dates, lines or a value that do not hold; every fault is named."""
    require_in_force(standing)
    ends_on = variation.ends_on or standing.life.ends_on
    life = ContractPeriod(standing.life.starts_on, ends_on)
    faults = period_faults(life, start_at="/ends_on", end_at="/ends_on")
    faults += _date_faults(standing, variation.effective_on, ends_on)
    if not faults:
        faults += varied_lines_faults(standing.lines, variation.lines, variation.effective_on, ends_on)
        rest = ContractPeriod(max(variation.effective_on, life.starts_on), ends_on)
        for index, profile in enumerate(variation.new_profiles):
            faults += profile_faults(f"/new_lines/{index}", profile, rest)
    if standing.kind == "framework_agreement" and (variation.lines or variation.new_profiles):
        words = "Commitments belong to its call-offs."
        faults.append(FieldError("/new_lines", "framework_agreement_commits_nothing", words))
    if variation.value_gbp is not None and variation.value_gbp < 0:
        faults.append(FieldError("/value_gbp", "value_negative", "An agreement's value is not below zero."))
    if standing.lines and variation.names_edition:
        words = "The agreement's lines are pinned to their edition."
        faults.append(FieldError("/edition_hash", "edition_differs", words))
    elif variation.new_profiles and not standing.lines and not variation.names_edition:
        words = "The first lines of an agreement name the edition that they are pinned to."
        faults.append(FieldError("/edition_hash", "edition_missing", words))
    said = (variation.ends_on, variation.value_gbp)
    lines = [*variation.lines, *variation.new_profiles]
    if said == (None, None) and not lines and not variation.says_more:
        faults.append(FieldError("", "nothing_varied", "State what changes."))
    if faults:
        raise VariationInvalid("The variation does not hold.", errors=faults)


def require_novation_holds(standing: Standing, effective_on: date, deliverer: UUID) -> None:
    """Refuse a novation outside the agreement's life, or to a party that it has."""
    require_in_force(standing)
    faults = _date_faults(standing, effective_on, standing.life.ends_on)
    at = "/deliverer_organisation_id"
    if deliverer == standing.deliverer:
        faults.append(FieldError(at, "deliverer_unchanged", "This organisation delivers already."))
    elif deliverer == standing.commissioner:
        faults.append(FieldError(at, "parties_equal", "An agreement has two parties."))
    if faults:
        raise NovationInvalid("The novation does not hold.", errors=faults)


def _date_faults(standing: Standing, effective_on: date, ends_on: date) -> list[FieldError]:
    if not standing.signed_on <= effective_on <= ends_on:
        words = "A change lies within the agreement's life."
        return [FieldError("/effective_on", "outside_agreement", words)]
    if standing.changed_on is not None and effective_on < standing.changed_on:
        words = f"The last change holds from {standing.changed_on}: later ones do not begin before it."
        return [FieldError("/effective_on", "before_earlier_change", words)]
    return []

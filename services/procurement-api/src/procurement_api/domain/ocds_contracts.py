"""Contracts of OCDS releases, as far as agreements can be made of them.

Find a Tender tells of contracts (`contracts[]`), Contracts Finder of awards alone, with the period of the
contract in them: an award without a contract stands for its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Literal

from cdp_common.kernel.identifiers import IdentifierMalformed, OrganisationIdentifier
from cdp_common.kernel.periods import FIRST_YEAR, LAST_YEAR
from procurement_api.domain.ocds_awards import AwardFacts, NamedParty, awards_of
from procurement_api.domain.ocds_parts import MAX_TITLE_CHARS, PoundsStated, pounds_of, text_of

MAX_CONTRACTS = 200
"""Contracts of one import of which agreements are made; more are remarked on."""
MAX_REFERENCE_CHARS = 300
_NOT_IN_FORCE = frozenset({"cancelled", "terminated", "pending"})

Part = Mapping[str, Any]
WhyNot = Literal[
    "supplier_missing",
    "suppliers_several",
    "supplier_without_identifier",
    "signed_on_missing",
    "period_missing",
]


@dataclass(frozen=True)
class ContractFacts:
    """A contract that a notice tells of, with what it does not say left null."""

    award_id: str
    contract_id: str | None
    """Null where the award stands for its contract."""
    reference: str
    title: str
    signed_on: date | None
    starts_on: date | None
    ends_on: date | None
    pounds: PoundsStated
    suppliers: Sequence[NamedParty]

    @property
    def supplier_id(self) -> OrganisationIdentifier | None:
        """The supplier's id in a register, if it is one alone and names one that can be read."""
        [first, *others] = self.suppliers or (None,)
        if first is None or others or first.scheme is None or first.id is None:
            return None
        try:
            return OrganisationIdentifier.parse(f"{first.scheme}:{first.id}")
        except IdentifierMalformed:
            return None

    def why_not(self) -> tuple[WhyNot, str] | None:
        """Why no agreement can be made of it as it is stated, by a code and in words; None where one can."""
        if not self.suppliers:
            return "supplier_missing", "The notice names no supplier."
        if len(self.suppliers) > 1:
            return "suppliers_several", "An agreement has one deliverer, and the notice names several."
        if self.supplier_id is None:
            return "supplier_without_identifier", "The supplier has no identifier that can be read."
        if self.signed_on is None:
            return "signed_on_missing", "The notice does not say on which day it was signed or awarded."
        if self.starts_on is None or self.ends_on is None:
            return "period_missing", "The notice does not say on which days the contract begins and ends."
        return None


def contracts_of(release: Part, ocid: str, title: str) -> tuple[ContractFacts, ...]:
    """The contracts of the awards that stand, in order; those that are not in force are left out."""
    return tuple(islice(_contracts(release, ocid, title), MAX_CONTRACTS + 1))


def _contracts(release: Part, ocid: str, title: str) -> Iterator[ContractFacts]:
    stated = [each for each in _list(release.get("contracts")) if isinstance(each, Mapping)]
    awards = [each for each in _list(release.get("awards")) if isinstance(each, Mapping)]
    parts = {text_of(each.get("id")): each for each in awards}
    for award in awards_of(release):
        part: Part = parts.get(award.id, {})
        mine = [each for each in stated if text_of(each.get("awardID")) == award.id]
        for contract in mine:
            if text_of(contract.get("status")) not in _NOT_IN_FORCE:
                yield _facts(award, part, contract, ocid, title)
        if not mine:
            yield _facts(award, part, None, ocid, title)


def _facts(award: AwardFacts, part: Part, contract: Part | None, ocid: str, title: str) -> ContractFacts:
    of: Part = {} if contract is None else contract
    named = text_of(of.get("title")) or award.title or title
    contract_id = text_of(of.get("id"))
    period = _period(of.get("period")) or _period(part.get("contractPeriod")) or (None, None)
    pounds = pounds_of(of.get("value"))
    return ContractFacts(
        award_id=award.id,
        contract_id=contract_id,
        reference=f"{ocid} {contract_id or award.id}"[:MAX_REFERENCE_CHARS],
        title=named[:MAX_TITLE_CHARS],
        signed_on=_day(of.get("dateSigned")) or _day(award.date),
        starts_on=period[0],
        ends_on=period[1],
        pounds=pounds if pounds.either is not None else pounds_of(part.get("value")),
        suppliers=award.suppliers,
    )


def _period(period: object) -> tuple[date | None, date | None] | None:
    if not isinstance(period, Mapping):
        return None
    found = _day(period.get("startDate")), _day(period.get("endDate"))
    return None if found == (None, None) else found


def _day(moment: object) -> date | None:
    """The day as the notice writes it, in its own zone; the ends of the calendar stand for none."""
    try:
        day = date.fromisoformat((text_of(moment) or "")[:10])
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

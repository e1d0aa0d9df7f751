"""An agreement as it stands, as the rules for changes see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from procurement_api.domain.agreement_change import Standing
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.use_cases.standing_promises import promise_of


def standing_of(
    row: Mapping[Any, Any], lines: Sequence[Mapping[str, Any]], changed_on: date | None
) -> Standing:
    """The stored agreement before a change."""
    return Standing(
        kind=row["kind"],
        life=ContractPeriod(row["starts_on"], row["ends_on"]),
        signed_on=row["signed_on"],
        changed_on=changed_on,
        terminated_on=row["terminated_on"],
        commissioner=row["commissioner_organisation_id"],
        deliverer=row["deliverer_organisation_id"],
        lines={line["line_id"]: promise_of(line) for line in lines},
    )

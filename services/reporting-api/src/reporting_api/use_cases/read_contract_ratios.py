"""Social value for each £ of contract: live for those with a role, and as a publication may show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.contract_ratios import ContractRatio, ContractRatios, OrganisationRatio
from cdp_common.db.database import Database
from cdp_common.kernel.licence import frameworks_held
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller, RoleMissing
from reporting_api.domain.contract_ratios import (
    ContractPart,
    Ratio,
    is_worth_safe,
    ratio_of_contracts,
)
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.storage.contract_values import contract_parts
from reporting_api.storage.copies import names_known
from reporting_api.storage.figures import Slice
from reporting_api.storage.ledger import position_at
from reporting_api.storage.publication_sources import SourceVersion
from reporting_api.use_cases.compute_value import Dimension
from reporting_api.use_cases.read_value import require_known_moment, sees_live_figures
from reporting_api.use_cases.value_to_publish import ToPublish

MOST_ORGANISATIONS = 1_000


async def get_contract_ratios(
    db: Database,
    caller: Caller,
    place_id: UUID,
    window: Period,
    *,
    as_of: datetime | None,
    now: datetime,
) -> ContractRatios:
    """The ratios of the contracts in force on the window's last day, as known at `as_of`, now without it."""
    if not sees_live_figures(caller, place_id):
        raise RoleMissing("This needs a role in the place.")
    require_known_moment(as_of, now)
    async with db.begin() as tx:
        position = None if as_of is None else await position_at(tx, place_id, as_of)
    async with db.begin() as tx:
        lines = Slice(place_id, window, position, frameworks_held(caller.scopes))
        parts = await contract_parts(tx, lines, as_of or now)
        commissioners, more = await _by_organisation(tx, parts, lambda part: part.commissioner_id)
        deliverers, others = await _by_organisation(tx, parts, lambda part: part.deliverer_id)
    return ContractRatios(
        place_id=place_id,
        window_start=window.start,
        window_end=window.end,
        as_of=as_of or now,
        whole=whole_ratio(parts),
        by_commissioner=commissioners,
        by_deliverer=deliverers,
        left_out=more + others,
        data_status="synthetic_sample" if any(part.is_sample for part in parts) else "actual",
    )


@dataclass(frozen=True, slots=True)
class RatioToPublish:
    """The ratio that a publication tells, and the statements of what contracts are worth that it rests on."""

    told: ContractRatio
    values: Sequence[SourceVersion]


def ratio_to_publish(parts: Sequence[ContractPart], found: ToPublish, rule: DisclosureRule) -> RatioToPublish:
    """The ratio of all contracts as a publication shows it: where the pounds of procurement are shown too."""
    values = {(part.source_id, part.value_version) for part in parts if part.value_version is not None}
    ratio = ratio_of_contracts(parts)
    hidden = found.protection.withheld[Dimension("route")]
    tells_too_much = ratio.value_pence is not None and not is_worth_safe(parts, found.agreed, rule)
    told = whole_ratio(parts)
    if ratio.absent != "no_contracts" and ("procurement" in hidden or tells_too_much):
        nothing = dict.fromkeys(ContractRatio.model_fields)
        told = ContractRatio(**{**nothing, "absent": "withheld"})
    return RatioToPublish(told, sorted(values))


def whole_ratio(parts: Sequence[ContractPart]) -> ContractRatio:
    """The ratio of these contracts together."""
    return ContractRatio(**_stated(ratio_of_contracts(parts)))


async def _by_organisation(
    tx: AsyncConnection,
    parts: Sequence[ContractPart],
    of: Callable[[ContractPart], UUID | None],
) -> tuple[list[OrganisationRatio], int]:
    """The ratios of each organisation's contracts by its name, and how many are left out."""
    by_organisation: dict[UUID, list[ContractPart]] = {}
    for part in parts:
        if (who := of(part)) is not None:
            by_organisation.setdefault(who, []).append(part)
    ratios = {who: ratio_of_contracts(own) for who, own in by_organisation.items()}
    ratios = {who: ratio for who, ratio in ratios.items() if ratio.contracts}
    kept = sorted(ratios, key=lambda who: (-ratios[who].committed_pence, who))[:MOST_ORGANISATIONS]
    names = await names_known(tx, kept)
    shown = [
        OrganisationRatio(organisation_id=who, organisation=names.get(who, str(who)), **_stated(ratios[who]))
        for who in kept
    ]
    return sorted(shown, key=lambda one: (one.organisation, one.organisation_id)), len(ratios) - len(kept)


def _stated(ratio: Ratio) -> dict[str, object]:
    return {
        "contracts": ratio.contracts,
        "contracts_without_value": ratio.without_value,
        "committed_gbp": gbp_from_pence(ratio.committed_pence),
        "value_gbp": None if ratio.value_pence is None else gbp_from_pence(ratio.value_pence),
        "per_pound": ratio.per_pound,
        "absent": ratio.absent,
    }

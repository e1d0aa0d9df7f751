"""A place's value as the public may see it, and what disclosure control cannot hide of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.reporting import CollectiveValue
from cdp_common.kernel.licence import frameworks_held
from cdp_common.web.caller import Caller
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.licensed_totals import LicensedTotal, TotalKey, totals_to_show
from reporting_api.domain.regrouped_areas import moved_areas
from reporting_api.storage.coverage import memberships_known, standing_reports
from reporting_api.storage.figures import Slice
from reporting_api.storage.licensed_totals import licensed_parts, shown_before
from reporting_api.use_cases.compute_value import (
    ComputedValue,
    collective_value,
    compute_value,
    with_licensed_totals,
)
from reporting_api.use_cases.protect_value import (
    PUBLISHED_DIMENSIONS,
    Protection,
    nesting_of,
    organisations_agreed,
    protect,
)
from reporting_api.use_cases.recall_publications import LAST, Recalled, recall


@dataclass(frozen=True, slots=True)
class ToPublish:
    """A value as the public may see it, and what it was made of."""

    value: CollectiveValue
    computed: ComputedValue
    protection: Protection
    agreed: frozenset[UUID]
    """Who agreed to be named."""
    licensed: Mapping[TotalKey, LicensedTotal]
    """The licensed totals that it shows."""
    moved_areas: Sequence[str]
    """Areas that are in another band than in the publication before."""


@dataclass(frozen=True, slots=True)
class ToProtect:
    """A value before disclosure control, with what publications before told."""

    computed: ComputedValue
    """With the licensed totals that show."""
    recalled: Recalled
    agreed: frozenset[UUID]
    licensed: Mapping[TotalKey, LicensedTotal]


async def value_to_protect(
    tx: AsyncConnection, lines: Slice, now: datetime, *, preview_for: Caller | None = None
) -> ToProtect:
    """The value of a slice; licensed totals are previewed to those with the licence alone."""
    computed = await compute_value(
        tx, lines, now, PUBLISHED_DIMENSIONS, with_contributors=True, every_scheme=True
    )
    agreed = await organisations_agreed_at(tx, lines, now)
    parts = await licensed_parts(tx, lines)
    if preview_for is not None:
        held = replace(lines, licences=frameworks_held(preview_for.scopes))
        hidden = await licensed_parts(tx, held)
        parts = {key: found for key, found in parts.items() if key not in hidden}
    licensed = totals_to_show(parts, lines.window, await shown_before(tx, lines.place_id))
    shown = with_licensed_totals(computed, licensed)
    return ToProtect(shown, await recall(tx, lines, PUBLISHED_DIMENSIONS), agreed, licensed)


async def value_to_publish(found: ToProtect, rule: DisclosureRule, *, number: int | None) -> ToPublish:
    """The value as the public may see it.

    It can take seconds of a processor: other requests go on meanwhile, and no transaction is to be open.
    """
    protection = await asyncio.to_thread(protect, found.computed, found.recalled, found.agreed, rule)
    value = collective_value(
        found.computed,
        protection.withheld,
        publication_number=number,
        names_missing=False,
        licensed=found.licensed,
    )
    before = found.recalled.nestings.get(LAST, {})
    moved = moved_areas(nesting_of(found.computed), before)
    return ToPublish(value, found.computed, protection, found.agreed, found.licensed, moved)


async def organisations_agreed_at(tx: AsyncConnection, lines: Slice, moment: datetime) -> frozenset[UUID]:
    """The organisations that had agreed to be named in figures of the window."""
    return organisations_agreed(
        await memberships_known(tx, lines.place_id, moment),
        await standing_reports(tx, lines.place_id, lines.window, moment),
        lines.window,
    )

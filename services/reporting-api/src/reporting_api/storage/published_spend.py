"""Payments of a place's partners by payee, as disclosure control needs them to publish anything."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.domain.spend_disclosure import Payment
from reporting_api.storage.spend_figures import PAID

_LOCAL: dict[str, bool | None] = {"postcode": True, "presence": True, "outside": False, "unknown": None}
_NO_CATEGORY = "not stated"
_BY_PAYEE = text(
    f"{PAID} SELECT organisation_id, payee, location, is_sme, is_vcse,"  # noqa: S608 - a constant
    " lower(coalesce(category, :none)) AS category, min(coalesce(category, :none)) AS label,"
    " sum(pence)::bigint AS pence FROM paid WHERE NOT to_member GROUP BY 1, 2, 3, 4, 5, 6"
)


async def payments_by_payee(tx: AsyncConnection, place_id: UUID, window: Period) -> list[Payment]:
    """Third-party payments in pounds of a window, those alike together.

    A payee is the organisation that it was matched to, else its name without case: two partners' suppliers of
    one name count as one. Payees without a name are one of each partner.
    """
    stated = {"place": place_id, "org": None, "since": window.start, "until": window.end}
    rows = await tx.execute(_BY_PAYEE, {**stated, "none": _NO_CATEGORY})
    return [
        Payment(
            row.organisation_id,
            uuid5(NAMESPACE_URL, row.payee),
            row.category,
            row.label,
            row.pence,
            _LOCAL[row.location],
            row.is_sme,
            row.is_vcse,
        )
        for row in rows
    ]

"""Releases of amended tenders: what they say now, why, and what they ask for no longer (OCDS 1.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from cdp_common.kernel.ocds_parts import Part, moment, present
from procurement_api.domain.lot_releases import called_off, lot_parts, tender_of
from procurement_api.domain.notice_facts import stated_value
from procurement_api.domain.ocds_parts import PoundsStated
from procurement_api.domain.release_facts import Asked, LotPublished, TenderPublished
from procurement_api.domain.release_parts import target
from procurement_api.domain.releases import tender_release

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class AmendmentFacts:
    """An amendment: which version of the terms it made, when and why; and what the tender says now."""

    version: int
    amended_at: datetime
    reason: str
    reference: str
    title: str
    description: str | None
    published_at: datetime
    deadline_at: datetime
    value: PoundsStated
    lots: Sequence[LotPublished]
    lots_called_off: Sequence[LotPublished]
    weight: Decimal
    """Of social value in the whole award score."""
    notice: Mapping[str, Any] | None


def amendment_release(of: AmendmentFacts) -> Part:
    """The `tenderAmendment` release of an amendment that leaves the terms on social value as they are."""
    tender = {
        "id": of.reference,
        "title": of.title,
        "description": of.description,
        "value": stated_value(tender_of(of.notice).get("value"), of.value),
        "lots": [*lot_parts(of.lots, of.weight, of.notice), *called_off(of.lots_called_off)],
        "tenderPeriod": {"startDate": moment(of.published_at), "endDate": moment(of.deadline_at)},
    }
    return _release(present(tender), of)


def terms_release(of: AmendmentFacts, now_asked: TenderPublished, dropped: Sequence[Asked]) -> Part:
    """The `tenderAmendment` release of other terms: the whole tender as it is now.

    A target stays in the record once it was published: one that is no longer asked for weighs nothing.
    """
    tender = dict(tender_release(now_asked, None)["tender"])
    tender["targets"] = [*tender["targets"], *(_dropped(asked, now_asked) for asked in dropped)]
    lots = [*tender.get("lots", []), *called_off(of.lots_called_off)]
    return _release(present({**tender, "lots": lots}), of)


def _release(tender: Part, of: AmendmentFacts) -> Part:
    amendment = {
        "id": f"terms-{of.version}",
        "date": moment(of.amended_at),
        "rationale": of.reason,
    }
    return {
        "tag": ["tenderAmendment"],
        "initiationType": "tender",
        "tender": {**tender, "amendments": [amendment]},
    }


def _dropped(asked: Asked, of: TenderPublished) -> Part:
    nothing = replace(
        asked, title=f"{asked.title} (no longer asked for)", weight=_NOTHING, target=None, mandatory=False
    )
    return target(nothing, of.terms, of.starts_on, of.ends_on)

"""Contracts of reporting-api about what was delivered against single promised lines."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from cdp_common.contracts.base import DataStatus, DecimalText, GbpText
from cdp_common.contracts.licensed import Licensed
from cdp_common.contracts.toms import Unit


class LineDelivery(Licensed):
    """What standing reports say was delivered against one promised line, of all periods until now.

    The pounds are null for readers without the licence of the figure that they rest on.
    """

    pounds: ClassVar[tuple[str, ...]] = ("total_gbp", "validated_gbp")

    commitment_line_id: UUID
    unit: Unit
    delivered_quantity: DecimalText  # as far as it adds up
    total_gbp: GbpText | None  # what that is worth: social plus local economic value
    validated_gbp: GbpText | None  # what of it somebody independent accepted
    report_count: int
    through: date | None  # the last day that these reports are of; null where nothing was reported
    data_status: DataStatus  # `synthetic_sample` where any of the reports is

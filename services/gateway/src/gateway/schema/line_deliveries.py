"""reporting-api's part of the graph: what was delivered against single promised lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cdp_common.contracts import line_deliveries as contract
from gateway.schema.enums import DataStatus, Unit
from gateway.schema.money import Money
from gateway.schema.records import said, shows


@shows(
    contract.LineDelivery,
    "What standing reports say was delivered against one promised line, of all periods until now.",
    without={
        "commitment_line_id": "the parent",
        "licensed_framework": "its pounds are null",
        "withheld": "its pounds are null",
    },
)
class LineDelivery:
    """What was delivered."""

    unit: Unit = said("What the quantity counts.")
    delivered_quantity: Decimal = said("The quantity, as far as it adds up.")
    total: Money | None = said(
        "What that is worth, social plus local economic; null without the licence.", of="total_gbp"
    )
    validated: Money | None = said(
        "What of it somebody independent accepted; null without the licence.", of="validated_gbp"
    )
    report_count: int = said("How many reports say so.")
    through: date | None = said("The last day that they are of; null where nothing was reported.")
    data_status: DataStatus = said("Whether it is real or a sample.")

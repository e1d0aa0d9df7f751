"""How many of the months that a place asks for were reported in time, on the wire."""

from __future__ import annotations

from cdp_common.contracts import reporting as contract
from reporting_api.domain.reporting_calendar import Timeliness


def timeliness_answer(found: Timeliness | None) -> contract.Timeliness | None:
    """The months asked for and reported in time; none where the place had set no calendar."""
    if found is None:
        return None
    return contract.Timeliness(
        asked_count=found.asked_count, on_time_count=found.on_time_count, ratio=found.ratio
    )

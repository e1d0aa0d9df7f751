"""The feeds of the other four services, each with what applies its events here."""

from __future__ import annotations

from cdp_common.db.consumer import Followed
from reporting_api.use_cases.take_events import EventTaker

SOURCES = ("partners", "procurement", "charter", "toms")


def feeds_followed(taker: EventTaker) -> list[Followed]:
    """Every feed that this service follows."""
    return [Followed(source, taker.apply, taker.prepare) for source in SOURCES]

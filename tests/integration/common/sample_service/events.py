"""The events that the tests of the shared parts record; their data are as each test likes."""

from __future__ import annotations

from pydantic import ConfigDict

from cdp_common.contracts.base import Contract
from cdp_common.contracts.event_types import EventType, declare


class Anything(Contract):
    """Data of any kind."""

    model_config = ConfigDict(extra="allow", frozen=True)


NAMES = ("opened", "closed", "merged", "closed_again")

declare(
    *(
        EventType(f"account.{name}", "account", Anything, "What the name says.", "as the test says")
        for name in NAMES
    )
)

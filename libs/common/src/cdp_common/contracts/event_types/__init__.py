"""The catalogue of events: every type that a service tells is declared here, and no other can be recorded.

To add a type, write its data as a contract (here, or beside its kin in `cdp_common.contracts`), and add an
`EventType` to the service's module. `make snapshots` then writes docs/events.md and the answers of
`GET /v1/event-types` follow by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from cdp_common.contracts.event_types import (
    charter,
    collective,
    hub,
    partners,
    procurement,
    reporting,
    toms,
    webhooks,
)
from cdp_common.contracts.event_types.declared import EventType

__all__ = ["EVENT_TYPES", "EventType", "declare", "event_type", "types_of"]

EVENT_TYPES: Mapping[str, tuple[EventType, ...]] = {
    "partners-api": (
        *partners.EVENT_TYPES,
        *collective.EVENT_TYPES,
        *hub.EVENT_TYPES,
        *webhooks.EVENT_TYPES,
    ),
    "toms-engine": (*toms.EVENT_TYPES, *webhooks.EVENT_TYPES),
    "procurement-api": (*procurement.EVENT_TYPES, *webhooks.EVENT_TYPES),
    "charter-api": (*charter.EVENT_TYPES, *webhooks.EVENT_TYPES),
    "reporting-api": (*reporting.EVENT_TYPES, *webhooks.EVENT_TYPES),
}
"""The types by the service that tells them."""

_by_name: dict[str, EventType] = {}


def declare(*types: EventType) -> None:
    """Let events of these types be recorded in this process; a name stands for one type."""
    for each in types:
        if _by_name.setdefault(each.name, each) is not each:
            raise ValueError(f"the event type {each.name} is declared twice")


def event_type(name: str) -> EventType | None:
    """The declared type of this name."""
    return _by_name.get(name)


def types_of(service: str) -> tuple[EventType, ...]:
    """The types that a service tells; none for one that tells nothing."""
    return EVENT_TYPES.get(service, ())


for _types in EVENT_TYPES.values():
    declare(*_types)

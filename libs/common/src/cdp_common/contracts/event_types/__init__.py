"""The catalogue of events: every type that a service tells is declared here, and no other can be recorded.

To add a type, write its data as a contract (here, or beside its kin in `cdp_common.contracts`), and add an
`EventType` to the service's module. `make snapshots` then writes docs/events.md and the answers of
`GET /v1/event-types` follow by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from itertools import chain

from cdp_common.contracts.event_types.declared import EventType

__all__ = ["SERVICES", "EventType", "declare", "event_type", "types_of"]

_MODULES: Mapping[str, tuple[str, ...]] = {
    "partners-api": ("partners", "collective", "hub", "webhooks"),
    "toms-engine": ("toms", "webhooks"),
    "procurement-api": ("procurement", "webhooks"),
    "charter-api": ("charter", "webhooks"),
    "reporting-api": ("reporting", "webhooks"),
}
"""The modules of this package that hold a service's types. A service reads its own and no other's: all the
contracts of all services take a tenth of its start."""

SERVICES = tuple(_MODULES)
"""The services that tell events."""

_by_name: dict[str, EventType] = {}


def declare(*types: EventType) -> None:
    """Let events of these types be recorded in this process; a name stands for one type."""
    for each in types:
        if _by_name.setdefault(each.name, each) is not each:
            raise ValueError(f"the event type {each.name} is declared twice")


def event_type(name: str) -> EventType | None:
    """The declared type of this name."""
    if name not in _by_name:
        for service in SERVICES:
            types_of(service)
    return _by_name.get(name)


@cache
def types_of(service: str) -> tuple[EventType, ...]:
    """The types that a service tells, which are then declared; none for one that tells nothing."""
    modules = (import_module(f"{__name__}.{name}") for name in _MODULES.get(service, ()))
    types: tuple[EventType, ...] = tuple(chain.from_iterable(module.EVENT_TYPES for module in modules))
    declare(*types)
    return types

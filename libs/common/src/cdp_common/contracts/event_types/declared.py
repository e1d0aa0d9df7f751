"""How a type of event is declared, and what everybody is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cdp_common.contracts.base import Contract


@dataclass(frozen=True)
class EventType:
    """One type of event: what its data hold, what it tells, of what, and who may read it."""

    name: str
    about: str
    """The kind of thing that it happened to: the event's `aggregate_type`."""
    data: type[Contract]
    means: str
    readers: str


class EventTypeInfo(Contract):
    """One type of event as a reader of the feed needs to know it; `data_schema` is JSON Schema 2020-12."""

    type: str
    about: str
    means: str
    readers: str
    data_schema: dict[str, Any]


class EventTypeList(Contract):
    """The types of events that a service tells, by name."""

    items: list[EventTypeInfo]


def described(types: tuple[EventType, ...]) -> EventTypeList:
    """The types as they are told, by name."""
    return EventTypeList(
        items=[
            EventTypeInfo(
                type=each.name,
                about=each.about,
                means=each.means,
                readers=each.readers,
                data_schema=each.data.model_json_schema(mode="serialization"),
            )
            for each in sorted(types, key=lambda each: each.name)
        ]
    )

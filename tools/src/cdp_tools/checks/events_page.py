"""The page of docs that lists every type of event, with the members of its data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdp_common.contracts.event_types import SERVICES, types_of
from cdp_common.contracts.event_types.declared import EventTypeInfo, described

_HEAD = """\
# Events

Each service tells what happens in it: `GET /v1/events` is its feed, and webhooks are sent of it. This is
every type of event, with who may read it and what its `data` hold; `GET /v1/event-types` of a service gives
the same with the whole JSON Schema of each. A service refuses to record an event that is not declared, or
whose data do not fit. Readers ignore types and members that they do not know.

Each event also says who did it: `actor` names the client, its organisation, for whom it acted, and the
person by number, to those two organisations, to programme managers of the place and to the platform's
services; it is null for others, and where nobody had signed in. `?aggregate_type=membership&aggregate_id=…`
gives what happened to one thing. This page is generated: `make snapshots`.
"""


def events_page() -> str:
    """The page as Markdown."""
    parts = [_HEAD]
    for service in SERVICES:
        parts.append(f"## {service}\n")
        parts.extend(_section(each) for each in described(types_of(service)).items)
    return "\n".join(parts)


def _section(told: EventTypeInfo) -> str:
    lines = [f"### `{told.type}`", "", f"{told.means} Of: `{told.about}`. Read by: {told.readers}.", ""]
    lines += ["| Member of `data` | Type |", "|---|---|"]
    lines += _rows(told.data_schema)
    return "\n".join([*lines, ""])


def _rows(schema: Mapping[str, Any]) -> Iterator[str]:
    optional = set(schema["properties"]) - set(schema.get("required", ()))
    for name, member in schema["properties"].items():
        words = f"{_words(member)}; may be absent" if name in optional else _words(member)
        yield f"| `{name}` | {words} |"


def _words(member: Mapping[str, Any]) -> str:
    """What stands there, in a few words."""
    if "anyOf" in member:
        return " or ".join(_words(arm) for arm in member["anyOf"])
    if "$ref" in member:
        return str(member["$ref"]).rpartition("/")[2]
    if "enum" in member:
        return ", ".join(f"`{value}`" for value in member["enum"])
    if "const" in member:
        return f"`{member['const']}`"
    if member.get("type") == "array":
        return f"list of {_words(member['items'])}"
    if "pattern" in member and "examples" in member:
        return f"text such as `{member['examples'][0]}`"
    return str(member.get("format", member.get("type", "anything")))

"""What was released of the graph stays until the day that its deprecation named in a release."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from graphql import (
    BreakingChange,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
)

from cdp_common.kernel.clock import utc_now

NOW = Path(__file__).parents[2] / "docs" / "api" / "gateway.graphql"
RELEASED = Path(__file__).with_name("gateway.released.graphql")


def breaking(released: str, now: str, today: date) -> list[str]:
    """The changes that break a client, but for what the released schema had deprecated until this day."""
    before = build_schema(released, assume_valid_sdl=True)
    found = find_breaking_changes(before, build_schema(now, assume_valid_sdl=True))
    return [one.description for one in found if not _may_go(before, one, today)]


def _may_go(schema: GraphQLSchema, change: BreakingChange, today: date) -> bool:
    """Whether the change is about a field, named `Type.field` in its words, whose last day has passed."""
    for word in change.description.replace(",", " ").split():
        type_name, _, field_name = word.rstrip(".").partition(".")
        kind = schema.type_map.get(type_name)
        if kind is not None and is_object_type(kind) and field_name in kind.fields:
            last_day = last_day_of(kind.fields[field_name].deprecation_reason)
            return last_day is not None and last_day < today
    return False


def last_day_of(reason: str | None) -> date | None:
    """The day that a deprecation names, until which the field stays; none where it names none."""
    found = re.search(r"\b\d{4}-\d{2}-\d{2}\b", reason or "")
    return None if found is None else date.fromisoformat(found[0])


def deprecations(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """What is deprecated, with the reason."""
    for kind in schema.type_map.values():
        if is_object_type(kind) or is_interface_type(kind):
            members = {**kind.fields}
            for name, field in kind.fields.items():
                members |= {f"{name}({argument})": of for argument, of in field.args.items()}
        elif is_input_object_type(kind):
            members = {**kind.fields}
        else:
            members = {**kind.values} if is_enum_type(kind) else {}
        for name, member in members.items():
            if member.deprecation_reason is not None:
                yield f"{kind.name}.{name}", member.deprecation_reason


def undated(schema: str) -> list[str]:
    """What is deprecated without a day."""
    found = deprecations(build_schema(schema, assume_valid_sdl=True))
    return [name for name, reason in found if last_day_of(reason) is None]


def test_the_committed_graph_breaks_nothing_of_the_released_one() -> None:
    released, now = RELEASED.read_text(encoding="utf-8"), NOW.read_text(encoding="utf-8")
    assert breaking(released, now, utc_now().date()) == [], "deprecate it first; a release copies the schema"


def test_a_removed_field_is_breaking_until_the_day_that_its_deprecation_named() -> None:
    now, last_day, after = "type Query { kept: Int }", date(2026, 12, 31), date(2027, 1, 1)
    removed = ["Field Query.gone was removed."]
    gone = "type Query { kept: Int gone: Int @deprecated(reason: %s) }"
    assert breaking("type Query { kept: Int gone: Int }", now, after) == removed
    assert breaking(gone % '"Use kept; it stays until 2026-12-31."', now, last_day) == removed
    assert breaking(gone % '"Use kept; it stays until 2026-12-31."', now, after) == []
    assert breaking(gone % '"Use kept."', now, after) == removed
    assert breaking(now, "type Query { kept: Int added: Int }", after) == []
    assert breaking(now, "type Query { kept: Int! }", after) == []
    assert len(breaking("type Query { kept: Int! }", now, after)) == 1


def test_every_deprecation_names_its_last_day() -> None:
    assert undated(NOW.read_text(encoding="utf-8")) == []
    assert undated(
        """type Query { a(b: Int @deprecated(reason: "no day")): Int @deprecated(reason: "until 2027-01-31") }
        enum Kind { OLD @deprecated(reason: "old") NEW }
        input Asked { a: Int @deprecated(reason: "late 2027") }"""
    ) == ["Query.a(b)", "Kind.OLD", "Asked.a"]

"""What was released of the graph stays, unless it was marked as deprecated in that release."""

from pathlib import Path

from graphql import BreakingChange, GraphQLSchema, build_schema, find_breaking_changes, is_object_type

NOW = Path(__file__).parents[2] / "docs" / "api" / "gateway.graphql"
RELEASED = Path(__file__).with_name("gateway.released.graphql")


def breaking(released: str, now: str) -> list[str]:
    """The changes that break a client, but for what the released schema had deprecated."""
    before = build_schema(released, assume_valid_sdl=True)
    found = find_breaking_changes(before, build_schema(now, assume_valid_sdl=True))
    return [one.description for one in found if not _was_deprecated(before, one)]


def _was_deprecated(schema: GraphQLSchema, change: BreakingChange) -> bool:
    """Whether the change is about a field, named `Type.field` in its words, that was deprecated."""
    for word in change.description.replace(",", " ").split():
        type_name, _, field_name = word.rstrip(".").partition(".")
        kind = schema.type_map.get(type_name)
        if kind is not None and is_object_type(kind) and field_name in kind.fields:
            return kind.fields[field_name].deprecation_reason is not None
    return False


def test_the_committed_graph_breaks_nothing_of_the_released_one() -> None:
    found = breaking(RELEASED.read_text(encoding="utf-8"), NOW.read_text(encoding="utf-8"))
    assert found == [], "deprecate it first; a release copies the schema"


def test_a_removed_field_is_breaking_unless_it_was_deprecated() -> None:
    now = "type Query { kept: Int }"
    assert breaking("type Query { kept: Int gone: Int }", now) == ["Field Query.gone was removed."]
    assert breaking('type Query { kept: Int gone: Int @deprecated(reason: "2026-12-31") }', now) == []
    assert breaking(now, "type Query { kept: Int added: Int }") == []
    assert breaking(now, "type Query { kept: Int! }") == []
    assert len(breaking("type Query { kept: Int! }", now)) == 1

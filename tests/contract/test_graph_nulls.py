"""Nothing in the graph may be null without a reason: what may be null says when it is."""

from pathlib import Path

from graphql import build_schema, is_interface_type, is_non_null_type, is_object_type

GRAPH = Path(__file__).parents[2] / "docs" / "api" / "gateway.graphql"


def unexplained(sdl: str) -> list[str]:
    """The fields that may be null and do not say when, but for those that a federation adds."""
    schema = build_schema(sdl, assume_valid_sdl=True)
    return [
        f"{kind.name}.{name}"
        for kind in schema.type_map.values()
        if (is_object_type(kind) or is_interface_type(kind)) and not kind.name.startswith("_")
        for name, field in kind.fields.items()
        if not name.startswith("_")
        and not is_non_null_type(field.type)
        and "null" not in (field.description or "").lower()
    ]


def test_every_field_that_may_be_null_says_when_it_is() -> None:
    assert unexplained(GRAPH.read_text(encoding="utf-8")) == []


def test_a_field_that_does_not_say_so_is_found() -> None:
    sdl = '''type Query {
        """What there is; null where there is nothing."""
        said: String
        """What there is."""
        unsaid: String
        never: [String]!
        bare: [String!]
    }'''
    assert unexplained(sdl) == ["Query.unsaid", "Query.bare"]

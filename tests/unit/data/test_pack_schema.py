"""The published schema: shipped packs hold to it, whole and file by file, and it refuses what cannot be."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from cdp_common.contracts.pack_schema import PACK_FILES, framework_pack_schema
from cdp_tools.pack_documents import read_document

FRAMEWORKS = Path(__file__).parents[3] / "data" / "frameworks"
SCHEMA = framework_pack_schema()
SHIPPED = sorted(FRAMEWORKS.iterdir())


def as_json(folder: Path) -> dict[str, Any]:
    """A pack's document as JSON has it: days are text."""
    document: dict[str, Any] = json.loads(json.dumps(read_document(folder).content, default=str))
    return document


def faults(document: Any, part: str = "") -> list[str]:
    schema = {**SCHEMA, "$ref": f"#/$defs/{part}"} if part else SCHEMA
    if part:
        schema = {"$schema": SCHEMA["$schema"], "$ref": f"#/$defs/{part}", "$defs": SCHEMA["$defs"]}
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return sorted("/".join(map(str, fault.absolute_path)) for fault in validator.iter_errors(document))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(PACK_FILES["pack"]) == set(SCHEMA["properties"])


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_pack_holds_to_the_schema(folder: Path) -> None:
    assert faults(as_json(folder)) == []


def test_each_file_has_a_schema_of_its_own() -> None:
    document = as_json(FRAMEWORKS / "open-measures-2026")
    for name, fields in PACK_FILES.items():
        part = {field: document[field] for field in fields if field in document}
        assert faults(part, f"{name}.yaml") == []
        assert faults({**part, "colour": "green"}, f"{name}.yaml") == [""]


def test_a_whole_edition_states_its_structure_and_a_tailoring_need_not() -> None:
    document = as_json(FRAMEWORKS / "lain-2022")
    head = {name: document[name] for name in SCHEMA["required"]}
    assert faults(head) == ["", "", ""]
    empty: dict[str, Any] = {"themes": [], "outcomes": [], "measures": []}
    assert faults({**head, **empty}) == sorted(empty)
    assert faults({**head, "tailors": {"framework": "lain", "edition": "2022"}}) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"colour": "green"}, ""),
        ({"edition": 2022}, "edition"),
        ({"effective_from": "soon"}, "effective_from"),
        ({"data_status": "real"}, "data_status"),
        ({"tags": {"not a code": "x"}}, "tags"),
        ({"tailors": {"framework": "lain", "edition": "1", "measures": "some"}}, "tailors"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], place: str) -> None:
    document = as_json(FRAMEWORKS / "lain-2022")
    assert faults({**document, **changes}) == [place]

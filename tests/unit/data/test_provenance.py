"""Every shipped file says where it comes from and what may be done with it; none holds a licensed figure."""

import json
import re
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "data"
FILES = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file())

# Unit values of licensed frameworks, known from public documents.
LICENSED = ["28,213", "28213", "14.43", "16.93", "17.48", "244.63"]


def head_of(name: str) -> str:
    return "\n".join((DATA / name).read_text(encoding="utf-8").splitlines()[:8])


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".yaml")])
def test_a_yaml_file_names_source_licence_and_date_in_its_first_lines(name: str) -> None:
    head = head_of(name)
    assert re.search(r"^# Source:  \S", head, re.MULTILINE)
    assert re.search(r"^# Licence: \S", head, re.MULTILINE)
    assert re.search(r"^# Date:    \d{4}-\d{2}-\d{2}$", head, re.MULTILINE)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".json")])
def test_a_json_file_names_publisher_licence_and_date_in_its_fields(name: str) -> None:
    content = json.loads((DATA / name).read_text(encoding="utf-8"))
    assert content["publisher"]["name"]
    assert content["license"].startswith("http")
    assert re.match(r"\d{4}-\d{2}-\d{2}T", content["publishedDate"])


def test_the_readme_lists_every_file_with_source_licence_and_date() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| (\d{4}-\d{2}-\d{2}) \|$",
        (DATA / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert sorted(row[0] for row in rows) == [name for name in FILES if name != "README.md"]
    assert all(source.strip() and licence.strip() for _, source, licence, _ in rows)


@pytest.mark.parametrize("name", FILES)
def test_no_licensed_figure_and_no_licensed_name_is_shipped(name: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    assert [figure for figure in LICENSED if re.search(rf"(?<![\d.]){re.escape(figure)}(?!\d)", text)] == []
    assert "TOM" not in text

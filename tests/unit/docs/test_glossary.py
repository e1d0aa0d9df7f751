"""docs/glossary.md gives each word once, and the other pages keep to it."""

import re
from collections import Counter
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = [DOCS / "method.md", DOCS / "privacy.md", *sorted((DOCS / "guides").glob("*.md"))]


def words() -> list[str]:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    return [word.strip() for cell in cells for word in cell.split(",") if word.strip() not in ("Word", "---")]


def test_each_word_stands_there_once() -> None:
    assert [word for word, count in Counter(words()).items() if count > 1] == []
    assert {"tender", "measure", "proxy", "deadweight", "edition", "validated", "membership"} <= set(words())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_framework_is_a_measurement_framework_or_a_framework_agreement(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    bare = [
        prose[max(0, found.start() - 40) : found.end() + 20]
        for found in re.finditer(r"framework", prose, re.IGNORECASE)
        if prose[: found.start()].split()[-1:] != ["measurement"]
        and not prose[found.end() :].lstrip("s ").startswith("agreement")
    ]
    assert bare == []

"""Each refusal of a service names its subject: the bare categories are for what the web layer refuses."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdp_common.kernel import errors

SERVICES = Path(__file__).resolve().parents[2] / "services"
CATEGORIES = {
    name for name, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, errors.CdpError)
}


def unnamed_refusals(source: str) -> Iterator[int]:
    """The lines on which a module makes, or raises, an error that is a category and nothing narrower."""
    module, bare, packages = ast.parse(source), set[str](), set[str]()
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module == errors.__name__:
            bare |= {each.asname or each.name for each in node.names if each.name in CATEGORIES}
        elif isinstance(node, ast.ImportFrom) and node.module == errors.__package__:
            packages |= {each.asname or each.name for each in node.names if each.name == "errors"}
    for node in ast.walk(module):
        made = node.func if isinstance(node, ast.Call) else node.exc if isinstance(node, ast.Raise) else None
        is_bare = isinstance(made, ast.Name) and made.id in bare
        if isinstance(made, ast.Attribute) and isinstance(made.value, ast.Name):
            is_bare = made.value.id in packages and made.attr in CATEGORIES
        if made is not None and is_bare:
            yield made.lineno


@pytest.mark.parametrize("service", sorted(path.name for path in SERVICES.iterdir() if path.is_dir()))
def test_no_service_refuses_by_a_bare_category(service: str):
    modules = sorted((SERVICES / service / "src").rglob("*.py"))
    assert modules
    found = [
        f"{path.relative_to(SERVICES)}:{line}"
        for path in modules
        for line in unnamed_refusals(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("from cdp_common.kernel.errors import Conflict\nraise Conflict('x')", [2]),
        ("from cdp_common.kernel.errors import NotFound as N\nraise N", [2]),
        ("from cdp_common.kernel.errors import InvalidInput\ndef f():\n    return InvalidInput('x')", [3]),
        ("from cdp_common.kernel import errors\nraise errors.Gone('x')", [2]),
        ("from cdp_common.kernel.errors import Gone\nclass Away(Gone):\n    pass\nraise Away('x')", []),
        ("from cdp_common.kernel.errors import FieldError\nFieldError('', 'x', 'x')", []),
        ("from cdp_common.contracts.conflicts import Conflict\nConflict()", []),
    ],
)
def test_a_bare_category_is_found_however_it_is_named(source: str, lines: list[int]):
    assert list(dict.fromkeys(unnamed_refusals(source))) == lines

"""Compares the committed snapshots with what the code generates now: OpenAPI, SDL, schema, codes, settings.

`--write` writes them instead. A difference fails the check, so that a change of the public surface is seen.
"""

from __future__ import annotations

import difflib
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from rich.console import Console

from cdp_common.contracts.pack_schema import framework_pack_schema
from cdp_common.web.problems import error_catalogue
from cdp_tools.checks.events_page import events_page
from cdp_tools.services import SERVICES

ROOT = Path(__file__).resolve().parents[4]
DESCRIPTIONS = Path("docs/api")
SHOWN_DIFF_LINES = 60

_NOT_ANSWERING = frozenset({"__main__", "testing", "migrations", "alembic_env", "exec_helper"})
_TYPE_WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}


@dataclass(frozen=True)
class Difference:
    """A snapshot that is not as the code has it now; an empty text stands for no file."""

    path: Path
    committed: str
    now: str

    @property
    def lines(self) -> list[str]:
        """What differs, as a unified diff."""
        before, after = self.committed.splitlines(), self.now.splitlines()
        return list(difflib.unified_diff(before, after, "committed", "now", lineterm=""))


@contextmanager
def without_settings() -> Iterator[None]:
    """A block in which this process's environment sets nothing, so that every machine generates the same."""
    put_away = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("CDP_")}
    try:
        yield
    finally:
        os.environ.update(put_away)


def snapshots() -> Iterator[tuple[Path, str]]:
    """Each snapshot's file, relative to the root of the repository, and its text as generated now."""
    for service in SERVICES:
        main = importlib.import_module(f"{service.package}.main")
        settings = importlib.import_module(f"{service.package}.settings")
        if service.schema is None:
            schema = importlib.import_module("gateway.schema.root")
            yield DESCRIPTIONS / "gateway.graphql", schema.sdl()
            continue
        with without_settings():
            app = main.create_app(settings.Settings())
        yield DESCRIPTIONS / f"{service.name}.openapi.json", _json(app.openapi())
    yield DESCRIPTIONS / "framework-pack.schema.json", _json(framework_pack_schema())
    yield Path("docs/errors.md"), _errors_page()
    yield Path("docs/events.md"), events_page()
    yield Path("docs/settings.md"), _settings_page()


def differences(root: Path) -> list[Difference]:
    """The snapshots under `root` that differ from the code, or that nothing generates any more."""
    made = dict(snapshots())
    left_over = {file.relative_to(root) for file in (root / DESCRIPTIONS).glob("*.*")} - set(made)
    compared = [
        Difference(path, _read(root / path), text)
        for path, text in [*made.items(), *((path, "") for path in sorted(left_over))]
    ]
    return [difference for difference in compared if difference.committed != difference.now]


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _json(document: Any) -> str:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _errors_page() -> str:
    ours = {"cdp_common", *(service.package for service in SERVICES)}
    _load_all_modules(ours)
    rows = [
        f"| `{error['code']}` | {error['status']} | {error['title']} |" for error in error_catalogue(ours)
    ]
    return "\n".join(
        [
            "# Error codes",
            "",
            "Every refusal is `application/problem+json` (RFC 9457). `code` is stable; texts may change.",
            "This page is generated: `make snapshots`.",
            "",
            "| Code | Status | Title |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _load_all_modules(packages: set[str]) -> None:
    """Import every module of the packages: a code counts whether or not anything has needed it so far."""
    for package in sorted(packages):
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            # Starting a program, tests and migrations are not part of what a service answers.
            if not _NOT_ANSWERING.intersection(found.name.split(".")):
                importlib.import_module(found.name)


def _settings_page() -> str:
    lines = [
        "# Settings",
        "",
        "Read from the environment. Secrets come as files or URLs, never as arguments.",
        "This page is generated: `make snapshots`.",
        "",
    ]
    for service in SERVICES:
        settings = importlib.import_module(f"{service.package}.settings").Settings
        lines += [f"## {service.name}", "", "| Variable | Type | Default | Meaning |", "|---|---|---|---|"]
        lines += [_setting_row(name, field) for name, field in settings.model_fields.items()]
        lines.append("")
    return "\n".join(lines)


def _setting_row(name: str, field: FieldInfo) -> str:
    preset = "" if field.default is None else f"`{field.default}`"
    default = "required" if field.is_required() else preset
    meaning = " ".join((field.description or "").split())
    return f"| `CDP_{name.upper()}` | {_type_words(field.annotation)} | {default} | {meaning} |"


def _type_words(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    if parts := [part for part in get_args(annotation) if part is not NoneType]:
        return " or ".join(_type_words(part) for part in parts)
    return _TYPE_WORDS.get(annotation, str(getattr(annotation, "__name__", annotation)))


def main() -> int:
    """Exit status 0 when every snapshot is as committed (or was written), 1 when one differs."""
    console = Console()
    write = "--write" in sys.argv[1:]
    found = differences(ROOT)
    for difference in found:
        if write:
            _write(ROOT / difference.path, difference.now)
            console.print(f"wrote {difference.path}" if difference.now else f"removed {difference.path}")
            continue
        console.print(f"[bold]{difference.path} differs[/bold] (make snapshots writes it)")
        console.print(
            "\n".join(difference.lines[:SHOWN_DIFF_LINES]), markup=False, highlight=False, soft_wrap=True
        )
    return 1 if found and not write else 0


def _write(file: Path, text: str) -> None:
    if not text:
        file.unlink()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

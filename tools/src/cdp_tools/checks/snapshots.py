"""Compares the committed snapshots with what the code generates now: OpenAPI, SDL, error codes, settings.

`--write` writes them instead. A difference fails the check, so a change of the public surface is always seen.
"""

from __future__ import annotations

import difflib
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from cdp_common.web.problems import error_catalogue
from cdp_tools.services import SERVICES

ROOT = Path(__file__).resolve().parents[4]
SHOWN_DIFF_LINES = 60


def snapshots() -> Iterator[tuple[Path, str]]:
    """Each snapshot's file, relative to the root of the repository, and its text as generated now."""
    for service in SERVICES:
        main = importlib.import_module(f"{service.package}.main")
        settings = importlib.import_module(f"{service.package}.settings")
        if service.package == "gateway":
            schema = importlib.import_module("gateway.schema.root")
            yield Path("docs/api/gateway.graphql"), schema.sdl()
            continue
        app = main.create_app(settings.Settings())
        yield Path(f"docs/api/{service.name}.openapi.json"), _json(app.openapi())
    yield Path("docs/errors.md"), _errors_page()
    yield Path("docs/settings.md"), _settings_page()


def _json(document: Any) -> str:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _errors_page() -> str:
    rows = [f"| `{error['code']}` | {error['status']} | {error['title']} |" for error in error_catalogue()]
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


def _settings_page() -> str:
    lines = [
        "# Settings",
        "",
        "Read from the environment; secrets come as files or URLs. This page is generated: `make snapshots`.",
        "",
    ]
    for service in SERVICES:
        settings = importlib.import_module(f"{service.package}.settings").Settings
        lines += [f"## {service.name}", "", "| Variable | Type | Default | Meaning |", "|---|---|---|---|"]
        for name, field in settings.model_fields.items():
            default = "required" if field.is_required() else f"`{field.default}`"
            type_ = str(getattr(field.annotation, "__name__", field.annotation)).replace("|", "or")
            lines.append(f"| `CDP_{name.upper()}` | {type_} | {default} | {field.description or ''} |")
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Exit status 0 when every snapshot is as committed (or was written), 1 when one differs."""
    console = Console()
    write = "--write" in sys.argv[1:]
    differing = 0
    for path, text in snapshots():
        file = ROOT / path
        committed = file.read_text(encoding="utf-8") if file.exists() else ""
        if committed == text:
            continue
        differing += 1
        if write:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            console.print(f"wrote {path}")
            continue
        diff = list(
            difflib.unified_diff(committed.splitlines(), text.splitlines(), "committed", "now", lineterm="")
        )
        console.print(f"[bold]{path} differs[/bold] (make snapshots writes it)")
        console.print("\n".join(diff[:SHOWN_DIFF_LINES]), markup=False, highlight=False)
    return 0 if write or differing == 0 else 1


if __name__ == "__main__":
    sys.exit(main())

"""`cdp frameworks check`: what it prints and how it ends."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdp_tools.main import app
from cdp_tools.packs import check_pack

FRAMEWORKS = Path(__file__).parents[3] / "data" / "frameworks"
RUN = CliRunner()

TAILORED = """
framework: local-measures
edition: "1"
title: Local measures
publisher: A council
licence: CC0-1.0
description: For tests.
effective_from: 2026-01-01
tailors: {framework: lain, edition: "2022", measures: [LAIN-M1, LAIN-P1]}
changes:
  - measure: LAIN-M1
    guidance: Count mentors here.
"""


@pytest.fixture
def tailored(tmp_path: Path) -> Path:
    file = tmp_path / "local.yaml"
    file.write_text(TAILORED, encoding="utf-8")
    return file


def test_a_good_pack_is_told_with_its_hash(tailored: Path) -> None:
    parent = FRAMEWORKS / "lain-2022"
    ran = RUN.invoke(app, ["frameworks", "check", str(tailored), "--parent", str(parent)])
    found = check_pack(tailored, [parent])
    assert (ran.exit_code, ran.output.splitlines()) == (
        0,
        [
            "local-measures 1: valid, 2 measures, 0 proxies",
            f"hash {found.edition_hash}",
            f"tailors lain 2022 ({found.content.derived_from}): 1 inherited, 1 tailored, 0 added",
        ],
    )
    ran = RUN.invoke(app, ["frameworks", "check", str(tailored), "--parent", str(parent), "--json"])
    assert json.loads(ran.output) == {
        "valid": True,
        "framework": "local-measures",
        "edition": "1",
        "edition_hash": found.edition_hash,
        "derived_from": found.content.derived_from,
        "measure_count": 2,
        "faults": [],
    }


def test_faults_are_told_line_by_line_and_the_command_fails(tailored: Path) -> None:
    ran = RUN.invoke(app, ["frameworks", "check", str(tailored)])
    assert (ran.exit_code, ran.output.splitlines()) == (
        1,
        [
            "local.yaml:9:1: tailors: no pack of lain 2022 is beside this one; say where with --parent "
            "[parent_unknown]",
            f"{tailored}: 1 fault",
        ],
    )
    ran = RUN.invoke(app, ["frameworks", "check", str(tailored), "--json"])
    assert (ran.exit_code, json.loads(ran.output)) == (
        1,
        {
            "valid": False,
            "faults": [
                {
                    "file": "local.yaml",
                    "line": 9,
                    "column": 1,
                    "pointer": "/tailors",
                    "field": "tailors",
                    "code": "parent_unknown",
                    "message": "no pack of lain 2022 is beside this one; say where with --parent",
                }
            ],
        },
    )

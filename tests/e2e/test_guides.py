"""The guides work: every command in them, in its order, prints what the guide shows."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.guides import FOLDER, blocks_of, missing, outputs_of, script_of
from tests.e2e.town import Town

GUIDES = [
    "procurement-portal.md",
    "portal-bids.md",
    "front-end.md",
    "charter-signatory.md",
    "partner.md",
    "plans.md",
    "auditor.md",
    "framework-packs.md",
    "bulk-valuation.md",
    "needs.md",
    "knowledge-hub.md",
    "feeds.md",
]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the guides speak through curl")
@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_of_a_guide_prints_what_it_shows(town: Town, tmp_path: Path, guide: str) -> None:
    blocks = blocks_of(guide)
    assert len(blocks) >= 4
    assert sum(len(block.promised) for block in blocks) >= 4
    addresses = {
        service.url_variable.removesuffix("_URL"): town.environment.url(service)
        for service in town.environment.services
    }
    ran = subprocess.run(
        ["bash", "-c", script_of(blocks)],
        cwd=tmp_path,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "CDP_STATE": str(town.environment.folder),
            **addresses,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    outputs = outputs_of(ran.stdout, len(blocks))
    for block, output in zip(blocks, outputs, strict=True):
        assert missing(block.promised, output) == [], f"{block.commands}\nprinted\n{output}"


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_is_short_and_starts_by_saying_where_the_platform_is(guide: str) -> None:
    lines = (FOLDER / guide).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 190
    first = blocks_of(guide)[0]
    assert '="${CDP_' in first.commands

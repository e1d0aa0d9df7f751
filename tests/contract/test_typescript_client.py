"""The TypeScript client: generated from the committed schema and the guide's queries, and compiled."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "clients" / "typescript"
NPM = shutil.which("npm")


@pytest.mark.skipif(
    NPM is None or not (FOLDER / "node_modules").exists(),
    reason="`npm ci --prefix clients/typescript` has not been run",
)
def test_the_client_is_generated_and_its_examples_compile() -> None:
    assert NPM is not None
    for step in ("generate", "check"):
        done = subprocess.run(
            [NPM, "run", "--silent", step], cwd=FOLDER, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

"""Starting: the document needs nothing, serving needs its key files and says which one is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.contract.descriptions import committed, operations_of

from cdp_common.db.database import LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS
from cdp_common.testing.callers import http_client
from cdp_common.web.settings import KeyFileUnusable
from procurement_api.main import CONNECTION_WAIT_S, create_app
from procurement_api.settings import Settings
from procurement_api.use_cases.bids_together import MOST_WAITED_S

OPERATIONS = {operation.id for operation in operations_of(committed("procurement-api"))}


def test_the_document_is_written_without_database_network_or_keys():
    document = create_app(Settings()).openapi()
    operations = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    assert set(operations) == OPERATIONS
    assert all(operation.get("description") for operation in operations.values())


@pytest.mark.parametrize(
    "field, words",
    [
        ("sealing_key_file", "CDP_SEALING_KEY_FILE is not set"),
        ("secret_key_file", "CDP_SECRET_KEY_FILE is not set"),
    ],
)
async def test_without_a_key_file_it_does_not_start_and_says_which(
    settings: Settings, field: str, words: str
):
    app = create_app(settings.model_copy(update={field: None}))
    with pytest.raises(KeyFileUnusable, match=words):
        async with http_client(app):
            pass


def test_a_process_without_its_keys_ends_at_once_and_says_why():
    ended = subprocess.run(
        [sys.executable, "-m", "procurement_api"],
        env={**os.environ, "CDP_SECRET_KEY_FILE": "/nowhere/secret.key"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.strip().endswith("CDP_SECRET_KEY_FILE cannot be read as base64url")


async def test_a_key_of_the_wrong_length_is_refused(settings: Settings, tmp_path: Path):
    short = tmp_path / "short.key"
    short.write_text("AAAA", encoding="ascii")
    app = create_app(settings.model_copy(update={"sealing_key_file": short}))
    with pytest.raises(KeyFileUnusable, match="CDP_SEALING_KEY_FILE holds 3 bytes, 32 are needed"):
        async with http_client(app):
            pass


@pytest.mark.parametrize("grace", ["-1", "3601", "soon"])
def test_the_wait_after_the_deadline_is_bounded(monkeypatch: pytest.MonkeyPatch, grace: str):
    assert Settings().opening_grace_s == 60.0
    monkeypatch.setenv("CDP_OPENING_GRACE_S", grace)
    with pytest.raises(ValueError, match="opening_grace_s"):
        Settings()


def test_opening_waits_for_longer_than_a_bid_may_wait_to_be_taken():
    waits = MOST_WAITED_S + CONNECTION_WAIT_S + (LOCK_TIMEOUT_MS + STATEMENT_TIMEOUT_MS) / 1000
    assert waits < Settings().opening_grace_s

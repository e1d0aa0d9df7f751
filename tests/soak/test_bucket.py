"""Files over the S3 protocol: evidence and an export are kept in a bucket, read, read in parts, and removed.

The bucket is moto's, in a process and an environment of its own (its client library wants other versions of
what our services use), fetched when the test is asked for.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from cdp_common.testing.plugin import MakeDatabase
from reporting_api.main import evidence_keeping, export_blobs
from reporting_api.settings import SCHEMA, Settings
from reporting_api.use_cases.make_export import ExportWorker
from reporting_api.use_cases.tend_evidence import EvidenceRetention, tend_evidence
from tests.integration.reporting_api.conftest import PACKAGE, running
from tests.integration.reporting_api.evidence_calls import PATH, PDF, keep_file, send_file
from tests.integration.reporting_api.export_calls import PATH as EXPORTS
from tests.integration.reporting_api.export_calls import content, export, rows
from tests.integration.reporting_api.world import World
from tests.soak.scale import Scale

MOTO = ("--from", "moto[s3]==5.2.5", "--with", "flask", "--with", "flask-cors", "moto_server")
LARGE = PDF[:9] + b"%" + b"x" * (11 * 1024 * 1024) + b"\n" + PDF[9:]
"""Larger than two parts of an upload."""
NEVER = EvidenceRetention(unused=timedelta(days=9_999), after_period=timedelta(days=9_999))


@pytest.fixture(scope="module")
def bucket(scale: Scale, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with an empty bucket named `files`."""
    if not scale.is_long:
        pytest.skip("fetches a server of S3: part of the long runs (CDP_SOAK=1)")
    uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    assert uv is not None
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = subprocess.Popen(
        [uv, "tool", "run", "--quiet", "--python", sys.executable, *MOTO, "-H", "127.0.0.1", "-p", str(port)],
        cwd=tmp_path_factory.mktemp("moto"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _made(f"{address}/files", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def _made(url: str, server: subprocess.Popen[bytes]) -> None:
    """Make the bucket as soon as the server answers."""
    until = time.monotonic() + 120
    while True:
        try:
            assert httpx2.put(url, headers={"Content-Length": "0"}).status_code == 200
            return
        except httpx2.TransportError:
            assert server.poll() is None
            assert time.monotonic() < until
            time.sleep(0.2)


@pytest.fixture
async def world(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """The service on a database of its own."""
    secret = tmp_path / "secret.key"
    secret.write_text("A" * 43, encoding="ascii")
    async with running(await make_database(PACKAGE, SCHEMA), secret) as started:
        yield started


def keep_in(world: World, bucket: str, folder: Path, prefix: str = "files/county") -> None:
    """Have the service keep its files in the bucket, as its settings would."""
    key = folder / "s3.key"
    key.write_text("secret\n", encoding="ascii")
    stated: Settings = world.app.state.settings
    settings = stated.model_copy(
        update={
            "evidence_store": f"s3://{prefix}",
            "evidence_s3_endpoint": bucket,
            "evidence_s3_region": "eu-west-2",
            "evidence_s3_access_key_id": "key",
            "evidence_s3_secret_key_file": key,
        }
    )
    state = world.app.state
    state.evidence_keeping, state.export_blobs = evidence_keeping(settings), export_blobs(settings)
    state.export_worker = ExportWorker(world.db, state.export_blobs, state.export_limits, world.clock)


def keys_in(bucket: str) -> list[str]:
    """The keys of everything in the bucket."""
    listed = httpx2.get(f"{bucket}/files", params={"list-type": "2"}).text
    return [part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]]


async def test_a_bucket_keeps_evidence_and_exports_and_gives_them_back(
    bucket: str, world: World, tmp_path: Path
) -> None:
    keep_in(world, bucket, tmp_path)
    council = world.as_org(world.council)
    small, large = [await keep_file(world, world.council, body) for body in (PDF, LARGE)]
    for kept, body in ((small, PDF), (large, LARGE)):
        answer = await world.http.get(f"{PATH}/{kept.id}/file", headers=council)
        assert answer.content == body
    await world.report(world.council)
    made = await export(world, council)
    whole = await content(world, council, made.id)
    assert len(await rows(world, council, made.id)) == 1
    part = await content(world, council, made.id, Range="bytes=5-14")
    assert (part.status_code, part.content) == (206, whole.content[5:15])
    evidence = [f"county/{kept.sha256}/{kept.id}" for kept in (small, large)]
    assert sorted(keys_in(bucket)) == sorted([*evidence, f"county/exports/{made.id}/1"])

    for kept in (small, large):
        erased = await world.http.post(
            f"{PATH}/{kept.id}/erasure",
            json={"reason": "wrong_file"},
            headers={**council, "If-Match": "*"},
        )
        assert erased.status_code == 200, erased.text
    assert (await world.http.delete(f"{EXPORTS}/{made.id}", headers=council)).status_code == 204
    await tend_evidence(world.db, world.app.state.evidence_keeping, NEVER, world.clock)
    assert keys_in(bucket) == []
    assert await world.count("loose_blobs") == 0


async def test_a_bucket_that_is_not_there_is_said_to_be_out_of_reach(
    bucket: str, world: World, tmp_path: Path
) -> None:
    keep_in(world, bucket, tmp_path, "elsewhere")
    refused = await send_file(world, world.as_org(world.council))
    assert (refused.status_code, refused.json()["code"]) == (503, "evidence_store_unavailable")
    assert await world.count("evidence_files") == 0
    await world.report(world.council)
    late = await export(world, world.as_org(world.council))
    assert (late.state, late.sha256) == ("queued", None)  # to be tried again

"""`cdp frameworks import`: a folder goes to a running service, and its faults come back with lines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from tests.integration.toms_engine.packs import pack
from tests.integration.toms_engine.world import World
from typer.testing import CliRunner

from cdp_common.clients.tokens import ClientCredentials, TokenSource, forwarded
from cdp_tools import pack_loading
from cdp_tools.main import app
from cdp_tools.pack_documents import PackFaulty
from cdp_tools.pack_loading import Credentials, CredentialsMissing, ImportRefused, import_into
from cdp_tools.packs import check_pack

LAIN = Path(__file__).parents[3] / "data" / "frameworks" / "lain-2022"
CHILD = """
framework: local-measures
edition: "1"
title: Local measures
publisher: A council
licence: CC0-1.0
description: For tests.
effective_from: 2026-01-01
tailors: {framework: family-measures, edition: "2026"}
changes:
  - measure: M1
    guidance: Count hours here.
"""


class Minted(Credentials):
    """A client whose tokens the test mints."""

    world: World

    def tokens(self, http: httpx2.AsyncClient) -> TokenSource:
        return forwarded(type(self).world.writer()["Authorization"].removeprefix("Bearer "))


@pytest.fixture
def owner(world: World, monkeypatch: pytest.MonkeyPatch) -> Credentials:
    @asynccontextmanager
    async def in_process() -> AsyncIterator[httpx2.AsyncClient]:
        yield world.http

    monkeypatch.setattr(pack_loading, "open_http", in_process)
    Minted.world = world
    return Minted("http://issuer", "owner")


async def test_a_folder_becomes_a_draft_and_then_is_published(world: World, owner: Credentials):
    expected = check_pack(LAIN).edition_hash
    draft = await import_into("http://toms", owner, LAIN, publish=False)
    assert (draft.state, draft.edition_hash) == ("draft", expected)
    published = await import_into("http://toms", owner, LAIN, publish=True)
    assert (published.state, published.id, published.edition_hash) == ("published", draft.id, expected)
    again = await import_into("http://toms", owner, LAIN, publish=True)
    assert (again.state, again.id) == ("published", draft.id)


async def test_the_platform_resolves_a_tailoring_and_its_faults_have_lines(
    world: World, owner: Credentials, tmp_path: Path
):
    child = tmp_path / "child.yaml"
    child.write_text(CHILD)
    with pytest.raises(PackFaulty) as refused:
        await import_into("http://toms", owner, child, publish=False)
    assert [(fault.place.line, fault.code) for fault in refused.value.faults] == [(9, "parent_unknown")]
    parent = await world.published(pack())
    edition = await import_into("http://toms", owner, child, publish=False)
    assert edition.derived_from == parent["edition_hash"]
    child.write_text(CHILD.replace("measure: M1", "measure: M9"))
    with pytest.raises(PackFaulty) as refused:
        await import_into("http://toms", owner, child, publish=False)
    told = [(fault.place.file, fault.place.line, fault.field) for fault in refused.value.faults]
    assert told == [("child.yaml", 11, "changes/M9/measure")]


async def test_another_refusal_is_told_in_words(world: World, owner: Credentials, tmp_path: Path):
    await world.load(pack(framework="lain"), world.other_writer())
    with pytest.raises(ImportRefused, match="framework_not_yours"):
        await import_into("http://toms", owner, LAIN, publish=True)


@pytest.mark.parametrize("content", ["", "not json", '{"kty": "OKP"}', "[]"])
def test_a_key_that_is_none_is_refused_without_showing_it(tmp_path: Path, content: str):
    key = tmp_path / "key.json"
    key.write_text(content)
    ran = CliRunner().invoke(app, ["frameworks", "import", str(LAIN), "--key-file", str(key)])
    assert ran.exit_code == 1
    assert "does not hold what a client proves itself with" in " ".join(ran.output.split())
    assert "OKP" not in ran.output


async def test_a_client_proves_itself_by_key_or_by_secret(tmp_path: Path):
    missing = Credentials("http://issuer", "operator")
    both = Credentials("http://issuer", "operator", tmp_path / "key", tmp_path / "secret")
    async with httpx2.AsyncClient() as http:
        for credentials in (missing, both):
            with pytest.raises(CredentialsMissing, match="one of the two"):
                credentials.tokens(http)
        with pytest.raises(CredentialsMissing, match="there is no file"):
            Credentials("http://issuer", "operator", tmp_path / "key").tokens(http)
        (tmp_path / "secret").write_text("a secret\n")
        by_secret = Credentials("http://issuer", "operator", secret_file=tmp_path / "secret")
        assert isinstance(by_secret.tokens(http), ClientCredentials)

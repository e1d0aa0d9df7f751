"""Documents by their hash: taught by clients (APQ), or trusted by the deployment."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.world import World, running

from cdp_common.testing.callers import TokenMint
from gateway.documents import TrustedDocumentsUnusable, hash_of, read_registry
from gateway.settings import Settings

QUERY = 'query P { place(slug: "place-1") { name } }'
OTHER = "query T { __typename }"


def persisted(document: str, **changed: Any) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(document), **changed}}


async def asked(world: World, *, headers: dict[str, str] | None = None, **body: Any) -> tuple[int, Any]:
    response = await world.http.post("/graphql", json=body, headers=headers)
    answer = response.json()
    if "errors" in answer:
        [error] = answer["errors"]
        return response.status_code, error["extensions"]["code"]
    return response.status_code, answer["data"]


async def test_a_document_is_taught_once_and_then_named_by_its_hash(world: World) -> None:
    known = {"place": {"name": "Place 1"}}
    named: dict[str, Any] = {"extensions": persisted(QUERY)}
    assert await asked(world, **named) == (400, "PERSISTED_QUERY_NOT_FOUND")
    assert await asked(world, query=QUERY, **named) == (200, known)
    assert await asked(world, **named) == (200, known)
    by_get = await world.http.get("/graphql", params={"extensions": json.dumps(named["extensions"])})
    assert by_get.json()["data"] == known
    unknown = await world.http.get("/graphql", params={"extensions": json.dumps(persisted(OTHER))})
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"


async def test_a_hash_teaches_nothing_but_its_own_sound_document(world: World) -> None:
    wrong: dict[str, Any] = {"query": QUERY, "extensions": persisted(OTHER)}
    assert await asked(world, **wrong) == (400, "document_hash_differs")
    broken = "{ nonsense }"
    taught: dict[str, Any] = {"query": broken, "extensions": persisted(broken)}
    assert await asked(world, **taught) == (400, "document_invalid")
    for document in (OTHER, broken):
        named = persisted(document)
        assert await asked(world, extensions=named) == (400, "PERSISTED_QUERY_NOT_FOUND")


@pytest.mark.parametrize("stated", [{"version": 2}, {"sha256Hash": 7}, {"version": None}])
async def test_an_extension_that_is_none_is_refused(world: World, stated: dict[str, Any]) -> None:
    extensions = persisted(QUERY, **stated)
    assert await asked(world, query=QUERY, extensions=extensions) == (400, "persisted_query_invalid")
    assert await asked(world, extensions={"persistedQuery": "x"}) == (400, "persisted_query_invalid")


async def test_the_registry_can_be_the_only_one_for_the_public(mint: TokenMint, tmp_path: Path) -> None:
    registry = tmp_path / "documents.json"
    registry.write_text(json.dumps({f"sha256:{hash_of(QUERY)}": QUERY}))
    async with running(mint, trusted_documents_file=registry, public_documents="trusted") as world:
        furnish(world)
        known = {"place": {"name": "Place 1"}}
        assert await asked(world, documentId=f"sha256:{hash_of(QUERY)}") == (200, known)
        assert await asked(world, extensions=persisted(QUERY)) == (200, known)
        assert await asked(world, query=QUERY) == (200, known)
        assert await asked(world, query=OTHER) == (400, "document_not_trusted")
        assert await asked(world, documentId=hash_of(OTHER)) == (400, "PERSISTED_QUERY_NOT_FOUND")
        headers = world.mint.headers()
        taught: dict[str, Any] = {"query": OTHER, "extensions": persisted(OTHER)}
        assert await asked(world, headers=headers, **taught) == (200, {"__typename": "Query"})
        # What a caller with a token taught does not open it to the public.
        assert await asked(world, extensions=persisted(OTHER)) == (400, "document_not_trusted")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "documents.json"),
        (b"[]", "documents by their hash"),
        (b'{"a": 1}', "documents by their hash"),
        (b'{"sha256:00": "{ a }"}', "00 is not the SHA-256"),
    ],
)
def test_a_registry_that_cannot_be_trusted_stops_the_start(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "documents.json"
    path.write_bytes(content)
    with pytest.raises(TrustedDocumentsUnusable, match=reason):
        read_registry(path)
    with pytest.raises(ValidationError, match=reason):
        Settings(trusted_documents_file=path)


def test_no_registry_trusts_nothing() -> None:
    assert read_registry(None) == {}

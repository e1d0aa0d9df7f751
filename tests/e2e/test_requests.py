"""A request of a wrong form, or with a wrong token, is refused at every door and changes nothing."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from cdp_common.db.database import Database
from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_tools.services import ISSUER
from cdp_tools.story.parties import Party
from partners_api.storage.signing_keys import load_signing_keys
from partners_api.use_cases.jose import sign_token
from tests.e2e.refusals import Door, knock, nothing_changes, problem
from tests.e2e.town import Town

TWENTY_MB = 20 * 1024 * 1024
NOBODY = str(new_id())
SOMEWHERE = {"place_id": NOBODY, "place_slug": "county-durham"}
QUARTER = {"period_start": "2026-04-01", "period_end": "2026-06-30"}

WRITING = [
    Door(
        "partners-api",
        "POST",
        "/v1/registrations",
        {"organisation": {"legal_name": "Never Ltd", "kind": "private"}, "client_name": "c"},
        needs_key=True,
        by="nobody",
    ),
    Door("toms-engine", "POST", "/v1/need-indices", {}, needs_key=True, by="operator"),
    Door("procurement-api", "POST", "/v1/agreements", {}, needs_key=True),
    Door("charter-api", "POST", "/v1/signatures", {}, needs_key=True),
    Door(
        "reporting-api", "POST", "/v1/reports", {**SOMEWHERE, **QUARTER, "nil_return": True}, needs_key=True
    ),
]
GRAPH = Door("gateway", "POST", "/graphql", {"query": "{ __typename }"})
SIGNED = [
    Door("partners-api", "GET", "/v1/delegations"),
    Door("toms-engine", "POST", "/v1/valuations", {}),
    Door("procurement-api", "GET", "/v1/agreements"),
    Door("charter-api", "POST", "/v1/signatures", {}, needs_key=True),
    Door("reporting-api", "GET", "/v1/reports"),
    GRAPH,
]

at_each_writing_door = pytest.mark.parametrize("door", WRITING, ids=lambda door: door.service)
at_each_signed_door = pytest.mark.parametrize("door", SIGNED, ids=lambda door: door.service)


@pytest.fixture(scope="module")
def stranger(town: Town) -> Party:
    """An organisation that has nothing to do with the story."""
    return town.newcomer("Stranger Ltd (fictional)")


@pytest.fixture
def token_for(town: Town, stranger: Party) -> Callable[[Door], str | None]:
    """A good token for a door."""

    def give(door: Door) -> str | None:
        return {"stranger": stranger, "operator": town.party("operator"), "nobody": town.anybody}[
            door.by
        ].token()

    return give


@pytest.mark.parametrize(
    ("content", "code"),
    [(b'{"a": ', "malformed_json"), (b"", "invalid_input"), (b'{"a": NaN}', "malformed_json")],
    ids=["cut off", "empty", "not a number"],
)
@at_each_writing_door
def test_a_body_that_is_not_json(
    town: Town, token_for: Callable[[Door], str | None], door: Door, content: bytes, code: str
) -> None:
    with nothing_changes(town):
        answer = knock(town, door, token_for(door), content=content)
    problem(answer, 400 if code == "malformed_json" else 422, code)


@pytest.mark.parametrize("stated", [True, False], ids=["length stated", "length not stated"])
@pytest.mark.parametrize("door", [*WRITING, GRAPH], ids=lambda door: door.service)
def test_a_body_of_twenty_megabytes(
    town: Town, token_for: Callable[[Door], str | None], door: Door, stated: bool
) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * (TWENTY_MB // 20)

    with nothing_changes(town):
        answer = knock(town, door, token_for(door), content=b" " * TWENTY_MB if stated else pieces())
    problem(answer, 413, "body_too_large")


@at_each_writing_door
def test_a_query_parameter_that_the_operation_does_not_have(
    town: Town, token_for: Callable[[Door], str | None], door: Door
) -> None:
    with nothing_changes(town):
        answer = knock(town, door, token_for(door), query="?dry_run=true")
    problem(answer, 400, "unknown_query_parameter")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency_key_missing"),
        ("1", "idempotency_key_malformed"),
        ("no spaces are taken here, ever", "idempotency_key_malformed"),
    ],
)
@at_each_writing_door
def test_an_idempotency_key_that_is_none(
    town: Town, token_for: Callable[[Door], str | None], door: Door, key: str | None, code: str
) -> None:
    with nothing_changes(town):
        answer = knock(town, door, token_for(door), Idempotency_Key=key)
    problem(answer, 400, code)


@at_each_writing_door
def test_a_body_of_another_type(town: Town, token_for: Callable[[Door], str | None], door: Door) -> None:
    with nothing_changes(town):
        answer = knock(
            town, door, token_for(door), Content_Type="application/x-www-form-urlencoded", content=b"a=1"
        )
    problem(answer, 415, "unsupported_media_type")


# ------------------------------------------------------------------ tokens
@at_each_signed_door
def test_a_token_that_somebody_else_signed(town: Town, stranger: Party, door: Door) -> None:
    genuine = stranger.token()
    assert genuine is not None
    header, claims = _parts(genuine)
    forger = OKPKey.generate_key("Ed25519", {"kid": str(header["kid"])})
    forged = jwt.encode(header, claims, forger, algorithms=["Ed25519"])
    with nothing_changes(town):
        answers = [
            knock(town, door, forged),
            knock(town, door, genuine[:-4] + ("AAAA" if genuine[-4:] != "AAAA" else "BBBB")),
            knock(town, door, "not-a-token"),
        ]
    for answer in answers:
        problem(answer, 401, "token_invalid")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@at_each_signed_door
def test_a_token_of_twenty_minutes_ago(town: Town, expired_token: str, door: Door) -> None:
    with nothing_changes(town):
        answer = knock(town, door, expired_token)
    problem(answer, 401, "token_expired")


@pytest.fixture(scope="module")
def expired_token(town: Town, stranger: Party) -> str:
    """A stranger's token of twenty minutes ago, signed by the issuer's own key."""
    _, claims = _parts(stranger.token() or "")
    then = int(utc_now().timestamp()) - 20 * 60
    return asyncio.run(_signed_by_issuer(town, {**claims, "iat": then, "exp": then + 600}))


async def _signed_by_issuer(town: Town, claims: dict[str, object]) -> str:
    database = Database(town.books.address("partners"), schema="partners", app_name="test")
    async with database.begin() as tx:
        key = (await load_signing_keys(tx))[0]
    await database.dispose()
    secret = town.environment.keys.secret_key_file(ISSUER.name).read_text()
    return sign_token(key, base64.urlsafe_b64decode(secret + "="), claims)


def test_a_revoked_client_is_shut_out_everywhere_within_five_seconds(town: Town) -> None:
    leaver = town.newcomer("Leaver Ltd (fictional)")
    token = leaver.token()
    for door in SIGNED:
        assert knock(town, door, token).status_code != 401
    leaver.call("DELETE", town.url("partners-api", f"/v1/clients/{leaver.client_id}"), expect=204)
    revoked_at = time.monotonic()
    waiting = list(SIGNED)
    with nothing_changes(town):
        while waiting:
            waiting = [door for door in waiting if knock(town, door, token).status_code != 401]
            assert time.monotonic() - revoked_at < 5, f"still let in: {[door.service for door in waiting]}"
        for door in SIGNED:
            problem(knock(town, door, token), 401, "token_revoked")
    refused = town.http.post(
        town.url("partners-api", "/oauth/token"),
        data={"grant_type": "client_credentials"},
        auth=(leaver.client_id or "", leaver.secret or ""),
    )
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def _parts(token: str) -> tuple[dict[str, object], dict[str, object]]:
    """Header and claims of a token, as anybody can read them."""
    pieces = token.split(".")[:2]
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in pieces)
    return header, claims

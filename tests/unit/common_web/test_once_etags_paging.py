"""Idempotency keys, ETags and page links as a client meets them."""

from typing import cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.unit.common_web.conftest import BID, TENDER
from tests.unit.common_web.test_problems import assert_problem

from cdp_common.contracts.base import Contract
from cdp_common.db.idempotency import Answer, MergedCalls, Once
from cdp_common.web import once as once_module
from cdp_common.web.etags import IfMatchMissing, IfMatchStale, etag_of, require_match
from cdp_common.web.once import (
    IdempotencyKeyMalformed,
    IdempotencyKeyMissing,
    answer_response,
    parse_key,
)

BIDS = f"/v1/tenders/{TENDER}/bids"
UUID_KEY = "0b7a3f8e-98d4-4cbb-9a3f-0e6f6a3d9c11"


@pytest.mark.parametrize(
    "header, key",
    [
        (UUID_KEY, UUID_KEY),
        (UUID_KEY.upper(), UUID_KEY),
        (f'"{UUID_KEY}"', UUID_KEY),
        ("a" * 22, "a" * 22),
        (f'"{"A-_9" * 6}"', "A-_9" * 6),
        ("Z" * 128, "Z" * 128),
        (f"  {UUID_KEY} ", UUID_KEY),
    ],
)
def test_a_key_is_a_uuid_or_long_enough(header, key):
    assert parse_key(header) == key


@pytest.mark.parametrize("header", [None, "", "  "])
def test_no_key_is_missing(header):
    with pytest.raises(IdempotencyKeyMissing):
        parse_key(header)


@pytest.mark.parametrize(
    "header", ["a" * 21, "a" * 129, "a" * 21 + "!", '"', '""', f'"{"a" * 22}', "a b" * 10, "é" * 22, "1"]
)
def test_a_key_that_may_collide_is_malformed(header):
    with pytest.raises(IdempotencyKeyMalformed):
        parse_key(header)


@given(st.uuids())
def test_every_uuid_is_a_key_in_any_case(value: UUID):
    assert parse_key(str(value).upper()) == parse_key(str(value)) == str(value)


@given(st.text())
def test_any_header_is_a_key_or_a_typed_refusal(header):
    try:
        key = parse_key(header)
    except (IdempotencyKeyMissing, IdempotencyKeyMalformed):
        return
    assert 22 <= len(key) <= 128


async def test_a_missing_key_is_400_and_comes_after_the_right_to_act(client, token_mint):
    body = BID.model_dump(mode="json")
    assert_problem(await client.post(BIDS, json=body), 401, "token_missing")
    assert_problem(await client.post(BIDS, json=body, headers=token_mint.headers()), 403, "scope_missing")
    headers = token_mint.headers(scopes=["bids:write"])
    assert_problem(await client.post(BIDS, json=body, headers=headers), 400, "idempotency_key_missing")
    headers["Idempotency-Key"] = "short"
    assert_problem(await client.post(BIDS, json=body, headers=headers), 400, "idempotency_key_malformed")


async def test_a_key_is_looked_at_before_the_rules_on_the_body(client, token_mint):
    headers = token_mint.headers(scopes=["bids:write"])
    assert_problem(await client.post(BIDS, json={}, headers=headers), 400, "idempotency_key_missing")


@pytest.fixture
def calls(monkeypatch):
    """What `Once` is made of at each call: key, scope and fingerprint."""
    seen: list[tuple[str, str, str]] = []

    def recorded(key: str, scope: str, fingerprint: str, merged: MergedCalls | None = None) -> Once:
        seen.append((key, scope, fingerprint))
        return Once(key, scope, fingerprint, merged)

    monkeypatch.setattr(once_module, "Once", recorded)
    return seen


async def test_the_scope_is_client_organisation_and_operation(client, token_mint, calls):
    org = UUID("01a20000-0000-7000-8000-00000000000a")
    headers = {
        **token_mint.headers(scopes=["bids:write"], client_id="portal", org=org),
        "Idempotency-Key": UUID_KEY,
    }
    await client.post(BIDS, json=BID.model_dump(mode="json"), headers=headers)
    assert [call[:2] for call in calls] == [(UUID_KEY, f"portal {org} submit_bid")]


async def test_the_scope_under_merged_records_is_the_same_of_these(
    app, client, token_mint, calls, monkeypatch
):
    org, merged = UUID("01a20000-0000-7000-8000-00000000000a"), UUID("01a20000-0000-7000-8000-00000000000b")

    async def find_records(_tx: object, organisation_id: UUID) -> list[UUID]:
        return [merged, organisation_id]

    app.state.find_records = find_records
    asked: list[MergedCalls] = []

    def recorded(key: str, scope: str, fingerprint: str, merged: MergedCalls | None = None) -> Once:
        calls.append((key, scope, fingerprint))
        asked.extend([] if merged is None else [merged])
        return Once(key, scope, fingerprint, merged)

    monkeypatch.setattr(once_module, "Once", recorded)
    headers = token_mint.headers(scopes=["bids:write"], client_id="portal", org=org)
    body = BID.model_dump(mode="json")
    await client.post(BIDS, json=body, headers={**headers, "Idempotency-Key": UUID_KEY})
    [find] = asked
    [same] = await find(cast(AsyncConnection, None))
    (key, scope, fingerprint), other = calls
    assert (key, scope) == (UUID_KEY, f"portal {org} submit_bid")
    assert other == (key, f"portal {merged} submit_bid", fingerprint)
    assert same.lock == Once(*other).lock


async def test_without_a_token_the_scope_is_the_operation(client, calls):
    answer = await client.post("/v1/supporters", headers={"Idempotency-Key": UUID_KEY})
    assert answer.status_code == 200
    assert calls[0][:2] == (UUID_KEY, "anyone register_supporter")


async def test_a_bad_token_is_401_where_a_key_is_public(client):
    headers = {"Idempotency-Key": UUID_KEY, "Authorization": "Bearer nonsense"}
    assert_problem(await client.post("/v1/supporters", headers=headers), 401, "token_invalid")


async def test_the_fingerprint_is_of_the_content_and_not_of_its_spelling(client, token_mint, calls):
    headers = {
        **token_mint.headers(scopes=["bids:write"]),
        "Idempotency-Key": UUID_KEY,
        "Content-Type": "application/json",
    }
    same = [
        b'{"lines":[{"measure":"NT1","quantity":"1"}],"note":"\xc3\xbc"}',
        b'{ "note": "\\u00fc", "lines": [ {"quantity": "1", "measure": "NT1"} ] }',
    ]
    other = [
        b'{"lines":[{"measure":"NT1","quantity":"1.0"}],"note":"\xc3\xbc"}',
        b'{"lines":[{"measure":"NT1","quantity":"1"}],"note":null}',
        b'{"lines":[{"measure":"NT1","quantity":"1"}]}',
    ]
    for body in same + other:
        assert (await client.post(BIDS, content=body, headers=headers)).status_code == 201
    elsewhere = BIDS.replace(str(TENDER), UUID_KEY)
    await client.post(elsewhere, content=same[0], headers=headers)
    fingerprints = [call[2] for call in calls]
    assert fingerprints[0] == fingerprints[1]
    assert len(set(fingerprints)) == 5


async def test_a_body_that_nests_too_deeply_is_told_from_others_by_its_bytes(client, calls):
    for depth in (1800, 1801):  # the body limit of the sample is 2048 bytes
        answer = await client.post(
            "/v1/supporters", content=b"[" * depth, headers={"Idempotency-Key": UUID_KEY}
        )
        assert answer.status_code == 200
    assert len({call[2] for call in calls}) == 2


def test_a_kept_answer_is_a_response_and_says_when_it_is_an_earlier_one():
    first = answer_response(Answer(201, b'{"a":1}', {"Location": "/v1/bids/1"}))
    assert (first.status_code, first.body, first.headers["location"]) == (201, b'{"a":1}', "/v1/bids/1")
    assert first.headers["content-type"] == "application/json"
    assert "idempotency-replayed" not in first.headers
    again = answer_response(Answer(201, b'{"a":1}', {"Location": "/v1/bids/1"}, replayed=True))
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.body) == (first.status_code, first.body)


class Thing(Contract):
    name: str
    size: int


@given(st.text(), st.integers())
def test_equal_things_have_equal_tags_and_other_things_others(name, size):
    thing = Thing(name=name, size=size)
    assert etag_of(thing) == etag_of(Thing(name=name, size=size))
    assert etag_of(thing) != etag_of(Thing(name=name, size=size + 1))


async def test_a_resource_is_answered_with_its_tag(client):
    answer = await client.get("/v1/bid")
    assert answer.status_code == 200
    assert answer.headers["etag"] == etag_of(BID)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["vary"] == "Authorization"
    assert answer.content == BID.model_dump_json().encode()


@pytest.mark.parametrize(
    "wanted, status",
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ("*", 304),
        ('"other", {tag}', 304),
        ('"other"', 200),
        ("", 200),
        ("tag", 200),
    ],
)
async def test_a_copy_that_is_current_is_not_sent_again(client, wanted, status):
    answer = await client.get("/v1/bid", headers={"If-None-Match": wanted.format(tag=etag_of(BID))})
    assert answer.status_code == status
    assert answer.headers["etag"] == etag_of(BID)
    if status == 304:
        assert answer.content == b""


async def test_a_change_must_name_the_current_version(client):
    body = BID.model_dump(mode="json")
    for nothing in ({}, {"If-Match": ""}, {"If-Match": " "}):
        answer = await client.put("/v1/bid", json=body, headers=nothing)
        assert_problem(answer, 428, "if_match_missing")
    for stale in ('"old"', f"W/{etag_of(BID)}"):
        answer = await client.put("/v1/bid", json=body, headers={"If-Match": stale})
        assert_problem(answer, 412, "if_match_stale")
    for current in (etag_of(BID), f'"old", {etag_of(BID)}', "*"):
        answer = await client.put("/v1/bid", json=body, headers={"If-Match": current})
        assert answer.status_code == 200


def test_the_two_refusals_of_a_change_are_told_apart():
    with pytest.raises(IfMatchMissing):
        require_match(None, BID)
    with pytest.raises(IfMatchStale):
        require_match('"x"', BID)
    require_match(etag_of(BID), BID)


async def test_the_next_link_repeats_the_question_with_the_new_cursor(client):
    answer = await client.get(f"{BIDS}?state=a%20b&limit=5&cursor=old&state=c")
    assert answer.json()["next"] == f"{BIDS}?state=a+b&limit=5&state=c&cursor=abc"
    followed = await client.get(answer.json()["next"])
    assert followed.json()["items"] == ["5", "abc", "a b", "c"]

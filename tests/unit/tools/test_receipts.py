"""`cdp receipt verify`: what holds, what does not, and what cannot be read, without a network."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey
from typer.testing import CliRunner

from cdp_common.kernel.proofs import canonical_json, commitment, inclusion_paths, leaf_hash, merkle_root
from cdp_tools.main import app

KEY = OKPKey.generate_key("Ed25519", auto_kid=True)
TENDER, BID = "01936b2e-0000-7000-8000-000000000001", "01936b2e-0000-7000-8000-000000000002"
COMMITMENT_KEY = "11" * 32
Json = dict[str, Any]
Verify = Callable[..., tuple[int, list[str]]]


def signed(payload: Json, type_: str, key: OKPKey = KEY) -> str:
    header = {"alg": "Ed25519", "kid": KEY.kid, "typ": type_}
    return jws.serialize_compact(header, canonical_json(payload), key, ["Ed25519"])


SENT: Json = {
    "tenderer": {"organisation_id": "01936b2e-0000-7000-8000-000000000003"},
    "lines": [{"measure": "M-JOB", "quantity": "12.50", "unit": "fte_years", "answer": "Hé."}],
    "attestation": {"authorised_by": "Director", "authorised_at": "2026-11-22T10:00:00Z"},
}
STATED: Json = {
    "bid_id": BID,
    "tender_id": TENDER,
    "version": 1,
    "action": "submitted",
    "received_at": "2026-12-01T11:59:59.999000Z",
    "content_hash": "ab" * 32,
    "commitment": commitment(bytes.fromhex(COMMITMENT_KEY), canonical_json(SENT)),
}
RECEIPT: Json = {**STATED, "commitment_key": COMMITMENT_KEY, "receipt_jws": signed(STATED, "cdp-receipt+jws")}
LEAVES = [leaf_hash(b"another"), leaf_hash(canonical_json(STATED)), leaf_hash(b"a third")]


def log(**changes: Any) -> Json:
    head = {
        "tender_id": TENDER,
        "opened_at": "2026-12-01T12:00:20Z",
        "size": len(LEAVES),
        "root": merkle_root(LEAVES),
        **changes,
    }
    return {**head, "log_jws": signed(head, "cdp-tender-log+jws")}


PROOF: Json = {"log": log(), "leaf_hash": LEAVES[1], "leaf_index": 1, "path": inclusion_paths(LEAVES)[1]}
GOOD: Json = {
    "receipt": RECEIPT,
    "key": {"keys": [{**KEY.as_dict(private=False), "use": "sig", "alg": "Ed25519"}]},
    "bid": SENT,
    "proof": PROOF,
}


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """Runs the command on these documents; gives its exit code and its lines."""

    def run(*, leave_out: tuple[str, ...] = (), **changes: Any) -> tuple[int, list[str]]:
        arguments = ["receipt", "verify"]
        for name, document in {**GOOD, **changes}.items():
            if name in leave_out:
                continue
            path = tmp_path / f"{name}.json"
            content = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
            path.write_text(content, encoding="utf-8")
            arguments += [str(path)] if name == "receipt" else [f"--{name}", str(path)]
        ran = CliRunner().invoke(app, arguments)
        return ran.exit_code, ran.output.splitlines()

    return run


def test_a_good_receipt_holds_in_everything_that_is_checked(verify: Verify):
    code, lines = verify()
    assert (code, len(lines), {line[0] for line in lines}) == (0, 6, {"✓"})
    code, lines = verify(leave_out=("bid", "proof"))
    assert (code, lines) == (
        0,
        ["✓ the receipt is signed by one of the keys", "✓ what it says is what was signed"],
    )


SAYS, BID_FITS = "✗ what it says is what was signed", "✗ the bid is the one that it was given for"
SIGNED, HELD = "✗ the receipt is signed by one of the keys", "✗ the log holds the receipt"
STRANGER = OKPKey.generate_key("Ed25519", parameters={"kid": str(KEY.kid)})


@pytest.mark.parametrize(
    "changes, wrong",
    [
        ({"receipt": {**RECEIPT, "received_at": "2026-12-01T12:00:00.000000Z"}}, [SAYS]),
        ({"receipt": {**RECEIPT, "version": 2}}, [SAYS]),
        (
            {"receipt": {**RECEIPT, "receipt_jws": signed(STATED, "cdp-receipt+jws", STRANGER)}},
            [SIGNED, SAYS, HELD],
        ),
        ({"receipt": {**RECEIPT, "receipt_jws": signed(STATED, "at+jwt")}}, [SIGNED, SAYS, HELD]),
        ({"receipt": {**RECEIPT, "receipt_jws": "no.token"}}, [SIGNED, SAYS, HELD]),
        ({"receipt": {**RECEIPT, "commitment_key": "12" * 32}}, [BID_FITS]),
        ({"receipt": {**RECEIPT, "commitment_key": "none"}}, [BID_FITS]),
        ({"bid": {**SENT, "lines": [{**SENT["lines"][0], "quantity": "12.51"}]}}, [BID_FITS]),
        ({"proof": {**PROOF, "leaf_index": 0}}, [HELD]),
        ({"proof": {**PROOF, "leaf_hash": LEAVES[0]}}, [HELD]),
        ({"proof": {**PROOF, "path": PROOF["path"][:1]}}, [HELD]),
        ({"proof": {**PROOF, "log": log(size=2)}}, [HELD]),
        ({"proof": {**PROOF, "log": log(tender_id=BID)}}, ["✗ the log is that of the receipt's tender"]),
        (
            {"proof": {**PROOF, "log": {**log(), "size": 2}}},
            ["✗ the log is signed by one of the keys", HELD],
        ),
        (
            {"proof": {**PROOF, "log": {**log(), "log_jws": RECEIPT["receipt_jws"]}}},
            ["✗ the log is signed by one of the keys"],
        ),
    ],
)
def test_what_does_not_hold_is_named_and_the_command_ends_with_1(
    verify: Verify, changes: Json, wrong: list[str]
):
    code, lines = verify(**changes)
    assert (code, [line for line in lines if line[0] == "✗"]) == (1, wrong)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"receipt": "{"}, "cannot be read"),
        ({"receipt": {**RECEIPT, "version": "one"}}, "version: "),
        ({"receipt": "[" * 100_000}, "cannot be read"),
        ({"key": {"keys": [{"kty": "none"}]}}, "not a set of keys"),
        ({"key": {}}, "keys: "),
        ({"proof": {**PROOF, "path": ["xyz"]}}, "path/0: "),
    ],
)
def test_what_cannot_be_read_is_named_and_the_command_ends_with_2(verify: Verify, changes: Json, words: str):
    code, lines = verify(**changes)
    assert code == 2
    assert words in " ".join(lines)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    ran = CliRunner().invoke(app, ["receipt", "verify", str(tmp_path / "none"), "--key", str(tmp_path / "k")])
    assert (ran.exit_code, "No such file" in ran.output) == (2, True)

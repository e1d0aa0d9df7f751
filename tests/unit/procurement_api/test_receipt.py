"""The bytes that receipts stand on: one way of writing, known Merkle roots, padding that tells little."""

import hashlib
import hmac
import json

import pytest

from procurement_api.domain.receipt import PADDING_BYTES, canonical_json, commitment, merkle_root, padded

# The tree of seven leaves that RFC 9162, section 2.1.5 draws, built here by hand from its definition.
LEAVES = [f"d{number}".encode() for number in range(7)]


def leaf(content: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_the_root_of_the_rfcs_example_tree():
    a, b, c, d, e, f, j = (leaf(content) for content in LEAVES)
    g, h, i = node(a, b), node(c, d), node(e, f)
    k, last = node(g, h), node(i, j)
    assert merkle_root(LEAVES) == node(k, last).hex()
    assert merkle_root(LEAVES[:6]) == node(k, i).hex()
    assert merkle_root(LEAVES[:4]) == k.hex()
    assert merkle_root(LEAVES[:3]) == node(g, c).hex()


# The inputs and roots that implementations of RFC 6962 and RFC 9162 test themselves with
# (Certificate Transparency's own test data: the empty tree and the first eight leaves).
CT_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(len(CT_ROOTS)))
def test_the_roots_of_certificate_transparencys_test_data(size):
    assert merkle_root([bytes.fromhex(text) for text in CT_LEAVES[:size]]) == CT_ROOTS[size]


def test_the_order_of_the_leaves_matters():
    assert merkle_root([b"a", b"b"]) != merkle_root([b"b", b"a"])


def test_json_is_written_in_one_way():
    assert canonical_json({"b": ["é", None], "a": {"z": "1.50", "y": True}}) == (
        '{"a":{"y":true,"z":"1.50"},"b":["é",null]}'.encode()
    )


def test_a_commitment_is_the_hmac_of_the_content():
    key = bytes(range(32))
    assert commitment(key, b"content") == hmac.new(key, b"content", hashlib.sha256).hexdigest()
    assert commitment(bytes(32), b"content") != commitment(key, b"content")


@pytest.mark.parametrize(
    "length, expected",
    [(1, PADDING_BYTES), (PADDING_BYTES, PADDING_BYTES), (PADDING_BYTES + 1, 2 * PADDING_BYTES)],
)
def test_padding_fills_up_to_the_next_step(length, expected):
    assert len(padded(b"x" * length)) == expected


def test_padded_json_reads_as_before():
    assert json.loads(padded(canonical_json({"a": "1"}))) == {"a": "1"}

"""What can be proved offline: one way of writing JSON, commitments, and RFC 9162's trees and proofs."""

import hashlib
import hmac
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.proofs import (
    canonical_json,
    commitment,
    inclusion_paths,
    is_included,
    leaf_hash,
    merkle_root,
)

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


# Published inclusion proofs over the same leaves: leaf (from 0), size of the tree, path.
CT_PROOFS: list[tuple[int, int, list[str]]] = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def leaves(size: int) -> list[str]:
    return [leaf_hash(bytes.fromhex(text)) for text in CT_LEAVES[:size]]


@dataclass(frozen=True)
class Claim:
    leaf: str
    index: int
    size: int
    path: tuple[str, ...]
    root: str

    @property
    def holds(self) -> bool:
        return is_included(self.leaf, self.index, self.size, self.path, self.root)


@pytest.mark.parametrize("size", range(len(CT_ROOTS)))
def test_the_roots_of_certificate_transparencys_test_data(size: int):
    assert merkle_root(leaves(size)) == CT_ROOTS[size]


@pytest.mark.parametrize("index, size, path", CT_PROOFS)
def test_the_published_inclusion_proofs(index: int, size: int, path: list[str]):
    assert inclusion_paths(leaves(size))[index] == path
    assert is_included(leaves(size)[index], index, size, path, CT_ROOTS[size])


@given(st.integers(min_value=1, max_value=70), st.data())
def test_every_leaf_of_a_tree_is_proved_where_it_stands_and_nowhere_else(size: int, data: st.DataObject):
    hashes = [leaf_hash(str(number).encode()) for number in range(size)]
    root, paths = merkle_root(hashes), inclusion_paths(hashes)
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    claim = Claim(hashes[index], index, size, tuple(paths[index]), root)
    assert claim.holds
    other = data.draw(st.integers(min_value=-1, max_value=size))
    assert replace(claim, index=other).holds == (other == index)
    assert len(claim.path) <= size.bit_length()


def test_whatever_is_changed_in_a_proof_it_proves_nothing():
    hashes = leaves(7)
    claim = Claim(hashes[4], 4, 7, tuple(inclusion_paths(hashes)[4]), CT_ROOTS[7])
    assert claim.holds
    turned = (claim.path[1], claim.path[0], *claim.path[2:])
    for wrong in (
        replace(claim, leaf=hashes[5]),
        replace(claim, root=CT_ROOTS[8]),
        replace(claim, path=claim.path[:-1]),
        replace(claim, path=(*claim.path, CT_ROOTS[1])),
        replace(claim, path=turned),
        replace(claim, path=("not hexadecimal", *claim.path[1:])),
        replace(claim, size=0, index=0),
    ):
        assert not wrong.holds, wrong


def test_no_leaf_has_no_proof():
    assert inclusion_paths([]) == []
    assert not is_included(leaves(1)[0], 0, 0, [], CT_ROOTS[0])


def test_the_order_of_the_leaves_matters():
    assert merkle_root(leaves(2)) != merkle_root(leaves(2)[::-1])


def test_a_leaf_is_never_taken_for_a_node():
    one, two = leaves(2)
    assert leaf_hash(bytes.fromhex(one + two)) != merkle_root([one, two])


def test_json_is_written_in_one_way():
    assert canonical_json({"b": ["é", None], "a": {"z": "1.50", "y": True}}) == (
        '{"a":{"y":true,"z":"1.50"},"b":["é",null]}'.encode()
    )


def test_a_commitment_is_the_hmac_of_the_content():
    key = bytes(range(32))
    assert commitment(key, b"content") == hmac.new(key, b"content", hashlib.sha256).hexdigest()
    assert commitment(bytes(32), b"content") != commitment(key, b"content")

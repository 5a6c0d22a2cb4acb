"""The tree of RFC 6962, held to its published vectors and to its own proofs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.release.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    root_of,
)

VECTOR_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
VECTOR_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = st.integers(1, 70)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(bytes([at])) for at in range(count)]


def test_the_empty_tree_is_the_hash_of_nothing():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]) == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size):
    assert root_of([leaf_hash(data) for data in VECTOR_LEAVES[:size]]).hex() == VECTOR_ROOTS[size - 1]


def test_the_proofs_are_those_of_certificate_transparency():
    hashes = [leaf_hash(data) for data in VECTOR_LEAVES]
    assert [each.hex()[:8] for each in inclusion_proof(hashes, 0)] == ["96a296d2", "5f083f0a", "6b47aaf2"]
    assert [each.hex()[:8] for each in consistency_proof(hashes, 6)] == ["0ebc5d34", "ca854ea1", "d37ee418"]


@given(SIZES, st.data())
def test_every_leaf_proves_its_place_and_no_other(size, data):
    all_leaves = leaves(size)
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(all_leaves, index), root_of(all_leaves)

    assert included(all_leaves[index], index, size, proof, root)
    assert included(all_leaves[other], index, size, proof, root) is (other == index)
    assert not included(all_leaves[index], index, size, [*proof, root], root)


@given(SIZES, st.data())
def test_a_log_that_only_grew_proves_it_and_a_rewritten_one_cannot(size, data):
    old_size = data.draw(st.integers(1, size))
    old, new = leaves(old_size), leaves(size)
    proof = consistency_proof(new, old_size)
    rewritten = [leaf_hash(b"other"), *old[1:]]

    assert consistent(old_size, root_of(old), size, root_of(new), proof)
    assert not consistent(old_size, root_of(rewritten), size, root_of(new), proof)

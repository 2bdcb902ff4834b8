"""The audit tree against the RFC's known roots, its plain definition, and forged proofs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.audit import merkle
from anxin.audit.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash, root_of

# The test vectors of Certificate Transparency (RFC 6962 and 9162 define the same tree).
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
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
KNOWN = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]
sizes = st.integers(1, 70)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(i).encode()) for i in range(size)]


def by_definition(of: list[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not of:
        return EMPTY_ROOT
    if len(of) == 1:
        return of[0]
    k = 1
    while k * 2 < len(of):
        k *= 2
    return node_hash(by_definition(of[:k]), by_definition(of[k:]))


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    assert root_of(KNOWN[:size]).hex() == ROOTS[size]


def test_known_proofs() -> None:
    """From the RFC's examples (2.1.5): proofs in the tree of seven leaves, named as in the drawing."""
    a, b, c, d, e, f, j = leaves(7)
    g, h, i, l_ = node_hash(a, b), node_hash(c, d), node_hash(e, f), node_hash(node_hash(e, f), j)
    k = node_hash(g, h)
    seven = leaves(7)
    assert merkle.inclusion(0, seven) == [b, h, l_]
    assert merkle.inclusion(3, seven) == [c, g, l_]
    assert merkle.inclusion(4, seven) == [f, j, k]
    assert merkle.inclusion(6, seven) == [i, k]
    assert merkle.consistency(3, seven) == [c, d, g, l_]
    assert merkle.consistency(4, seven) == [l_]
    assert merkle.consistency(6, seven) == [i, j, k]


@given(size=st.integers(0, 200))
def test_the_frontier_gives_the_root_of_the_definition(size: int) -> None:
    assert root_of(leaves(size)) == by_definition(leaves(size))


@given(size=st.integers(0, 100), cut=st.integers(0, 100))
def test_a_frontier_goes_on_where_it_was_stored(size: int, cut: int) -> None:
    cut = min(cut, size)
    first = Frontier()
    first.extend(leaves(size)[:cut])
    again = Frontier.load(first.size, first.dump())
    again.extend(leaves(size)[cut:])
    assert again.size == size
    assert again.root() == root_of(leaves(size))
    assert len(again.dump()) == 32 * size.bit_count()


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="not the frontier of 3"):
        Frontier.load(3, bytes(32))
    with pytest.raises(ValueError, match="not the frontier of 1"):
        Frontier.load(1, bytes(31))


@given(size=sizes, index=st.integers(0, 69), other=st.integers(0, 69), data=st.data())
def test_inclusion_is_proved_for_the_leaf_and_its_place_only(size: int, index: int, other: int, data) -> None:
    index, other = index % size, other % size
    tree = leaves(size)
    root, proof = root_of(tree), merkle.inclusion(index, tree)
    assert merkle.verify_inclusion(index, size, tree[index], proof, root)
    assert not merkle.verify_inclusion(index, size, leaf_hash(b"forged"), proof, root)
    assert not merkle.verify_inclusion(index, size, tree[index], proof, leaf_hash(b"forged"))
    assert not merkle.verify_inclusion(size, size, tree[index], proof, root)
    assert not merkle.verify_inclusion(index, size, tree[index], [*proof, root], root)
    if other != index:
        assert not merkle.verify_inclusion(other, size, tree[index], proof, root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        forged = [*proof[:at], leaf_hash(b"forged"), *proof[at + 1 :]]
        assert not merkle.verify_inclusion(index, size, tree[index], forged, root)
        assert not merkle.verify_inclusion(index, size, tree[index], proof[:-1], root)


@given(size=sizes, old=sizes, data=st.data())
def test_consistency_is_proved_for_a_true_beginning_only(size: int, old: int, data) -> None:
    old = min(old, size)
    tree = leaves(size)
    root, old_root = root_of(tree), root_of(tree[:old])
    proof = merkle.consistency(old, tree)
    assert merkle.verify_consistency(old, size, old_root, root, proof)
    assert not merkle.verify_consistency(old, size, old_root, root, [*proof, root])
    if old < size:
        changed = data.draw(st.integers(0, old - 1))
        rewritten = [*tree[:changed], leaf_hash(b"rewritten"), *tree[changed + 1 :]]
        assert not merkle.verify_consistency(
            old, size, old_root, root_of(rewritten), merkle.consistency(old, rewritten)
        )
        assert not merkle.verify_consistency(old, size, leaf_hash(b"forged"), root, proof)
        assert not merkle.verify_consistency(old, size, old_root, leaf_hash(b"forged"), proof)
        assert not merkle.verify_consistency(size, old, root, old_root, proof)
        assert not merkle.verify_consistency(old, size, old_root, root, proof[:-1])


def test_every_tree_grew_from_the_empty_one_and_from_nothing_else() -> None:
    assert merkle.verify_consistency(0, 3, EMPTY_ROOT, root_of(leaves(3)), [])
    assert not merkle.verify_consistency(0, 3, leaf_hash(b"x"), root_of(leaves(3)), [])
    assert not merkle.verify_consistency(0, 3, EMPTY_ROOT, root_of(leaves(3)), [EMPTY_ROOT])


def test_a_leaf_cannot_pose_as_an_inner_node() -> None:
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)


def test_proofs_are_asked_for_leaves_that_exist() -> None:
    for index in (-1, 3):
        with pytest.raises(IndexError):
            merkle.inclusion(index, leaves(3))
    for old in (0, 4):
        with pytest.raises(IndexError):
            merkle.consistency(old, leaves(3))

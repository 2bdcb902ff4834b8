"""The Merkle tree of RFC 9162 (= RFC 6962) over audit entries: why one signed hash vouches for every entry.

`Frontier` is all a sealer keeps: O(log n) hashes, enough to go on appending and to give the root. Proofs
show that one entry is in the tree (`inclusion`), or that a later tree only added to an earlier one
(`consistency`), to somebody who holds nothing but signed roots. Section numbers are those of RFC 9162.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry (2.1.1). The prefix keeps entries and inner nodes apart."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The roots of the full subtrees a tree of `size` leaves consists of, largest first."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count() or any(len(one) != HASH_BYTES for one in self.hashes):
            raise ValueError(f"not the frontier of {self.size} leaves")

    @classmethod
    def load(cls, size: int, state: bytes) -> "Frontier":
        """From the size and the bytes `dump` gave; ValueError when they do not belong together."""
        return cls(size, [state[at : at + HASH_BYTES] for at in range(0, len(state), HASH_BYTES)])

    def dump(self) -> bytes:
        """The hashes one after another, for one column of the database."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> None:
        """Add a leaf's hash."""
        self.hashes.append(leaf)
        self.size += 1
        full = self.size
        while full % 2 == 0:
            right = self.hashes.pop()
            self.hashes.append(node_hash(self.hashes.pop(), right))
            full //= 2

    def extend(self, leaves: Iterable[bytes]) -> None:
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root of the tree so far (2.1.1)."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def _left_size(size: int) -> int:
    """How many leaves the left subtree has: the largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The proof that a leaf is in the tree (2.1.3.1). O(n) hashes; IndexError when there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    proof: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _left_size(high - low)
        if index < middle:
            proof.append(root_of(leaves[middle:high]))
            high = middle
        else:
            proof.append(root_of(leaves[low:middle]))
            low = middle
    return proof[::-1]


def consistency(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The proof that the tree of the first `old_size` leaves grew into this one (2.1.4.1). O(n) hashes."""
    if not 0 < old_size <= len(leaves):
        raise IndexError("no such earlier tree")
    proof: list[bytes] = []
    low, high = 0, len(leaves)
    while old_size != high:
        middle = low + _left_size(high - low)
        if old_size <= middle:
            proof.append(root_of(leaves[middle:high]))
            high = middle
        else:
            proof.append(root_of(leaves[low:middle]))
            low = middle
    if low:  # the earlier root is not itself a node of this tree, so its last subtree has to be told
        proof.append(root_of(leaves[low:high]))
    return proof[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Does the proof show `leaf` at `index` in the tree of that size and root (2.1.3.2)?"""
    if not 0 <= index < size:
        return False
    node, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and result == root


def verify_consistency(
    old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Does the proof show that the old tree is the beginning of the new one (2.1.4.2)?"""
    if old_size == size:
        return not proof and old_root == root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if not 0 < old_size < size:
        return False
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_result = result = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_result, result = node_hash(sibling, old_result), node_hash(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_result == old_root and result == root

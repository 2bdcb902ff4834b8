"""Signed heads and the walk that compares entries with them: tampering is found and its place named."""

import base64
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.audit.checkpoint import Checkpoint, CheckpointError, Signer, Verifier, countersign, sign, verify
from anxin.audit.checkpoint_file import CheckpointFile
from anxin.audit.leaves import Head, Problem, Sealed, check_tree, leaf_data
from anxin.audit.merkle import leaf_hash, root_of
from anxin.kernel.i18n import locale_scope

SIGNER = Signer("anxin.example.org", bytes(range(32)))
AGENCY = Signer("mingxin", b"m" * 32)
HEAD = Checkpoint("anxin/dongling", 3, bytes(range(32)))


# ---- the note ----------------------------------------------------------------------------------------------


def test_a_note_looks_as_c2sp_says() -> None:
    note = sign(HEAD, SIGNER)
    origin, size, root, blank, signature, end = note.split("\n")
    assert (origin, size, blank, end) == ("anxin/dongling", "3", "", "")
    assert base64.b64decode(root) == HEAD.root
    dash, name, blob = signature.split(" ")
    assert (dash, name) == ("—", "anxin.example.org")
    assert base64.b64decode(blob)[:4] == SIGNER.verifier.key_id
    assert len(base64.b64decode(blob)) == 4 + 64


def test_the_published_example_of_a_signed_note_verifies() -> None:
    """The example of Go's golang.org/x/mod/sumdb/note, whose format C2SP took over."""
    verifier = Verifier.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    blob = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert blob[:4] == verifier.key_id
    assert verifier.accepts(text, blob[4:])
    assert not verifier.accepts(text + "\n", blob[4:])


def test_a_signed_head_verifies_and_names_its_signers() -> None:
    note = countersign(sign(HEAD, SIGNER), AGENCY)
    both = verify(note, [SIGNER.verifier, AGENCY.verifier])
    assert both.checkpoint == HEAD
    assert both.signers == {"anxin.example.org", "mingxin"}
    assert verify(note, [AGENCY.verifier]).signers == {"mingxin"}


def test_extension_lines_are_signed_and_ignored() -> None:
    body = HEAD.body + "more to come\n"
    assert verify(f"{body}\n{SIGNER.line(body)}", [SIGNER.verifier]).checkpoint == HEAD


def test_other_keys_and_mended_notes_are_refused() -> None:
    note = sign(HEAD, SIGNER)
    same_name = Signer("anxin.example.org", b"x" * 32)
    for verifiers in ([], [AGENCY.verifier], [same_name.verifier]):
        with pytest.raises(CheckpointError, match="none of the known keys"):
            verify(note, verifiers)
    with pytest.raises(CheckpointError, match=r"signature of anxin\.example\.org does not fit"):
        verify(countersign(note.replace("\n3\n", "\n4\n"), AGENCY), [SIGNER.verifier, AGENCY.verifier])


@given(data=st.data())
def test_no_changed_byte_verifies(data: st.DataObject) -> None:
    note = sign(HEAD, SIGNER)
    at = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda sign: sign != note[at]))
    for changed in (note[:at] + other + note[at + 1 :], note[:at], note[:at] + other + note[at:]):
        with pytest.raises(CheckpointError):
            verify(changed, [SIGNER.verifier])


@pytest.mark.parametrize(
    "body",
    [
        "anxin/x\n3\n",
        f"anxin/x\n03\n{base64.b64encode(bytes(32)).decode()}\n",
        f"anxin/x\n٣\n{base64.b64encode(bytes(32)).decode()}\n",
        f"anxin/x\n-3\n{base64.b64encode(bytes(32)).decode()}\n",
        f"anxin/x\n3\n{base64.b64encode(bytes(31)).decode()}\n",
        f"anxin/x\n3\n{base64.b64encode(bytes(32)).decode()[:-2]}B=\n",
        f"\n3\n{base64.b64encode(bytes(32)).decode()}\n",
        f"anxin/x\n3\n{base64.b64encode(bytes(32)).decode()}",
        f"anxin/x\n3\n{base64.b64encode(bytes(32)).decode()}\n\nmore\n",
    ],
)
def test_signed_nonsense_is_no_checkpoint(body: str) -> None:
    with pytest.raises(CheckpointError):
        verify(f"{body}\n{SIGNER.line(body)}", [SIGNER.verifier])


@pytest.mark.parametrize("origin", ["", "two\nlines", "— anxin", "a\x00b"])
def test_an_origin_is_one_plain_line(origin: str) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint(origin, 0, bytes(32))


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\tb"])
def test_a_signers_name_is_one_word(name: str) -> None:
    with pytest.raises(CheckpointError):
        Signer(name, bytes(32))


def test_a_verifier_travels_as_text() -> None:
    text = SIGNER.verifier.text
    assert Verifier.parse(text) == SIGNER.verifier
    for broken in ("", "x", text.replace("anxin", "other"), text[:-4]):
        with pytest.raises(CheckpointError):
            Verifier.parse(broken)


# ---- the bytes of an entry ---------------------------------------------------------------------------------


class Kind(StrEnum):
    PERSON = "person"


def entry(**more: object) -> dict[str, object]:
    return {"id": UUID(int=7), "at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "salt": bytes(16), **more}


def test_the_bytes_of_an_entry_are_written_down() -> None:
    """Changing this breaks the verification of every sealed entry there is."""
    assert (
        leaf_data(entry(action="rooms.booked", detail={"b": [1, True, None], "a": "林"}, kind=Kind.PERSON))
        == (
            '{"action":"rooms.booked","at":"2026-03-01T09:30:00.000000+00:00","detail":{"a":"林","b":[1,true,null]},'
            '"id":"00000000-0000-0000-0000-000000000007","kind":"person","salt":"00000000000000000000000000000000"}'
        ).encode()
    )


def test_values_as_the_database_returns_them_give_the_same_bytes() -> None:
    written = entry(subject_id=uuid4(), detail={"x": (1, 2)}, kind=Kind.PERSON, day=date(2026, 3, 1))
    shanghai = timezone(timedelta(hours=8))
    read = written | {
        "at": datetime(2026, 3, 1, 17, 30, tzinfo=shanghai),
        "salt": memoryview(bytes(16)),
        "detail": {"x": [1, 2]},
        "kind": "person",
        "subject_id": UUID(str(written["subject_id"])),
    }
    assert leaf_data(dict(reversed(read.items()))) == leaf_data(written)


@given(one=st.dictionaries(st.text(), st.integers() | st.text() | st.booleans() | st.none()), two=st.data())
def test_different_entries_have_different_bytes(one: dict, two: st.DataObject) -> None:
    other = two.draw(st.dictionaries(st.text(), st.integers() | st.text() | st.booleans() | st.none()))
    same = [(k, v, type(v)) for k, v in sorted(one.items())] == [
        (k, v, type(v)) for k, v in sorted(other.items())
    ]
    assert (leaf_data(entry(detail=one)) == leaf_data(entry(detail=other))) == same


@pytest.mark.parametrize("value", [1.5, datetime(2026, 3, 1), object(), {1, 2}])  # noqa: DTZ001 (naive on purpose)
def test_what_has_no_one_spelling_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="an audit entry holds no"):
        leaf_data(entry(detail=value))


def test_an_entry_without_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="salt has at least 16 bytes"):
        leaf_data(entry(salt=b"short"))
    with pytest.raises(KeyError):
        leaf_data({"id": UUID(int=7)})


# ---- the walk ----------------------------------------------------------------------------------------------


def sealed(size: int) -> list[Sealed]:
    data = [str(i).encode() for i in range(size)]
    return [Sealed(i, one, leaf_hash(one)) for i, one in enumerate(data)]


def heads(entries: list[Sealed], *sizes: int) -> list[Head]:
    return [Head(size, root_of(one.leaf for one in entries[:size]), f"line {size}") for size in sizes]


def rehashed(seq: int, data: bytes) -> Sealed:
    return Sealed(seq, data, leaf_hash(data))


def told(problems: list[Problem]) -> list[tuple[str, str]]:
    with locale_scope("en"):
        return [(problem.place, str(problem)) for problem in problems]


@given(steps=st.lists(st.integers(0, 6), max_size=6))
def test_an_untouched_tree_has_no_problem(steps: list[int]) -> None:
    sizes = [sum(steps[: i + 1]) for i in range(len(steps))]
    entries = sealed(sum(steps))
    assert check_tree("t", iter(entries), heads(entries, *sizes)) == []


@given(data=st.data(), size=st.integers(2, 12))
def test_every_tampering_is_found_and_its_place_named(data: st.DataObject, size: int) -> None:
    entries = sealed(size)
    sizes = sorted(data.draw(st.sets(st.integers(1, size - 1), max_size=3)) | {size})
    signed = heads(entries, *sizes)
    at = data.draw(st.integers(0, size - 1))
    before, after = entries[:at], entries[at + 1 :]
    previous = max((one for one in sizes if one <= at), default=0)

    def places(changed: list[Sealed]) -> list[str]:
        return [problem.place for problem in check_tree("t", changed, signed)]

    edited = [*before, Sealed(at, b"edited", entries[at].leaf), *after]
    assert places(edited) == [f"entry {at}"]
    hash_too = [*before, rehashed(at, b"edited"), *after]
    assert places(hash_too) == [f"entry {previous}"]
    assert places([*before, *after]) == [f"entry {at}"]  # at the end it is a truncation
    renumbered = [*before, *(Sealed(one.seq - 1, one.data, one.leaf) for one in after)]
    assert places(renumbered)
    assert places([*before, entries[at], rehashed(at, b"put in"), *after]) == [f"entry {at}"]
    assert places([*entries, rehashed(size, b"put in")]) == [f"entry {size}"]
    assert places(entries[:at]) == [f"entry {at}"]


def test_problems_are_sentences() -> None:
    entries = sealed(10)
    signed = heads(entries, 4, 10)
    assert told(check_tree("dongling", [*entries[:6], rehashed(6, b"x"), *entries[7:]], signed)) == [
        ("entry 4", "dongling: Entries 4 to 9 are not those signed in line 10.")
    ]
    assert told(check_tree("dongling", entries[:7], signed)) == [
        ("entry 7", "dongling: Entries 7 to 9 are missing; line 10 signs for them.")
    ]


def test_a_forged_head_beside_a_true_one_is_named() -> None:
    entries = sealed(5)
    forged = Head(5, bytes(32), "row 12")
    assert [one.place for one in check_tree("t", entries, [forged, *heads(entries, 5)])] == ["row 12"]


# ---- the file ----------------------------------------------------------------------------------------------


def head(size: int, origin: str = "anxin/dongling") -> Checkpoint:
    return Checkpoint(origin, size, root_of(leaf_hash(bytes([i])) for i in range(size)))


@pytest.fixture
def file(tmp_path: Path) -> CheckpointFile:
    return CheckpointFile(tmp_path / "checkpoints.txt")


def test_a_file_gives_back_what_was_appended(file: CheckpointFile) -> None:
    assert file.check([SIGNER.verifier]) == ({}, [])
    for size in (1, 3, 3):
        file.append(sign(head(size), SIGNER))
    file.append(countersign(sign(head(2, "anxin/qinghe"), SIGNER), AGENCY))
    found, problems = file.check([SIGNER.verifier])
    assert problems == []
    assert {origin: [one.size for one in many] for origin, many in found.items()} == {
        "anxin/dongling": [1, 3, 3],
        "anxin/qinghe": [2],
    }
    assert found["anxin/dongling"][1] == Head(3, head(3).root, "checkpoints.txt, line 7")
    assert file.path.read_text().split("\n")[6] == "anxin/dongling"
    assert oct(file.path.stat().st_mode & 0o007) == "0o0"


def test_what_a_crash_kept_from_the_file_is_appended_later(file: CheckpointFile) -> None:
    notes = [sign(head(size), SIGNER) for size in (1, 2, 5)]
    file.append(notes[0])
    assert file.append_missing(notes) == 2
    assert file.append_missing(notes) == 0
    assert [record.note for record in file.records()] == notes


@given(cut=st.integers(1, 10_000))
def test_a_write_cut_by_a_power_failure_is_mended_and_no_problem(cut: int, tmp_path_factory) -> None:
    file = CheckpointFile(tmp_path_factory.mktemp("cut") / "checkpoints.txt")
    notes = [sign(head(size), SIGNER) for size in (1, 2, 5)]
    file.append(*notes[:2])
    whole = file.path.read_bytes()
    first = len(notes[0].encode()) + 1
    kept = first + cut % (len(whole) - first)
    file.path.write_bytes(whole[:kept])
    file.append_missing(notes[:2])
    file.append(notes[2])
    found, problems = file.check([SIGNER.verifier])
    assert problems == []
    assert [one.size for one in found["anxin/dongling"]] in ([1, 2, 5], [1, 2, 2, 5])


def test_tampering_with_the_file_is_named_by_line(file: CheckpointFile) -> None:
    file.append(*(sign(head(size), SIGNER) for size in (1, 2, 5)))
    text = file.path.read_text()
    file.path.write_text(text.replace("\n2\n", "\n3\n"))
    assert [one.place for one in file.check([SIGNER.verifier])[1]] == ["checkpoints.txt, line 7"]
    file.path.write_text("intruder\n\n" + text)
    assert [one.place for one in file.check([SIGNER.verifier])[1]] == ["checkpoints.txt, line 1"]
    file.path.write_text(text)
    assert len(file.check([AGENCY.verifier])[1]) == 3


def test_a_tree_that_shrinks_or_forks_is_named(file: CheckpointFile) -> None:
    file.append(sign(head(5), SIGNER), sign(head(3), SIGNER))
    file.append(sign(Checkpoint("anxin/dongling", 3, bytes(32)), SIGNER))
    assert [text for _, text in told(file.check([SIGNER.verifier])[1])] == [
        "anxin/dongling: checkpoints.txt, line 7 signs a smaller tree than checkpoints.txt, line 1.",
        "anxin/dongling: checkpoints.txt, line 13 signs another root than checkpoints.txt, line 7.",
    ]

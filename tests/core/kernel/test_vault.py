"""The vault: what is sealed opens only with its key, in its place, unchanged; keys can change and go."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.kernel.canonical import canonical_json
from anxin.kernel.spelling import normalise
from anxin.kernel.suites import AES_256_GCM, SM4_GCM, Sm4Gcm
from anxin.kernel.vault import Keyring, VaultError, field_aad

OLD, NEW = b"o" * 32, b"n" * 32
TENANT, OTHER = uuid4(), uuid4()
suites = pytest.mark.parametrize("suite", [AES_256_GCM, SM4_GCM])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
places = st.tuples(st.uuids(), st.text(max_size=5), st.text(max_size=5), st.uuids(), st.uuids())


def place(row: UUID | None = None) -> bytes:
    return field_aad(TENANT, "assessments.response", "answers", row or UUID(int=1), UUID(int=2))


@suites
@given(plaintext=st.binary(max_size=200))
def test_what_is_sealed_opens_again(suite: int, plaintext: bytes) -> None:
    keyring = Keyring(NEW, suite=suite)
    key, wrapped = keyring.new_subject_key(TENANT)
    blob = keyring.seal(key, plaintext, place())
    assert blob[0] == 0x10 + suite
    elsewhere = Keyring(NEW)  # another process, whose own suite does not matter for reading
    assert elsewhere.open(elsewhere.unwrap(TENANT, wrapped), blob, place()) == plaintext


@given(value=json_values)
def test_json_values_survive(value: object) -> None:
    keyring = Keyring(NEW)
    key, _ = keyring.new_subject_key(TENANT)
    assert keyring.open_json(key, keyring.seal_json(key, value, place()), place()) == value


def test_equal_json_values_have_equal_bytes_and_nan_is_refused() -> None:
    assert (
        canonical_json({"b": "中", "a": 1})
        == canonical_json({"a": 1, "b": "中"})
        == '{"a":1,"b":"中"}'.encode()
    )
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))


@suites
@given(data=st.data())
def test_any_changed_or_missing_byte_is_refused(suite: int, data: st.DataObject) -> None:
    keyring = Keyring(NEW, suite=suite)
    key, wrapped = keyring.new_subject_key(TENANT)
    blob = keyring.seal(key, b"nine answers", place())
    at = data.draw(st.integers(0, len(blob) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = blob[:at] + bytes([blob[at] ^ flip]) + blob[at + 1 :]
    for damaged in (changed, blob[:at]):
        with pytest.raises(VaultError):
            keyring.open(key, damaged, place())
    at %= len(wrapped)
    for damaged in (wrapped[:at] + bytes([wrapped[at] ^ flip]) + wrapped[at + 1 :], wrapped[:at]):
        with pytest.raises(VaultError):
            keyring.unwrap(TENANT, damaged)


@given(here=places, there=places)
def test_a_ciphertext_opens_in_its_own_place_only(here: tuple, there: tuple) -> None:
    assert (field_aad(*here) == field_aad(*there)) == (here == there)
    keyring = Keyring(NEW)
    key, _ = keyring.new_subject_key(TENANT)
    blob = keyring.seal(key, b"x", field_aad(*here))
    if here != there:
        with pytest.raises(VaultError):
            keyring.open(key, blob, field_aad(*there))


def test_names_of_table_and_column_cannot_run_into_each_other() -> None:
    row, subject = UUID(int=1), UUID(int=2)
    assert field_aad(TENANT, "ab", "c", row, subject) != field_aad(TENANT, "a", "bc", row, subject)


def test_another_subjects_key_and_another_tenant_are_refused() -> None:
    keyring = Keyring(NEW)
    mine, wrapped = keyring.new_subject_key(TENANT)
    yours, _ = keyring.new_subject_key(TENANT)
    with pytest.raises(VaultError):
        keyring.open(yours, keyring.seal(mine, b"x", place()), place())
    with pytest.raises(VaultError):
        keyring.unwrap(OTHER, wrapped)
    with pytest.raises(VaultError) as refused:
        Keyring(OLD).unwrap(TENANT, wrapped)
    assert refused.value.code == "vault.unknown_master"


def test_a_new_master_reads_everything_and_takes_the_keys_over() -> None:
    before = Keyring(OLD)
    key, wrapped = before.new_subject_key(TENANT)
    blob = before.seal(key, b"kept", place())

    during = Keyring(NEW, retired=[OLD])
    assert during.open(during.unwrap(TENANT, wrapped), blob, place()) == b"kept"
    assert during.needs_rewrap(wrapped)
    taken_over = during.rewrap(TENANT, wrapped)
    assert not during.needs_rewrap(taken_over)

    after = Keyring(NEW)
    assert after.open(after.unwrap(TENANT, taken_over), blob, place()) == b"kept"
    with pytest.raises(VaultError):
        after.unwrap(TENANT, wrapped)


def test_a_tenant_may_change_its_suite_and_keep_reading() -> None:
    before = Keyring(NEW, suite=AES_256_GCM)
    key, wrapped = before.new_subject_key(TENANT)
    blob = before.seal(key, b"kept", place())
    after = Keyring(NEW, suite=SM4_GCM)
    assert after.needs_rewrap(wrapped)
    assert after.open(after.unwrap(TENANT, after.rewrap(TENANT, wrapped)), blob, place()) == b"kept"


def test_a_search_during_rotation_finds_old_and_new_rows() -> None:
    old_row = Keyring(OLD).blind(TENANT, "phone", "138 0013 8000")
    during = Keyring(NEW, retired=[OLD])
    assert set(during.blind_any(TENANT, "phone", "13800138000")) == {
        during.blind(TENANT, "phone", "13800138000"),
        old_row,
    }


def test_unwrapped_keys_leave_memory_by_age_and_by_number() -> None:
    moment = [0.0]
    keyring = Keyring(NEW, cache_size=2, cache_seconds=60, clock=lambda: moment[0])
    first, wrapped = keyring.new_subject_key(TENANT)
    assert keyring.unwrap(TENANT, wrapped) is first
    moment[0] = 61
    again = keyring.unwrap(TENANT, wrapped)
    assert again is not first
    assert again.same_as(first)
    for _ in range(2):
        keyring.new_subject_key(TENANT)
    assert keyring.unwrap(TENANT, wrapped) is not again
    keyring.forget()
    assert len(keyring._cache) == 0


def test_a_key_does_not_print_itself() -> None:
    key, _ = Keyring(NEW).new_subject_key(TENANT)
    assert key._secret.hex() not in repr(key)
    assert str(key._secret) not in repr(key)


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"short")


def test_sm4_gcm_agrees_with_the_published_vector() -> None:
    """RFC 8998, appendix A.1."""
    cipher = Sm4Gcm(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    plaintext = bytes.fromhex("".join(pair * 8 for pair in ["AA", "BB", "CC", "DD", "EE", "FF", "EE", "AA"]))
    sealed = cipher.encrypt(
        bytes.fromhex("00001234567800000000ABCD"),
        plaintext,
        bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"),
    )
    assert sealed.hex().upper() == (
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        (
            "phone",
            [
                "13800138000",
                "138 0013 8000",
                "+86 138-0013-8000",
                "0086 13800138000",
                "８６１３８００１３８０００",
            ],
        ),
        ("phone", ["010-6552 1234", "+86 10 6552 1234", "+86 (010) 65521234", "（010）65521234"]),
        ("phone", ["400-161-9995", "+86 400 161 9995"]),
        ("phone", ["+852 2345 6789", "00852-23456789"]),
        ("id_number", ["11010519491231002x", "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"]),
        ("employee_no", ["DL10268", "dl-10268", " DL 10268\u200b"]),
        ("email", ["Lin@Example.org", "lin@example.org "]),
        ("text", ["林 晓峰", " 林  晓峰"]),
    ],
)
def test_one_number_is_found_however_it_was_written(kind: str, spellings: list[str]) -> None:
    assert len({Keyring(NEW).blind(TENANT, kind, text) for text in spellings}) == 1


def test_an_index_tells_tenants_fields_and_numbers_apart() -> None:
    keyring = Keyring(NEW)
    indexes = {
        keyring.blind(TENANT, "phone", "13800138000"),
        keyring.blind(TENANT, "phone", "13800138001"),
        keyring.blind(OTHER, "phone", "13800138000"),
        keyring.blind(TENANT, "emergency_phone", "13800138000", kind="phone"),
        keyring.blind(TENANT, "employee_no", "13800138000"),
    }
    assert len(indexes) == 5
    assert all(len(index) == 16 for index in indexes)


@pytest.mark.parametrize(("kind", "text"), [("phone", " - "), ("phone", "+86"), ("telephone", "13800138000")])
def test_nothing_to_index_and_unknown_kinds_are_errors(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"nothing to index|unknown kind"):
        Keyring(NEW).blind(TENANT, kind, text)


@given(
    kind=st.sampled_from(["phone", "id_number", "employee_no", "email", "text"]),
    text=st.text() | st.text("+0186-. ()", max_size=16),
)
def test_normalising_twice_changes_nothing(kind: str, text: str) -> None:
    try:
        once = normalise(kind, text)
    except ValueError:
        return
    assert normalise(kind, once) == once

"""Passphrases: the rules, the hash and its renewal, the equal work for unknown people, and link tokens."""

import argon2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.identity import passwords

GOOD = "井场的风吹了一整夜"  # nine characters
LONG = "井场的风吹了一整夜啊"


@pytest.fixture(scope="module")
def stored() -> str:
    return passwords.hash_passphrase(LONG)


def test_the_right_passphrase_opens_and_another_does_not(stored: str) -> None:
    assert passwords.verify_passphrase(stored, LONG) == (True, None)
    assert passwords.verify_passphrase(stored, LONG + "。") == (False, None)
    assert passwords.verify_passphrase(stored, "") == (False, None)


def test_two_hashes_of_one_passphrase_differ_and_are_argon2id(stored: str) -> None:
    assert passwords.hash_passphrase(LONG) != stored
    parameters = argon2.extract_parameters(stored)
    assert parameters.type is argon2.Type.ID
    assert (parameters.memory_cost, parameters.time_cost) >= (19 * 1024, 2)


def test_full_width_digits_are_the_same_passphrase() -> None:
    stored = passwords.hash_passphrase("east oil \uff12\uff10\uff12\uff16")
    assert passwords.verify_passphrase(stored, "east oil 2026").ok


def test_a_hash_of_older_parameters_is_renewed_at_sign_in() -> None:
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(LONG)
    verdict = passwords.verify_passphrase(old, LONG)
    assert verdict.ok
    assert verdict.renewed
    assert argon2.extract_parameters(verdict.renewed).memory_cost == 19 * 1024
    assert passwords.verify_passphrase(verdict.renewed, LONG) == (True, None)
    assert passwords.verify_passphrase(old, "wrong but long") == (False, None)


@pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$v=19$m=1,t=1,p=1$x$y", "$2b$12$" + "a" * 53])
def test_a_damaged_hash_opens_for_nobody(stored: str) -> None:
    assert not passwords.verify_passphrase(stored, "").ok
    assert not passwords.verify_passphrase(stored, stored).ok


def test_an_unknown_person_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: one Argon2 verification of the same parameters, with or without a stored hash."""
    verified: list[str] = []
    real = passwords._HASHER.verify

    class Spy:
        hash = staticmethod(passwords._HASHER.hash)
        check_needs_rehash = staticmethod(passwords._HASHER.check_needs_rehash)

        @staticmethod
        def verify(stored: str, passphrase: str) -> bool:
            verified.append(stored)
            return real(stored, passphrase)

    monkeypatch.setattr(passwords, "_HASHER", Spy)
    assert passwords.verify_passphrase(None, LONG) == (False, None)
    assert passwords.verify_passphrase(None, "") == (False, None)
    assert len(verified) == 2
    parameters = argon2.extract_parameters(verified[0])
    assert (parameters.memory_cost, parameters.time_cost) == (19 * 1024, 2)


@pytest.mark.parametrize(
    "passphrase",
    ["Password123", "PASSWORD123", "woaini1314520", "1qaz2wsx3edc", "0987654321", "1234567890", "qwertyuiop",
     "abcabcabcabc", "aaaaaaaaaaaa", "一二一二一二一二一二",
     "\uff19\uff18\uff17\uff16\uff15\uff14\uff13\uff12\uff11\uff10"],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(passphrase: str) -> None:
    assert passwords.objections(passphrase)


@pytest.mark.parametrize("passphrase", ["DL10268dl10268", "林晓峰DL10268", "东岭DL10268ab"])
def test_a_persons_own_name_and_number_are_no_secret(passphrase: str) -> None:
    words = ["林晓峰", "DL10268", "东岭"]
    assert passwords.objections(passphrase, words)


@pytest.mark.parametrize(
    "passphrase", [LONG, "correct horse battery", "aaaaaaaaab", "晓峰早上喝一大碗小米粥", "kettle-bridge"]
)
def test_no_composition_rules(passphrase: str) -> None:
    assert passwords.objections(passphrase, ["晓峰"]) == []


@pytest.mark.parametrize(
    ("passphrase", "taken"),
    [(GOOD, False), (LONG, True), ("x9" + "长" * 254, True), ("x9" + "长" * 255, False)],
)
def test_length(passphrase: str, taken: bool) -> None:
    assert (passwords.objections(passphrase) == []) is taken


def test_every_listed_passphrase_is_long_enough_to_need_its_line() -> None:
    common = passwords._common()
    assert len(common) > 100
    assert [line for line in common if len(line) < passwords.MIN_LENGTH or line != line.casefold()] == []


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_rules_answer_any_text(passphrase: str) -> None:
    assert len(passwords.objections(passphrase, ["林晓峰", ""])) in (0, 1)


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_only_the_token_itself_matches(text: str) -> None:
    token, stored = passwords.new_token()
    assert passwords.token_matches(token, stored)
    assert passwords.token_hash(token) == stored
    assert token.encode() not in stored
    assert not passwords.token_matches(text, stored)

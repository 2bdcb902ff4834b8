"""No message of marshmallow's reaches anybody in its own English: every field and validator it has, today and after an
upgrade."""

import inspect
import re

import pytest
from marshmallow import Schema, ValidationError, fields, validate

from anxin.kernel import plain_errors
from anxin.kernel.i18n import locale_scope

UNUSED = re.compile(
    r"IP|even|was in:|equal to|formatted"
)  # what this house has no use for, and what is said to developers


def of_fields() -> set[str]:
    """Every message of every field class, filled in as the library does."""
    found = set()
    for _name, kind in inspect.getmembers(fields, inspect.isclass):
        if issubclass(kind, fields.Field):
            for base in kind.__mro__:
                found |= set(vars(base).get("default_error_messages", {}).values())
    found |= set(Schema._default_error_messages.values())
    found = {text.replace("{awareness} {obj_type}", "aware datetime") for text in found}
    return {text.replace("{obj_type}", kind) for text in found for kind in ("datetime", "date", "time")}


@pytest.mark.parametrize("message", sorted(text for text in of_fields() if not UNUSED.search(text)))
def test_every_message_of_a_field_has_words(message):
    said = plain_errors.plain(message)
    with locale_scope("zh_CN"):
        assert re.search(r"[\u4e00-\u9fff]", str(said)), message
        assert "%(" not in str(said)
    with locale_scope("en"):
        assert str(said) != message


REFUSED = [
    (validate.Length(min=1), ""),
    (validate.Length(min=3), "a"),
    (validate.Length(max=3), "abcd"),
    (validate.Length(min=2, max=3), "abcd"),
    (validate.Length(equal=3), "abcd"),
    (validate.Range(min=1), 0),
    (validate.Range(max=1), 2),
    (validate.Range(min=1, max=5), 9),
    (validate.Range(min=0, min_inclusive=False), 0),
    (validate.Range(max=5, max_inclusive=False), 5),
    (validate.Range(min=0, max=5, min_inclusive=False), 0),
    (validate.OneOf(["paper", "screen"]), "stone"),
    (validate.ContainsOnly(["paper", "screen"]), ["stone"]),
    (validate.Regexp("^a$"), "b"),
    (validate.Email(), "b"),
    (validate.URL(), "b"),
]


@pytest.mark.parametrize(("rule", "value"), REFUSED, ids=lambda one: repr(one)[:60])
def test_every_validator_has_words(rule, value):
    with pytest.raises(ValidationError) as refused:
        rule(value)
    (message,) = refused.value.messages
    with locale_scope("zh_CN"):
        said = str(plain_errors.plain(message))
    assert re.search(r"[\u4e00-\u9fff]", said), message
    assert "%(" not in said


def test_our_own_words_go_through():
    assert plain_errors.plain("Write your name.") == "Write your name."


def test_a_form_says_it_in_the_readers_language(client_as, tenant):
    client = client_as(tenant=tenant)
    answer = client.post(f"{client.base}/sign-in", data={"name": ""})
    assert answer.status_code == 422
    assert "请填写这一项。" in answer.get_data(as_text=True)
    assert "Missing data" not in answer.get_data(as_text=True)

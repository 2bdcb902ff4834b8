"""The files we ship are sound, and a file with a mistake in it is refused before anybody is scored by it."""

from importlib import resources
from typing import Any

import pytest
import yaml

from anxin_assessments import instruments, scoring, words
from anxin_assessments.instruments.schema import InvalidKeyError, read_key, read_wording

KEYS = scoring.catalogue()
LOCALES = ("zh_CN", "en")


def raw(folder: str, name: str) -> dict[str, Any]:
    path = resources.files(instruments).joinpath(folder, name)
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture
def phq9() -> dict[str, Any]:
    return raw("keys", "phq9-1.yaml")


SHIPPED = [key for key in KEYS if scoring.wording(key, "zh_CN", exact=True)]


@pytest.mark.parametrize("key", SHIPPED, ids=[key.key for key in SHIPPED])
@pytest.mark.parametrize("locale", LOCALES)
def test_words_say_where_they_come_from(key: Any, locale: str) -> None:
    words = scoring.wording(key, locale, exact=True)
    assert words is not None
    assert words.terms
    assert words.source.url.startswith("https://")
    assert words.seen
    assert (words.status == "unverified") == bool(words.reason)


@pytest.mark.parametrize("key", KEYS, ids=[key.key for key in KEYS])
def test_words_ship_only_where_the_licence_lets_them(key: Any) -> None:
    if key.licence.ships == "key_only":
        assert scoring.wording(key, "zh_CN") is None


@pytest.mark.parametrize("key", KEYS, ids=[key.key for key in KEYS])
def test_every_scale_and_band_has_its_words(key: Any) -> None:
    assert set(key.scales) <= set(words.SCALES)
    assert key.recall_days in words.RECALL
    for band in key.main_bands:
        assert str(words.band_words(key, band.code).headline)


def test_the_house_knows_these_instruments() -> None:
    assert len(KEYS) == 33
    assert {one["id"] for one in instruments.unscored()} == {"coss", "jcq", "mbi_gs", "sf12v1"}
    assert {key.id for key in KEYS if key.evidence.level == "recalled"} == {
        "ais_athens",
        "cd_risc25",
        "eri_s",
        "pss14",
        "ucla3",
    }
    assert all(key.licence.ships == "key_only" for key in KEYS if key.evidence.level == "recalled")


def test_an_unknown_language_gets_the_chinese_words() -> None:
    words = scoring.wording(scoring.load("phq9"), "fr")
    assert words is not None
    assert words.locale == "zh_CN"


def test_an_old_sheet_asks_for_its_own_edition() -> None:
    assert scoring.load("phq9", "1") is scoring.load("phq9")
    with pytest.raises(instruments.UnknownInstrumentError, match="phq9-2"):
        scoring.load("phq9", "2")
    with pytest.raises(instruments.UnknownInstrumentError, match="scl91"):
        scoring.load("scl91")


def refused(data: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidKeyError, match=match):
        read_key("changed.yaml", data)


@pytest.mark.parametrize(
    "place",
    [
        lambda key: key,
        lambda key: key["scales"]["total"],
        lambda key: key["bands"]["total"][0],
        lambda key: key["triggers"][0],
        lambda key: key["offer_counsellor"],
        lambda key: key["risk_items"][0],
        lambda key: key["risk_items"][0]["steps"][0],
        lambda key: key["licence"],
        lambda key: key["evidence"],
        lambda key: key["change"],
    ],
)
def test_unknown_fields_are_refused_at_every_depth(phq9: dict[str, Any], place: Any) -> None:
    place(phq9)["diagnosis"] = "no"
    refused(phq9, "diagnosis")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda key: key.update(items=10), "says range"),
        (lambda key: key.update(options=[0]), "options"),
        (lambda key: key.update(reverse=[12]), "reversed item"),
        (lambda key: key.update(title={"en": "Mood"}), "title"),
        (lambda key: key.update(main_scale="phq2"), "no bands"),
        (lambda key: key.update(main_scale="mood"), "no bands"),
        (lambda key: key.update(fields=["a"]), "name each item once"),
        (lambda key: key.update(skips=[{"when": {1: 0}, "items": [12], "score_as": 0}]), "skipped item"),
        (lambda key: key.update(free={9: {"kind": "number"}}), "neither reversed nor a risk item"),
        (
            lambda key: key.update(checks={"hit": {"any_of": [{"scale": "mood", "at_least": 1}]}}),
            "unknown scale mood",
        ),
        (lambda key: key.update(codings={"print": {"reverse": [12]}}), "coding reverses"),
        (lambda key: key["scales"]["total"].update(range=[0, 30]), "says range 0..30"),
        (lambda key: key["scales"]["total"].update(min_answered=11), "more answers"),
        (lambda key: key["scales"]["total"].pop("min_answered"), "fill"),
        (lambda key: key["scales"]["phq2"].update(threshold=2), "no use for threshold"),
        (lambda key: key["scales"]["phq2"].update(op="count_ge"), "needs threshold"),
        (lambda key: key["scales"]["phq2"].update(items=[1, 1]), "item numbers"),
        (lambda key: key["scales"]["phq2"].update(items=[1, 12]), "does not exist"),
        (lambda key: key["bands"]["total"].pop(0), "must start at 0"),
        (lambda key: key["bands"]["total"].reverse(), "must start at 0"),
        (lambda key: key["bands"]["total"][1].update(code="minimal"), "same code"),
        (lambda key: key["bands"].update(mood=[{"from": 0, "code": "low"}]), "unknown scale"),
        (lambda key: key["triggers"][0].update(scale="mood"), "unknown scale"),
        (lambda key: key["triggers"][0].update(at_most=3), "either"),
        (lambda key: key["triggers"][0].update(level=2), "same scale and level"),
        (lambda key: key["triggers"][0].update(level=4), "triggers"),
        (lambda key: key["risk_items"][0].update(item=10), "risk item 10"),
        (lambda key: key["risk_items"][0]["steps"].reverse(), "ascend"),
        (lambda key: key["risk_items"][0]["steps"][1].update(at_least=4), "option values"),
        (lambda key: key["change"].update(scale="mood"), "unknown scale"),
        (lambda key: key["licence"].update(ships="maybe"), "ships"),
    ],
)
def test_mistakes_are_refused(phq9: dict[str, Any], change: Any, match: str) -> None:
    change(phq9)
    refused(phq9, match)


def test_a_custom_scale_needs_a_plain_one_below_it() -> None:
    who5 = raw("keys", "who5-1.yaml")
    who5["scales"]["percent"]["of"] = "percent"
    refused(who5, "not a plain scale")
    who5["scales"]["percent"].update(of="raw", formula="ratio")
    refused(who5, "ratio needs")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda words: words["items"].pop(), "8 items where the key has 9"),
        (lambda words: words["options"][0].update(value=7), "do not carry"),
        (lambda words: words.update(edition="2"), "is a wording of phq9-2"),
        (lambda words: words.pop("reason"), "reason"),
        (lambda words: words.update(seen={"en": ["here"]}), "seen"),
        (lambda words: words.update(extra=1), "extra"),
        (lambda words: words.update(item_options={9: words["options"][:2]}), "options of item 9"),
    ],
)
def test_wordings_that_do_not_fit_their_key_are_refused(change: Any, match: str) -> None:
    words = raw("wordings", "phq9-1.zh_CN.yaml")
    change(words)
    with pytest.raises(InvalidKeyError, match=match):
        read_wording("changed.yaml", words, scoring.load("phq9"))


def test_options_may_be_printed_in_any_order() -> None:
    """WHO-5 and K6 print the strongest answer first: the value counts, not the position."""
    words = scoring.wording(scoring.load("k6"), "en")
    assert words is not None
    assert [option.value for option in words.options] == [4, 3, 2, 1, 0]
    assert words.answer_text(1, 0) == "None of the time"

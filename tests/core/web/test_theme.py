"""One brand colour in, every pair of the pages readable: a promise for all colours, so a property."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anxin.web import theme
from anxin.web.colour import contrast, fit, from_oklch, parse, to_oklch

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(colours)
@example("#ffd400")
@example("#d7000f")
@example("#000000")
@example("#ffffff")
def test_every_pair_of_every_brand_passes(brand: str) -> None:
    assert [m for m in theme.report(brand) if not m.passes] == []


@given(colours)
def test_the_hue_of_the_brand_stays(brand: str) -> None:
    wanted = to_oklch(brand)
    if wanted.chroma < 0.05:
        return  # greys have no hue worth keeping
    got = to_oklch(theme.derive(brand).light["brand"])
    assert got.chroma < 0.02 or abs((got.hue - wanted.hue + 180) % 360 - 180) < 12


@given(colours)
def test_light_and_dark_define_the_same_tokens(brand: str) -> None:
    derived = theme.derive(brand)
    assert derived.light.keys() == derived.dark.keys()
    assert {name for pair in theme.PAIRS for name in (pair.fore, pair.ground)} <= derived.light.keys()


def test_a_red_brand_moves_errors_to_magenta() -> None:
    red, teal = theme.derive("#d7000f"), theme.derive(theme.DEFAULT_BRAND)
    assert red.clash
    assert not teal.clash
    assert 320 < to_oklch(red.light["danger"]).hue < 360
    assert teal.light["danger"] == theme.LIGHT["danger"]


def test_a_pale_brand_is_kept_and_a_middling_one_darkened() -> None:
    assert not theme.derive("#ffd400").moved  # dark labels on bright yellow
    assert theme.derive("#ff7a59").light["on-brand"] != "#ffffff" or theme.derive("#ff7a59").moved
    assert not theme.derive("#0052d9").moved


def test_the_stylesheet_answers_device_and_choice() -> None:
    sheet = theme.css("#1f6f6b")
    assert sheet.startswith(":root{color-scheme:light;--paper:#f7f5f0;")
    assert "@media (prefers-color-scheme:dark){:root:not([data-theme=light])" in sheet
    assert ":root[data-theme=dark]{color-scheme:dark;" in sheet


@pytest.mark.parametrize(
    ("text", "colour"), [("1F6F6B", "#1f6f6b"), ("#0af", "#00aaff"), (" #FFFFFF ", "#ffffff")]
)
def test_colours_are_read_as_people_write_them(text: str, colour: str) -> None:
    assert parse(text) == colour


@pytest.mark.parametrize("text", ["", "red", "#12345", "#gggggg", "#1f6f6b;}*{color:red"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        parse(text)


def test_contrast_agrees_with_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(colours)
def test_oklch_round_trips(colour: str) -> None:
    back = from_oklch(*to_oklch(colour))
    assert all(abs(int(colour[i : i + 2], 16) - int(back[i : i + 2], 16)) <= 3 for i in (1, 3, 5))


def test_fit_gives_up_at_black_and_white() -> None:
    assert fit("#888888", ["#000000", "#ffffff"], 6, darker=True) == "#000000"
    assert fit("#888888", ["#000000", "#ffffff"], 6, darker=False) == "#ffffff"

"""What macros promise their callers: escaping, accessible wiring, the states they show."""

import pytest
from flask import Flask, render_template_string

from anxin.web import svg


@pytest.fixture
def draw(app: Flask):  # a function of template and values
    def rendered(source: str, **values: object) -> str:
        names = source.partition("|")[0].strip()
        with app.test_request_context("/?lang=en"):
            return render_template_string(
                f'{{% from "ui.html" import {names} %}}{source.partition("|")[2]}', **values
            )

    return rendered


def test_what_people_type_is_escaped(draw) -> None:
    html = draw(
        "card, field, tag|{% call card(x) %}{{ field('a', x, x, hint=x) }}{{ tag(x) }}{% endcall %}",
        x="<script>1</script>",
    )
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 5


def test_a_field_in_error_is_wired_to_its_words(draw) -> None:
    html = draw("field|{{ field('name', 'Name', hint='short', errors={'name': ['Tell us a name']}) }}")
    assert 'aria-describedby="h-name e-name" aria-invalid="true"' in html
    assert '<span class="error" id="e-name">Tell us a name</span>' in html
    assert 'for="f-name"' in html
    assert 'id="f-name"' in html


def test_the_summary_links_to_the_fields(draw) -> None:
    html = draw("error_summary|{{ error_summary({'name': ['Tell us a name']}) }}")
    assert '<a href="#f-name">Tell us a name</a>' in html
    assert "1 thing to fix" in html
    assert "data-focus" in html
    assert draw("error_summary|{{ error_summary({}) }}").strip() == ""


def test_a_password_is_never_sent_back(draw) -> None:
    assert "hunter2" not in draw("field|{{ field('p', 'Password', 'hunter2', type='password') }}")


def test_a_question_marks_the_stored_answer_also_when_it_is_zero(draw) -> None:
    html = draw(
        "question|{{ question(1, 9, 'Q', [(0, 'Never'), (1, 'Often')], '/a', chosen=0, hidden={'back': 1}) }}"
    )
    assert 'value="0" aria-pressed="true"' in html
    assert 'value="1" aria-pressed="false"' in html
    assert '<input type="hidden" name="back" value="1">' in html
    assert 'aria-pressed="true"' not in draw("question|{{ question(1, 9, 'Q', [(0, 'Never')], '/a') }}")


def test_table_cells_carry_their_heading_for_phones(draw) -> None:
    columns = [{"key": "a", "title": "Unit"}, {"key": "b", "title": "People", "num": True}]
    source = "data_table|{{ data_table(columns, rows) }}"
    html = draw(source, columns=columns, rows=[{"a": "Team", "b": 12}])
    assert '<th scope="row">Team</th>' in html
    assert '<td class="t-num" data-label="People"><span>12</span></td>' in html
    assert "Nothing here yet." in draw(source, columns=columns, rows=[])


def test_the_help_bar_always_has_the_national_line(draw) -> None:
    own = draw("care_bar|{{ care_bar({'number': '0546 855 1234', 'label': 'Ours'}) }}")
    assert 'href="tel:12356"' in own
    assert 'href="tel:05468551234"' in own
    assert draw("care_bar|{{ care_bar({'number': '12356', 'label': 'Ours'}) }}").count("tel:12356") == 1
    assert 'href="tel:12356"' in draw("care_bar|{{ care_bar(none) }}")


def test_hidden_values_are_words_in_the_data_table(draw) -> None:
    html = draw("bars|{{ bars('Trend', ['Oct', 'Nov'], [('Sessions', [7, none])], hidden_text='too few') }}")
    assert html.count("<rect") == 2  # one bar, one swatch of the legend
    assert "too few" in html
    assert '<th scope="row">Nov</th>' in html


def test_a_gauge_marks_one_band() -> None:
    for value in (0, 4, 5, 9, 14, 19, 20, 27):
        assert svg.gauge(value, 27, [4, 9, 14, 19]).count('class="b1"') == 1


@pytest.mark.parametrize(
    ("highest", "steps"),
    [(0, [0, 1]), (7, [0, 2, 4, 6, 8]), (352, [0, 100, 200, 300, 400]), (0.5, [0, 0.2, 0.4, 0.6])],
)
def test_axes_have_round_steps(highest: float, steps: list[float]) -> None:
    assert svg.round_steps(highest) == steps


def test_labels_in_svg_are_escaped() -> None:
    assert "<b>" not in svg.bars(["<b>"], [svg.Series("s", [1])], "<b>")
    assert "<b>" not in svg.gauge(1, 2, label="<b>")


def test_short_trends_draw_nothing() -> None:
    assert svg.spark([1]) == ""
    assert "polyline" in svg.spark([1, 1])

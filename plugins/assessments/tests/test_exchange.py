"""FHIR forms are read leniently and written back whole; what is not understood is said, what computes is not run."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from anxin_assessments.cli import assessments
from anxin_assessments.exchange import fhir, form
from anxin_assessments.exchange.form import Condition, Form, Option, Question

CANTEEN = Form(
    title="食堂满意度",
    intro="两分钟，不记名",
    questions=(
        Question("s1", "section", "吃得怎么样"),
        Question(
            "q1",
            "single",
            "你常在食堂吃饭吗？",
            required=True,
            options=(Option("y", "常吃"), Option("n", "很少")),
        ),
        Question(
            "q2",
            "multiple",
            "常吃哪几餐？",
            options=(Option("b", "早"), Option("l", "午")),
            when=(Condition("q1", "y"),),
        ),
        Question("q3", "scale", "打几分？", low=1, high=5),
        Question("q4", "number", "一周吃几顿？"),
        Question("q5", "date", "最近一次是哪天？"),
        Question("s2", "section", "想说的话"),
        Question("q6", "text", "还想吃什么？"),
    ),
)


def questionnaire(*items: dict[str, Any], **more: Any) -> bytes:
    return json.dumps(
        {"resourceType": "Questionnaire", "status": "draft", "item": list(items), **more}
    ).encode()


def notes(reading: form.Reading) -> list[tuple[str, str]]:
    return [(note.place, note.code) for note in reading.notes]


def test_what_we_write_we_read() -> None:
    back = fhir.read(fhir.write(CANTEEN, url="urn:uuid:canteen", version="1"))
    assert back.notes == ()
    assert [one.text for one in back.form.questions] == [one.text for one in CANTEEN.questions]
    kinds = {one.text: one.kind for one in back.form.questions}
    assert kinds["打几分？"] == "single"  # R4 has no scale: five numbers to choose from
    assert kinds["常吃哪几餐？"] == "multiple"
    asked = {one.text: one for one in back.form.questions}
    assert asked["常吃哪几餐？"].when == (Condition(asked["你常在食堂吃饭吗？"].code, "y"),)
    assert form.problems(back.form) == []


def test_groups_are_flattened_in_their_order_and_nothing_is_lost() -> None:
    deep: dict[str, Any] = {"linkId": "9", "type": "string", "text": "底"}
    for level in range(8, 0, -1):
        deep = {"linkId": str(level), "type": "group", "text": f"层{level}", "item": [deep]}
    found = fhir.read(questionnaire(deep)).form.questions
    assert [one.text for one in found] == [*(f"层{level}" for level in range(1, 9)), "底"]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"type": "attachment", "text": "照片"}, "type_unknown"),
        ({"type": "choice", "text": "选", "answerValueSet": "http://example.org/vs"}, "options_outside"),
        ({"type": "choice", "text": "选", "answerValueSet": "#none"}, "no_options"),
        ({"type": "string"}, "no_text"),
        ({"type": "integer", "text": "总分", "readOnly": True}, "calculated"),
        ({"type": "quantity", "text": "体重"}, "unit_lost"),
        ({"type": "time", "text": "几点"}, "as_text"),
        ({"type": "string", "text": "名", "initial": [{"valueString": "x"}]}, "initial_left_out"),
        (
            {
                "type": "string",
                "text": "再问",
                "enableWhen": [{"question": "x", "operator": ">", "answerInteger": 1}],
            },
            "condition_unknown",
        ),
        ({"type": "choice", "text": "选", "answerOption": [{"valueReference": {}}]}, "option_unknown"),
    ],
)
def test_what_is_not_understood_is_said_with_its_place(item: dict[str, Any], code: str) -> None:
    assert ("a.1", code) in notes(fhir.read(questionnaire({"linkId": "a.1", **item})))


def test_expressions_are_shown_and_never_run() -> None:
    formula = {
        "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
        "valueExpression": {"language": "text/fhirpath", "expression": "1/0"},
    }
    reading = fhir.read(
        questionnaire({"linkId": "sum", "type": "integer", "text": "和", "extension": [formula]})
    )
    assert reading.form.questions == ()
    (shown,) = reading.expressions
    assert (shown.place, shown.text) == ("sum", "1/0")


def test_contained_answer_lists_and_scores() -> None:
    ordinal = {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2}
    concepts = [{"code": "never", "display": "从不"}, {"code": "o", "display": "常", "extension": [ordinal]}]
    held = {
        "resourceType": "ValueSet",
        "id": "often",
        "compose": {"include": [{"concept": concepts}]},
    }
    item = {"linkId": "1", "type": "choice", "text": "多久", "answerValueSet": "#often", "repeats": True}
    (one,) = fhir.read(questionnaire(item, contained=[held])).form.questions
    assert one.kind == "multiple"
    assert one.options == (Option("never", "从不"), Option("o", "常", 2.0))


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", b"[]", b"{}", b'{"resourceType": "Patient"}', b'{"resourceType": "Bundle"}']
)
def test_what_is_no_form_is_refused(data: bytes) -> None:
    with pytest.raises(fhir.NotFhirError):
        fhir.read(data)


NAMES = ["item", "type", "text", "linkId", "answerOption", "valueCoding", "enableWhen", "extension", "url"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(items=json_values, contained=json_values)
def test_no_file_however_odd_breaks_the_reader(items: Any, contained: Any) -> None:
    data = json.dumps({"resourceType": "Questionnaire", "item": items, "contained": contained}).encode()
    form.problems(fhir.read(data).form)


class TestForm:
    def test_a_question_is_asked_when_its_conditions_hold(self) -> None:
        assert "q2" not in [one.code for one in CANTEEN.asked({"q1": "n"})]
        assert "q2" in [one.code for one in CANTEEN.asked({"q1": "y"})]

    @pytest.mark.parametrize(
        ("changed", "problem"),
        [
            (Question("q1", "text", "再来一次"), "same_code"),
            (Question("q9", "text", "  "), "no_text"),
            (Question("q9", "single", "选", options=(Option("a", "一"),)), "too_few_options"),
            (Question("q9", "single", "选", options=(Option("a", "一"), Option("a", "二"))), "bad_options"),
            (Question("q9", "scale", "打分", low=5, high=1), "bad_scale"),
            (Question("q9", "text", "问", when=(Condition("q10", "y"),)), "condition_ahead"),
            (Question("q9", "text", "问", when=(Condition("q1", "z"),)), "condition_answer"),
        ],
    )
    def test_what_cannot_be_published(self, changed: Question, problem: str) -> None:
        found = form.problems(Form("x", "", (*CANTEEN.questions, changed)))
        assert [code for _, code in found] == [problem]

    @pytest.mark.parametrize(
        ("code", "answer", "problem"),
        [
            ("q1", None, "unanswered"),
            ("q1", "z", "not_an_option"),
            ("q1", "y", None),
            ("q2", ["b", "z"], "not_an_option"),
            ("q2", ["b", "l"], None),
            ("q3", 6, "not_an_option"),
            ("q3", 5, None),
            ("q4", "many", "not_a_number"),
            ("q4", 3.5, None),
            ("q5", "2026-13-01", "not_a_day"),
            ("q5", "2026-11-01", None),
            ("q6", "面" * 2001, "too_long"),
            ("q6", "", None),
        ],
    )
    def test_an_answer_fits_its_question(self, code: str, answer: Any, problem: str | None) -> None:
        question = next(one for one in CANTEEN.questions if one.code == code)
        assert form.answer_problem(question, answer) == problem

    def test_json_keeps_everything(self) -> None:
        assert form.from_json(json.loads(json.dumps(CANTEEN.as_json()))) == CANTEEN


def test_the_command_reports_and_refuses(tmp_path: Path) -> None:
    good, bad = tmp_path / "canteen.json", tmp_path / "bad.json"
    good.write_bytes(fhir.write(CANTEEN, url="urn:uuid:canteen", version="1"))
    bad.write_text("{}")
    done = CliRunner().invoke(assessments, ["import-fhir", str(good), "--json"])
    said = json.loads(done.output)
    assert (done.exit_code, said["ok"], said["asked"], said["notes"]) == (0, True, 6, [])
    plain = CliRunner().invoke(assessments, ["import-fhir", str(good)])
    assert "食堂满意度: 6 questions" in plain.output
    refused = CliRunner().invoke(assessments, ["import-fhir", str(bad), "--json"])
    assert (refused.exit_code, json.loads(refused.output)["ok"]) == (1, False)

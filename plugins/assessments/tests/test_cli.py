"""`anxin assessments`: one JSON list a line in, one JSON object a line out; ids with their licences."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from anxin_assessments.cli import assessments


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(assessments, arguments, input=given)


def scored(name: str, *rows: Any, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    done = run("score", "--instrument", name, *options, given="".join(f"{json.dumps(row)}\n" for row in rows))
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.output.splitlines()]


def test_a_line_in_a_line_out() -> None:
    first, second = scored("phq9", [3, 0, 1, 2, 0, 0, 1, 0, 3], [0, None, 1, 0, 0, 0, 0, 0, 0])
    assert first["scores"]["total"] == 10
    assert (first["band"], first["level"], first["flags"]["risk"]) == ("moderate", 3, True)
    assert first["risks"] == [{"item": 9, "value": 3, "level": 3}]
    assert (second["missing"], second["flags"]["risk"]) == ([2], False)


def test_answers_by_field_and_other_codings() -> None:
    (row,) = scored("cssrs_screener", {"1": 0, "2": 0, "6": 1, "6_within_3_months": 0})
    assert row["bands"]["triage"] == "moderate"
    assert scored("cssrs_screener", [1, 1, 0, 1, 0, 0])[0]["bands"]["triage"] == "high"
    (row,) = scored("scl90_cn", [0] * 90, options=("--coding", "zero_based"))
    assert (row["scores"]["total"], row["flags"]["screen_positive"]) == (90, False)


@pytest.mark.parametrize(
    "line",
    ["[1, 2]", "[0,0,0,0,0,0,0,0,9]", "nonsense", '"text"', '{"snoring": 1}', "[0,0,0,0,0,0,0,0,true]"],
)
def test_a_line_that_cannot_be_scored_is_named_and_the_others_are_scored(line: str) -> None:
    done = run("score", "--instrument", "phq9", given=f"{line}\n[0,0,0,0,0,0,0,0,0]\n")
    refused, scored_row = (json.loads(row) for row in done.output.splitlines())
    assert refused["line"] == 1
    assert refused["error"]
    assert scored_row["scores"]["total"] == 0
    assert done.exit_code == 1


@pytest.mark.parametrize(("name", "why"), [("nothing", "see anxin"), ("mbi_gs", "licensed manual")])
def test_what_has_no_key_is_refused_with_its_reason(name: str, why: str) -> None:
    done = run("score", "--instrument", name)
    assert done.exit_code == 2
    assert why in done.output


def test_instruments_name_their_editions_and_licences() -> None:
    rows = {row["id"]: row for row in json.loads(run("instruments", "--json").output)}
    assert len(rows) == 37
    assert rows["scl90_cn"]["licence"]["class"] == "key_only"
    assert rows["who5"]["licence"]["class"] == "conditional"
    assert rows["phq9"]["editions"] == ["1"]
    assert rows["mbi_gs"]["editions"] == []
    assert rows["mbi_gs"]["reason"]["zh_CN"]
    assert "身心状况自评" in run("instruments").output

"""Licensed words: brought as a table or a FHIR form, checked against the key, shown under their licence."""

import csv
import io
import json
import re
from datetime import date
from typing import Any

import pytest

from anxin.plugin import Sheet, workbook
from anxin_assessments import library_views, scoring
from anxin_assessments.exchange import wording as exchange
from anxin_assessments.instruments import about
from anxin_assessments.services import wordings

SAS = scoring.load("sas")
LICENCE = {"locale": "zh_CN", "holder": "示例出版社", "number": "示例-2026-001", "attested": "1"}


def filled(key: Any, **changes: Any) -> list[list[str]]:
    """The template with invented words; `changes` replaces the text of a row by its place."""
    rows = [[kind, number, f"{kind}{number}的文字", only] for kind, number, _, only in exchange.template(key)]
    for place, text in changes.items():
        rows[int(place[1:])][2] = text
    return rows


def as_csv(rows: list[list[str]], encoding: str = "utf-8-sig") -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows([["类别", "序号", "文字", "只用于题"], *rows])
    return target.getvalue().encode(encoding)


def as_fhir(items: int, values: list[int], *, ordinal: bool = True) -> bytes:
    def option(value: int) -> dict[str, Any]:
        coded = {"valueCoding": {"code": f"a{value}", "display": f"答{value}"}}
        mark = {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": value}
        return coded | ({"extension": [mark]} if ordinal else {})

    asked = [
        {"linkId": str(n), "type": "choice", "text": f"问{n}", "answerOption": [option(v) for v in values]}
        for n in range(1, items + 1)
    ]
    lead = {"linkId": "0", "type": "display", "text": "请按最近一周的情况回答"}
    return json.dumps({"resourceType": "Questionnaire", "status": "active", "item": [lead, *asked]}).encode()


@pytest.mark.parametrize(
    "data",
    [
        as_csv(filled(SAS)),
        as_csv(filled(SAS), "gb18030"),
        workbook([Sheet("文字", header=("类别", "序号", "文字", "只用于题"), rows=filled(SAS))]),
        as_fhir(20, [1, 2, 3, 4]),
    ],
    ids=["csv", "gb18030", "xlsx", "fhir"],
)
def test_every_road_brings_the_same_shape(data: bytes) -> None:
    words = exchange.made(SAS, "zh_CN", exchange.read(data, SAS), "示例")
    assert len(words.items) == 20
    assert [option.value for option in words.options] == [1, 2, 3, 4]
    assert words.lead_in


@pytest.mark.parametrize("key", scoring.catalogue(), ids=lambda key: key.id)
def test_the_template_of_every_key_can_be_filled_in(key: Any) -> None:
    raw = exchange.read(as_csv(filled(key)), key)
    assert len(raw["items"]) == key.items


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (as_csv(filled(SAS)[:-5]), "item_count"),
        (as_csv([*filled(SAS)[:5], filled(SAS)[6], filled(SAS)[5], *filled(SAS)[7:]]), "out_of_order"),
        (as_csv(filled(SAS)[1:]), "no_lead_in"),
        (as_csv(filled(SAS, r3="")), "bad_row"),
        (as_csv(filled(SAS)[:-1]), "unfit"),
        (as_fhir(19, [1, 2, 3, 4]), "item_count"),
        (as_fhir(20, [0, 1, 2, 3]), "unfit"),
        (as_fhir(20, [1, 2, 3, 4], ordinal=False), "no_values"),
        (b"{}", "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (as_csv([]), "item_count"),
    ],
)
def test_what_does_not_fit_is_named(data: bytes, code: str) -> None:
    with pytest.raises(exchange.UnfitWordsError) as caught:
        exchange.read(data, SAS)
    assert code in [problem[0] for problem in caught.value.problems]


@pytest.fixture
def admin(person: Any) -> Any:
    return person("employee", "admin")


def bring(client: Any, data: bytes, **changes: Any) -> Any:
    form = {**LICENCE, **changes, "file": (io.BytesIO(data), "words.csv")}
    return client.post(f"{client.base}/assessments/instruments/sas/words", data=form)


def test_brought_words_put_the_instrument_on_offer(admin: Any, client_as: Any, agree: Any) -> None:
    client = client_as(admin)
    agree(admin)
    start = f"{client.base}/assessments/take/sas"
    assert client.get(start).status_code == 404
    assert bring(client, as_csv(filled(SAS))).status_code == 303
    assert client.get(start).status_code == 200
    shelf = client.get(f"{client.base}/assessments/instruments/sas").get_data(as_text=True)
    assert "示例出版社" in shelf
    assert "使用中" in shelf
    library = client.get(f"{client.base}/api/assessments/library").json
    assert {one["id"]: one["state"] for one in library}["sas"] == "offered"
    sheet = client.post(
        f"{client.base}/api/assessments/sheets", json={"instrument": "sas", "answers": [1] * 20}
    )
    assert sheet.status_code == 201
    assert sheet.json["scores"]["scales"]["standard"] == 44


def test_the_licence_is_kept_and_every_look_at_it_audited(admin: Any, client_as: Any, scope: Any) -> None:
    client = client_as(admin)
    paper = (io.BytesIO(b"%PDF-1.4 licence"), "licence.pdf")
    assert bring(client, as_csv(filled(SAS)), licence=paper, expires_on="2099-12-31").status_code == 303
    with scope(admin.tenant) as ctx:
        (row,) = wordings.of_instrument(ctx, SAS)
        wording, until = row.id, row.expires_on
    assert until == date(2099, 12, 31)
    answer = client.get(f"{client.base}/assessments/words/{wording}/licence")
    assert answer.data == b"%PDF-1.4 licence"
    trail = client.get(f"{client.base}/audit/").get_data(as_text=True)
    assert "打开了一份量表的授权文件" in trail
    assert "导入了一份量表的授权文字" in trail


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"attested": ""}, "核对过文字与授权版本"),
        ({"expires_on": "2020-01-01"}, "已经到期"),
        ({"holder": ""}, "holder"),
    ],
)
def test_without_a_licence_nothing_is_brought(
    changes: dict[str, str], said: str, admin: Any, client_as: Any
) -> None:
    client = client_as(admin)
    answer = bring(client, as_csv(filled(SAS)), **changes)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_rows_that_do_not_fit_are_named_and_the_form_keeps_its_words(admin: Any, client_as: Any) -> None:
    client = client_as(admin)
    answer = bring(client, as_csv(filled(SAS)[:-5]))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "19 / 20" in text
    assert "示例-2026-001" in text


def test_retired_words_are_not_shown_and_old_sheets_keep_their_score(
    admin: Any, client_as: Any, agree: Any, scope: Any
) -> None:
    client = client_as(admin)
    agree(admin)
    bring(client, as_csv(filled(SAS)))
    client.post(f"{client.base}/api/assessments/sheets", json={"instrument": "sas", "answers": [1] * 20})
    with scope(admin.tenant) as ctx:
        (row,) = wordings.of_instrument(ctx, SAS)
    assert client.delete(f"{client.base}/api/assessments/words/{row.id}").status_code == 204
    assert client.get(f"{client.base}/assessments/take/sas").status_code == 404
    (record,) = client.get(f"{client.base}/api/assessments/results").json
    assert record["scores"]["scales"]["standard"] == 44
    assert client.get(f"{client.base}/assessments/results/{record['id']}").status_code == 200


def test_the_template_is_a_workbook_without_words(admin: Any, client_as: Any) -> None:
    client = client_as(admin)
    answer = client.get(f"{client.base}/assessments/instruments/scl90_cn/template.xlsx")
    assert answer.data.startswith(b"PK")
    assert client.get(f"{client.base}/assessments/instruments/nothing").status_code == 404


def test_every_instrument_has_its_page(admin: Any, client_as: Any) -> None:
    client = client_as(admin)
    found = {
        key.id: client.get(f"{client.base}/assessments/instruments/{key.id}").status_code
        for key in scoring.catalogue()
    }
    assert set(found.values()) == {200}, found


@pytest.mark.parametrize("key", scoring.catalogue(), ids=lambda key: key.key)
def test_what_a_key_says_is_said_in_chinese(key: Any) -> None:
    """The union reads form and terms in Chinese, and which parts of a key want a look into the manual."""
    form, terms = about(key, "zh_CN")
    assert re.search("[\u4e00-\u9fff]", form)
    assert re.search("[\u4e00-\u9fff]", terms)
    assert about(key, "en") == (key.form, key.licence.says)
    assert [name for name, _value in library_views.facts(key)]

"""The form is changed by whoever keeps the lines: a draft, its preview, a new version; old logs keep theirs."""

import copy
import re

import pytest

from anxin.plugin import Invalid
from anxin_hotline import form_shape, forms


@pytest.fixture
def keeper(client_as, person):
    return client_as(person("admin"))


@pytest.fixture
def desk(client_as, operator):
    return client_as(operator)


def page(client, path, status=200):
    answer = client.get(f"{client.base}/hotline{path}")
    assert answer.status_code == status, (path, answer.status_code)
    return answer.get_data(as_text=True)


def typed(html):
    """What the editor's fields hold, as a browser would send them."""
    inputs = (
        r'<input (?:class="input" id="[^"]*" |type="hidden" )name="(mark|[a-z]+-[^"]+)"[^>]*?value="([^"]*)"'
    )
    found = dict(re.findall(inputs, html))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', html))
    return found


def test_a_topic_is_added_and_published_and_old_logs_keep_their_words(keeper, desk, told):
    first = desk.post(f"{desk.base}/hotline/save", data=told(form=0)).headers["Location"].rpartition("=")[2]
    form = typed(page(keeper, "/form/edit"))
    assert form["topics-3-zh"] == "职场压力"
    form |= {"topics-3-zh": "工作", "topics-8-zh": "", "topics-8-en": ""}
    form |= {"fields-3-zh": "夜班", "fields-3-kind": "choice", "fields-3-options": "是 | Yes\n否"}
    saved = keeper.post(f"{keeper.base}/hotline/form/edit", data=form)
    assert saved.status_code == 303
    preview = page(keeper, "/form/draft")
    assert "草稿" in preview
    assert "夜班" in preview
    assert "职场压力 <kbd" in page(desk, "/"), "nobody logs with a draft"
    assert keeper.post(f"{keeper.base}/hotline/form/publish").status_code == 303
    now = page(desk, "/")
    assert "职场压力 <kbd" not in now
    assert 'name="form" value="1"' in now
    assert "夜班" in now
    assert "职场压力" in page(desk, f"/calls/{first}"), "an older log is read by its own version"
    body = told(form=1, topic="work", own={"gender": "m"})
    second = desk.post(f"{desk.base}/api/hotline/calls", json=body).json["id"]
    assert "工作" in page(desk, f"/calls/{second}")
    assert "版本 1" in page(keeper, "/form")
    assert "职场压力" in page(keeper, "/form/versions/0")
    page(keeper, "/form/versions/7", 404)


def test_what_is_wrong_stands_beside_its_line_and_nothing_is_lost(keeper):
    form = typed(page(keeper, "/form/edit")) | {
        "topics-0-zh": "",
        "next-1-days": "400",
        "scripts-0-lines_zh": "",
    }
    answer = keeper.post(f"{keeper.base}/hotline/form/edit", data=form | {"topics-1-en": "Kept as typed"})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for name in ("topics-0-zh", "next-1-days", "scripts-0-lines_zh"):
        assert re.search(rf'id="f-{name}"[^>]*aria-invalid="true"', html), name
    assert "Kept as typed" in html
    assert "版本 1" not in page(keeper, "/form")


def test_a_line_goes_up(keeper):
    form = typed(page(keeper, "/form/edit")) | {"move": "topics:2"}
    assert keeper.post(f"{keeper.base}/hotline/form/edit", data=form).status_code == 303
    again = typed(page(keeper, "/form/edit"))
    assert [again[f"topics-{place}-code"] for place in range(3)] == ["mood", "parenting", "marriage"]


def test_two_who_change_the_draft_at_once_do_not_overwrite_each_other_unseen(keeper):
    form = typed(page(keeper, "/form/edit"))
    keeper.post(f"{keeper.base}/hotline/form/edit", data=form | {"topics-0-zh": "心情"})
    late = keeper.post(f"{keeper.base}/hotline/form/edit", data=form | {"topics-0-zh": "情绪"})
    html = late.get_data(as_text=True)
    assert late.status_code == 422
    assert 'value="情绪"' in html
    meant = keeper.post(f"{keeper.base}/hotline/form/edit", data=typed(html))
    assert meant.status_code == 303
    assert "情绪" in page(keeper, "/form/draft")


def test_the_api_does_the_same(keeper, desk, told):
    address = f"{keeper.base}/api/hotline/form"
    draft = keeper.get(f"{address}/draft").json
    assert draft["kept"] is False
    definition = copy.deepcopy(draft["definition"])
    definition["topics"] = [{"code": "exam", "zh": "考核"}, *definition["topics"][:8]]
    kept = keeper.put(f"{address}/draft", json={"definition": definition, "mark": draft["mark"]})
    assert kept.status_code == 200, kept.json
    assert (
        keeper.put(f"{address}/draft", json={"definition": definition, "mark": draft["mark"]}).status_code
        == 422
    )
    assert keeper.post(f"{address}/draft/publish").json["version"] == 1
    assert keeper.post(f"{address}/draft/publish").status_code == 409
    assert desk.get(f"{desk.base}/api/hotline/form").json["definition"]["topics"][0]["code"] == "exam"
    body = told(topic="exam")
    assert desk.post(f"{desk.base}/api/hotline/calls", json=body).status_code == 201, (
        "without a version: the one in use"
    )
    assert desk.post(f"{desk.base}/api/hotline/calls", json=told(form=9)).status_code == 422
    assert keeper.delete(f"{address}/draft").status_code == 409
    assert [one["version"] for one in keeper.get(f"{address}/versions").json] == [1, 0]
    assert desk.get(f"{desk.base}/api/hotline/form/draft").status_code == 403


@pytest.mark.parametrize(
    ("which", "rows", "where"),
    [
        ("topics", [{"zh": f"第{n}"} for n in range(10)], "topics.9.zh"),
        ("topics", [{"zh": "一样"}, {"zh": "一样"}], "topics.1.zh"),
        ("topics", [{"zh": "", "en": "No Chinese"}], "topics.0.zh"),
        ("next", [{"zh": "转", "to": "referral", "days": 0}], "next.0.days"),
        ("channels", [], "channels.0.zh"),
        ("fields", [{"zh": "问", "kind": "choice", "options": [{"zh": "只有一个"}]}], "fields.0.options"),
        ("scripts", [{"code": "other", "zh": "别的", "lines_zh": ["…"]}], "scripts.0.zh"),
    ],
)
def test_a_form_that_cannot_be_used_is_refused_where_it_is_wrong(which, rows, where):
    with pytest.raises(Invalid) as refused:
        form_shape.checked({**forms.default(), which: rows})
    assert where in refused.value.fields


def test_the_form_everybody_starts_with_passes_its_own_check():
    found = form_shape.checked(forms.default())
    assert found["topics"] == list(forms.default()["topics"])
    assert found["fields"] == list(forms.default()["fields"])

"""`anxin plugin new` and `check`: a plugin that works at once, and one that says what is wrong with it."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.extension import scaffold


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "anxin.cli", "plugin", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        timeout=300,
    )


def new(parent, name="stories"):
    scaffold.write(parent, scaffold.Words(name, scaffold.one_of(name), "Stories", "故事"))
    return parent / name


@pytest.mark.parametrize(
    ("plural", "single"),
    [("wishes", "wish"), ("stories", "story"), ("rooms", "room"), ("boxes", "box"), ("hotline", "hotline")],
)
def test_a_row_has_the_names_singular(plural, single):
    assert scaffold.one_of(plural) == single


@given(st.text(max_size=40))
def test_no_title_can_break_out_of_its_string(title):
    try:
        words = scaffold.Words("stories", "story", title, "故事")
    except scaffold.UnusableName:
        return
    compile(words.put_into('title = "Plugtitle"'), "plugin.py", "exec")


@pytest.mark.parametrize("name", ["core", "My", "my-rooms", "class", "1st", "", "a" * 40])
def test_names_that_cannot_be_are_refused(name, tmp_path):
    done = run("new", name, "--into", str(tmp_path))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) >= 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "stories").mkdir()
    done = run("new", "stories", "--into", str(tmp_path))
    assert done.returncode == 1
    assert "is there already" in done.stderr


def test_no_token_is_left(tmp_path):
    home = new(tmp_path)
    text = "".join(str(path) + path.read_text() for path in home.rglob("*") if path.is_file())
    assert "plug" not in text.lower().replace("plugin", "")
    for path in home.rglob("*.py"):
        compile(path.read_text(), str(path), "exec")


def test_check_takes_a_folder_and_names_every_fault(tmp_path):
    home = new(tmp_path)
    package = home / "anxin_stories"
    lenient = "    class Meta:\n        unknown = 'exclude'\n\n    text = fields.String(required"
    change(package / "schemas.py", "    text = fields.String(required", lenient)
    change(package / "plugin.py", "        personal_data=[Story.person_id],\n", "")
    change(package / "migrations/versions/0001_stories.py", '    ddl.protect("stories.story")\n', "")
    change(package / "locale/zh_CN/LC_MESSAGES/messages.po", "想留下点什么？", "")
    done = run("check", str(home), "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert {rule for rule, lines in told["rules"].items() if lines} == {
        "inputs",
        "personal data",
        "translations",
        "wall",
    }


@pytest.mark.parametrize(
    ("file", "old", "fresh", "rule"),
    [
        ("plugin.py", 'name="stories"', 'name="tales"', "loads"),
        ("plugin.py", "", "", None),
        ("migrations/versions/0001_stories.py", "ddl.schema", "ddl.schemas", "migrations apply"),
    ],
)
def test_check_stops_where_nothing_more_can_be_said(tmp_path, file, old, fresh, rule):
    home = new(tmp_path)
    if rule:
        change(home / "anxin_stories" / file, old, fresh)
    done = run("check", str(home), "--json")
    told = json.loads(done.stdout)["rules"]
    assert [name for name, lines in told.items() if lines] == ([rule] if rule else []), done.stdout
    assert done.returncode == (1 if rule else 0)


def test_check_of_something_else(tmp_path):
    for place, expected in ((str(tmp_path), "is no plugin's folder"), ("nonsense", "not installed")):
        done = run("check", place)
        assert done.returncode == 1
        assert done.stdout.startswith("FAIL  loads")
        assert expected in done.stdout


def change(path, old, fresh):
    text = path.read_text()
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, fresh))

"""A plugin that lives outside this repository works: built as a wheel, installed elsewhere, found by its
entry point."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[1] / "sample_plugin"
MAY_IMPORT = ("anxin.plugin", "anxin.testing")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A folder on the path with the installed wheel, and nothing of the source's folder."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input"]
    arguments = [
        "install",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--target",
        str(target),
        str(SAMPLE),
    ]
    subprocess.run([*pip, *arguments], check=True, timeout=300)
    return target


def run(elsewhere, *command):
    return subprocess.run(
        [sys.executable, "-m", *command],
        check=False,
        capture_output=True,
        text=True,
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(elsewhere), "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=600,
    )


def test_it_imports_what_a_plugin_may_import():
    foreign = set()
    for path in SAMPLE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            foreign |= {name for name in names if name.split(".")[0] == "anxin" and name not in MAY_IMPORT}
    assert foreign == set()


def test_the_installed_wheel_is_found_and_carries_its_words(elsewhere):
    listed = run(elsewhere, "anxin.cli", "plugin", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    found = {row["name"]: row for row in json.loads(listed.stdout)}
    assert found["wishes"]["title"] == "心愿墙"
    assert (elsewhere / "anxin_wishes/locale/zh_CN/LC_MESSAGES/messages.po").exists()


def test_it_keeps_every_rule(elsewhere):
    done = run(elsewhere, "anxin.cli", "plugin", "check", "wishes", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["ok"] is True


def test_its_own_suite_passes_where_it_is_installed(elsewhere):
    """Pages, API, consent, job, event, erasure and PluginContract, in a database of its own."""
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "--rootdir", str(SAMPLE), "-c"]
    done = run(elsewhere, "pytest", *options, str(SAMPLE / "pyproject.toml"), str(SAMPLE / "tests"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout

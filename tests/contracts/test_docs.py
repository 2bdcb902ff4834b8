"""What the READMEs say is so: links lead somewhere, commands exist, tables match the code, and plugins/README.md runs."""

import dataclasses
import inspect
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import anxin.testing
from anxin.cli import anxin as command_line
from anxin.extension import conformance, hookspecs, tables
from anxin.extension.events import EVENTS
from anxin.extension.manifest import Plugin

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "sample_plugin"
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
SKIPPED = {"node_modules", ".venv", "var"}
DOCS = sorted(path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts))
names = [path.relative_to(ROOT).as_posix() for path in DOCS]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CELL = re.compile(r"^\| ((?:`[^`]+`(?:[,、] ?)?)+) \|", re.MULTILINE)


def blocks(path, language):
    return [text for kind, text in FENCE.findall(path.read_text(encoding="utf-8")) if kind == language]


def prose(path):
    """The text with its code blocks, which name commands too, but without other languages' samples."""
    return FENCE.sub(
        lambda found: found[2] if found[1] in ("", "sh") else "", path.read_text(encoding="utf-8")
    )


def section(path, heading):
    text = path.read_text(encoding="utf-8")
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]


def first_cells(text):
    """The code spans of each row's first cell."""
    return [name for cell in CELL.findall(text) for name in re.findall(r"`([^`]+)`", cell)]


def anchors(path):
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCS, ids=names)
def test_links_lead_somewhere(path):
    broken = []
    for target in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        file = (path.parent / place).resolve() if place else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("path", DOCS, ids=names)
def test_make_targets_exist(path):
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    said = set(re.findall(r"(?:`|^)make ([a-z]+)", prose(path), re.MULTILINE))
    assert said <= known, said - known


@pytest.mark.parametrize("path", DOCS, ids=names)
def test_commands_exist_and_explain_themselves(path):
    for words in re.findall(r"(?:`|^|\()anxin ((?:[a-z-]+ ?)+)", prose(path), re.MULTILINE):
        command, used = command_line, []
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            command = command.get_command(click.Context(command), word)
            used.append(word)
            assert command is not None, f"anxin {' '.join(used)} is no command"
        done = CliRunner().invoke(command_line, [*used, "--help"])
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize("path", DOCS, ids=names)
def test_options_exist(path):
    for line in "\n".join(blocks(path, "sh")).splitlines():
        words = line.split("#")[0].split()
        if words[:1] != ["anxin"]:
            continue
        command, rest = command_line, words[1:]
        while isinstance(command, click.Group):
            command = command.get_command(click.Context(command), rest.pop(0))
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known, line


def test_both_languages_give_the_same_commands_in_the_same_order():
    assert blocks(ENGLISH, "sh") == blocks(CHINESE, "sh")
    assert LINK.findall(ENGLISH.read_text())[1:] == LINK.findall(CHINESE.read_text())[1:]
    assert "make demo\nmake test\n" in blocks(ENGLISH, "sh")


def test_the_two_maps_name_the_same_folders_and_all_exist():
    maps = [section(ENGLISH, "Where things are"), section(CHINESE, "东西放在哪里")]
    found = [re.findall(r"^\| (?:\[([^\]]+)\]|`([^`]+)`)", text, re.MULTILINE) for text in maps]
    assert found[0] == found[1]
    missing = [name for pair in found[0] for name in pair if name and not (ROOT / name).is_dir()]
    assert missing == []


def test_core_names_every_room_and_only_files_that_are_there():
    core = ROOT / "core"
    text = (core / "README.md").read_text(encoding="utf-8")
    said = set(first_cells(section(core / "README.md", "The rooms")))
    rooms = {f"anxin/{path.parent.name}/" for path in (core / "anxin").glob("*/__init__.py")} | {
        "anxin/migrations/"
    }
    assert said == rooms
    paths = re.findall(
        r"`(anxin/[\w/.]+|(?:kernel|extension|tenancy|identity|safety|consent)/\w+\.py)`", text
    )
    assert len(paths) > 20
    missing = [path for path in paths if not (core / path).exists() and not (core / "anxin" / path).exists()]
    assert missing == []


def test_every_hook_is_listed_with_its_arguments_and_policy():
    rows = re.findall(
        r"^\| `(\w+\([\w, ]*\))` \| (\w+) \|", section(ROOT / "core/README.md", "Hooks"), re.MULTILINE
    )
    wanted = {
        f"{name}({', '.join(inspect.signature(getattr(hookspecs, name)).parameters)})": policy
        for name, policy in hookspecs.POLICIES.items()
    }
    assert dict(rows) == wanted


def test_every_failure_policy_is_explained():
    rows = re.findall(r"^\| (\w+) \| ", section(ROOT / "core/README.md", "Hooks"), re.MULTILINE)
    assert set(rows) - {"hook", "policy"} == set(hookspecs.POLICIES.values())


def test_every_event_is_listed():
    assert first_cells(section(ROOT / "core/README.md", "Events")) == [event.__name__ for event in EVENTS]


class TestPlugins:
    readme = ROOT / "plugins" / "README.md"

    def test_the_manifest_is_told_whole(self):
        said = first_cells(section(self.readme, "The manifest"))
        assert sorted(said) == sorted(field.name for field in dataclasses.fields(Plugin))

    def test_every_rule_is_told(self):
        said = re.findall(r"^\| ([a-z ]+) \| ", section(self.readme, "The rules"), re.MULTILINE)
        assert said[1:] == [*conformance.RULES, *tables.RULES]

    def test_every_fixture_is_told(self):
        said = {name.partition("(")[0] for name in first_cells(section(self.readme, "Tests"))}
        assert said == set(anxin.testing.__all__) - {"PluginContract"}

    def test_the_shape_is_the_sample_plugins(self):
        said = first_cells(section(self.readme, "One shape"))
        assert [name for name in said if not (SAMPLE / name).exists()] == []

    def test_python_blocks_are_the_sample_plugins_own(self):
        """Its suite runs them (test_sample_plugin.py); here they may not drift from it."""
        shown = blocks(self.readme, "python")
        assert len(shown) >= 8
        for block in shown:
            place, _, code = block.partition("\n")
            source = (SAMPLE / place.removeprefix("# ")).read_text(encoding="utf-8")
            assert code in source, f"{place} differs from tests/sample_plugin"

    @pytest.mark.slow
    def test_its_commands_run_in_a_fresh_environment(self, tmp_path):
        """From `anxin plugin new` to a passing suite, typed as the README says."""
        script = "set -eux\n" + "".join(blocks(self.readme, "sh"))
        done = subprocess.run(
            ["bash", "-c", script],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(tmp_path / "env"),
            timeout=900,
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
        assert re.search(r"^ok +migrations$", done.stdout, re.MULTILINE)
        assert re.search(r"\d+ passed", done.stdout)


def environment(folder):
    """A fresh virtual environment that sees this one's packages; what is installed goes into the fresh one."""
    venv.create(folder, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    ours = [path for path in sys.path if path.endswith("site-packages")]
    (site / "ours.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in ours))
    for name, start in (
        ("anxin", "from anxin.cli import main; main()"),
        ("pytest", "import sys, pytest; sys.exit(pytest.console_main())"),
        ("pip", "import sys; from pip._internal.cli.main import main; sys.exit(main())"),
    ):
        script = folder / "bin" / name
        script.write_text(f"#!{folder}/bin/python\n{start}\n")
        script.chmod(0o755)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHONPATH"))}
    return clean | {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(folder),
        # no network in the suite: the build tools and Anxin itself are there
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PYTEST_ADDOPTS": "-p no:schemathesis -p no:cacheprovider",
    }

"""Every command: help with an example, known errors in one line, exit codes scripts can trust."""

import json
import os
import socket
import subprocess
import sys

import click
import pytest

from anxin.cli import COMMANDS, anxin


def run(*arguments, **env):
    command = [sys.executable, "-m", "anxin.cli", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env=os.environ | env, timeout=300
    )


def every_command(group=anxin, path=()):
    context = click.Context(group)
    names = [*COMMANDS, *group.list_commands(context)] if group is anxin else group.list_commands(context)
    for name in names:
        command = group.get_command(context, name)
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


ALL = dict(every_command())
CORE = {name for name in ALL if name.split()[0] in COMMANDS}
NO_DATA = {
    "plugin new",
    "plugin check",
    "roster template",
}  # an author's source with a throwaway database; an empty form


@pytest.mark.parametrize("name", ALL)
def test_help_shows_an_example(name):
    text = ALL[name].help or ""
    assert "Example" in text
    assert f"anxin {name.split()[0]}" in text


@pytest.mark.parametrize(
    "name",
    sorted(name for name in CORE - NO_DATA if not isinstance(ALL[name], click.Group)),
)
def test_commands_take_the_data_folder(name):
    options = {option for parameter in ALL[name].params for option in parameter.opts}
    assert "--data" in options


def test_help_loads_no_application():
    heavy = ("sqlalchemy", "flask", "psycopg", "psutil")
    code = f"import sys, anxin.cli; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "doctor" in run("--help").stdout


def test_wrong_usage_is_2():
    assert run("nonsense").returncode == 2
    assert run("up", "--port", "many").returncode == 2


def test_a_taken_port_is_one_line_and_2(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("up", "--data", str(tmp_path), "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"anxin: port {port} is taken by another program: choose another with --port\n"


def test_an_unusable_key_is_one_line_and_2(tmp_path):
    (tmp_path / "key").write_text("not a key")
    done = run("up", "--data", str(tmp_path), ANXIN_MASTER_KEY_FILE=str(tmp_path / "key"))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"anxin: {tmp_path / 'key'} is no key: 32 bytes are needed, raw, in hexadecimal or in base64"
    ]


def test_a_file_in_the_place_of_the_data_folder_is_2(tmp_path):
    (tmp_path / "file").touch()
    done = run("up", "--data", str(tmp_path / "file" / "data"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_doctor_explains_all_and_touches_nothing(tmp_path):
    done = run("doctor", "--json", "--data", str(tmp_path / "new"))
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert found["ok"] is True
    assert {"python", "data", "disk", "port", "database", "redis"} <= {
        check["name"] for check in found["checks"]
    }
    assert {"DATABASE_URL", "REDIS_URL", "ANXIN_MASTER_KEY"} <= {
        item["variable"] for item in found["settings"]
    }
    assert not (tmp_path / "new").exists()


def test_doctor_names_what_fails(tmp_path):
    done = run("doctor", "--data", str(tmp_path), DATABASE_URL="postgresql://owner:pw@127.0.0.1:1/eap")
    assert done.returncode == 1
    line = next(line for line in done.stdout.splitlines() if line.startswith("FAIL"))
    assert "DATABASE_URL" in line
    assert ":pw@" not in done.stdout


def test_doctor_survives_settings_it_cannot_read(tmp_path):
    done = run("doctor", "--json", "--data", str(tmp_path), ANXIN_PORT="many")
    assert done.returncode == 1
    assert any("ANXIN_PORT" in check["line"] for check in json.loads(done.stdout)["checks"])


def test_database_addresses_by_role(tmp_path):
    urls = {
        role: run("db", "url", "--role", role, "--data", str(tmp_path)).stdout
        for role in ("app", "auth", "owner")
    }
    assert urls["app"].startswith("postgresql://anxin_app:")
    assert urls["auth"].startswith("postgresql://anxin_auth:")
    assert urls["owner"].startswith("postgresql://postgres@/anxin?host=")


def test_a_database_that_is_away_is_one_line_and_1(tmp_path):
    env = {"DATABASE_URL": "postgresql://owner:pw@127.0.0.1:1/eap", "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = run("db", "upgrade", "--data", str(tmp_path), **env)
    assert done.returncode == 1
    assert done.stderr.startswith("anxin: the database does not answer: ")
    assert len(done.stderr.splitlines()) == 1

"""What scripts rely on: addresses, commands, exit codes and output of a platform that runs, and of one that does not.

Help texts and preconditions without a platform are tested in tests/core/cli.
"""

import http.client
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import click
import psycopg
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from tests.journeys.serving import Serving, serving

from anxin.cli import COMMANDS, anxin
from anxin.contracts.statements import month_before
from anxin.demo.places import folder as demo_files
from anxin.kernel import clock

pytestmark = pytest.mark.slow

#: How each command with --json is tried on the demo. A new one has to be added here.
WITH_JSON = {
    "tenant list": (),
    "tenant plan": (str(demo_files() / "mingxin.toml"),),
    "tenant apply": (str(demo_files() / "mingxin.toml"),),
    "audit verify": ("--tenant", "qinghe"),
    "user list": ("--tenant", "dongling"),
    "user link": ("--tenant", "dongling", "fangyuanyuan"),
    "contract list": ("--tenant", "mingxin"),
    "contract statement": ("--tenant", "mingxin", "--month", f"{month_before(clock.now().date()):%Y-%m}"),
    "plugin list": (),
    "tenant scim-token": ("qinghe",),
    "doctor": (),
}
MODULES = ["assessments", "competitions", "hotline", "rooms", "volunteers"]  # of the demo's unions
# takes no data folder: tests/core/cli/test_plugin.py; takes a workbook: below; tests/core/cli/test_backup.py
ELSEWHERE = {"plugin check", "roster import", "backup"}


@pytest.fixture
def idle() -> Iterator[Serving]:
    """A data folder that nobody serves and that is not there yet."""
    with serving("up") as served:
        yield served


def leaves(group: click.Group = anxin, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in COMMANDS if group is anxin else group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_ready_is_followed_by_addresses_and_sign_ins(demo: Serving) -> None:
    before, _, after = demo.log().partition(f"ready: {demo.address}\n")
    assert "ready:" not in before
    for slug in ("dongling", "mingxin", "qinghe"):
        assert f"{demo.address}/t/{slug}/" in after
    for name in ("林晓峰", "周晓岚", "何静怡", "沈岳"):
        assert name in after
    assert len(re.findall(r"^ +\S+ +[a-z]+ +[a-z]+-[a-z]+-[a-z]+-[a-z]+-\d{4} ", after, re.MULTILINE)) >= 4


@pytest.mark.parametrize(
    ("role", "user", "superuser"),
    [("app", "anxin_app", "off"), ("auth", "anxin_auth", "off"), ("owner", "postgres", "on")],
)
def test_a_connection_address_for_each_role(demo: Serving, role: str, user: str, superuser: str) -> None:
    address = demo.run("db", "url", "--role", role).stdout
    assert address.startswith("postgresql://")
    assert address.count("\n") == 1, "nothing but the address, so that scripts can use it as it is"
    with psycopg.connect(address.strip()) as connection:
        assert connection.execute("SELECT current_user, current_setting('is_superuser')").fetchone() == (
            user,
            superuser,
        )


def test_the_application_role_alone_reads_nobody(demo: Serving) -> None:
    with psycopg.connect(demo.run("db", "url", "--role", "app").stdout.strip()) as connection:
        assert connection.execute("SELECT count(*) FROM core.person").fetchone() == (0,)


def test_tenants_for_scripts(demo: Serving) -> None:
    rows = json.loads(demo.run("tenant", "list", "--json").stdout)
    assert {row["slug"]: (row["kind"], row["modules"]) for row in rows} == {
        "dongling": ("enterprise_union", MODULES),
        "qinghe": ("district_union", MODULES),
        "mingxin": ("agency", ["hotline"]),
    }
    assert all(set(row) == {"slug", "name", "kind", "modules"} for row in rows)
    assert {row["name"] for row in rows} >= {"东岭油田第三采油厂工会", "明心心理服务中心"}


def test_every_command_that_prints_data_has_valid_json(demo: Serving) -> None:
    having = {name for name, command in leaves() if any("--json" in option.opts for option in command.params)}
    assert having - ELSEWHERE == set(WITH_JSON)
    for name, arguments in WITH_JSON.items():
        done = demo.run(*name.split(), *arguments, "--json")
        assert isinstance(json.loads(done.stdout), (list, dict)), name


def test_a_roster_is_brought_in_without_a_page(demo: Serving, tmp_path: Path) -> None:
    """The headless twin of the wizard: counts, and a workbook with the rows that were refused and why."""
    rows = [
        ["东岭油田第三采油厂职工花名册", "", "", ""],
        ["职工姓名", "职工工号", "所属单位", "备注"],
        ["欧阳明月", "0090001", "采油一矿", "新来的"],
        ["单小禾", "0090002", "采油二矿", ""],
        ["", "0090003", "采油二矿", ""],
        ["牛大山", "0090004", "没有的单位", ""],
    ]
    book = tmp_path / "花名册.xlsx"
    with xlsxwriter.Workbook(str(book)) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    done = demo.run("roster", "import", "--tenant", "dongling", str(book), "--json")
    told = json.loads(done.stdout)
    assert told["written"] is True
    assert told["counts"]["new"] == 2
    failures = Path(told["failures"])
    assert failures.parent == tmp_path
    refused = CalamineWorkbook.from_path(str(failures)).get_sheet_by_index(0).to_python()
    assert {cell for row in refused for cell in row} >= {"0090003", "0090004", "牛大山"}
    again = json.loads(demo.run("roster", "import", "--tenant", "dongling", str(book), "--json").stdout)
    assert (again["counts"]["new"], again["counts"]["unchanged"]) == (0, 2)


def test_no_call_of_a_day_is_lost(demo: Serving) -> None:
    told = json.loads(
        demo.run(
            "hotline", "simulate", "--calls", "12", "--seed", "7", "--url", demo.address, "--json"
        ).stdout
    )
    assert told["calls"] == 12
    assert told["logged"] >= 8  # some callers hang up before anybody answers
    assert told["lost"] == 0


def test_no_room_is_booked_twice(demo: Serving) -> None:
    told = json.loads(demo.run("rooms", "storm", "--attempts", "400", "--threads", "16", "--json").stdout)
    assert (told["attempts"], told["answered"], told["overlaps"]) == (400, 400, 0)
    assert told["booked"] > 0


def test_published_rankings_come_out_again(demo: Serving) -> None:
    rows = json.loads(demo.run("competitions", "replay", "--all", "--json").stdout)
    assert {row["tenant"] for row in rows} == {"dongling", "qinghe"}
    assert all(row["same"] for row in rows)


def test_applying_the_same_file_again_changes_nothing(demo: Serving) -> None:
    assert json.loads(demo.run("tenant", "plan", str(demo_files() / "mingxin.toml"), "--json").stdout) == []
    exported = demo.run("tenant", "export", "mingxin").stdout
    assert 'slug = "mingxin"' in exported


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["127.0.0.1", "nobody.example"])
def test_health_needs_no_tenant(demo: Serving, path: str, host: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=10)
    connection.request("GET", path, headers={"Host": host})
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    assert (answer.status, told["status"]) == (200, "ok")


def test_each_tenant_has_its_own_api(demo: Serving) -> None:
    documents = {slug: demo.get_json(f"/t/{slug}/api/openapi.json") for slug in ("dongling", "mingxin")}
    for document in documents.values():
        assert document["openapi"].startswith("3.1")
    in_use = {
        slug: {path.strip("/").split("/")[-2 if path.endswith("}") else 0] for path in document["paths"]}
        for slug, document in documents.items()
    }
    assert any("assessments" in path for path in documents["dongling"]["paths"])
    assert not any("assessments" in path for path in documents["mingxin"]["paths"]), in_use["mingxin"]
    assert demo.get("/t/nobody/api/openapi.json")[0] == 404


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("tenant", "export", "nobody"), 1),
        (("audit", "verify", "--tenant", "nobody"), 1),
        (("user", "link", "--tenant", "dongling", "nobody"), 1),
        (("db", "url", "--role", "king"), 2),
        (("tenant", "plan", "/there/is/no/such/file.toml"), 2),
    ],
)
def test_a_refusal_is_one_line_and_its_exit_code(
    demo: Serving, arguments: tuple[str, ...], code: int
) -> None:
    done = demo.run(*arguments, expect=code)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    if code == 1:
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("anxin: ")


def test_a_wrong_file_names_each_mistake(demo: Serving, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text('extends = "agency"\nslug = "x y"\nname = "x"\ncolour = "red"\n', "utf-8")
    done = demo.run("tenant", "apply", str(file), expect=1)
    assert "slug" in done.stderr
    assert "colour" in done.stderr


def test_a_second_start_on_the_same_folder_is_refused(demo: Serving, idle: Serving) -> None:
    done = demo.run("up", "--port", str(idle.port), expect=2)
    assert done.stderr == (
        f"anxin: another anxin (process {demo.pid_of('supervisor')}) already serves the data folder {demo.data} "
        f"at {demo.address}\n"
    )
    assert demo.get("/readyz")[0] == 200


def test_a_taken_port_is_refused_and_named(demo: Serving, idle: Serving) -> None:
    done = idle.run("up", "--port", str(demo.port), expect=2)
    assert done.stderr == f"anxin: port {demo.port} is taken by another program: choose another with --port\n"
    assert not (idle.data / "postgres").exists(), "nothing was begun"


def test_a_taken_port_of_the_demos_provider_is_refused(idle: Serving) -> None:
    with socket.create_server(("127.0.0.1", int(idle.env["ANXIN_DEMO_PROVIDER_PORT"]))):
        done = idle.run("demo", "--port", str(idle.port), expect=2)
    assert idle.env["ANXIN_DEMO_PROVIDER_PORT"] in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_commands_serve_themselves_while_nobody_serves(idle: Serving) -> None:
    """On a new folder: PostgreSQL is made, migrated, asked and ended again; nothing stays behind."""
    assert json.loads(idle.run("tenant", "list", "--json").stdout) == []
    assert idle.run("audit", "verify").stdout == ""
    assert not (idle.data / "postgres" / "postmaster.pid").exists()

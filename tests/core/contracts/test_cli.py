"""`anxin contract`: the contracts and statements of either party, as JSON, lines and files."""

import contextlib
import json
from uuid import uuid4

import pytest
from click.testing import CliRunner

from anxin.cli import contract as command
from anxin.cli import options
from anxin.contracts import statements, units
from anxin.kernel import clock
from anxin.kernel.errors import NotFound
from anxin.settings import Settings

LAST = statements.month_before(clock.now().date())
MONTH = f"{LAST:%Y-%m}"


@pytest.fixture
def run(app, settings, monkeypatch):
    """run("list", …): on the tests' database instead of a data folder."""
    monkeypatch.setattr(Settings, "load", classmethod(lambda cls, data=None: settings))
    monkeypatch.setattr(options, "running_services", lambda _settings: contextlib.nullcontext())
    monkeypatch.setattr(command, "create_app", lambda _settings: app)

    def go(*arguments):
        return CliRunner().invoke(command.contract, arguments)

    return go


@pytest.fixture
def billed(two, running, scope):
    """billed(number="HT-1"): a contract with last month's statement: six sessions, three visits too few to show."""

    def make(number="HT-1"):
        made = running(number=number)
        with scope(two.union) as ctx:
            for kind, times in (("session", 6), ("visit", 3)):
                for _time in range(times):
                    units.record_service_unit(
                        ctx, made, "assessments", kind, minutes=50, key=str(uuid4()), done_on=LAST
                    )
        issued = two.as_admin.post(
            f"{two.as_admin.base}/api/contracts/{made}/statements", json={"month": str(LAST)}
        )
        assert issued.status_code == 201
        return made

    return make


def test_either_party_lists_its_contracts(two, billed, run):
    billed()
    for tenant, other in ((two.union, two.agency), (two.agency, two.union)):
        (row,) = json.loads(run("list", "--tenant", tenant.slug, "--json").output)
        assert (row["number"], row["state"], row["other"]) == ("HT-1", "running", other.slug)
        assert row["services"] == ["assessments"]
        assert other.name in run("list", "--tenant", tenant.slug).output


def test_a_months_statement_counts_and_names_nobody(two, billed, run):
    billed()
    for tenant in (two.union, two.agency):
        (row,) = json.loads(run("statement", "--tenant", tenant.slug, "--month", MONTH, "--json").output)
        assert [(line["kind"], line["units"]) for line in row["lines"]] == [("session", 6)]
        assert row["total_fen"] == 6 * 40000
        assert set(row["lines"][0]) == {"kind", "units", "minutes", "price_fen", "sum_fen"}
        assert "2,400.00" in run("statement", "--tenant", tenant.slug, "--month", MONTH).output


@pytest.mark.parametrize(("name", "begins"), [("out.pdf", b"%PDF"), ("out.xlsx", b"PK\x03\x04")])
def test_a_statement_is_written_as_the_pages_file(two, billed, run, tmp_path, name, begins):
    billed()
    target = tmp_path / name
    done = run("statement", "--tenant", two.agency.slug, "--month", MONTH, "--out", str(target))
    assert done.exit_code == 0, done.output
    assert target.read_bytes().startswith(begins)


def test_several_contracts_need_a_number_for_a_file(two, billed, run, tmp_path):
    billed()
    billed("HT-2")
    asked = ("statement", "--tenant", two.union.slug, "--month", MONTH, "--out", str(tmp_path / "s.xlsx"))
    refused = run(*asked)
    assert refused.exit_code == 2
    assert "HT-1, HT-2" in refused.output
    assert run(*asked, "--number", "HT-2").exit_code == 0


@pytest.mark.parametrize("wrong", [("--month", "October"), ("--month", MONTH, "--out", "statement.doc")])
def test_wrong_usage_is_2(two, run, wrong):
    assert run("statement", "--tenant", two.union.slug, *wrong).exit_code == 2


def test_a_month_without_a_statement_and_a_stranger_get_nothing(two, billed, run, new_tenant):
    billed()
    stranger = new_tenant("agency")
    assert json.loads(run("list", "--tenant", stranger.slug, "--json").output) == []
    for tenant, month in ((two.union, "2001-01"), (stranger, MONTH)):
        done = run("statement", "--tenant", tenant.slug, "--month", month)
        assert isinstance(done.exception, NotFound)

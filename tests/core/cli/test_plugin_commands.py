"""Commands that plugins bring: found by their place, run in a tenant, left out with their plugin."""

import sys
from importlib.metadata import EntryPoint

import click
import pytest
from click.testing import CliRunner

from anxin.cli import anxin, plugin_commands
from anxin.cli.tenant_command import tenant_command
from anxin.extension import conformance
from anxin.extension.conformance import Examined
from anxin.extension.manifest import Plugin
from anxin.kernel.i18n import lazy

COMMANDS = '''
import click

@click.group("garden")
def garden():
    """Look after the garden.

    Example: anxin garden water
    """

@garden.command()
def water():
    """Water it. Example: anxin garden water"""
    click.echo("watered")
'''


@pytest.fixture
def garden(tmp_path, monkeypatch):
    """A package with a cli.py whose entry point is found; its manifest module cannot even be imported."""
    package = tmp_path / "anxin_garden"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text("raise RuntimeError('imported')")
    (package / "cli.py").write_text(COMMANDS)
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("garden", "anxin_garden.plugin", "anxin.plugins")
    for module in (plugin_commands, conformance):
        monkeypatch.setattr(module, "entry_points", lambda group: [point])
    yield point
    for name in [name for name in sys.modules if name.startswith("anxin_garden")]:
        del sys.modules[name]


@pytest.mark.usefixtures("garden")
def test_help_names_it_without_importing_the_plugin():
    assert "garden" in CliRunner().invoke(anxin, ["--help"]).output
    assert "anxin_garden.cli" not in sys.modules


@pytest.mark.usefixtures("garden")
def test_it_runs_without_the_manifest():
    done = CliRunner().invoke(anxin, ["garden", "water"])
    assert (done.exit_code, done.output) == (0, "watered\n")


@pytest.mark.usefixtures("garden")
def test_a_plugin_that_is_not_loaded_brings_none(monkeypatch):
    monkeypatch.setenv("ANXIN_PLUGINS", "assessments")
    assert CliRunner().invoke(anxin, ["garden", "water"]).exit_code == 2


@pytest.mark.usefixtures("garden")
def test_the_manifest_names_the_group_that_is_found():
    def said(group):
        plugin = Plugin(name="garden", title=lazy("Assessments"), requires_core=">=0.1", cli=group)
        return list(conformance.commands(Examined(plugin, None, None, None)))

    assert said(plugin_commands.command_of("garden")) == []
    assert "the manifest's group must be `garden` in anxin_garden/cli.py" in said(None)[0]

    @click.group("garden")
    def other():
        """No word of how it is used."""

    assert [line.partition(":")[0] for line in said(other)] == ["cli", "anxin garden"]


@pytest.fixture
def env(settings):
    return {
        "DATABASE_URL": settings.database_url,
        "ANXIN_APP_DATABASE_URL": settings.app_database_url,
        "ANXIN_AUTH_DATABASE_URL": settings.auth_database_url,
        "REDIS_URL": settings.redis_url,
        "ANXIN_DATA": str(settings.data_dir),
    }


def test_a_tenants_command_gets_its_context_and_commits(settings, tenant, env):
    @click.command()
    @tenant_command
    def name(ctx):
        click.echo(f"{ctx.tenant.slug} {ctx.actor.task}")

    done = CliRunner().invoke(
        name, ["--tenant", tenant.slug, "--data", str(settings.data_dir)], env=env, catch_exceptions=False
    )
    assert done.output.startswith(f"{tenant.slug} cli")


@pytest.fixture
def told():
    """A plugin's group with one command of each kind, each of which says whose context it got."""

    @click.group("rooms")
    def rooms():
        pass

    def of(name, without):
        @rooms.command(name)
        @tenant_command(without=without)
        def say(ctx=None, tenants=()):
            for one in [ctx] if ctx else tenants:
                click.echo(one.tenant.slug)

    for name, without in (("any", "first"), ("one", "only"), ("all", "each"), ("named", "refuse")):
        of(name, without)

    @click.group("anxin")
    def root():
        pass

    root.add_command(rooms)
    return root


def test_what_leaving_the_tenant_out_means(told, tenant, other_tenant, env):
    def run(name, *more):
        done = CliRunner().invoke(told, ["rooms", name, *more], env=env, prog_name="anxin")
        return done.exit_code, done.output.split()

    both = {tenant.slug, other_tenant.slug}
    code, said = run("all")
    assert code == 0
    assert set(said) >= both
    code, said = run("any")
    assert (code, len(said)) == (0, 1)
    code, said = run("one")
    assert code == 2
    assert "--tenant:" in said
    assert run("one", "--tenant", tenant.slug) == (0, [tenant.slug])
    assert run("all", "--tenant", tenant.slug) == (0, [tenant.slug])
    assert run("named")[0] == 2
    assert run("any", "--tenant", "nobody-here")[0] == 1

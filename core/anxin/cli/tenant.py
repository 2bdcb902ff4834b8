"""`anxin tenant`: tenants as files."""

from pathlib import Path

import click

from anxin import apply as tenants
from anxin.app import create_app
from anxin.cli.options import database_option, json_option, print_json
from anxin.cli.user import served_at
from anxin.identity.scim import tokens as scim_tokens
from anxin.kernel.actor import system
from anxin.kernel.ctx import tenant_scope
from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.i18n import lazy
from anxin.kernel.runtime import Runtime
from anxin.settings import Settings
from anxin.tenancy import files

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def tenant() -> None:
    """List tenants; plan, apply and export their files.

    \b
    Examples:
      anxin tenant list --json
      anxin tenant plan tenants/demo/dongling.toml
      anxin tenant apply tenants/demo/dongling.toml
      anxin tenant export dongling > dongling.toml
      anxin tenant scim-token dongling --json
    """


@tenant.command("list")
@json_option
@database_option
def list_tenants(settings: Settings, as_json: bool) -> None:
    """List the tenants with kind and switched-on modules.

    \b
    Examples:
      anxin tenant list
      anxin tenant list --json
    """
    rows = [
        {"slug": one.slug, "name": one.name, "kind": one.kind, "modules": sorted(one.modules)}
        for one in _runtime(settings).caches["directory"].all()
    ]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        click.echo(
            f"{row['slug']:<16} {row['kind']:<18} {row['name']}  ({', '.join(row['modules']) or 'no modules'})"
        )


@tenant.command()
@FILE
@json_option
@database_option
def plan(settings: Settings, file: Path, as_json: bool) -> None:
    """Show what applying the file would change, and change nothing.

    \b
    Examples:
      anxin tenant plan tenants/demo/dongling.toml
    """
    _show(tenants.plan(_runtime(settings), _load(file)), as_json)


@tenant.command()
@FILE
@json_option
@database_option
def apply(settings: Settings, file: Path, as_json: bool) -> None:
    """Bring the tenant to what the file says; founding it if need be. Doing it again changes nothing.

    \b
    Examples:
      anxin tenant apply tenants/demo/mingxin.toml
      anxin tenant apply tenants/demo/dongling.toml --json
    """
    _show(tenants.apply(_runtime(settings), _load(file)), as_json)


@tenant.command()
@click.argument("slug")
@database_option
def export(settings: Settings, slug: str) -> None:
    """Print the tenant as a file, as it is now. No secrets, no people but those with roles.

    \b
    Examples:
      anxin tenant export dongling > dongling.toml
    """
    found = tenants.current(_runtime(settings), slug)
    if found is None:
        raise NotFound(lazy("There is no tenant “%(slug)s” that came from a file.", slug=slug))
    click.echo(files.write(found), nl=False)


@tenant.command("scim-token")
@click.argument("slug")
@click.option("--name", default="anxin tenant scim-token", help="What the token is for.")
@click.option("--days", default=365, type=click.IntRange(1, 1095), help="How long it is good for.")
@json_option
@database_option
def scim_token(settings: Settings, slug: str, name: str, days: int, as_json: bool) -> None:
    """Make a token for the tenant's directory (SCIM 2.0) and print it with the address; it is shown only now.

    \b
    Examples:
      anxin tenant scim-token dongling --json
    """
    runtime = _runtime(settings)
    found = runtime.caches["directory"].by_slug(slug)
    with tenant_scope(runtime, found, system("cli.tenant.scim_token")) as ctx:
        token = scim_tokens.make(ctx, name, days)
    base = f"{served_at(settings)}/t/{found.slug}/scim/v2"
    if as_json:
        print_json({"base": base, "token": token})
    else:
        click.echo(f"{base}\n{token}")


def _runtime(settings: Settings) -> Runtime:
    return create_app(settings).extensions["anxin"]


def _load(file: Path) -> files.TenantFile:
    """The file; every mistake on its own line, by its path inside the file."""
    try:
        return files.load(file)
    except Invalid as error:
        lines = [f"{place}: {' '.join(map(str, texts))}" for place, texts in error.fields.items()]
        raise Invalid("\n".join([str(error.message), *lines])) from error


def _show(changes: list[files.Change], as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {"kind": one.kind, "path": one.path, "before": one.before, "after": one.after}
                for one in changes
            ]
        )
        return
    for one in changes:
        click.echo(str(one.line))
    click.echo(f"{len(changes)} changes" if changes else "nothing to change")

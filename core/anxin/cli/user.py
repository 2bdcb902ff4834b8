"""`anxin user`: let the first people in. Passphrases are never set by an operator; single-use links are."""

import click
import sqlalchemy as sa

from anxin.app import create_app
from anxin.cli.options import database_option, json_option, print_json
from anxin.embedded.lock import current_owner
from anxin.identity import sessions, signin
from anxin.identity.entries import SessionEnded
from anxin.identity.models import Login, Person
from anxin.kernel.actor import system
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.errors import NotFound
from anxin.kernel.i18n import lazy
from anxin.kernel.runtime import Runtime
from anxin.settings import Settings

TENANT = click.option("--tenant", "slug", required=True, help="The tenant's short name.")


@click.group()
def user() -> None:
    """List people with a sign-in name, make activation and reset links, end sessions.

    \b
    Examples:
      anxin user list --tenant dongling
      anxin user link --tenant dongling zhouxiaolan
      anxin user sign-out --tenant dongling zhouxiaolan
    """


@user.command("list")
@TENANT
@json_option
@database_option
def list_users(settings: Settings, slug: str, as_json: bool) -> None:
    """List people with a sign-in name, and whether they have activated it.

    \b
    Examples:
      anxin user list --tenant dongling --json
    """
    runtime: Runtime = create_app(settings).extensions["anxin"]
    tenant = runtime.caches["directory"].by_slug(slug)
    with tenant_scope(runtime, tenant, system("cli.user.list")) as ctx:
        found = ctx.db.execute(
            sa.select(Login.name, Person.name, Login.password.is_not(None))
            .join(Person, sa.and_(Person.tenant_id == Login.tenant_id, Person.id == Login.person_id))
            .where(Login.tenant_id == tenant.id)
            .order_by(Login.name)
        )
        rows = [{"login": login, "name": name, "activated": activated} for login, name, activated in found]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        click.echo(
            f"{row['login']:<24} {row['name']}  {'activated' if row['activated'] else 'waits for its link'}"
        )


@user.command()
@TENANT
@click.argument("login")
@json_option
@database_option
def link(settings: Settings, slug: str, login: str, as_json: bool) -> None:
    """Print a single-use link to choose a passphrase: seven days for a first one, two hours for a reset.

    \b
    Examples:
      anxin user link --tenant dongling zhouxiaolan
    """
    runtime: Runtime = create_app(settings).extensions["anxin"]
    tenant = runtime.caches["directory"].by_slug(slug)
    with tenant_scope(runtime, tenant, system("cli.user.link")) as ctx:
        row = _login(ctx, login)
        kind = "reset" if row.password else "activate"
        token = signin.make_link(ctx, row.person_id, kind)
    address = f"{served_at(settings)}/t/{tenant.slug}/welcome/{token}"
    if as_json:
        print_json({"login": login, "kind": kind, "link": address})
    else:
        click.echo(address)


@user.command("sign-out")
@TENANT
@click.argument("login")
@database_option
def sign_out(settings: Settings, slug: str, login: str) -> None:
    """End all sessions and tokens of a person, at once.

    \b
    Examples:
      anxin user sign-out --tenant dongling zhouxiaolan
    """
    runtime: Runtime = create_app(settings).extensions["anxin"]
    tenant = runtime.caches["directory"].by_slug(slug)
    with tenant_scope(runtime, tenant, system("cli.user.sign_out")) as ctx:
        row = _login(ctx, login)
        count = sessions.end_all(ctx, row.person_id)
        ctx.audit(SessionEnded(subject_id=row.person_id, count=count))
    click.echo(f"{count} sessions ended")


def served_at(settings: Settings) -> str:
    """The public address, or where `anxin up` serves this folder now: it may have been given another port."""
    owner = current_owner(settings.data_dir)
    if settings.sources["public_url"] == "derived" and owner is not None and owner.url:
        return owner.url
    return settings.public_url


def _login(ctx: Ctx, name: str) -> Login:
    row = ctx.db.scalar(sa.select(Login).where(Login.tenant_id == ctx.tenant.id, Login.name == name.lower()))
    if row is None:
        raise NotFound(lazy("Nobody here has the sign-in name “%(login)s”.", login=name))
    return row

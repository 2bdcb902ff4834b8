"""What a plugin's command for a tenant is written with."""

from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial, wraps
from typing import Any, Literal

import click

from anxin.cli.options import database_option
from anxin.settings import Settings

Without = Literal["refuse", "first", "only", "each"]


def tenant_command(
    command: Callable[..., Any] | None = None, *, without: Without = "refuse"
) -> Callable[..., Any]:
    """Give a command `--tenant` and `--data`, and hand it `ctx` in their place: that tenant's context, as an
    operator's. Returning commits, raising rolls back; the audit trail names the command.

    `without` says what leaving `--tenant` out means, of the tenants that run the plugin:
    "refuse": it may not be left out; "first": where it does not matter which (a measurement); "only": fine while there
    is just one; "each": the command gets `tenants` instead of `ctx`, an iterator of contexts, each committed when the
    next is asked for.
    """
    if command is None:
        return partial(tenant_command, without=without)

    @click.option("--tenant", "slug", required=without == "refuse", help="The tenant's short name.")
    @database_option
    @wraps(command)
    def inside(*args: Any, settings: Settings, slug: str | None, **rest: Any) -> None:
        from anxin.app import create_app  # the application is loaded by commands that use it, not by --help

        runtime = create_app(settings).extensions["anxin"]
        path = click.get_current_context().command_path.split()[1:]
        try:
            tenants = _tenants(runtime.caches["directory"], slug, next(iter(path), ""), without)
            with closing(_scopes(runtime, path, tenants)) as scopes:
                if without == "each":
                    command(*args, tenants=scopes, **rest)
                    return
                for ctx in scopes:
                    command(*args, ctx=ctx, **rest)
        finally:
            for pool in (runtime.engine, runtime.auth):
                pool.dispose()

    return inside


def _scopes(runtime: Any, path: list[str], tenants: list[Any]) -> Generator[Any]:
    from anxin.kernel.actor import system  # as above
    from anxin.kernel.ctx import tenant_scope  # as above

    actor = system(".".join(["cli", *path]))
    for tenant in tenants:
        with tenant_scope(runtime, tenant, actor) as ctx, ctx.acting(plugin=next(iter(path), None)):
            yield ctx


def _tenants(directory: Any, slug: str | None, plugin: str, without: Without) -> list[Any]:
    having = [tenant for tenant in directory.all() if plugin in tenant.modules]
    names = ", ".join(tenant.slug for tenant in having) or "none"
    if slug is not None:
        found = [tenant for tenant in directory.all() if tenant.slug == slug]
        if not found:
            raise click.ClickException(f"no tenant is called {slug!r}; with {plugin}: {names}")
        return found
    if not having:
        raise click.ClickException(f"no tenant runs {plugin!r}")
    if without == "only" and len(having) > 1:
        raise click.UsageError(f"say which with --tenant: {names}")
    return having if without == "each" else having[:1]

"""What a plugin's command for one tenant is written with."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import click

from anxin.cli.options import database_option
from anxin.settings import Settings


def tenant_command(
    command: Callable[..., Any] | None = None, *, any_tenant: bool = False
) -> Callable[..., Any]:
    """Give a command `--tenant` and `--data`, and hand it `ctx` in their place: that tenant's context, as an
    operator's. Returning commits, raising rolls back; the audit trail names the command.

    With `any_tenant` the option may be left out, where it does not matter which tenant it is (a measurement): then it
    is the first that runs the plugin.
    """
    if command is None:
        return partial(tenant_command, any_tenant=any_tenant)

    @click.option("--tenant", "slug", required=not any_tenant, help="The tenant's short name.")
    @database_option
    @wraps(command)
    def inside(*args: Any, settings: Settings, slug: str | None, **rest: Any) -> Any:
        from anxin.app import create_app  # the application is loaded by commands that use it, not by --help
        from anxin.kernel.actor import system  # the same reason
        from anxin.kernel.ctx import tenant_scope  # the same reason

        runtime = create_app(settings).extensions["anxin"]
        path = click.get_current_context().command_path.split()[1:]
        directory = runtime.caches["directory"]
        tenant = directory.by_slug(slug) if slug else _first_with(directory, path[0])
        try:
            actor = system(".".join(["cli", *path]))
            with tenant_scope(runtime, tenant, actor) as ctx, ctx.acting(plugin=path[0] if path else None):
                return command(*args, ctx=ctx, **rest)
        finally:
            for pool in (runtime.engine, runtime.auth):
                pool.dispose()

    return inside


def _first_with(directory: Any, plugin: str) -> Any:
    from anxin.kernel.errors import NotFound  # as above
    from anxin.kernel.i18n import lazy  # as above

    for tenant in directory.all():
        if plugin in tenant.modules:
            return tenant
    raise NotFound(lazy("No tenant runs “%(plugin)s”.", plugin=plugin))

"""What a plugin's command for one tenant is written with."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from anxin.cli.options import database_option
from anxin.settings import Settings


def tenant_command(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--tenant` and `--data`, and hand it `ctx` in their place: that tenant's context, as an
    operator's. Returning commits, raising rolls back; the audit trail names the command."""

    @click.option("--tenant", "slug", required=True, help="The tenant's short name.")
    @database_option
    @wraps(command)
    def inside(*args: Any, settings: Settings, slug: str, **rest: Any) -> Any:
        from anxin.app import create_app  # the application is loaded by commands that use it, not by --help
        from anxin.kernel.actor import system  # the same reason
        from anxin.kernel.ctx import tenant_scope  # the same reason

        runtime = create_app(settings).extensions["anxin"]
        tenant = runtime.caches["directory"].by_slug(slug)
        path = click.get_current_context().command_path.split()[1:]
        try:
            actor = system(".".join(["cli", *path]))
            with tenant_scope(runtime, tenant, actor) as ctx, ctx.acting(plugin=path[0] if path else None):
                return command(*args, ctx=ctx, **rest)
        finally:
            for pool in (runtime.engine, runtime.auth):
                pool.dispose()

    return inside

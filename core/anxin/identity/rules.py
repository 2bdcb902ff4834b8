"""The tenant's rules for signing in: who shows a second factor, and when sessions end."""

from typing import Any

from anxin.identity.entries import PolicyChanged
from anxin.kernel.ctx import Ctx
from anxin.tenancy.apply import put_setting
from anxin.tenancy.directory import touch


def save(ctx: Ctx, data: dict[str, Any]) -> None:
    """Replace the rules. They count for sessions that begin from now on."""
    before = ctx.settings_of("identity")
    changed = tuple(sorted(name for name, value in data.items() if before.get(name) != value))
    if not changed:
        return
    put_setting(ctx, "identity", data)
    ctx.audit(PolicyChanged(fields=changed))
    touch(ctx)

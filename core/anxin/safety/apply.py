"""A tenant file's part about help: the tenant's own line, and the duty turns."""

from typing import Any

from anxin.kernel.ctx import Ctx
from anxin.safety import turns
from anxin.tenancy.apply import put_setting
from anxin.tenancy.files import TenantFile


def write(ctx: Ctx, wanted: TenantFile) -> None:
    """Show the own line beside 12356, and lay the turns eight weeks ahead."""
    values: dict[str, Any] = dict(wanted.settings.get("safety", {}))
    own = wanted.help_line.own
    if own is not None:
        values["help_line"] = {
            "number": own.number,
            "label": own.title.of(wanted.locale),
            "hours": own.hours.of(wanted.locale),
            "staffed_24h": own.staffed_24h,
        }
    if values:
        put_setting(ctx, "safety", values)
    turns.lay(ctx, wanted)

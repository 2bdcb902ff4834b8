"""The manifest: all this plugin adds, on one screen."""

from datetime import timedelta

from anxin.plugin import NavItem, Plugin, Retention, hookimpl, lazy

from anxin_plugname import api, hooks, pages, policy, schemas
from anxin_plugname.models import Thing


@hookimpl
def register() -> Plugin:
    return Plugin(
        name="plugname",
        title=lazy("Plugtitle"),
        summary=lazy("Plugtitle: what a person keeps here"),
        requires_core=">=0.1,<0.2",
        permissions=[policy.WRITE],
        purposes=[policy.KEEP],
        audit=[policy.Written, policy.Removed, policy.Erased],
        settings=schemas.Settings,
        nav=[NavItem(lazy("Plugtitle"), "plugname.index", policy.WRITE, "leaf", "employee", 60)],
        pages=pages.bp,
        api=api.bp,
        models=[Thing],
        personal_data=[Thing.person_id],
        retention=[Retention(Thing, after=timedelta(days=730), reason=lazy("Two years, as the consent says"))],
        hooks=hooks,
    )

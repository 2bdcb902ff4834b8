"""The manifest: all this plugin adds, on one screen."""

from datetime import timedelta

from anxin.plugin import ConsentWithdrawn, NavItem, Plugin, Retention, hookimpl, lazy
from anxin_wishes import api, cli, hooks, jobs, pages, policy, schemas
from anxin_wishes.models import Wish


@hookimpl
def register() -> Plugin:
    return Plugin(
        name="wishes",
        title=lazy("Wish wall"),
        summary=lazy("People tell their union what would make work lighter; the union answers"),
        requires_core=">=0.1,<0.2",
        icon="sprout",
        permissions=[policy.WRITE, policy.READ],
        purposes=[policy.KEEP],
        audit=[policy.Written, policy.Removed, policy.Read, policy.Granted, policy.Erased],
        settings=schemas.Settings,
        nav=[
            NavItem(lazy("Wish wall"), "wishes.index", policy.WRITE, "sprout", "employee", 60),
            NavItem(lazy("Wish wall"), "wishes.wall", policy.READ, "sprout", order=60),
        ],
        pages=pages.bp,
        api=api.bp,
        jobs=[jobs.tell],
        notices=[policy.ANSWERED],
        models=[Wish],
        personal_data=[Wish.person_id],
        retention=[Retention(Wish, after=timedelta(days=730), reason=lazy("Two years, as the consent says"))],
        reacts={ConsentWithdrawn: hooks.on_withdrawn},
        hooks=hooks,
        cli=cli.wishes,
    )

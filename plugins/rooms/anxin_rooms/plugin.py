"""The manifest: all that `rooms` adds, on one screen."""

from datetime import timedelta

from anxin.plugin import (
    ConsentWithdrawn,
    NavItem,
    PersonLeft,
    Plugin,
    ResourceKind,
    Retention,
    hookimpl,
    lazy,
)
from anxin_rooms import (
    api,
    blueprint,
    figures_pages,
    hooks,
    jobs,
    keeper_pages,
    models,
    pages,
    policy,
    reports,
    schemas,
    setup_pages,
)
from anxin_rooms.cli import rooms
from anxin_rooms.services.booking import KIND, window

ROUTES = (
    pages,
    keeper_pages,
    setup_pages,
    figures_pages,
    api,
)  # imported for the routes they hang on the blueprints
TWO_YEARS = timedelta(days=2 * 365)


@hookimpl
def register() -> Plugin:
    return Plugin(
        name="rooms",
        title=lazy("Rooms"),
        summary=lazy("Counselling, quiet and group rooms: find, book, check in; nobody sees who comes"),
        icon="calendar-days",
        requires_core=">=0.1,<0.2",
        sensitive=True,
        permissions=policy.PERMISSIONS,
        purposes=policy.PURPOSES,
        audit=policy.ENTRIES,
        notices=policy.NOTICES,
        settings=schemas.Settings,
        nav=[
            NavItem(lazy("Book a room"), "rooms.index", policy.BOOK, "calendar-days", "employee", 30),
            NavItem(lazy("Room plan"), "rooms.plan", policy.KEEP, "calendar-days", order=44),
            NavItem(lazy("Keeper's day"), "rooms.today", policy.KEEP, "list-checks", order=45),
            NavItem(lazy("Set up rooms"), "rooms.setup", policy.MANAGE, "building-2", order=46),
            NavItem(lazy("Use of rooms"), "rooms.figures", policy.READ_FIGURES, "chart-column", order=47),
            NavItem(
                lazy("Rooms with clients"), "rooms.clients", policy.BOOK_CLIENT, "calendar-days", order=44
            ),
        ],
        pages=blueprint.bp,
        api=blueprint.api_bp,
        cli=rooms,
        jobs=jobs.JOBS,
        reports=[reports.USE],
        resources=[ResourceKind(KIND, lazy("Room"), window)],
        models=models.MODELS,
        personal_data=[
            models.Booking.organiser_id,
            models.Booking.made_by,
            models.Holder.person_id,
            models.Holder.helper_id,
            models.Wait.person_id,
        ],
        retention=[
            Retention(
                models.Booking,
                after=TWO_YEARS,
                since="ends_at",
                reason=lazy("Two years, as the consent says"),
            ),
            Retention(
                models.Wait, after=TWO_YEARS, since="ends_at", reason=lazy("Two years, as the consent says")
            ),
        ],
        reacts={ConsentWithdrawn: hooks.on_withdrawn, PersonLeft: hooks.on_left},
        hooks=hooks,
    )

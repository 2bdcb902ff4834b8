"""The manifest: all that `volunteers` adds, on one screen."""

from datetime import timedelta

from anxin.plugin import ConsentWithdrawn, NavItem, Plugin, Retention, hookimpl, lazy
from anxin_volunteers import api, cli, hooks, jobs, models, pages, policy, reports, schemas
from anxin_volunteers.entries import ENTRIES

THREE_YEARS = timedelta(days=3 * 365)
TWO_YEARS, FIVE_YEARS = timedelta(days=2 * 365), timedelta(days=5 * 365)
ENDS = lazy("90 days after a no, a year without an answer, 30 days after a yes")
KEPT = lazy("Three years, as the consent says")


@hookimpl
def register() -> Plugin:
    return Plugin(
        name="volunteers",
        title=lazy("Volunteer teams"),
        summary=lazy("Recruit and train volunteers, plan shifts, keep hours, and run the liaison network"),
        icon="hand-heart",
        requires_core=">=0.1,<0.2",
        sensitive=True,
        permissions=policy.PERMISSIONS,
        purposes=policy.PURPOSES,
        audit=ENTRIES,
        notices=policy.NOTICES,
        settings=schemas.Settings,
        nav=[
            NavItem(lazy("Volunteers"), "volunteers.board", policy.MANAGE, "hand-heart", order=60),
            NavItem(
                lazy("Concerns of liaison officers"),
                "volunteers.concern_list",
                policy.CARE,
                "message-circle-heart",
                order=22,
            ),
            NavItem(lazy("Coverage map"), "volunteers.coverage_map", policy.FIGURES, "network", order=61),
        ],
        pages=pages.bp,
        api=api.api_bp,
        models=models.MODELS,
        jobs=jobs.JOBS,
        reports=[reports.BRANCHES],
        reacts={ConsentWithdrawn: hooks.on_withdrawn},
        personal_data=models.people_columns(),
        retention=[
            Retention(models.Volunteer, after=THREE_YEARS, since="left_at", reason=KEPT),
            Retention(models.Outside, after=timedelta(0), since="ends_at", reason=ENDS),
            Retention(models.Member, after=THREE_YEARS, since="until", reason=KEPT),
            Retention(models.Post, after=THREE_YEARS, since="until", reason=KEPT),
            Retention(models.Qualification, after=FIVE_YEARS, since="made_at", reason=lazy("Five years")),
            Retention(models.Slip, after=TWO_YEARS, since="sent_at", reason=lazy("Two years")),
            Retention(models.Concern, after=FIVE_YEARS, since="made_at", reason=lazy("Five years")),
            Retention(models.Period, after=TWO_YEARS, since="made_at", reason=lazy("Two years")),
            Retention(models.Visit, after=TWO_YEARS, since="made_at", reason=lazy("Two years")),
            Retention(
                models.Welcome, after=5 * TWO_YEARS, since="since", reason=lazy("Until it is taken back")
            ),
            Retention(
                models.Service,
                after=10 * TWO_YEARS,
                since="made_at",
                reason=lazy("Twenty years, for the stars"),
            ),
            Retention(
                models.Recognition,
                after=10 * TWO_YEARS,
                since="made_at",
                reason=lazy("Twenty years, for the stars"),
            ),
            Retention(models.Objection, after=TWO_YEARS, since="made_at", reason=lazy("Two years")),
            Retention(models.Swap, after=TWO_YEARS, since="made_at", reason=lazy("Two years")),
            Retention(models.Signup, after=THREE_YEARS, since="starts_at", reason=KEPT),
            Retention(models.Availability, after=THREE_YEARS, since="made_at", reason=KEPT),
            Retention(models.Attendance, after=FIVE_YEARS, since="made_at", reason=lazy("Five years")),
            Retention(models.Meeting, after=TWO_YEARS, since="ends_at", reason=lazy("Two years")),
            Retention(models.TeamNotice, after=TWO_YEARS, since="made_at", reason=lazy("Two years")),
        ],
        doors=policy.DOORS,
        cli=cli.volunteers,
        hooks=hooks,
    )

"""The manifest: all that `competitions` adds, on one screen."""

from datetime import timedelta

from anxin.plugin import NavItem, Plugin, Retention, hookimpl, lazy
from anxin_competitions import (
    api,
    blueprint,
    cli,
    hooks,
    manage_pages,
    models,
    pages,
    policy,
    quiz_api,
    quiz_pages,
    reports,
    schemas,
    telling_pages,
    works_api,
    works_pages,
)

# imported for the routes they hang on the blueprints
ROUTES = (pages, manage_pages, quiz_pages, works_pages, telling_pages, api, quiz_api, works_api)


@hookimpl
def register() -> Plugin:
    return Plugin(
        name="competitions",
        title=lazy("Competitions and awards"),
        summary=lazy(
            "Sports meets, works, quizzes and selections: entries, results, publicity, certificates"
        ),
        icon="trophy",
        requires_core=">=0.1,<0.2",
        permissions=policy.PERMISSIONS,
        purposes=policy.PURPOSES,
        audit=policy.ENTRIES,
        notices=policy.NOTICES,
        settings=schemas.Settings,
        nav=[
            NavItem(lazy("Competitions"), "competitions.index", policy.ENTER, "trophy", "employee", 40),
            NavItem(
                lazy("Competitions and awards"), "competitions.manage_list", policy.MANAGE, "trophy", order=70
            ),
            NavItem(lazy("Judging"), "competitions.judging_list", policy.JUDGE, "pencil", order=71),
        ],
        pages=blueprint.bp,
        api=blueprint.api_bp,
        reports=[reports.TURNOUT],
        models=models.MODELS,
        personal_data=[
            models.Entry.person_id,
            models.Member.person_id,
            models.Judge.person_id,
            models.Assignment.person_id,
            models.Result.written_by,
            models.Result.checked_by,
            models.Ranking.made_by,
            models.Ranking.checked_by,
            models.Objection.person_id,
            models.Award.person_id,
            models.Paper.person_id,
            models.Entry.decided_by,
            models.Appeal.person_id,
            models.Appeal.answered_by,
            models.Kit.person_id,
            models.Shown.person_id,
        ],
        retention=[
            Retention(
                models.Competition,
                after=timedelta(days=5 * 365),
                reason=lazy("Five years after it was set up, with all that belongs to it"),
            ),
        ],
        hooks=hooks,
        cli=cli.competitions,
    )

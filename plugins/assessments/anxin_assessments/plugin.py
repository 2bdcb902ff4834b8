"""The manifest: all that `assessments` adds, on one screen."""

from datetime import timedelta

from anxin.plugin import NavItem, Plugin, Retention, hookimpl, lazy
from anxin_assessments import (
    anonymous_models,
    anonymous_pages,
    api,
    blueprint,
    campaign_api,
    campaign_pages,
    care_models,
    cli,
    device_api,
    device_models,
    device_pages,
    figure_models,
    hooks,
    jobs,
    library_api,
    library_models,
    library_pages,
    models,
    pages,
    paper_api,
    paper_models,
    paper_pages,
    policy,
    questionnaire_api,
    questionnaire_models,
    questionnaire_pages,
    reports,
    schemas,
    ticket_pages,
)

ROUTES = (
    pages,
    campaign_pages,
    anonymous_pages,
    device_pages,
    paper_pages,
    library_pages,
    questionnaire_pages,
    ticket_pages,
    api,
    campaign_api,
    device_api,
    paper_api,
    library_api,
    questionnaire_api,
)  # imported for the routes they hang on the blueprints


@hookimpl
def register() -> Plugin:
    return Plugin(
        name="assessments",
        title=lazy("Assessments"),
        summary=lazy(
            "Self-tests and campaigns; people see their result, counsellors help, the union sees figures"
        ),
        icon="clipboard-list",
        requires_core=">=0.1,<0.2",
        sensitive=True,
        permissions=policy.PERMISSIONS,
        purposes=policy.PURPOSES,
        audit=policy.ENTRIES,
        notices=policy.NOTICES,
        settings=schemas.Settings,
        nav=[
            NavItem(lazy("Self-tests"), "assessments.index", policy.TAKE, "clipboard-list", "employee", 20),
            NavItem(
                lazy("Assessment campaigns"),
                "assessments.campaign_list",
                policy.READ_FIGURES,
                "clipboard-list",
                order=40,
            ),
            NavItem(
                lazy("Shared devices"),
                "assessments.device_list",
                policy.RUN_DEVICE,
                "clipboard-list",
                order=43,
                kinds=("district_union", "enterprise_union"),
            ),
            NavItem(
                lazy("Questionnaires"),
                "assessments.questionnaire_list",
                policy.MANAGE_CAMPAIGN,
                "file-text",
                order=41,
            ),
            NavItem(
                lazy("Results to interpret"),
                "assessments.interpretations",
                policy.READ_RESULT,
                "clipboard-list",
                order=12,
                kinds=("district_union", "enterprise_union"),
            ),
            NavItem(
                lazy("Answers on paper"),
                "assessments.paper_campaigns",
                policy.KEY_PAPER,
                "file-text",
                order=44,
                kinds=("district_union", "enterprise_union"),
            ),
            NavItem(
                lazy("Instruments"), "assessments.instruments", policy.MANAGE_CAMPAIGN, "book-open", order=42
            ),
        ],
        pages=blueprint.bp,
        api=blueprint.api_bp,
        jobs=jobs.JOBS,
        reports=[reports.ROUNDS],
        models=[
            *models.MODELS,
            *figure_models.MODELS,
            *care_models.MODELS,
            *anonymous_models.MODELS,
            *device_models.MODELS,
            *paper_models.MODELS,
            *library_models.MODELS,
            *questionnaire_models.MODELS,
        ],
        personal_data=[
            models.Sheet.person_id,
            models.Outcome.person_id,
            models.Part.person_id,
            models.Invitation.person_id,
            models.GroupInvitation.person_id,
            questionnaire_models.Reply.person_id,
            care_models.Interpretation.person_id,
            care_models.Interpretation.made_by,
            paper_models.Paper.person_id,
            paper_models.Paper.first_by,
            paper_models.Paper.second_by,
            paper_models.Paper.settled_by,
        ],
        retention=[
            Retention(
                questionnaire_models.Reply,
                after=timedelta(days=2 * 365),
                reason=lazy("Two years, as the consent says"),
            ),
            Retention(
                device_models.Device,
                after=timedelta(days=180),
                since="opened_at",
                reason=lazy("Half a year, to look into misuse"),
            ),
            Retention(
                models.Sheet,
                after=timedelta(days=5 * 365),
                since="changed_at",
                reason=lazy("Five years, as the consent says"),
            ),
            Retention(
                care_models.Interpretation,
                after=timedelta(days=5 * 365),
                since="sent_at",
                reason=lazy("Five years, as the consent says"),
            ),
            Retention(
                paper_models.Paper,
                after=timedelta(days=5 * 365),
                since="first_at",
                reason=lazy("Five years, as the consent says"),
            ),
            Retention(
                models.GroupInvitation,
                after=timedelta(days=5 * 365),
                reason=lazy("Five years, as the consent says"),
            ),
            Retention(
                models.Part, after=timedelta(days=5 * 365), reason=lazy("Five years, as the consent says")
            ),
        ],
        hooks=hooks,
        cli=cli.assessments,
    )

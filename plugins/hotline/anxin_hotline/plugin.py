"""The manifest: all that `hotline` adds, on one screen."""

from datetime import timedelta

from anxin.plugin import ConsentWithdrawn, NavItem, Plugin, Retention, hookimpl, lazy
from anxin_hotline import calls, cli, hooks, import_api, jobs, models, pages, policy, reports, schemas

THREE_YEARS = timedelta(days=3 * 366)  # the guide's least time for records of calls
GUIDE = lazy("Three years, as the guide for support lines asks")


@hookimpl
def register() -> Plugin:
    return Plugin(
        name="hotline",
        title=lazy("Support line"),
        summary=lazy(
            "Log calls, act on danger, follow up; the union sees what calls are about, never a call"
        ),
        icon="headset",
        requires_core=">=0.1,<0.2",
        sensitive=True,
        permissions=policy.PERMISSIONS,
        purposes=policy.PURPOSES,
        audit=policy.ENTRIES,
        notices=policy.NOTICES,
        settings=schemas.Settings,
        nav=[
            NavItem(lazy("My calls to the line"), "hotline.mine", policy.OWN, "headset", "me", 70),
            NavItem(lazy("Log a call"), "hotline.desk", policy.LOG, "headset", order=11),
            NavItem(lazy("Calls"), "hotline.calls", policy.LOG, "phone", order=12),
            NavItem(lazy("To follow up"), "hotline.follow_ups", policy.LOG, "clock", order=13),
            NavItem(lazy("Hand-over"), "hotline.handover_list", policy.LOG, "clipboard-list", order=14),
            NavItem(lazy("My shifts"), "hotline.rota", policy.LOG, "calendar-days", order=15),
            NavItem(lazy("Feedback for me"), "hotline.feedback", policy.LOG, "message-square", order=16),
            NavItem(lazy("Supervision"), "hotline.supervise", policy.SUPERVISE, "eye", order=17),
            NavItem(
                lazy("Hotline in numbers"),
                "hotline.figures_page",
                policy.READ_FIGURES,
                "chart-column",
                order=45,
            ),
            NavItem(lazy("What stands out"), "hotline.alert_list", policy.READ_FIGURES, "flag", order=46),
            NavItem(lazy("Lines and rota"), "hotline.line_list", policy.MANAGE, "phone", order=44),
        ],
        cli=cli.hotline,
        pages=pages.bp,
        api=import_api.bp,
        jobs=jobs.JOBS,
        reports=[reports.MONTHS],
        models=[
            models.Line,
            models.Shift,
            models.RollOver,
            models.Form,
            models.PbxEvent,
            models.Alert,
            models.Summary,
            *calls.CLINICAL,
        ],
        personal_data=[
            models.Shift.person_id,
            models.Shift.taken_from,
            models.Alert.owner_id,
            models.Alert.seen_by,
            calls.Caller.person_id,
            calls.Flag.caller_id,
            calls.Flag.set_by,
            calls.Call.operator_id,
            calls.Presence.person_id,
            calls.Event.call_id,
            calls.Event.actor_id,
            calls.FollowUp.call_id,
            calls.FollowUp.assigned_to,
            calls.FollowUp.closed_by,
            calls.Referral.call_id,
            calls.Referral.made_by,
            calls.Handover.from_id,
            calls.Handover.acknowledged_by,
            calls.Merge.kept_id,
            calls.Merge.made_by,
            calls.Review.operator_id,
            calls.Review.reviewer_id,
        ],
        retention=[
            Retention(calls.Call, after=THREE_YEARS, since="started_at", reason=GUIDE),
            Retention(
                calls.Caller, after=THREE_YEARS + timedelta(days=1), since="last_call_at", reason=GUIDE
            ),
            Retention(calls.Handover, after=THREE_YEARS, reason=GUIDE),
            Retention(
                models.PbxEvent,
                after=timedelta(days=90),
                since="at",
                reason=lazy("Ninety days, so that nothing counts twice"),
            ),
        ],
        reacts={ConsentWithdrawn: hooks.on_withdrawn},
        hooks=hooks,
    )

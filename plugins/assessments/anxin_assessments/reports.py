"""The group report of a campaign that is over, for a union's board or the higher body: PDF and XLSX.

It prints what was frozen and nothing else, so every copy says the same, and none says more than the page.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from anxin.plugin import (
    Conflict,
    Ctx,
    Document,
    Report,
    Sheet,
    Task,
    Unit,
    _,
    current_locale,
    day,
    disclosure,
    job,
    keep_file,
    lazy,
    start_task,
    task_of,
    workbook,
)
from anxin_assessments import campaign_views, policy, words
from anxin_assessments.models import Campaign
from anxin_assessments.services import figures, windows

KIND = "assessments.report"
KEPT = timedelta(days=30)
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ask(ctx: Ctx, campaign_id: UUID, form: str) -> Task:
    """Start making the report ("pdf" or "xlsx"). Conflict while the campaign runs."""
    campaign = ctx.get(Campaign, campaign_id)
    if not windows.over(campaign, ctx.now):
        raise Conflict(lazy("The report comes out when the campaign is over."), code="assessments.running")
    ctx.audit(policy.ReportMade(campaign_id=campaign.id, form=form))
    return start_task(
        ctx,
        build,
        title=lazy("Making the group report"),
        back="assessments.campaign_list",
        campaign_id=campaign.id,
        form=form,
    )


@job("assessments.report")
def build(ctx: Ctx, *, campaign_id: str, form: str, task_id: str) -> None:
    """Print the frozen figures into a file that its asker fetches from the task's page."""
    found = figures.of_campaign(ctx, UUID(campaign_id))
    told = campaign_views.campaign_page(found, ctx.now, current_locale())
    unit = ctx.get(Unit, found.campaign.unit_id).name if found.campaign.unit_id else None
    who = campaign_views.who(found.campaign, unit)
    data = pdf(ctx, told, who) if form == "pdf" else xlsx(told, who)
    file = keep_file(
        ctx,
        data,
        name=f"{found.campaign.title}.{form}",
        media_type=PDF if form == "pdf" else XLSX,
        kind=KIND,
        keep=KEPT,
    )
    task_of(ctx, task_id).finish(file=file)


def pdf(ctx: Ctx, told: dict[str, Any], who: str) -> bytes:
    """The report on paper: participation first, then each instrument, then before and after."""
    campaign = told["campaign"]
    doc = Document(campaign["title"], subtitle=campaign["days"], footer=ctx.tenant.name)
    doc.facts(
        [
            (_("For whom"), who),
            (_("Self-tests"), campaign["instruments"]),
            (_("Invited"), str(told["invited"])),
            (_("Way of taking part"), str(campaign["mode"][0])),
            (_("Printed on"), day(ctx.now)),
        ]
    )
    _aims(doc, told)
    for wave in told["waves"]:
        _wave(doc, wave)
    for change in told["changes"]:
        _change(doc, change)
    doc.heading(_("How to read this"))
    doc.paragraph(reading())
    return doc.render()


def reading() -> str:
    """What the figures are and are not; the same words on paper, in Excel and on the page."""
    return _(
        "A screening, not a diagnosis; figures of groups, never of a person. A dash stands where a group is too "
        "small, or where the number of another group could be worked out from it. Figures were counted once when "
        "the campaign was over, and do not move. Taking part was voluntary, so they speak for those who answered."
    )


def _aims(doc: Document, told: dict[str, Any]) -> None:
    if told["targets"]:
        doc.heading(_("Planned and reached"))
        doc.table(
            (_("Aim"), _("Planned"), _("What was reached")),
            [(str(one["what"]), f"{one['planned']}%", str(one["reached"])) for one in told["targets"]],
            right=(1, 2),
        )


def _wave(doc: Document, wave: dict[str, Any]) -> None:
    doc.heading(str(wave["title"]))
    if wave["all"]:
        doc.bars([(one["label"], one["share"].value, one["percent"]) for one in wave["all"]], most=1.0)
    if wave["factors"]:
        doc.bars([(one["label"], one["mean"], f"{one['mean']:.1f}") for one in wave["factors"]])
    doc.table(
        header(),
        [_line(row) for row in wave["rows"]],
        widths=(2.2, 0.8, 1, 0.8, 1.2, 2.4),
        right=(1, 2, 3, 4),
    )


def header() -> tuple[str, ...]:
    return (
        _("Unit"),
        _("Invited"),
        _("Took part"),
        _("Mean"),
        _("Could use a talk"),
        _("Distribution"),
    )


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        "　" * row["depth"] + row["name"],
        str(row["eligible"] or "—"),
        str(row["participation"]),
        str(row["mean"]),
        str(row["high"]),
        " · ".join(f"{one['label']} {one['percent']}" for one in row["bins"]) or "—",
    )


def _change(doc: Document, change: dict[str, Any]) -> None:
    doc.heading(_("%(title)s: before and after", title=change["title"]))
    if change["hidden"]:
        doc.paragraph(_("Too few people finished both rounds to be shown."))
        return
    doc.facts(change["facts"])
    for one in change["states"]:
        doc.paragraph(f"{one['label']}: {percent(one['share'])}")


def percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.0f}%"


def xlsx(told: dict[str, Any], who: str) -> bytes:
    """One sheet an instrument, one for before and after, one that says how to read them."""
    note = f"{told['campaign']['title']} · {told['campaign']['days']} · {who}"
    sheets = [
        Sheet(
            str(wave["title"]),
            header=(*header(), *(str(one["label"]) for one in wave["factors"])),
            rows=[(*_line(row), *_factor_cells(row, wave["factors"])) for row in wave["rows"]],
            widths=(28, 8, 12, 8, 14, 48, *(10 for _one in wave["factors"])),
            note=note,
        )
        for wave in told["waves"]
    ]
    sheets += [
        Sheet(
            _("%(title)s: before and after", title=change["title"]),
            header=(_("Figure"), _("Value")),
            rows=[(_("Too few people finished both rounds to be shown."), "—")]
            if change["hidden"]
            else [*change["facts"], *((one["label"], percent(one["share"])) for one in change["states"])],
            widths=(28, 44),
            note=note,
        )
        for change in told["changes"]
    ]
    if told["targets"]:
        sheets.append(
            Sheet(
                _("Planned and reached"),
                header=(_("Aim"), _("Planned"), _("What was reached")),
                rows=[
                    (str(one["what"]), f"{one['planned']}%", str(one["reached"])) for one in told["targets"]
                ],
                widths=(24, 12, 16),
                note=note,
            )
        )
    sheets.append(
        Sheet(_("How to read this"), header=(_("How to read this"),), rows=[(reading(),)], widths=(100,))
    )
    return workbook(sheets)


def _factor_cells(row: dict[str, Any], factors: list[dict[str, Any]]) -> list[Any]:
    known = {one["label"]: one["mean"] for one in row["factors"]}
    return [known.get(one["label"], "—") for one in factors]


def rounds(ctx: Ctx) -> list[dict[str, Any]]:
    """Everybody's line of each published campaign."""
    locale = current_locale()
    return [
        {
            "campaign": campaign.title,
            "over": day(windows.last_day(campaign)),
            "instrument": words.title(wave.instrument, locale),
            "eligible": disclosure.Cell.hide() if campaign.group_id else wave.all.figures.eligible,
            "participation": wave.all.figures.participation,
            "mean": wave.all.figures.mean,
            "high": wave.all.figures.high,
        }
        for campaign, waves in figures.published(ctx)
        for wave in waves
    ]


ROUNDS = Report(
    name="assessments.rounds",
    title=lazy("Campaigns side by side"),
    note=lazy("Campaigns that are over, the whole scope of each; units are in the campaign's own report."),
    permission=policy.READ_FIGURES,
    columns=[
        ("campaign", lazy("Campaign")),
        ("over", lazy("Last day")),
        ("instrument", lazy("Instrument")),
        ("eligible", lazy("Invited")),
        ("participation", lazy("Took part")),
        ("mean", lazy("Mean")),
        ("high", lazy("Could use a talk")),
    ],
    rows=rounds,
)

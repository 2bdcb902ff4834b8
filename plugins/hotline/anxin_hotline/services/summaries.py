"""The month's summary (来电分析月报) as PDF or workbook: asked for on the page, and made by itself after each month."""

from datetime import timedelta
from uuid import UUID

from anxin.plugin import (
    Ctx,
    Document,
    File,
    NotFound,
    Sheet,
    Task,
    _,
    current_locale,
    job,
    keep_file,
    lazy,
    notify,
    read_file,
    start_task,
    task_of,
    workbook,
)
from anxin_hotline import forms, policy
from anxin_hotline.models import Summary
from anxin_hotline.services import figures, staff

PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KIND = "hotline.summary"
KEEP = timedelta(days=5 * 366)


def ask(ctx: Ctx, shape: str) -> Task:
    """The newest closed month, as a file on the task's page."""
    task = start_task(
        ctx,
        build,
        title=lazy("Monthly summary of the support line"),
        back="hotline.figures_page",
        shape=shape,
    )
    ctx.audit(policy.FiguresRead(months=1))
    return task


@job("hotline.summary")
def build(ctx: Ctx, *, task_id: str, shape: str) -> None:
    run = task_of(ctx, task_id)
    run.report(0, 2)
    months = figures.months(ctx, 6)
    run.report(1, 2)
    data = pdf(ctx, months) if shape == "pdf" else sheet(ctx, months)
    name = f"{_('Support line')}-{months[0].name}.{shape}"
    kept = keep_file(
        ctx,
        data,
        name=name,
        media_type=PDF if shape == "pdf" else XLSX,
        kind="task.result",
        keep=timedelta(days=30),
    )
    run.finish(file=kept, counts={"months": len(months)})


def every_month(ctx: Ctx) -> UUID | None:
    """After a month has closed its summary is made once, kept five years, and its readers are told."""
    (begins, _ends), *_rest = figures.closed_months(ctx.now, 1)
    month = f"{begins:%Y-%m}"
    if ctx.scalar(ctx.select(Summary).where(Summary.month == month)) is not None:
        return None
    months = figures.months(ctx, 6)
    kept = keep_file(ctx, pdf(ctx, months), name=f"{month}.pdf", media_type=PDF, kind=KIND, keep=KEEP)
    ctx.add(Summary(month=month, file_id=kept.id, made_at=ctx.now))
    for person_id in staff.readers(ctx):
        notify(ctx, person_id, "hotline.summary", "/hotline/figures", key=f"summary:{month}")
    return kept.id


def kept(ctx: Ctx) -> list[Summary]:
    """The summaries that were made by themselves, the newest first."""
    return list(ctx.scalars(ctx.select(Summary).order_by(Summary.month.desc()).limit(24)))


def take(ctx: Ctx, month: str) -> tuple[File, bytes]:
    """One of them as it was made then; NotFound for a month without."""
    row = ctx.scalar(ctx.select(Summary).where(Summary.month == month))
    if row is None:
        raise NotFound()
    ctx.audit(policy.FiguresRead(months=1))
    return read_file(ctx, row.file_id, kind=KIND)


def tables(ctx: Ctx, month: figures.Month) -> list[tuple[str, list[tuple[str, str, float | None]]]]:
    """(title, rows) of the histograms of one month, in words."""
    risks = {str(level): str(word) for level, word in forms.RISKS.items()}
    return [
        (str(figures.TITLES["topics"]), figures.shown(month.topics, forms.ever(ctx, "topics"))),
        (str(figures.TITLES["risks"]), figures.shown(month.risks, risks)),
        (str(figures.TITLES["outcomes"]), figures.shown(month.outcomes, forms.ever(ctx, "next"))),
        (str(figures.TITLES["hours"]), figures.shown(month.hours, figures.PARTS)),
    ]


def pdf(ctx: Ctx, months: list[figures.Month]) -> bytes:
    newest = months[0]
    doc = Document(
        _("Monthly summary of the support line"),
        subtitle=f"{ctx.tenant.name} · {newest.name}",
        footer=_(
            "Counts of callers, through disclosure control: small groups are put together or not shown."
        ),
        language="zh" if current_locale() == "zh_CN" else "en",
    )
    doc.facts(
        [
            (_("Callers"), str(newest.callers)),
            (_("Calls, at least"), str(newest.calls)),
            (_("Hung up while waiting, at least"), str(newest.abandoned)),
            (_("Seconds until answered, on average"), str(newest.waited)),
        ]
    )
    for title, rows in tables(ctx, newest):
        doc.heading(title)
        doc.table(
            (_("Class"), _("Callers")),
            [(words, number) for words, number, _share in rows],
            widths=(0.75, 0.25),
        )
    doc.heading(_("The last six months"))
    doc.table((_("Month"), _("Callers")), [(one.name, str(one.callers)) for one in months], widths=(0.5, 0.5))
    return doc.render()


def sheet(ctx: Ctx, months: list[figures.Month]) -> bytes:
    note = _("Counts of callers, through disclosure control: small groups are put together or not shown.")
    sheets = [
        Sheet(
            _("Months"),
            header=(_("Month"), _("Callers"), _("Calls, at least"), _("Hung up while waiting, at least")),
            rows=[(one.name, str(one.callers), str(one.calls), str(one.abandoned)) for one in months],
            widths=(12, 12, 16, 24),
            note=note,
        )
    ]
    sheets += [
        Sheet(
            title,
            header=(_("Class"), _("Callers")),
            rows=[(words, number) for words, number, _share in rows],
            widths=(40, 12),
            note=months[0].name,
        )
        for title, rows in tables(ctx, months[0])
    ]
    return workbook(sheets)

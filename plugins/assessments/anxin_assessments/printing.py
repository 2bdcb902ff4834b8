"""A person's own result on paper: words before numbers, what it means and does not, what one could do next."""

from datetime import timedelta
from uuid import UUID

from anxin.plugin import (
    Ctx,
    Document,
    Task,
    _,
    current_locale,
    day,
    job,
    keep_file,
    lazy,
    start_task,
    task_of,
)
from anxin_assessments import advice, policy, views
from anxin_assessments.services import interpreting, results

KIND = "assessments.result"
KEPT = timedelta(days=2)


def ask(ctx: Ctx, outcome_id: UUID) -> Task:
    """Have the own result printed; the file is sealed with the person's own key and gone after two days."""
    record = results.one(ctx, outcome_id)
    ctx.audit(policy.ResultPrinted(outcome_id=outcome_id, subject_id=record.outcome.person_id))
    return start_task(
        ctx, result, title=lazy("Printing your result"), back="assessments.mine", outcome_id=outcome_id
    )


@job("assessments.print")
def result(ctx: Ctx, *, outcome_id: str, task_id: str) -> None:
    """Make the PDF of one result."""
    record = results.one(ctx, UUID(outcome_id))
    data = pdf(ctx, record)
    file = keep_file(
        ctx,
        data,
        name=_("Result %(day)s.pdf", day=day(record.made_at)),
        media_type="application/pdf",
        kind=KIND,
        subject_id=record.outcome.person_id,
        keep=KEPT,
    )
    task_of(ctx, task_id).finish(file=file)


def pdf(ctx: Ctx, record: results.Record) -> bytes:
    told = views.result(record, current_locale())
    doc = Document(
        str(told["title"]), subtitle=day(record.made_at), footer=_("A screening, not a diagnosis.")
    )
    doc.paragraph(str(told["headline"]), strong=True)
    doc.paragraph(str(told["sentence"]))
    if told["profile"]:
        doc.heading(_("Your profile"))
        doc.bars([(one["label"], one["value"], f"{one['value']:.1f}") for one in told["profile"]])
    elif told["gauge"]:
        doc.facts([(_("Score"), f"{told['gauge']['value']} / {told['gauge']['maximum']}")])
    if (reading := interpreting.of_results(ctx, [record.outcome.id]).get(record.outcome.id)) is not None:
        doc.heading(_("What your counsellor writes"))
        doc.paragraph(reading.text)
        if reading.plan:
            doc.heading(_("What you could do together"))
            doc.paragraph(reading.plan)
    doc.heading(_("What it means, and what it does not"))
    for line in (*advice.MEANS, *advice.MEANS_NOT):
        doc.paragraph(str(line))
    doc.heading(_("What you could do next"))
    doc.table((_("Step"), ""), [(str(step.title), str(step.text)) for step in told["steps"]], widths=(1, 3))
    doc.paragraph(_("National support line: 12356. In danger call 120 or 110."))
    return doc.render()

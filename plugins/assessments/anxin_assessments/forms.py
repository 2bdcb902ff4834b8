"""A campaign's questions on paper: a number on every form, the consent to be signed, boxes to be ticked."""

from datetime import timedelta
from uuid import UUID

from anxin.plugin import (
    PDF,
    Ctx,
    Document,
    Purpose,
    Task,
    _,
    current_locale,
    job,
    keep_file,
    lazy,
    start_task,
    task_of,
)
from anxin_assessments import policy, words
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Campaign
from anxin_assessments.services import catalogue, papers

KIND = "assessments.forms"
KEPT = timedelta(days=7)
LINE = "＿＿＿＿＿＿＿＿"


def ask(ctx: Ctx, campaign_id: UUID, count: int) -> Task:
    """Have forms printed, each with a number of its own."""
    papers.insist_on_paper(ctx, campaign_id)
    run = papers.number_forms(ctx, campaign_id, count)
    return start_task(
        ctx,
        printed,
        title=lazy("Printing forms"),
        back="assessments.device_list",
        campaign_id=campaign_id,
        first=run.first,
        last=run.first + run.count - 1,
    )


@job("assessments.forms")
def printed(ctx: Ctx, *, campaign_id: str, first: int, last: int, task_id: str) -> None:
    """Make the PDF of numbered forms."""
    campaign = ctx.get(Campaign, UUID(campaign_id))
    data = pdf(ctx, campaign, range(first, last + 1))
    name = _("Forms %(first)d to %(last)d.pdf", first=first, last=last)
    task_of(ctx, task_id).finish(file=keep_file(ctx, data, name=name, media_type=PDF, kind=KIND, keep=KEPT))


def pdf(ctx: Ctx, campaign: Campaign, numbers: range) -> bytes:
    doc = Document(
        campaign.title,
        subtitle=_("On paper. Taking part is your choice."),
        footer=_("A screening, not a diagnosis."),
    )
    asked = [policy.SELF, policy.SHARE] if campaign.mode == "confidential" else [policy.SELF]
    for number in numbers:
        if number != numbers[0]:
            doc.page_break()
        _form(ctx, doc, campaign, number, asked)
    return doc.render()


def _form(ctx: Ctx, doc: Document, campaign: Campaign, number: int, asked: list[Purpose]) -> None:
    doc.heading(_("Form No. %(number)d", number=number))
    doc.facts([(_("Your employee number"), LINE), (_("Date"), LINE)])
    for purpose in asked:
        doc.paragraph(str(purpose.title), strong=True)
        doc.paragraph(str(purpose.text))
        doc.paragraph("□ " + _("I agree to this") + "　　" + _("Signature") + f" {LINE}")
    place = 1
    for key in campaign.instruments:
        place = _questions(doc, catalogue.instrument(ctx, key), place, number)
    doc.paragraph(_("National support line: 12356. In danger call 120 or 110."))


def _questions(doc: Document, instrument: Instrument, place: int, number: int) -> int:
    """One instrument as a table: the number of the question as it is keyed, its words, a box for each answer."""
    text = catalogue.words(instrument, current_locale())
    doc.heading(
        _("%(title)s · form No. %(number)d", title=words.title(instrument, current_locale()), number=number)
    )
    if text.lead_in:
        doc.paragraph(text.lead_in)
    shared = len(set(instrument.options)) == 1 and not text.item_options
    if shared:  # the words of the answers once, and digits alone in every line
        doc.paragraph("　".join(f"{option.value} = {option.text}" for option in text.options), strong=True)
    rows = []
    for item, question in enumerate(text.items, 1):
        offered = text.options_of(item)
        boxes = "　".join(
            f"□\N{NO-BREAK SPACE}{option.value}" + ("" if shared else f" {option.text}") for option in offered
        )
        rows.append((str(place), question, boxes or LINE))
        place += 1
    doc.table(("", _("Question"), _("Tick one")), rows, widths=(0.07, 0.55, 0.38))
    return place

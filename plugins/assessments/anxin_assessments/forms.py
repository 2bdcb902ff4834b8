"""A campaign's questions on paper: a number on every form, the consent to be signed, boxes to be ticked. An anonymous
campaign has one blank sheet for all: no number, no signature, and a place for the slip.
"""

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
from anxin_assessments.services import anonymous, catalogue, papers

KIND = "assessments.forms"
KEPT = timedelta(days=7)
LINE = "＿＿＿＿＿＿＿＿"
CODE = "－".join(["＿＿＿＿＿"] * 4)
ROOM = "\n" * 7  # a slip with its picture is some 35 mm high


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


def ask_blank(ctx: Ctx, campaign_id: UUID) -> Task:
    """Have the blank sheet of an anonymous campaign printed, to be copied as often as it is needed."""
    anonymous.running(ctx, campaign_id)
    ctx.audit(policy.BlankPrinted(campaign_id=campaign_id))
    return start_task(
        ctx,
        blank_printed,
        title=lazy("Printing forms"),
        back="assessments.device_list",
        campaign_id=campaign_id,
    )


@job("assessments.blank")
def blank_printed(ctx: Ctx, *, campaign_id: str, task_id: str) -> None:
    """Make the PDF of the blank sheet."""
    data = blank_pdf(ctx, ctx.get(Campaign, UUID(campaign_id)))
    file = keep_file(ctx, data, name=_("Blank sheet.pdf"), media_type=PDF, kind=KIND, keep=KEPT)
    task_of(ctx, task_id).finish(file=file)


def blank_pdf(ctx: Ctx, campaign: Campaign) -> bytes:
    """The numbers to call stand at the top and behind every instrument that asks about danger: nobody can call whoever
    answered."""
    instruments = [catalogue.instrument(ctx, key) for key in campaign.instruments]
    doc = Document(
        campaign.title,
        subtitle=_("On paper, without a name. Taking part is your choice."),
        footer=_("A screening, not a diagnosis."),
    )
    doc.paragraph(
        _(
            "Tick only, write nothing else, no name. Fold the sheet and put it into the closed box yourself; two people "
            "of the agency key it without knowing whose it is, and destroy it."
        )
    )
    doc.table([_("Put your slip here: glue or staple it")], [[ROOM]])
    doc.paragraph(_("Or write down the code of your slip: %(line)s", line=CODE))
    help_lines = _help(ctx)
    doc.paragraph(help_lines, strong=True)
    place = 1
    for one in instruments:
        place = _questions(doc, one, place, words.title(one, current_locale()))
        if one.risk_items:
            doc.paragraph(help_lines, strong=True)
    doc.paragraph(_("Thank you. Please look once more whether every question has a tick."))
    return doc.render()


def _help(ctx: Ctx) -> str:
    """Whom one can call, with the tenant's own line."""
    said = _(
        "Nobody knows who answered, so nobody can call you. Things are hard? Call 12356, the national support line; "
        "in danger 120 or 110."
    )
    own = ctx.settings_of("safety").get("help_line") or {}
    line = [own["label"], own["number"]] if own.get("number") else []
    return " ".join(filter(None, (said, *line)))


def _form(ctx: Ctx, doc: Document, campaign: Campaign, number: int, asked: list[Purpose]) -> None:
    doc.heading(_("Form No. %(number)d", number=number))
    doc.facts([(_("Your employee number"), LINE), (_("Date"), LINE)])
    for purpose in asked:
        doc.paragraph(str(purpose.title), strong=True)
        doc.paragraph(str(purpose.text))
        doc.paragraph("□ " + _("I agree to this") + "　　" + _("Signature") + f" {LINE}")
    place = 1
    for key in campaign.instruments:
        one = catalogue.instrument(ctx, key)
        title = words.title(one, current_locale())
        place = _questions(doc, one, place, _("%(title)s · form No. %(number)d", title=title, number=number))
    doc.paragraph(_("National support line: 12356. In danger call 120 or 110."))


def _questions(doc: Document, instrument: Instrument, place: int, heading: str) -> int:
    """One instrument as a table: the number of the question as it is keyed, its words, a box for each answer."""
    text = catalogue.words(instrument, current_locale())
    doc.heading(heading)
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

"""Slips on paper, to be cut apart and handed out: for a shared device with a number and a code each; for an anonymous
campaign with a ticket each, and no number, so that nobody can know who drew which.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from anxin.plugin import PDF, Ctx, Document, Task, _, job, keep_file, lazy, moment, start_task, task_of
from anxin_assessments.anonymous_models import TicketPack
from anxin_assessments.device_models import Device
from anxin_assessments.models import Campaign
from anxin_assessments.services import devices, packs

KIND = "assessments.slips"
KEPT = timedelta(days=1)
ACROSS = 3
A_PAGE = 5  # slips with a picture; none is cut in two by the end of a page
DO_NOT_FIT: Any = lazy(
    "Number and code do not fit together, or the slip was used. Please ask for another slip."
)


def ask(ctx: Ctx, device_id: UUID, count: int) -> Task:
    """Have slips printed; the codes are made with the paper and are nowhere else."""
    devices.insist_on_open(ctx, device_id)
    ctx.unaudited("the slips are audited when they are made")
    return start_task(
        ctx,
        printed,
        title=lazy("Printing slips"),
        back="assessments.device_list",
        device_id=device_id,
        count=count,
    )


@job("assessments.slips")
def printed(ctx: Ctx, *, device_id: str, count: int, task_id: str) -> None:
    """Make the slips and their sheet."""
    device = ctx.get(Device, UUID(device_id))
    made = devices.hand_out(ctx, device.id, count)
    file = keep_file(ctx, pdf(device, made), name=_("Slips.pdf"), media_type=PDF, kind=KIND, keep=KEPT)
    task_of(ctx, task_id).finish(file=file)


def pdf(device: Device, made: Iterable[devices.Slip]) -> bytes:
    doc = Document(
        _("Slips for %(place)s", place=device.place),
        subtitle=_("Good until %(moment)s, once each", moment=moment(device.until)),
        footer=_("Cut apart. Give one to each person; do not write a name on it."),
    )
    cells = [_("No. %(number)d\n%(code)s", number=one.number, code=one.code) for one in made]
    cells += [""] * (-len(cells) % ACROSS)
    rows = [cells[at : at + ACROSS] for at in range(0, len(cells), ACROSS)]
    doc.table([""] * ACROSS, rows)
    return doc.render()


# ---- tickets of an anonymous campaign --------------------------------------------------------------------


def ask_tickets(ctx: Ctx, campaign_id: UUID, unit_id: UUID | None, slips: int, *, address: str) -> Task:
    """Have tickets printed; `address` is where their codes are typed in."""
    pack = packs.begin(ctx, campaign_id, unit_id, slips)
    return start_task(
        ctx,
        tickets,
        title=lazy("Printing slips"),
        back="assessments.device_list",
        pack_id=pack.id,
        address=address,
    )


@job("assessments.tickets")
def tickets(ctx: Ctx, *, pack_id: str, address: str, task_id: str) -> None:
    """Make the tickets of a pack and their sheet; asked again, other tickets on another sheet."""
    pack = ctx.get(TicketPack, UUID(pack_id))
    campaign = ctx.get(Campaign, pack.campaign_id)
    data = ticket_pdf(campaign.title, packs.unit_of(ctx, pack), packs.codes(ctx, pack), address)
    file = keep_file(ctx, data, name=_("Slips.pdf"), media_type=PDF, kind=KIND, keep=KEPT)
    task_of(ctx, task_id).finish(file=file)


def ticket_pdf(title: str, unit: str | None, codes: Iterable[str], address: str) -> bytes:
    """The sheet says whose pile it is; a slip that was cut off says nothing of it."""
    doc = Document(
        f"{title} · {unit}" if unit else title,
        subtitle=_(
            "Let everybody draw one slip at random. Do not number or mark them; destroy what is left."
        ),
        footer=_("Cut apart. Give one to each person; do not write a name on it."),
    )
    said = _("Scan and type the code. It works once, and nobody knows that it is yours. Support line: 12356.")
    for at, code in enumerate(codes):
        if at and not at % A_PAGE:
            doc.page_break()
        doc.paragraph(f"{title}　　{code}", strong=True)
        doc.qr(address, caption=said, size_mm=20)
        doc.paragraph("- " * 80)
    return doc.render()

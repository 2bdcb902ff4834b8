"""The year's list of thanks: drawn up from confirmed hours, made public, granted with certificates that anybody can
check."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import (
    Conflict,
    Ctx,
    Document,
    Invalid,
    NotFound,
    _,
    job,
    keep_file,
    lazy,
    names_of,
    notify,
    read_file,
    start_task,
    task_of,
)
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Award, Objection, Recognition, Service
from anxin_volunteers.services import hours
from anxin_volunteers.services.shifts import ZONE

KIND = "volunteers.certificate"
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LIMIT = 2000


def lists(ctx: Ctx) -> Sequence[Recognition]:
    return ctx.scalars(ctx.select(Recognition).order_by(Recognition.year.desc()).limit(50)).all()


def draw_up(ctx: Ctx, *, year: int, least_hours: int) -> Recognition:
    """A draft of everybody with so many confirmed hours in the year; drawn up anew while it is a draft."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    if first > ctx.now.astimezone(ZONE).date():
        raise Invalid(fields={"year": [lazy("This year has not begun.")]})
    found = ctx.scalar(ctx.select(Recognition).where(Recognition.year == year))
    if found is not None and found.state != "draft":
        raise Conflict(lazy("The list of this year is public already."), code="volunteers.public")
    if found is None:
        found = ctx.add(Recognition(year=year, least_hours=least_hours, state="draft", made_at=ctx.now))
        ctx.db.flush()
    found.least_hours = least_hours
    ctx.execute(sa.delete(Award).where(Award.tenant_id == ctx.tenant.id, Award.recognition_id == found.id))
    rows = ctx.db.execute(
        sa.select(Service.person_id, sa.func.sum(Service.minutes).label("minutes"))
        .where(
            Service.tenant_id == ctx.tenant.id,
            Service.state == "confirmed",
            Service.on_day >= first,
            Service.on_day <= last,
        )
        .group_by(Service.person_id)
        .having(sa.func.sum(Service.minutes) >= least_hours * 60)
    ).all()
    totals = hours.total(ctx, [row.person_id for row in rows], until=last)
    for row in rows:
        everything = totals.get(row.person_id, 0)
        ctx.add(
            Award(
                recognition_id=found.id,
                person_id=row.person_id,
                minutes=int(row.minutes),
                total=everything,
                stars=hours.stars(everything),
                state="listed",
            )
        )
    ctx.audit(entries.ListChanged(recognition_id=found.id, what="drawn_up", people=len(rows)))
    return found


def publish(ctx: Ctx, recognition_id: UUID) -> Recognition:
    """Make the list public inside the union; objections are heard until the last day."""
    found = ctx.get(Recognition, recognition_id)
    if found.state != "draft":
        raise Conflict()
    today = ctx.now.astimezone(ZONE).date()
    found.state, found.public_until = "public", today + timedelta(days=ctx.settings["publicity_days"])
    ctx.audit(entries.ListChanged(recognition_id=found.id, what="public"))
    return found


def people_on(ctx: Ctx, recognition: Recognition) -> list[tuple[Award, str]]:
    """The list by hours, with names."""
    rows = ctx.scalars(
        sa.select(Award)
        .where(
            Award.tenant_id == ctx.tenant.id,
            Award.recognition_id == recognition.id,
            Award.state != "removed",
        )
        .order_by(Award.minutes.desc(), Award.id)
        .limit(LIMIT)
    ).all()
    names = names_of(ctx, [row.person_id for row in rows])
    return [(row, names.get(row.person_id, "")) for row in rows]


def public_list(ctx: Ctx) -> tuple[Recognition, list[tuple[Award, str]]] | None:
    """What is public at the moment, for everybody of the union."""
    found = ctx.scalar(
        sa.select(Recognition)
        .where(Recognition.tenant_id == ctx.tenant.id, Recognition.state == "public")
        .order_by(Recognition.year.desc())
        .limit(1)
    )
    return (found, people_on(ctx, found)) if found is not None else None


def object_to(ctx: Ctx, award_id: UUID, text: str) -> Objection:
    """Object while the list is public."""
    award = ctx.db.scalar(sa.select(Award).where(Award.tenant_id == ctx.tenant.id, Award.id == award_id))
    found = ctx.get(Recognition, award.recognition_id) if award is not None else None
    if award is None or found is None or found.state != "public" or ctx.actor.person_id is None:
        raise NotFound()
    today = ctx.now.astimezone(ZONE).date()
    if found.public_until is None or found.public_until < today:
        raise Conflict(lazy("The days for objections are over."), code="volunteers.too_late")
    row = Objection(award_id=award.id, person_id=ctx.actor.person_id, state="open", made_at=ctx.now)
    ctx.seal(row, "text", text.strip())
    ctx.add(row)
    ctx.audit(entries.ListChanged(recognition_id=found.id, what="objected", subject_id=row.person_id))
    return row


def objections(ctx: Ctx, recognition_id: UUID) -> list[tuple[Objection, str, str]]:
    """Open objections with their words, for those who decide; the look is written down."""
    rows = ctx.scalars(
        ctx.select(Objection)
        .join(Award, sa.and_(Award.tenant_id == Objection.tenant_id, Award.id == Objection.award_id))
        .where(Award.recognition_id == recognition_id, Objection.state == "open")
        .order_by(Objection.made_at)
    ).all()
    about = dict(
        ctx.db.execute(
            sa.select(Award.id, Award.person_id).where(
                Award.tenant_id == ctx.tenant.id, Award.recognition_id == recognition_id
            )
        ).all()  # type: ignore[arg-type]
    )
    names = names_of(ctx, about.values())
    for person_id in {row.person_id for row in rows}:
        ctx.audit(entries.PersonRead(fields=("objection",), subject_id=person_id))
    return [(row, names.get(about[row.award_id], ""), ctx.open(row, "text")) for row in rows]


def decide(ctx: Ctx, objection_id: UUID, what: str) -> Objection:
    """Uphold an objection (the entry leaves the list) or reject it."""
    row = ctx.get(Objection, objection_id)
    if row.state != "open":
        raise Conflict()
    row.state = what
    award = ctx.db.get_one(Award, (ctx.tenant.id, row.award_id))
    if what == "upheld":
        award.state = "removed"
    ctx.audit(entries.ListChanged(recognition_id=award.recognition_id, what=what, subject_id=award.person_id))
    notify(ctx, row.person_id, policy.NEWS.code, "/volunteers/thanks", key=f"objection:{row.id}")
    return row


def grant(ctx: Ctx, recognition_id: UUID) -> Any:
    """After the public days, with no objection open: numbers, and certificates by a job. Returns its task."""
    found = ctx.get(Recognition, recognition_id)
    if found.state != "public" or found.public_until is None:
        raise Conflict()
    if found.public_until >= ctx.now.astimezone(ZONE).date():
        raise Conflict(
            lazy("The list is still public; it can be granted after the last day."),
            code="volunteers.too_early",
        )
    waiting = (
        sa.select(sa.func.count())
        .select_from(Objection)
        .join(Award, sa.and_(Award.tenant_id == Objection.tenant_id, Award.id == Objection.award_id))
        .where(
            Objection.tenant_id == ctx.tenant.id,
            Award.recognition_id == found.id,
            Objection.state == "open",
        )
    )
    if ctx.scalar(waiting):
        raise Conflict(lazy("Decide about the open objections first."), code="volunteers.objections")
    found.state, found.granted_at = "granted", ctx.now
    for award, _name in people_on(ctx, found):
        award.state = "granted"
        award.number = f"{found.year}-{''.join(secrets.choice(LETTERS) for _ in range(8))}"
        notify(ctx, award.person_id, policy.NEWS.code, "/volunteers/thanks", key=f"award:{award.id}")
    ctx.audit(entries.ListChanged(recognition_id=found.id, what="granted"))
    return start_task(
        ctx,
        print_certificates,
        title=lazy("Printing the certificates"),
        back="volunteers.thanks_list",
        recognition_id=found.id,
    )


@job("volunteers.print_certificates")
def print_certificates(ctx: Ctx, *, task_id: str, recognition_id: str) -> None:
    """One PDF a person, sealed with their key; those printed already are left alone."""
    task = task_of(ctx, task_id)
    found = ctx.get(Recognition, UUID(recognition_id))
    rows = [(award, name) for award, name in people_on(ctx, found) if award.file_id is None]
    for at, (award, name) in enumerate(rows):
        file = keep_file(
            ctx,
            certificate(ctx, found, award, name),
            name=f"{award.number}.pdf",
            media_type="application/pdf",
            kind=KIND,
            subject_id=award.person_id,
        )
        ctx.db.flush()
        award.file_id = file.id
        task.report(at + 1, len(rows))
    ctx.audit(entries.ListChanged(recognition_id=found.id, what="printed", people=len(rows)))
    task.finish(counts={"certificates": len(rows)})


def certificate(ctx: Ctx, found: Recognition, award: Award, name: str) -> bytes:
    """One landscape page with number and check code."""
    doc = Document(
        _("Certificate of service"),
        subtitle=ctx.tenant.name,
        footer=_("Number %(number)s", number=award.number),
        landscape=True,
        frame=True,
    )
    doc.paragraph(name, strong=True)
    doc.paragraph(
        _(
            "served as a volunteer for %(hours)s hours in %(year)s, and for %(total)s hours in all.",
            hours=f"{award.minutes / 60:.1f}",
            year=found.year,
            total=f"{award.total / 60:.1f}",
        )
    )
    if award.stars:
        doc.paragraph("★" * award.stars, strong=True)
    doc.qr(address(ctx, award), caption=_("Check this certificate"))
    return doc.render()


def address(ctx: Ctx, award: Award) -> str:
    """Where anybody checks it."""
    return f"{ctx.runtime.settings.public_url}/t/{ctx.tenant.slug}/volunteers/verify/{award.number}"


def mine(ctx: Ctx) -> list[tuple[Award, int]]:
    """The own certificates with their years."""
    found = ctx.db.execute(
        sa.select(Award, Recognition.year)
        .join(
            Recognition,
            sa.and_(Recognition.tenant_id == Award.tenant_id, Recognition.id == Award.recognition_id),
        )
        .where(
            Award.tenant_id == ctx.tenant.id,
            Award.person_id == ctx.actor.person_id,
            Award.state == "granted",
        )
        .order_by(Recognition.year.desc())
    )
    return [(row.Award, row.year) for row in found]


def fetch(ctx: Ctx, award_id: UUID) -> Any:
    """The own certificate as a file; NotFound for anybody else's."""
    award = ctx.db.scalar(
        sa.select(Award).where(
            Award.tenant_id == ctx.tenant.id, Award.id == award_id, Award.person_id == ctx.actor.person_id
        )
    )
    if award is None or award.file_id is None:
        raise NotFound()
    return read_file(ctx, award.file_id, kind=KIND)


def verify(ctx: Ctx, number: str) -> dict[str, Any] | None:
    """What anybody may know of a certificate whose number they hold: the surname, hours, year, stars."""
    row = ctx.db.execute(
        sa.select(Award, Recognition.year)
        .join(
            Recognition,
            sa.and_(Recognition.tenant_id == Award.tenant_id, Recognition.id == Award.recognition_id),
        )
        .where(Award.tenant_id == ctx.tenant.id, Award.number == number[:40], Award.state == "granted")
    ).one_or_none()
    if row is None:
        return None
    name = names_of(ctx, [row.Award.person_id]).get(row.Award.person_id, "")
    return {
        "name": name[:1] + "＊" * max(len(name) - 1, 1),
        "hours": f"{row.Award.minutes / 60:.1f}",
        "year": row.year,
        "stars": row.Award.stars,
    }

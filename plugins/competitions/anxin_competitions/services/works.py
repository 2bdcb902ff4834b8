"""Works as files: checked on the way in, and a copy without names, which is all that a judge ever gets.

A work is the tenant's paper: its author may replace it until entering closes, the organisers look at it to make the copy.
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import (
    JPEG,
    PDF,
    PNG,
    WEBP,
    Conflict,
    Ctx,
    File,
    Invalid,
    NotFound,
    Person,
    TakenUpload,
    Unit,
    Upload,
    _,
    drop_file,
    keep_file,
    read_file,
)
from anxin_competitions.models import Competition, Entry
from anxin_competitions.policy import WorkChanged, WorkRead
from anxin_competitions.rules.traces import traces
from anxin_competitions.services import competitions, entries, judging

WORK = Upload("file", (PDF, JPEG, PNG, WEBP), 20 * 1024 * 1024)
KIND, COPY = "competitions.work", "competitions.redacted"
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", WEBP: ".webp"}
FILED = frozenset({"works", "selection"})


def hand_in(ctx: Ctx, entry_id: UUID, work: TakenUpload) -> Entry:
    """The author hands a file in, or a better one in its place; a copy made of the older one goes with it."""
    found = entries.own_or_managed(ctx, entry_id)
    competition = competitions.one(ctx, found.competition_id)
    if competition.preset not in FILED:
        raise Conflict(_("No files are handed in here."))
    day = ctx.today
    if competition.state != "open" or not competition.enter_from <= day <= competition.enter_until:
        raise Conflict(_("Entering is closed."))
    if found.state not in entries.LIVE:
        raise Conflict(_("This entry is not taking part."))
    drop(ctx, found)
    found.file_id = keep_file(ctx, work.data, name=work.name, media_type=work.media_type, kind=KIND).id
    ctx.audit(WorkChanged(entry_id=found.id, what="handed_in", subject_id=found.person_id))
    return found


def read(ctx: Ctx, entry_id: UUID) -> tuple[File, bytes]:
    """The work as handed in: for its author, and for the organisers, whose look is written down."""
    found = entries.own_or_managed(ctx, entry_id)
    if found.file_id is None:
        raise NotFound()
    if found.person_id != ctx.actor.person_id:
        ctx.audit(WorkRead(entry_id=found.id, subject_id=found.person_id))
    return read_file(ctx, found.file_id, kind=KIND)


def copy_of(ctx: Ctx, entry_id: UUID) -> tuple[File, bytes]:
    """The copy without names, for the organisers."""
    found = ctx.get(Entry, entry_id)
    if found.redacted_id is None:
        raise NotFound()
    return read_file(ctx, found.redacted_id, kind=COPY)


def for_judge(ctx: Ctx, assignment_id: UUID) -> tuple[File, bytes]:
    """The copy for the judge it was dealt to. Who stepped back finds neither the work nor that it was there."""
    _assignment, entry, _competition = judging.assignment(ctx, assignment_id)
    if entry.redacted_id is None:
        raise NotFound()
    return read_file(ctx, entry.redacted_id, kind=COPY)


def redact(ctx: Ctx, entry_id: UUID, copy: TakenUpload | None = None) -> Entry:
    """Keep a copy for the judges: an uploaded one, or (without) the work as it is.

    In a contest of works Invalid names what would still tell who made it. A selection is not blind.
    """
    found = ctx.get(Entry, entry_id)
    competition = competitions.one(ctx, found.competition_id)
    competitions.not_over(competition)
    if found.file_id is None:
        raise Conflict(_("No file was handed in."))
    if copy is None:
        file, data = read_file(ctx, found.file_id, kind=KIND)
        copy = TakenUpload(file.name, file.media_type, data)
    if competition.preset == "works":
        _insist_blind(ctx, found, copy)
    if found.redacted_id is not None:
        drop_file(ctx, found.redacted_id)
    name = f"{found.number}{ENDINGS[copy.media_type]}"  # never the name the author gave it
    found.redacted_id = keep_file(ctx, copy.data, name=name, media_type=copy.media_type, kind=COPY).id
    ctx.audit(WorkChanged(entry_id=found.id, what="copy_made", subject_id=found.person_id))
    return found


def _insist_blind(ctx: Ctx, entry: Entry, copy: TakenUpload) -> None:
    row = ctx.db.execute(
        sa.select(Person.name, Person.number, Unit.name.label("unit"))
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Person.tenant_id, Unit.id == Person.unit_id))
        .where(Person.tenant_id == ctx.tenant.id, Person.id == entry.person_id)
    ).one()
    left = traces(copy.data, [name for name in (row.name, row.number, row.unit) if name])
    if left:
        raise Invalid(
            fields={
                "file": [
                    _(
                        "The file still tells who made it (%(what)s). Save it without author and names.",
                        what="、".join(left),
                    )
                ]
            }
        )


def without_copy(ctx: Ctx, competition_id: UUID) -> list[Entry]:
    """Accepted works with a file of which the judges have no copy yet."""
    return list(
        ctx.db.scalars(
            sa.select(Entry)
            .where(
                Entry.tenant_id == ctx.tenant.id,
                Entry.competition_id == competition_id,
                Entry.state == "accepted",
                Entry.file_id.is_not(None),
                Entry.redacted_id.is_(None),
            )
            .order_by(Entry.number)
        )
    )


def deal_out(ctx: Ctx, competition_id: UUID) -> int:
    """judging.deal_out, once every file has its copy without names."""
    bare = without_copy(ctx, competition_id)
    if bare:
        raise Conflict(_("%(count)s works have no copy without names yet.", count=len(bare)))
    return judging.deal_out(ctx, competition_id)


def drop(ctx: Ctx, entry: Entry) -> None:
    """Delete both files of an entry."""
    for file_id in (entry.file_id, entry.redacted_id):
        if file_id is not None:
            drop_file(ctx, file_id)
    entry.file_id = entry.redacted_id = None


def comments(ctx: Ctx, entry: Entry, competition: Competition) -> Sequence[str]:
    """What judges wrote to the author, without their names; once the result is published."""
    if competition.state not in {"publicity", "final"} or entry.person_id != ctx.actor.person_id:
        return []
    return judging.comments_on(ctx, entry.id)

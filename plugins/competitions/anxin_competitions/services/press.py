"""What is told of a competition: a text, and pictures that colleagues see once everybody they show has said yes."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import (
    JPEG,
    PNG,
    WEBP,
    Ctx,
    File,
    Invalid,
    NotFound,
    TakenUpload,
    Upload,
    _,
    drop_file,
    keep_file,
    names_of,
    notify,
    read_file,
)
from anxin_competitions.models import Competition, Photo, Shown
from anxin_competitions.policy import MANAGE, PICTURE, PhotoAnswered, PressChanged
from anxin_competitions.services import competitions

PICTURES = Upload("file", (JPEG, PNG, WEBP), 10 * 1024 * 1024)
KIND = "competitions.photo"
LIMIT = 200


def write(ctx: Ctx, competition_id: UUID, *, text: str, public: bool) -> Competition:
    """The text, as a draft or for colleagues to read."""
    found = competitions.one(ctx, competition_id)
    found.press = text.strip()
    found.press_at = (found.press_at or ctx.now) if public and found.press else None
    ctx.audit(PressChanged(competition_id=found.id, what="published" if found.press_at else "drafted"))
    return found


def add(
    ctx: Ctx,
    competition_id: UUID,
    picture: TakenUpload,
    *,
    caption: str,
    people: Sequence[UUID] = (),
    nobody: bool = False,
) -> Photo:
    """A picture and whom it shows; each of them is asked. It says so when it shows nobody one could know."""
    found = competitions.one(ctx, competition_id)
    shown = list(dict.fromkeys(people))
    if bool(shown) == nobody:
        raise Invalid(fields={"numbers": [_("Name everybody it shows, or say that it shows nobody.")]})
    row = ctx.add(
        Photo(
            competition_id=found.id,
            file_id=keep_file(
                ctx, picture.data, name=picture.name, media_type=picture.media_type, kind=KIND
            ).id,
            caption=caption.strip(),
            nobody=nobody,
            made_at=ctx.now,
        )
    )
    ctx.db.flush()
    for person_id in shown:
        ctx.add(Shown(photo_id=row.id, person_id=person_id, answer="asked"))
        notify(ctx, person_id, PICTURE.code, "/competitions/pictures", key=f"photo:{row.id}")
    ctx.audit(PressChanged(competition_id=found.id, what="photo_added"))
    return row


def remove(ctx: Ctx, photo_id: UUID) -> UUID:
    row = ctx.get(Photo, photo_id)
    _drop(ctx, row)
    ctx.audit(PressChanged(competition_id=row.competition_id, what="photo_removed"))
    return row.competition_id


def _drop(ctx: Ctx, row: Photo) -> None:
    drop_file(ctx, row.file_id)
    ctx.db.delete(row)


def managed(ctx: Ctx, competition_id: UUID) -> list[tuple[Photo, list[tuple[str, str]]]]:
    """All pictures with who they show and what they said."""
    photos = ctx.scalars(
        ctx.select(Photo).where(Photo.competition_id == competition_id).order_by(Photo.made_at).limit(LIMIT)
    ).all()
    shown = _shown(ctx, [row.id for row in photos])
    names = names_of(ctx, {one.person_id for one in shown})
    return [
        (
            row,
            [(names.get(one.person_id, ""), one.answer) for one in shown if one.photo_id == row.id],
        )
        for row in photos
    ]


def public(ctx: Ctx, competition_id: UUID) -> list[Photo]:
    """Those that colleagues may see: nobody on it, or everybody on it said yes."""
    photos = ctx.db.scalars(
        sa.select(Photo)
        .where(Photo.tenant_id == ctx.tenant.id, Photo.competition_id == competition_id)
        .order_by(Photo.made_at)
        .limit(LIMIT)
    ).all()
    shown = _shown(ctx, [row.id for row in photos])
    return [row for row in photos if _agreed(row, shown)]


def _agreed(row: Photo, shown: Sequence[Shown]) -> bool:
    answers = [one.answer for one in shown if one.photo_id == row.id]
    return row.nobody if not answers else all(answer == "yes" for answer in answers)


def read(ctx: Ctx, photo_id: UUID) -> tuple[File, bytes]:
    """For everybody once it is public; before for those it shows and those who run the competition."""
    row = ctx.db.scalar(sa.select(Photo).where(Photo.tenant_id == ctx.tenant.id, Photo.id == photo_id))
    if row is None:
        raise NotFound()
    shown = _shown(ctx, [row.id])
    mine = any(one.person_id == ctx.actor.person_id for one in shown)
    if not (_agreed(row, shown) or mine or ctx.allowed(MANAGE)):
        raise NotFound()
    return read_file(ctx, row.file_id, kind=KIND)


def asked(ctx: Ctx) -> list[tuple[Shown, Photo, str]]:
    """Pictures that show the actor, with the competition's title; the unanswered first."""
    rows = ctx.db.execute(
        sa.select(Shown, Photo, Competition.title)
        .join(Photo, sa.and_(Photo.tenant_id == Shown.tenant_id, Photo.id == Shown.photo_id))
        .join(
            Competition,
            sa.and_(Competition.tenant_id == Photo.tenant_id, Competition.id == Photo.competition_id),
        )
        .where(Shown.tenant_id == ctx.tenant.id, Shown.person_id == ctx.actor.person_id)
        .order_by(Shown.answer != "asked", Photo.made_at.desc())
        .limit(LIMIT)
    )
    return [(row.Shown, row.Photo, row.title) for row in rows]


def answer(ctx: Ctx, photo_id: UUID, *, agrees: bool) -> Shown:
    """Yes or no to a picture that shows the actor; it may change, and counts from the next request on."""
    row = ctx.db.scalar(
        sa.select(Shown).where(
            Shown.tenant_id == ctx.tenant.id,
            Shown.photo_id == photo_id,
            Shown.person_id == ctx.actor.person_id,
        )
    )
    if row is None:
        raise NotFound()
    row.answer, row.answered_at = ("yes" if agrees else "no"), ctx.now
    ctx.audit(PhotoAnswered(photo_id=row.photo_id, agrees=agrees, subject_id=row.person_id))
    return row


def forget(ctx: Ctx, person_id: UUID) -> int:
    """Pictures that show somebody who is erased go; returns how many."""
    photos = ctx.scalars(
        ctx.select(Photo).where(
            sa.exists().where(
                Shown.tenant_id == ctx.tenant.id, Shown.photo_id == Photo.id, Shown.person_id == person_id
            )
        )
    ).all()
    for row in photos:
        _drop(ctx, row)
    return len(photos)


def _shown(ctx: Ctx, ids: Sequence[UUID]) -> Sequence[Shown]:
    return ctx.db.scalars(
        sa.select(Shown).where(Shown.tenant_id == ctx.tenant.id, Shown.photo_id.in_(ids))
    ).all()

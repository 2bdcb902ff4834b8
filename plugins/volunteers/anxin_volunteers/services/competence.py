"""Competences and who holds them: claim, verify, expire; roles that want a combination."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
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
    TakenUpload,
    Upload,
    drop_file,
    keep_file,
    lazy,
    names_of,
    notify,
    read_file,
)
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Competence, DutyRole, Qualification
from anxin_volunteers.services import people

LIMIT = 200
KIND, KEPT = "volunteers.proof", timedelta(days=365)
PROOF = Upload("file", (JPEG, PNG, WEBP, PDF), 8 * 1024 * 1024)
MONTH = timedelta(days=31)


def every(ctx: Ctx) -> Sequence[Competence]:
    """The competences of the tenant, by title."""
    return ctx.scalars(
        ctx.select(Competence).where(Competence.closed_at.is_(None)).order_by(Competence.title).limit(LIMIT)
    ).all()


def create(ctx: Ctx, data: Mapping[str, Any]) -> Competence:
    taken = sa.select(Competence.id).where(
        Competence.tenant_id == ctx.tenant.id, Competence.code == data["code"]
    )
    if ctx.scalar(taken) is not None:
        raise Invalid(fields={"code": [lazy("This code is taken.")]})
    row = ctx.add(
        Competence(
            code=data["code"], title=data["title"].strip(), months=data.get("months"), proof=data["proof"]
        )
    )
    ctx.audit(entries.CompetenceChanged(competence_id=row.id, what="created"))
    return row


def roles(ctx: Ctx) -> Sequence[DutyRole]:
    """The roles of shifts, by title."""
    return ctx.scalars(
        ctx.select(DutyRole).where(DutyRole.closed_at.is_(None)).order_by(DutyRole.title).limit(LIMIT)
    ).all()


def create_role(ctx: Ctx, *, title: str, requires: Sequence[str]) -> DutyRole:
    """A role; every competence it wants must be known."""
    known = {one.code for one in every(ctx)}
    if set(requires) - known:
        raise Invalid(fields={"requires": [lazy("One of these competences is not known.")]})
    if ctx.scalar(
        sa.select(DutyRole.id).where(DutyRole.tenant_id == ctx.tenant.id, DutyRole.title == title.strip())
    ):
        raise Invalid(fields={"title": [lazy("This name is taken.")]})
    row = ctx.add(DutyRole(title=title.strip(), requires=list(requires)))
    ctx.audit(entries.CompetenceChanged(competence_id=row.id, what="role_created"))
    return row


def claim(ctx: Ctx, data: Mapping[str, Any], proof: TakenUpload | None = None) -> Qualification:
    """Tell the union of a qualification; it counts once somebody has looked at the proof."""
    if people.own(ctx) is None or ctx.actor.person_id is None:
        raise NotFound()
    competence = ctx.get(Competence, data["competence_id"])
    if data["issued_on"] > ctx.today:
        raise Invalid(fields={"issued_on": [lazy("This day is still to come.")]})
    if competence.proof and proof is None:
        raise Invalid(fields={"file": [lazy("Add a picture or a scan of the certificate.")]})
    kept = None
    if proof is not None:
        kept = keep_file(
            ctx,
            proof.data,
            name=proof.name,
            media_type=proof.media_type,
            kind=KIND,
            keep=KEPT,
        )
    row = ctx.add(
        Qualification(
            person_id=ctx.actor.person_id,
            competence_id=competence.id,
            file_id=kept.id if kept else None,
            source="proof",
            issued_on=data["issued_on"],
            expires_on=data.get("expires_on") or holds_until(competence, data["issued_on"]),
            state="claimed",
            made_at=ctx.now,
        )
    )
    ctx.seal(row, "detail", {"number": data.get("number", ""), "issuer": data.get("issuer", "")})
    ctx.audit(entries.QualificationChanged(qualification_id=row.id, what="claimed", subject_id=row.person_id))
    return row


def proof(ctx: Ctx, qualification_id: UUID, *, own: bool = False) -> tuple[File, bytes]:
    """The certificate as handed in: one's own, or for whoever checks it; then the look is written down."""
    row = ctx.get(Qualification, qualification_id)
    if row.file_id is None or (own and row.person_id != ctx.actor.person_id):
        raise NotFound()
    if not own:
        ctx.audit(entries.ProofRead(qualification_id=row.id, subject_id=row.person_id))
    return read_file(ctx, row.file_id, kind=KIND)


def drop_proof(ctx: Ctx, row: Qualification) -> None:
    """A picture nobody needs any more goes at once."""
    if row.file_id is not None:
        drop_file(ctx, row.file_id)
        row.file_id = None


def detail(ctx: Ctx, row: Qualification) -> dict[str, str]:
    """Number and issuer as told, for whoever checks the proof beside them."""
    return ctx.open(row, "detail") if row.detail else {}


def holds_until(competence: Competence, issued_on: date) -> date | None:
    """The last day, by the competence's own rule; None when it holds for good."""
    if competence.months is None:
        return None
    months = issued_on.year * 12 + issued_on.month - 1 + competence.months
    year, month = divmod(months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(issued_on.day, last)) - timedelta(days=1)


def decide(ctx: Ctx, qualification_id: UUID, what: str) -> Qualification:
    """Verify or refuse a claim, revoke what was verified; the person is told."""
    row = ctx.get(Qualification, qualification_id)
    steps = {
        "verify": ("claimed", "verified"),
        "refuse": ("claimed", "refused"),
        "revoke": ("verified", "revoked"),
    }
    if what not in steps:
        raise Invalid(fields={"what": [lazy("This step is not known.")]})
    before, after = steps[what]
    if row.state != before:
        raise Conflict()
    if row.person_id == ctx.actor.person_id:
        raise Conflict(lazy("Somebody else has to look at your own proof."), code="volunteers.own_proof")
    row.state, row.decided_at, row.decided_by = after, ctx.now, ctx.actor.person_id
    if what == "refuse":
        drop_proof(ctx, row)
    ctx.audit(entries.QualificationChanged(qualification_id=row.id, what=what, subject_id=row.person_id))
    notify(ctx, row.person_id, policy.NEWS.code, "/volunteers/me")
    return row


def correct(ctx: Ctx, qualification_id: UUID, expires_on: date | None) -> Qualification:
    """The paper says another last day than was typed. Its holder is told, and reminded anew; shifts beyond the new day
    stay theirs until it has come, so that there is time to renew."""
    row = ctx.get(Qualification, qualification_id)
    if row.state != "verified" or row.expires_on == expires_on:
        raise Conflict()
    if expires_on is not None and expires_on < row.issued_on:
        raise Invalid(fields={"expires_on": [lazy("This day is before the first.")]})
    row.expires_on, row.reminded_at, row.lapsed_at = expires_on, None, None
    ctx.audit(
        entries.QualificationChanged(qualification_id=row.id, what="corrected", subject_id=row.person_id)
    )
    notify(ctx, row.person_id, policy.NEWS.code, "/volunteers/me")
    return row


def award(ctx: Ctx, person_id: UUID, competence: Competence, on: date) -> Qualification:
    """What a course ends with: verified at once, renewed when it is held already."""
    row = ctx.add(
        Qualification(
            person_id=person_id,
            competence_id=competence.id,
            source="course",
            issued_on=on,
            expires_on=holds_until(competence, on),
            state="verified",
            decided_at=ctx.now,
            decided_by=ctx.actor.person_id,
            made_at=ctx.now,
        )
    )
    ctx.audit(entries.QualificationChanged(qualification_id=row.id, what="awarded", subject_id=person_id))
    return row


def waiting(ctx: Ctx) -> list[tuple[Qualification, str, Competence]]:
    """Claims that nobody has looked at, oldest first, with names."""
    rows = ctx.scalars(
        ctx.select(Qualification)
        .where(Qualification.state == "claimed")
        .order_by(Qualification.made_at)
        .limit(LIMIT)
    ).all()
    return named(ctx, rows)


def ending(ctx: Ctx, *, within: timedelta = 2 * MONTH) -> list[tuple[Qualification, str, Competence]]:
    """What ends soon, or has ended within the last month, the soonest first."""
    today = ctx.today
    rows = ctx.scalars(
        ctx.select(Qualification)
        .where(
            Qualification.state == "verified",
            Qualification.expires_on >= today - MONTH,
            Qualification.expires_on <= today + within,
        )
        .order_by(Qualification.expires_on)
        .limit(LIMIT)
    ).all()
    return named(ctx, rows)


def named(ctx: Ctx, rows: Sequence[Qualification]) -> list[tuple[Qualification, str, Competence]]:
    """Names and competences beside the rows."""
    names = names_of(ctx, [row.person_id for row in rows])
    known = {one.id: one for one in ctx.scalars(ctx.select(Competence))}
    return [(row, names.get(row.person_id, ""), known[row.competence_id]) for row in rows]


def of_person(ctx: Ctx, person_id: UUID) -> list[tuple[Qualification, str, Competence]]:
    """Everything one person has claimed or holds, newest first."""
    rows = ctx.scalars(
        sa.select(Qualification)
        .where(Qualification.tenant_id == ctx.tenant.id, Qualification.person_id == person_id)
        .order_by(Qualification.issued_on.desc())
    ).all()
    return named(ctx, rows)


def held(ctx: Ctx, ids: Iterable[UUID] | None = None) -> dict[UUID, dict[str, date | None]]:
    """person → code of a competence → last day it holds (None: for good), of verified ones that still hold."""
    statement = (
        sa.select(Qualification.person_id, Competence.code, Qualification.expires_on)
        .join(
            Competence,
            sa.and_(
                Competence.tenant_id == Qualification.tenant_id,
                Competence.id == Qualification.competence_id,
            ),
        )
        .where(
            Qualification.tenant_id == ctx.tenant.id,
            Qualification.state == "verified",
            sa.or_(Qualification.expires_on.is_(None), Qualification.expires_on >= ctx.today),
        )
    )
    if ids is not None:
        statement = statement.where(Qualification.person_id.in_(list(ids)))
    found: dict[UUID, dict[str, date | None]] = defaultdict(dict)
    for person_id, code, until in ctx.db.execute(statement):
        known = found[person_id]
        known[code] = later(known[code], until) if code in known else until
    return found


def later(one: date | None, other: date | None) -> date | None:
    """The later of two last days; None is never."""
    return None if one is None or other is None else max(one, other)


def holds(known: Mapping[str, date | None], requires: Iterable[str], on: date) -> bool:
    """Does somebody hold all of these on that day?"""
    return all(code in known and ((until := known[code]) is None or until >= on) for code in requires)

"""What ends: reminders before, and on the day after the last one the shifts that can no longer be served."""

from datetime import timedelta
from uuid import UUID

from anxin.plugin import Ctx, job, notify
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Qualification
from anxin_volunteers.services import competence, shifts
from anxin_volunteers.services.roster import fill_again

REMIND = timedelta(days=60)
LIMIT = 500


@job("volunteers.expiry", every=timedelta(hours=12))
def expiry(ctx: Ctx) -> None:
    """Remind once, sixty days before; after the last day free the shifts and have them filled again."""
    today = ctx.today
    soon = ctx.scalars(
        ctx.select(Qualification)
        .where(
            Qualification.state == "verified",
            Qualification.expires_on >= today,
            Qualification.expires_on <= today + REMIND,
            Qualification.reminded_at.is_(None),
        )
        .limit(LIMIT)
    ).all()
    for row in soon:
        row.reminded_at = ctx.now
        notify(ctx, row.person_id, policy.EXPIRES.code, "/volunteers/me", key=f"expires:{row.id}")
    over = ctx.scalars(
        ctx.select(Qualification)
        .where(
            Qualification.state == "verified",
            Qualification.expires_on < today,
            Qualification.lapsed_at.is_(None),
        )
        .limit(LIMIT)
    ).all()
    freed: set[str] = set()
    for row in over:
        row.lapsed_at = ctx.now
        ctx.audit(
            entries.QualificationChanged(qualification_id=row.id, what="ended", subject_id=row.person_id)
        )
    ctx.db.flush()
    for person_id in {row.person_id for row in over}:
        freed |= {str(signup.shift_id) for signup in shifts.unable(ctx, person_id)}
    if freed:
        ctx.enqueue(fill_again, shift_ids=sorted(freed))


def decide(ctx: Ctx, qualification_id: UUID, what: str) -> Qualification:
    """competence.decide, and what follows: a revoked one frees the shifts it was needed for at once."""
    row = competence.decide(ctx, qualification_id, what)
    if what == "revoke":
        ctx.db.flush()
        freed = sorted({str(signup.shift_id) for signup in shifts.unable(ctx, row.person_id)})
        if freed:
            ctx.enqueue(fill_again, shift_ids=freed)
    return row

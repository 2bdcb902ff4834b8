"""Publication: the frozen ranking is shown for working days, objections are answered, then it is final."""

from uuid import UUID

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, _
from anxin_competitions.models import Competition, Objection
from anxin_competitions.policy import Answered, CompetitionChanged, Objected, ObjectionRead
from anxin_competitions.rules.workdays import end_of_publicity
from anxin_competitions.services import competitions, ranking


def publish(ctx: Ctx, competition_id: UUID) -> Competition:
    """Show the frozen ranking; the days of publicity run from tomorrow, in Chinese working days."""
    found = competitions.one(ctx, competition_id)
    if found.state != "checking":
        raise Conflict(_("Publication follows on checking."))
    if ranking.newest(ctx, found.id) is None:
        raise Conflict(_("Freeze the ranking first."))
    first = ctx.today
    found.state, found.published_on = "publicity", first
    found.publicity_until = end_of_publicity(
        first, found.publicity_days, ctx.settings["holidays"], ctx.settings["worked_days"]
    )
    ctx.audit(CompetitionChanged(competition_id=found.id, what="published"))
    return found


def object_to(ctx: Ctx, competition_id: UUID, text: str) -> Objection:
    """Anybody of the organisation, until the last day of publicity."""
    found = competitions.one(ctx, competition_id)
    if found.state != "publicity" or found.publicity_until is None or ctx.today > found.publicity_until:
        raise Conflict(_("The days for objections are over or have not begun."))
    if ctx.actor.person_id is None:
        raise NotFound()
    made = Objection(
        tenant_id=ctx.tenant.id, competition_id=found.id, person_id=ctx.actor.person_id, made_at=ctx.now
    )
    ctx.seal(made, "sealed_text", text.strip())
    ctx.add(made)
    ctx.audit(Objected(objection_id=made.id, subject_id=made.person_id))
    return made


def answer(ctx: Ctx, objection_id: UUID, *, upheld: bool, text: str) -> Objection:
    """With reasons. An upheld one is followed by a corrected result and a new version of the ranking."""
    found = ctx.get(Objection, objection_id)
    if found.state != "open":
        raise Conflict(_("This objection has been answered."))
    if not text.strip():
        raise Invalid(fields={"text": [_("Give the reasons.")]})
    found.state, found.answered_at = ("upheld" if upheld else "dismissed"), ctx.now
    ctx.seal(found, "sealed_answer", text.strip())
    if upheld:
        competition = competitions.one(ctx, found.competition_id)
        competition.state = "checking"  # results can be corrected, then frozen and published anew
        ctx.audit(CompetitionChanged(competition_id=competition.id, what="reopened"))
    ctx.audit(Answered(objection_id=found.id, state=found.state, subject_id=found.person_id))
    return found


def read(ctx: Ctx, objection_id: UUID) -> tuple[Objection, str, str]:
    """An objection with its text and answer, for those who manage; the look is written down."""
    found = ctx.get(Objection, objection_id)
    ctx.audit(ObjectionRead(objection_id=found.id, subject_id=found.person_id))
    reply = ctx.open(found, "sealed_answer") if found.sealed_answer else ""
    return found, ctx.open(found, "sealed_text"), reply


def objections(ctx: Ctx, competition_id: UUID, *, everybody: bool) -> list[Objection]:
    """All for those who manage; one's own otherwise."""
    statement = (
        ctx.select(Objection).where(Objection.competition_id == competition_id).order_by(Objection.made_at)
    )
    if not everybody:
        statement = statement.where(Objection.person_id == ctx.actor.person_id)
    return list(ctx.scalars(statement))


def conclude(ctx: Ctx, competition_id: UUID) -> Competition:
    """Final: when the days are over and no objection is open."""
    found = competitions.one(ctx, competition_id)
    if found.state != "publicity" or found.publicity_until is None:
        raise Conflict(_("Publish the ranking first."))
    if ctx.today <= found.publicity_until:
        raise Conflict(_("The days of publicity are not over."))
    if any(one.state == "open" for one in objections(ctx, found.id, everybody=True)):
        raise Conflict(_("An objection waits for its answer."))
    found.state = "final"
    ctx.audit(CompetitionChanged(competition_id=found.id, what="final"))
    return found

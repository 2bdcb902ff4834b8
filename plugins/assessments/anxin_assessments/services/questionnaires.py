"""Own questionnaires: write, publish in versions, answer, close, count. Only these functions write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, TakenUpload, disclosure, job, lazy, new_id
from anxin_assessments import policy, words
from anxin_assessments.exchange import fhir, form, sheet, table
from anxin_assessments.exchange.form import Form, Question, Reading
from anxin_assessments.questionnaire_models import Questionnaire, QuestionnaireVersion, Reply, ReplyTally

HOUSE_TIME = ZoneInfo("Asia/Shanghai")
MOST_SHOWN = 100


@dataclass(frozen=True)
class Sitting:
    """A person's reply with its form and plain answers."""

    reply: Reply
    form: Form
    answers: dict[str, Any]

    @property
    def asked(self) -> list[Question]:
        """The questions this person is asked, words and sections left out."""
        return [one for one in self.form.asked(self.answers) if one.asks]

    def next_after(self, code: str | None) -> Question | None:
        codes = [one.code for one in self.asked]
        place = codes.index(code) + 1 if code in codes else 0
        return self.asked[place] if place < len(codes) else None


def all_of(ctx: Ctx) -> Sequence[Questionnaire]:
    rows = ctx.select(Questionnaire).order_by(Questionnaire.made_at.desc()).limit(MOST_SHOWN)
    return ctx.scalars(rows).all()


def form_of(row: Questionnaire) -> Form:
    return form.from_json(row.form)


def create(ctx: Ctx, title: str, content: Form | None = None) -> Questionnaire:
    """A draft, empty or with an imported form."""
    held = replace(content, title=title.strip()) if content else Form(title.strip())
    row = ctx.add(
        Questionnaire(title=held.title, form=held.as_json(), state="draft", version=0, made_at=ctx.now)
    )
    ctx.audit(policy.QuestionnaireChanged(questionnaire_id=row.id))
    return row


def read(upload: TakenUpload) -> Reading:
    """An uploaded table or FHIR form. Invalid when it is neither."""
    title = upload.name.rpartition(".")[0]
    try:
        if upload.data.lstrip()[:1] == b"{":
            found = fhir.read(upload.data)
            return replace(found, form=replace(found.form, title=found.form.title or title))
        return sheet.read(upload.data, title)
    except (fhir.NotFhirError, table.UnreadableTableError) as error:
        raise Invalid(fields={"file": [words.UNREADABLE[error.code]]}) from None


def save(ctx: Ctx, questionnaire_id: UUID, content: Form) -> Questionnaire:
    """Replace the draft's form. Conflict while people answer it."""
    row = _draft(ctx, questionnaire_id)
    row.form, row.title = content.as_json(), content.title or row.title
    ctx.audit(policy.QuestionnaireChanged(questionnaire_id=row.id))
    return row


def _draft(ctx: Ctx, questionnaire_id: UUID) -> Questionnaire:
    row = ctx.get(Questionnaire, questionnaire_id)
    if row.state != "draft":
        raise Conflict(lazy("Only a draft can be changed."), code="assessments.not_draft")
    return row


def put(ctx: Ctx, questionnaire_id: UUID, question: Question, before: str | None = None) -> Questionnaire:
    """Add a question at the end, or replace the one with this code where it stands."""
    content = form_of(_draft(ctx, questionnaire_id))
    codes = [one.code for one in content.questions]
    if before in codes:
        questions = tuple(
            replace(question, code=one.code) if one.code == before else one for one in content.questions
        )
    else:
        number = next(n for n in range(1, len(codes) + 2) if f"q{n}" not in codes)
        questions = (*content.questions, replace(question, code=f"q{number}"))
    return save(ctx, questionnaire_id, replace(content, questions=questions))


def move(ctx: Ctx, questionnaire_id: UUID, code: str, by: int) -> Questionnaire:
    """Move a question up (-1) or down (1), or take it out (0)."""
    content = form_of(_draft(ctx, questionnaire_id))
    questions = list(content.questions)
    place = next((n for n, one in enumerate(questions) if one.code == code), None)
    if place is None:
        raise NotFound()
    question = questions.pop(place)
    if by:
        questions.insert(max(0, place + by), question)
    return save(ctx, questionnaire_id, replace(content, questions=tuple(questions)))


def publish(ctx: Ctx, questionnaire_id: UUID, closes_on: date) -> Questionnaire:
    """Freeze the form as the next version and open it until the end of that day."""
    row = _draft(ctx, questionnaire_id)
    if form.problems(form_of(row)):
        raise Invalid(
            lazy("Some questions are not ready yet; the page says which."), code="assessments.not_ready"
        )
    ends = datetime(closes_on.year, closes_on.month, closes_on.day, tzinfo=HOUSE_TIME) + timedelta(days=1)
    if ends <= ctx.now:
        raise Invalid(fields={"closes_on": [lazy("The last day is over already.")]})
    row.version, row.state, row.closes_at, row.closed_at = row.version + 1, "open", ends, None
    ctx.add(QuestionnaireVersion(questionnaire_id=row.id, number=row.version, form=row.form, made_at=ctx.now))
    ctx.audit(policy.QuestionnairePublished(questionnaire_id=row.id, version=row.version))
    return row


def close(ctx: Ctx, questionnaire_id: UUID) -> Questionnaire:
    row = ctx.get(Questionnaire, questionnaire_id)
    if row.state != "open":
        raise Conflict(lazy("Only an open questionnaire can be closed."), code="assessments.not_open")
    row.state, row.closed_at = "closed", ctx.now
    ctx.audit(policy.QuestionnaireClosed(questionnaire_id=row.id))
    return row


def revise(ctx: Ctx, questionnaire_id: UUID) -> Questionnaire:
    """Edit a closed questionnaire again: what was answered keeps its version."""
    row = ctx.get(Questionnaire, questionnaire_id)
    if row.state != "closed":
        raise Conflict(lazy("Close it first."), code="assessments.not_closed")
    row.state = "draft"
    ctx.audit(policy.QuestionnaireChanged(questionnaire_id=row.id))
    return row


def running(row: Questionnaire, now: datetime) -> bool:
    return row.state == "open" and row.closes_at is not None and row.closes_at > now


def waiting(ctx: Ctx) -> list[Questionnaire]:
    """Open questionnaires that this person has not answered."""
    done = (
        sa.select(QuestionnaireVersion.questionnaire_id)
        .join(
            Reply,
            sa.and_(
                Reply.tenant_id == QuestionnaireVersion.tenant_id, Reply.version_id == QuestionnaireVersion.id
            ),
        )
        .where(
            Reply.tenant_id == ctx.tenant.id,
            Reply.person_id == ctx.actor.person_id,
            Reply.state == "submitted",
            QuestionnaireVersion.number == Questionnaire.version,
        )
    )
    rows = ctx.select(Questionnaire).where(
        Questionnaire.state == "open", Questionnaire.closes_at > ctx.now, Questionnaire.id.not_in(done)
    )
    return list(ctx.scalars(rows.order_by(Questionnaire.closes_at).limit(20)))


def current(ctx: Ctx, row: Questionnaire) -> QuestionnaireVersion:
    found = ctx.scalars(
        ctx.select(QuestionnaireVersion).where(
            QuestionnaireVersion.questionnaire_id == row.id, QuestionnaireVersion.number == row.version
        )
    ).first()
    if found is None:
        raise NotFound()
    return found


def sit(ctx: Ctx, questionnaire_id: UUID) -> Sitting:
    """The person's own reply, begun or to go on with. NotFound unless it is open; Conflict when answered."""
    row = ctx.get(Questionnaire, questionnaire_id)
    if not running(row, ctx.now):
        raise NotFound()
    version = current(ctx, row)
    reply = _mine(ctx, version)
    if reply.state == "submitted":
        raise Conflict(lazy("You have answered this one already."), code="assessments.answered")
    return Sitting(reply, form.from_json(version.form), ctx.open(reply, "answers"))


def _mine(ctx: Ctx, version: QuestionnaireVersion) -> Reply:
    person_id = ctx.actor.person_id
    if person_id is None:
        raise NotFound()
    mine = ctx.select(Reply).where(Reply.version_id == version.id, Reply.person_id == person_id)
    if (found := ctx.scalars(mine).first()) is not None:
        return found
    reply_id = new_id()
    ctx.execute(
        insert(Reply)
        .values(
            tenant_id=ctx.tenant.id,
            id=reply_id,
            version_id=version.id,
            person_id=person_id,
            answers=ctx.sealed(Reply, "answers", reply_id, person_id, {}),
            state="open",
            made_at=ctx.now,
        )
        .on_conflict_do_nothing()
    )
    ctx.unaudited("a reply was opened; its submission is audited")
    return ctx.scalars(mine).one()


def answer(ctx: Ctx, questionnaire_id: UUID, code: str, value: Any) -> Sitting:
    """Keep one answer. Invalid when it does not fit its question."""
    sitting = sit(ctx, questionnaire_id)
    question = next((one for one in sitting.asked if one.code == code), None)
    if question is None:
        raise NotFound()
    _insist(question, value)
    answers = {**sitting.answers, code: value}
    ctx.seal(sitting.reply, "answers", answers)
    ctx.unaudited("an answer kept on the way; the submission is audited")
    return Sitting(sitting.reply, sitting.form, answers)


def _insist(question: Question, value: Any) -> None:
    if form.answer_problem(question, value):
        raise Invalid(fields={question.code: [lazy("Please give an answer that fits this question.")]})


def submit(ctx: Ctx, questionnaire_id: UUID, answers: Mapping[str, Any] | None = None) -> Reply:
    """Hand the reply in; a job counts it without the person. With `answers` all at once, for programs."""
    sitting = sit(ctx, questionnaire_id)
    held = dict(answers) if answers is not None else sitting.answers
    asked = [one for one in sitting.form.asked(held) if one.asks]
    for question in asked:
        _insist(question, held.get(question.code))
    kept = {one.code: held[one.code] for one in asked if held.get(one.code) not in (None, "", [])}
    reply = sitting.reply
    ctx.seal(reply, "answers", kept)
    reply.state, reply.made_at = "submitted", ctx.now
    ctx.audit(policy.ReplySubmitted(reply_id=reply.id, subject_id=reply.person_id))
    ctx.enqueue(count_reply, reply_id=reply.id)
    return reply


@job("assessments.count_reply")
def count_reply(ctx: Ctx, *, reply_id: str) -> None:
    """One tally for each answer, without the person. A reply erased meanwhile is not counted."""
    reply = ctx.scalars(ctx.select(Reply).where(Reply.id == UUID(reply_id))).first()
    if reply is None:
        return
    for code, value in ctx.open(reply, "answers").items():
        for one in value if isinstance(value, list) else [value]:
            ctx.add(ReplyTally(version_id=reply.version_id, question=code, answer=str(one)))


@dataclass(frozen=True)
class Counted:
    """What may be shown of one question: classes with shares, or texts where enough people wrote one."""

    question: Question
    bins: list[tuple[str, Any]]
    texts: list[str]


def figures(ctx: Ctx, row: Questionnaire) -> tuple[disclosure.Cell[int], list[Counted]]:
    """(replies, at least, in steps; questions) of the newest version, once it is over. Through disclosure control."""
    version = current(ctx, row)
    over = not running(row, ctx.now)
    with ctx.figures() as session:
        replies = session.scalar(
            sa.select(sa.func.count())
            .select_from(Reply)
            .where(
                Reply.tenant_id == ctx.tenant.id, Reply.version_id == version.id, Reply.state == "submitted"
            )
        )
        tallies = session.execute(
            sa.select(ReplyTally.question, ReplyTally.answer, sa.func.count())
            .where(ReplyTally.tenant_id == ctx.tenant.id, ReplyTally.version_id == version.id)
            .group_by(ReplyTally.question, ReplyTally.answer)
        ).all()
    ctx.audit(policy.QuestionnaireFiguresRead(questionnaire_id=row.id))
    thresholds = disclosure.Thresholds.for_tenant(
        count=ctx.settings["least_group"], share=ctx.settings["least_class"]
    )
    progress = disclosure.in_steps(replies or 0, thresholds.count)
    if not over:
        return progress, []
    counts: dict[str, dict[str, int]] = {}
    for question, answer_given, people in tallies:
        counts.setdefault(question, {})[answer_given] = people
    content = form.from_json(version.form)
    shown = [
        _counted(one, counts.get(one.code, {}), replies or 0, thresholds)
        for one in content.questions
        if one.asks
    ]
    return progress, shown


def _counted(
    question: Question, counts: Mapping[str, int], replies: int, thresholds: disclosure.Thresholds
) -> Counted:
    if question.kind in ("text", "date", "number"):
        enough = sum(counts.values()) >= thresholds.share
        return Counted(question, [], sorted(counts) if enough else [])
    if question.kind == "scale":
        labels = {str(value): str(value) for value in range(question.low or 0, (question.high or 0) + 1)}
    else:
        labels = {option.code: option.text for option in question.options}
    if question.kind == "multiple":
        pairs = [(labels[code], _share(counts.get(code, 0), replies, thresholds)) for code in labels]
        return Counted(question, pairs, [])
    return Counted(question, _classes(labels, counts, thresholds), [])


def _share(people: int, of: int, thresholds: disclosure.Thresholds) -> Any:
    """A yes-or-no share: shown when both sides are large enough."""
    found = disclosure.suppress_distribution({"no": of - people, "yes": people}, thresholds.share)
    return next((one.share for one in found if one.bands == ("yes",)), found[0].share.hide())


def _classes(
    labels: Mapping[str, str], counts: Mapping[str, int], thresholds: disclosure.Thresholds
) -> list[tuple[str, Any]]:
    """Options with their shares; small ones are shown together with their neighbours."""
    ordered = {code: counts.get(code, 0) for code in labels}
    found = disclosure.suppress_distribution(ordered, thresholds.share)
    return [(" / ".join(labels[code] for code in one.bands), one.share) for one in found]

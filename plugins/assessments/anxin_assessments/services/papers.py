"""Answers on paper: keyed by one person, keyed again by another, looked up on the paper where the two differ.

Only what both keyed alike, or somebody settled with the paper in hand, is scored. A risk answer does not wait for
that: it is told on with the first keying.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Person, consent_on_paper, lazy
from anxin_assessments import policy, scoring
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Campaign, Part, Sheet, invitation_of
from anxin_assessments.paper_models import Paper, PaperRun
from anxin_assessments.services import alarms, catalogue, sheets, windows
from anxin_assessments.services.rounds import Answers, Round, blank, given, insist_fitting

BLOCK = 10  # answers in one field: ten digits are one look at the paper
NO_ANSWER = "-"
LISTED = 200
SAME_KEYER: Any = lazy("You keyed this form yourself. Somebody else has to key it again.")


@dataclass(frozen=True)
class Block:
    """One field of the keying form: several answers of one digit each, or one answer."""

    name: str
    places: tuple[int, ...]

    @property
    def digits(self) -> bool:
        return len(self.places) > 1


@dataclass(frozen=True)
class Difference:
    """One question two people read differently."""

    place: int
    instrument: Instrument
    item: int
    first: scoring.Answer | None
    second: scoring.Answer | None


def round_of(ctx: Ctx, campaign: Campaign) -> Round:
    instruments = [catalogue.instrument(ctx, key) for key in campaign.instruments]
    return Round(instruments, blank(instruments))


def blocks(found: Round) -> list[Block]:
    """The fields of the keying form: up to ten questions of one instrument that take one digit stand together."""
    made: list[Block] = []
    run: list[int] = []
    for place, asked in enumerate(found.questions, 1):
        values = asked.instrument.values_of(asked.item)
        fits = asked.item not in asked.instrument.free and all(0 <= value <= 9 for value in values)
        if run and (not fits or asked.item == 1 or len(run) == BLOCK):
            made.append(_block(run))
            run = []
        if fits:
            run.append(place)
        else:
            made.append(_block([place]))
    return [*made, *([_block(run)] if run else [])]


def _block(places: Sequence[int]) -> Block:
    return Block(f"b{places[0]}", tuple(places))


def read(found: Round, typed: Sequence[str]) -> Answers:
    """The answers of what was typed, field by field; Invalid names the field and the question that does not fit."""
    answers = blank(found.instruments)
    wrong: dict[str, list[Any]] = {}
    for block, said in zip_longest(blocks(found), typed, fillvalue=""):
        if isinstance(block, str):
            raise Invalid(fields={"typed": [lazy("More fields than the form has.")]})
        text = "".join(said.split())
        raws = list(text) if block.digits else [text or NO_ANSWER]
        if len(raws) != len(block.places):
            wrong[block.name] = [
                lazy(
                    "%(wanted)d answers belong here, %(typed)d were typed.",
                    wanted=len(block.places),
                    typed=len(raws),
                )
            ]
            continue
        for place, raw in zip(block.places, raws, strict=True):
            asked = found.questions[place - 1]
            try:
                value = None if raw == NO_ANSWER else scoring.read_answer(asked.instrument, asked.item, raw)
            except scoring.AnswerError:
                wrong.setdefault(block.name, []).append(
                    lazy("Question %(number)d does not offer “%(typed)s”.", number=place, typed=raw)
                )
            else:
                answers[asked.instrument.key][asked.item - 1] = value
    if wrong:
        raise Invalid(fields=wrong)
    return answers


def checked(found: Round, lists: Mapping[str, Sequence[Any]]) -> Answers:
    """Answers by the id of the instrument, as a program sends them; Invalid when they do not fit."""
    answers = blank(found.instruments)
    for instrument in found.instruments:
        values = list(lists.get(instrument.id, ()))
        insist_fitting(instrument, values)
        answers[instrument.key] = values
    return answers


# ---- the forms -------------------------------------------------------------------------------------------


def insist_on_paper(ctx: Ctx, campaign_id: UUID) -> Campaign:
    """A running campaign whose answers have a person; Conflict otherwise."""
    campaign = ctx.get(Campaign, campaign_id)
    if campaign.mode == "anonymous":
        raise Conflict(
            lazy(
                "A numbered form has a person: an anonymous campaign has sheets with a slip on them instead."
            ),
            code="assessments.no_paper",
        )
    if not windows.running(campaign, ctx.now):
        raise Conflict(lazy("This campaign is not open at the moment."), code="assessments.not_open")
    return campaign


def number_forms(ctx: Ctx, campaign_id: UUID, count: int) -> PaperRun:
    """The next numbers for forms that are being printed."""
    ctx.lock(f"assessments.paper.{campaign_id}")
    last = _printed(ctx, campaign_id)
    run = ctx.add(PaperRun(campaign_id=campaign_id, first=last + 1, count=count, made_at=ctx.now))
    ctx.audit(policy.FormsPrinted(campaign_id=campaign_id, forms=count))
    return run


def _printed(ctx: Ctx, campaign_id: UUID) -> int:
    return (
        ctx.scalar(
            sa.select(sa.func.max(PaperRun.first + PaperRun.count - 1)).where(
                PaperRun.tenant_id == ctx.tenant.id, PaperRun.campaign_id == campaign_id
            )
        )
        or 0
    )


# ---- keying ----------------------------------------------------------------------------------------------


def of_campaign(ctx: Ctx, campaign_id: UUID) -> Sequence[Paper]:
    """The forms that were keyed, newest first, for those who key."""
    ctx.get(Campaign, campaign_id)
    return ctx.scalars(
        sa.select(Paper)
        .where(Paper.tenant_id == ctx.tenant.id, Paper.campaign_id == campaign_id)
        .order_by(Paper.first_at.desc(), Paper.id.desc())
        .limit(LISTED)
    ).all()


def one(ctx: Ctx, paper_id: UUID) -> Paper:
    """A form that was keyed; those who key see all forms, since paper does not know who works with whom."""
    found = ctx.scalars(
        sa.select(Paper).where(Paper.tenant_id == ctx.tenant.id, Paper.id == paper_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def key(ctx: Ctx, campaign_id: UUID, *, form: int, number: str, signed: bool, answers: Answers) -> Paper:
    """Key a form: the first time, or the second time by somebody else. What the first typed is shown to nobody."""
    campaign = insist_on_paper(ctx, campaign_id)
    ctx.lock(f"assessments.paper.{campaign.id}")
    if not 1 <= form <= _printed(ctx, campaign.id):
        raise Invalid(fields={"form": [lazy("No form of this number was printed for this campaign.")]})
    person_id = _person(ctx, campaign, number)
    found = ctx.scalars(
        sa.select(Paper).where(
            Paper.tenant_id == ctx.tenant.id, Paper.campaign_id == campaign.id, Paper.number == form
        )
    ).one_or_none()
    if found is None:
        if not signed:
            raise Invalid(fields={"signed": [lazy("Without a signature on the paper nothing is keyed.")]})
        return _first(ctx, campaign, form, person_id, answers)
    return _second(ctx, campaign, found, person_id, answers)


def _person(ctx: Ctx, campaign: Campaign, number: str) -> UUID:
    model = invitation_of(campaign)
    found = ctx.scalar(
        sa.select(Person.id)
        .join(model, sa.and_(model.tenant_id == Person.tenant_id, model.person_id == Person.id))
        .where(
            Person.tenant_id == ctx.tenant.id,
            Person.number == number.strip(),
            Person.state == "active",
            model.campaign_id == campaign.id,
        )
    )
    if found is None:
        raise Invalid(fields={"number": [lazy("Nobody with this number was invited to this campaign.")]})
    return found


def _first(ctx: Ctx, campaign: Campaign, form: int, person_id: UUID, answers: Answers) -> Paper:
    _insist_on_unanswered(ctx, campaign, person_id)
    consent_on_paper(ctx, person_id, policy.SHARE if campaign.mode == "confidential" else policy.SELF)
    paper = Paper(
        campaign_id=campaign.id,
        number=form,
        person_id=person_id,
        state="once",
        first_by=ctx.actor.person_id,
        first_at=ctx.now,
    )
    ctx.seal(paper, "first", answers)
    ctx.add(paper)
    ctx.audit(policy.PaperKeyed(paper_id=paper.id, subject_id=person_id))
    _tell_of_risks(ctx, campaign, person_id, answers)
    return paper


def _insist_on_unanswered(ctx: Ctx, campaign: Campaign, person_id: UUID) -> None:
    spoken = ctx.scalar(
        sa.select(Part.id).where(
            Part.tenant_id == ctx.tenant.id, Part.campaign_id == campaign.id, Part.person_id == person_id
        )
    )
    other_form = ctx.scalar(
        sa.select(Paper.id).where(
            Paper.tenant_id == ctx.tenant.id, Paper.campaign_id == campaign.id, Paper.person_id == person_id
        )
    )
    if spoken or other_form:
        raise Conflict(lazy("This person has answered or declined already."), code="assessments.answered")


def _tell_of_risks(ctx: Ctx, campaign: Campaign, person_id: UUID, answers: Answers) -> None:
    """Open the sheets the answers will go to, and tell on each risk answer now."""
    for instrument in round_of(ctx, campaign).instruments:
        sheet = _sheet(ctx, campaign, person_id, instrument)
        for item, value in enumerate(answers[instrument.key], 1):
            if risk := scoring.risk_of_answer(instrument, item, value):
                alarms.risk_answered(ctx, sheet, instrument, risk)


def _sheet(ctx: Ctx, campaign: Campaign, person_id: UUID, instrument: Instrument) -> Sheet:
    """The person's sheet in this campaign: what was begun on a screen gives way to the paper."""
    statement = sa.select(Sheet).where(
        Sheet.tenant_id == ctx.tenant.id,
        Sheet.campaign_id == campaign.id,
        Sheet.person_id == person_id,
        Sheet.instrument == instrument.key,
    )
    found = ctx.scalars(statement).one_or_none()
    if found is None:
        sheets.make(ctx, person_id, instrument, campaign, "paper")
        found = ctx.scalars(statement).one()
    if found.state == "open":
        found.way = "paper"
    return found


def _second(ctx: Ctx, campaign: Campaign, paper: Paper, person_id: UUID, answers: Answers) -> Paper:
    if paper.state != "once":
        raise Conflict(lazy("This form has been keyed twice already."), code="assessments.keyed_twice")
    if paper.first_by == ctx.actor.person_id:
        raise Conflict(SAME_KEYER, code="assessments.same_keyer")
    if paper.person_id != person_id:
        raise Invalid(
            fields={
                "number": [
                    lazy(
                        "The first keying has another number. If that one is wrong, discard it and begin again."
                    )
                ]
            }
        )
    ctx.seal(paper, "second", answers)
    paper.second_by, paper.second_at = ctx.actor.person_id, ctx.now
    ctx.audit(policy.PaperKeyed(paper_id=paper.id, subject_id=paper.person_id))
    _tell_of_risks(ctx, campaign, person_id, answers)
    found = differences(ctx, paper)
    paper.differences = len(found)
    if found:
        paper.state = "differs"
    else:
        _score(ctx, campaign, paper, answers)
    return paper


def differences(ctx: Ctx, paper: Paper) -> list[Difference]:
    """The questions two people read differently. The look is audited."""
    found = round_of(ctx, ctx.get(Campaign, paper.campaign_id))
    first, second = ctx.open(paper, "first"), ctx.open(paper, "second")
    ctx.audit(policy.PaperCompared(paper_id=paper.id, subject_id=paper.person_id))
    return compared(found, first, second)


def compared(found: Round, first: Answers, second: Answers) -> list[Difference]:
    """The questions of a round two keyings differ in."""
    return [
        Difference(place, asked.instrument, asked.item, given(first, asked), given(second, asked))
        for place, asked in enumerate(found.questions, 1)
        if given(first, asked) != given(second, asked)
    ]


def settle(ctx: Ctx, paper_id: UUID, typed: Sequence[str]) -> Paper:
    """What the paper says, for each difference in its order ("-" for no answer). Then it is scored."""
    ctx.lock(f"assessments.paper.{paper_id}")
    paper = one(ctx, paper_id)
    if paper.state != "differs":
        raise Conflict(lazy("There is nothing to settle on this form."), code="assessments.settled")
    campaign = insist_on_paper(ctx, paper.campaign_id)
    answers: Answers = ctx.open(paper, "first")
    settle_into(answers, differences(ctx, paper), typed)
    _tell_of_risks(ctx, campaign, paper.person_id, answers)
    _score(ctx, campaign, paper, answers)
    return paper


def settle_into(answers: Answers, found: Sequence[Difference], typed: Sequence[str]) -> None:
    """Put what the paper says into a keying, for each difference in its order; Invalid names what does not fit."""
    wrong: dict[str, list[Any]] = {}
    for found_one, said in zip(found, [*typed, *[""] * len(found)], strict=False):
        raw = said.strip()
        try:
            value = (
                None if raw == NO_ANSWER else scoring.read_answer(found_one.instrument, found_one.item, raw)
            )
        except scoring.AnswerError:
            wrong[f"p{found_one.place}"] = [lazy("Type what the paper says, or - where nothing is marked.")]
        else:
            answers[found_one.instrument.key][found_one.item - 1] = value
    if wrong:
        raise Invalid(fields=wrong)


def _score(ctx: Ctx, campaign: Campaign, paper: Paper, answers: Answers) -> None:
    for instrument in round_of(ctx, campaign).instruments:
        sheet = _sheet(ctx, campaign, paper.person_id, instrument)
        if sheet.state == "submitted":
            raise Conflict(lazy("This person has answered or declined already."), code="assessments.answered")
        sheets.close(ctx, sheet, answers[instrument.key])
    paper.first = paper.second = None
    paper.state, paper.settled_by, paper.settled_at = "settled", ctx.actor.person_id, ctx.now
    ctx.audit(policy.PaperSettled(paper_id=paper.id, subject_id=paper.person_id))


def discard(ctx: Ctx, paper_id: UUID) -> UUID:
    """Forget what was keyed of a form that is not settled, to begin again. Who was told of a risk stays told.
    Returns its campaign."""
    paper = one(ctx, paper_id)
    if paper.state == "settled":
        raise Conflict(lazy("This form is settled."), code="assessments.settled")
    ctx.execute(
        sa.delete(Sheet).where(
            Sheet.tenant_id == ctx.tenant.id,
            Sheet.campaign_id == paper.campaign_id,
            Sheet.person_id == paper.person_id,
            Sheet.way == "paper",
            Sheet.state == "open",
        )
    )
    campaign_id = paper.campaign_id
    ctx.execute(sa.delete(Paper).where(Paper.tenant_id == ctx.tenant.id, Paper.id == paper.id))
    ctx.audit(policy.PaperDiscarded(paper_id=paper_id, subject_id=paper.person_id))
    return campaign_id

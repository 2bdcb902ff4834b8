"""Pages for everybody: what is on, entering, one's own entries and certificates, results, objections, the verifier."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import PUBLIC, Ctx, Invalid, guard, page
from anxin_competitions import views, words
from anxin_competitions.blueprint import bp, to
from anxin_competitions.models import SIZES, Competition
from anxin_competitions.policy import ENTER, MANAGE, TAKE_PART
from anxin_competitions.presets import PRESETS
from anxin_competitions.schemas import ContestEntryInput, ContestTextInput
from anxin_competitions.services import (
    awards,
    budget,
    competitions,
    entries,
    papers,
    press,
    publicity,
    ranking,
    starting,
    works,
)

PDF = "application/pdf"


@bp.get("/")
@guard(ENTER)
def index(ctx: Ctx) -> AnyResponse:
    return page(
        "competitions/index.html",
        competitions=competitions.listed(ctx),
        words=words,
        presets=PRESETS,
        awards=awards.mine(ctx),
    )


@bp.get("/<uuid:competition>")
@guard(ENTER)
def show(ctx: Ctx, competition: UUID) -> AnyResponse:
    return _show(ctx, competition)


def _show(ctx: Ctx, competition: UUID, errors: Any = None) -> AnyResponse:
    found = competitions.one(ctx, competition)
    frozen = ranking.newest(ctx, found.id) if found.state in {"publicity", "final"} else None
    return page(
        "competitions/show.html",
        competition=found,
        words=words,
        categories=competitions.categories(ctx, found.id),
        counts=entries.counts(ctx, found.id),
        may_enter=found.state == "open" and found.enter_from <= ctx.today <= found.enter_until,
        ranked=views.ranked(ctx, found, ranking.opened(frozen)) if frozen else None,
        version=frozen.version if frozen else 0,
        digest=frozen.digest if frozen else "",
        reason=frozen.reason if frozen else "",
        objections=_told(ctx, found) if frozen else [],
        photos=press.public(ctx, found.id) if found.press_at else [],
        errors=errors or {},
    )


def _told(ctx: Ctx, found: Competition) -> list[dict[str, Any]]:
    return [
        {
            "text": ctx.open(one, "sealed_text"),
            "answer": ctx.open(one, "sealed_answer") if one.sealed_answer else "",
            "state": words.OBJECTIONS[one.state],
        }
        for one in publicity.objections(ctx, found.id, everybody=False)
    ]


@bp.get("/<uuid:competition>/<uuid:category>")
@guard(ENTER)
def start_list(ctx: Ctx, competition: UUID, category: UUID) -> AnyResponse:
    """Who starts where: heats and lanes, or the list of entries."""
    found = competitions.one(ctx, competition)
    of = competitions.category(ctx, competition, category)
    heats = [(heat, views.entries(ctx, lanes)) for heat, lanes in starting.start_list(ctx, of)]
    return page(
        "competitions/start_list.html",
        competition=found,
        category=of,
        heats=heats,
        entries=views.entries(ctx, entries.of_category(ctx, of.id, states=("accepted",))),
    )


@bp.get("/<uuid:competition>/<uuid:category>/enter")
@guard(ENTER, purpose=TAKE_PART)
def enter_form(ctx: Ctx, competition: UUID, category: UUID) -> AnyResponse:
    return _enter(ctx, competition, category, {}, {})


def _enter(ctx: Ctx, competition: UUID, category: UUID, values: Any, errors: Any) -> AnyResponse:
    found = competitions.one(ctx, competition)
    of = competitions.category(ctx, competition, category)
    team = competitions.team_rules(found, of)
    return page(
        "competitions/enter.html",
        competition=found,
        category=of,
        team=team,
        mates=entries.mates(ctx) if team.at_most > 1 else [],
        values=values,
        errors=errors,
    )


def _enter_again(ctx: Ctx, error: Invalid, competition: UUID, category: UUID) -> AnyResponse:
    values = {**request.form.to_dict(), "members": request.form.getlist("members")}
    return _enter(ctx, competition, category, values, error.fields)


@bp.post("/<uuid:competition>/<uuid:category>/enter")
@guard(ENTER, purpose=TAKE_PART, input=ContestEntryInput, invalid=_enter_again)
def enter(ctx: Ctx, data: dict[str, Any], competition: UUID, category: UUID) -> AnyResponse:
    """With the work's file, where one is chosen."""
    sent = request.files.get("file")
    taken = works.WORK.take(request) if sent and sent.filename else None
    made = entries.enter(ctx, competition, category, **data)
    ctx.db.flush()
    if taken is not None:
        works.hand_in(ctx, made.id, taken)
    return to("mine")


@bp.get("/mine")
@guard(ENTER)
def mine(ctx: Ctx) -> AnyResponse:
    """One's own entries, with the reason where one was not accepted, and one's awards."""
    quizzes = {entry.id for entry, _category, _competition, _paper in papers.mine(ctx)}
    rows = [
        {
            "entry": entry,
            "own": entry.person_id == ctx.actor.person_id,
            "quiz": entry.id in quizzes
            and competition.state in {"running", "checking", "publicity", "final"},
            "category": category.title,
            "competition": competition,
            "state": words.ENTRY_STATES[entry.state],
            "tone": words.ENTRY_TONES.get(entry.state),
            "reason": ctx.open(entry, "sealed_reason")
            if entry.sealed_reason and entry.person_id == ctx.actor.person_id
            else "",
            "may_withdraw": competition.state == "open"
            and entry.state in entries.LIVE
            and entry.person_id == ctx.actor.person_id,
        }
        for entry, category, competition in entries.mine(ctx)
    ]
    sized = {one["competition"].id: one["competition"] for one in rows if one["entry"].state in entries.LIVE}
    return page(
        "competitions/mine.html",
        rows=rows,
        awards=awards.mine(ctx),
        sizes=[
            (one, kit.size if (kit := budget.own_size(ctx, one.id)) else "")
            for one in sized.values()
            if one.preset == "sports" and one.state in {"open", "running"}
        ],
        every_size=[(size, size) for size in SIZES],
        pictures=press.asked(ctx),
    )


@bp.post("/entries/<uuid:entry>/withdraw")
@guard(ENTER)
def withdraw(ctx: Ctx, entry: UUID) -> AnyResponse:
    entries.withdraw(ctx, entry)
    return to("mine")


def _object_again(ctx: Ctx, error: Invalid, competition: UUID) -> AnyResponse:
    return _show(ctx, competition, error.fields)


@bp.post("/<uuid:competition>/objections")
@guard(ENTER, input=ContestTextInput, invalid=_object_again)
def object_to(ctx: Ctx, data: dict[str, Any], competition: UUID) -> AnyResponse:
    publicity.object_to(ctx, competition, data["text"])
    return to("show", competition=competition)


@bp.get("/<uuid:competition>/screen")
@guard(ENTER)
def screen(ctx: Ctx, competition: UUID) -> AnyResponse:
    """Team totals for a screen in the hall; asks for itself again."""
    found = competitions.one(ctx, competition)
    return page(
        "competitions/screen.html",
        competition=found,
        ranked=views.standing(ctx, found),
        words=words,
    )


@bp.get("/awards/<uuid:award>/certificate")
@guard(ENTER)
def certificate(ctx: Ctx, award: UUID) -> AnyResponse:
    found = awards.own_or_managed(ctx, award, manages=ctx.allowed(MANAGE))
    address = url_for("competitions.verify", code=found.code, _external=True)
    answer = Response(awards.certificate(ctx, found, address), mimetype=PDF)
    answer.headers["Content-Disposition"] = f"attachment; filename=certificate-{found.number}.pdf"
    return answer


@bp.get("/verify/<code>")
@guard(PUBLIC)
def verify(ctx: Ctx, code: str) -> AnyResponse:
    """What a certificate's QR code leads to: whether it holds; no name."""
    return page("competitions/verify.html", found=awards.verify(ctx, code))

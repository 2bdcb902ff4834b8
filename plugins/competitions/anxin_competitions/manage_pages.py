"""Pages of those who run a competition: setting up, review, heats, results, freezing, publicity, awards; and judging."""

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Document, Invalid, Sheet, _, guard, names_of, page, workbook
from anxin_competitions import views, words
from anxin_competitions.blueprint import bp, to
from anxin_competitions.models import Competition
from anxin_competitions.policy import JUDGE, MANAGE, RECORD
from anxin_competitions.presets import PRESETS
from anxin_competitions.schemas import (
    CompetitionInput,
    ContestAnswerInput,
    ContestAwardInput,
    ContestCategoryInput,
    ContestDecisionInput,
    ContestFreezeInput,
    ContestJudgeInput,
    ContestMarkInput,
    RulesForm,
    SheetForm,
)
from anxin_competitions.services import (
    appeals,
    awards,
    bank,
    competitions,
    entries,
    judging,
    papers,
    publicity,
    ranking,
    results,
    starting,
    works,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/manage")
@guard(MANAGE)
def manage_list(ctx: Ctx) -> AnyResponse:
    return page(
        "competitions/manage_list.html", competitions=competitions.listed(ctx), words=words, presets=PRESETS
    )


@bp.get("/manage/new")
@guard(MANAGE)
def new(ctx: Ctx) -> AnyResponse:
    return _new(request.args.to_dict(), {})


def _new(values: Any, errors: Any) -> AnyResponse:
    return page("competitions/new.html", presets=PRESETS, values=values, errors=errors)


def _new_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _new(request.form.to_dict(), error.fields)


@bp.post("/manage/new")
@guard(MANAGE, input=CompetitionInput, invalid=_new_again)
def create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    return to("manage", competition=competitions.create(ctx, **data).id)


@bp.get("/<uuid:competition>/manage")
@guard(MANAGE)
def manage(ctx: Ctx, competition: UUID) -> AnyResponse:
    return _manage(ctx, competition)


def _manage(ctx: Ctx, competition: UUID, errors: Any = None) -> AnyResponse:
    found = competitions.one(ctx, competition)
    bench = judging.judges(ctx, found.id)
    return page(
        "competitions/manage.html",
        competition=found,
        words=words,
        categories=competitions.categories(ctx, found.id),
        counts=entries.counts(ctx, found.id),
        judges=[names_of(ctx, [judge.person_id]).get(judge.person_id, "") for judge in bench],
        progress=judging.progress(ctx, found.id) if bench else {},
        quiz={"questions": bank.count(ctx, found.id), **papers.progress(ctx, found.id)}
        if found.preset == "quiz"
        else {},
        versions=ranking.versions(ctx, found.id),
        me=ctx.actor.person_id,
        objections=[
            {
                "id": one.id,
                "state": one.state,
                "state_title": words.OBJECTIONS[one.state],
                "made_at": one.made_at,
            }
            for one in publicity.objections(ctx, found.id, everybody=True)
        ],
        appeals=[
            {
                "id": one.id,
                "open": one.state == "open",
                "state": words.OBJECTIONS[one.state],
                "number": entry.number,
            }
            for one, entry in appeals.listed(ctx, found.id)
        ],
        bare=len(works.without_copy(ctx, found.id)),
        awards=awards.listed(ctx, found.id),
        cost=awards.costs(ctx, found.id),
        values=request.form.to_dict() if errors else {},
        errors=errors or {},
    )


def _manage_again(ctx: Ctx, error: Invalid, competition: UUID, **_url: Any) -> AnyResponse:
    return _manage(ctx, competition, error.fields)


@bp.post("/<uuid:competition>/advance")
@guard(MANAGE)
def advance(ctx: Ctx, competition: UUID) -> AnyResponse:
    competitions.advance(ctx, competition)
    return to("manage", competition=competition)


@bp.post("/<uuid:competition>/categories")
@guard(MANAGE, input=ContestCategoryInput, invalid=_manage_again)
def category_add(ctx: Ctx, data: dict[str, Any], competition: UUID) -> AnyResponse:
    competitions.add_category(ctx, competition, **data)
    return to("manage", competition=competition)


@bp.post("/<uuid:competition>/<uuid:category>/remove")
@guard(MANAGE)
def category_remove(ctx: Ctx, competition: UUID, category: UUID) -> AnyResponse:
    competitions.remove_category(ctx, competition, category)
    return to("manage", competition=competition)


@bp.get("/<uuid:competition>/rules")
@guard(MANAGE)
def rules(ctx: Ctx, competition: UUID) -> AnyResponse:
    return _rules(ctx, competition, {}, {})


def _rules(ctx: Ctx, competition: UUID, values: Any, errors: Any) -> AnyResponse:
    found = competitions.one(ctx, competition)
    return page(
        "competitions/rules.html",
        competition=found,
        rules=found.rules,
        words=words,
        values=values or RulesForm.filled(found.rules),
        errors=errors,
    )


def _rules_again(ctx: Ctx, error: Invalid, competition: UUID) -> AnyResponse:
    return _rules(ctx, competition, request.form.to_dict(), error.fields)


@bp.post("/<uuid:competition>/rules")
@guard(MANAGE, input=RulesForm, invalid=_rules_again)
def rules_set(ctx: Ctx, data: dict[str, Any], competition: UUID) -> AnyResponse:
    found = competitions.one(ctx, competition)
    competitions.set_rules(ctx, competition, RulesForm.merged(found.rules, data))
    return to("manage", competition=competition)


@bp.get("/<uuid:competition>/<uuid:category>/entries")
@guard(MANAGE)
def category_entries(ctx: Ctx, competition: UUID, category: UUID) -> AnyResponse:
    return _entries(ctx, competition, category, {})


def _entries(ctx: Ctx, competition: UUID, category: UUID, errors: Any) -> AnyResponse:
    of = competitions.category(ctx, competition, category)
    found = entries.of_category(ctx, of.id, states=("submitted", "accepted", "refused"))
    return page(
        "competitions/entries.html",
        competition=competitions.one(ctx, competition),
        category=of,
        entries=views.entries(ctx, found),
        heats=starting.of_category(ctx, of.id),
        errors=errors,
    )


@bp.post("/entries/<uuid:entry>/review")
@guard(MANAGE, input=ContestDecisionInput)
def review(ctx: Ctx, data: dict[str, Any], entry: UUID) -> AnyResponse:
    found = entries.review(ctx, entry, **data)
    return to("category_entries", competition=found.competition_id, category=found.category_id)


@bp.post("/<uuid:competition>/accept-all")
@guard(MANAGE)
def accept_all(ctx: Ctx, competition: UUID) -> AnyResponse:
    entries.accept_all(ctx, competition)
    return to("manage", competition=competition)


@bp.post("/<uuid:competition>/<uuid:category>/draw")
@guard(MANAGE)
def draw(ctx: Ctx, competition: UUID, category: UUID) -> AnyResponse:
    starting.draw_heats(ctx, competition, category)
    return to("start_list", competition=competition, category=category)


@bp.post("/<uuid:competition>/schedule")
@guard(MANAGE)
def schedule(ctx: Ctx, competition: UUID) -> AnyResponse:
    starting.schedule(ctx, competition)
    return to("manage", competition=competition)


@bp.get("/<uuid:competition>/order-book")
@guard(MANAGE)
def order_book(ctx: Ctx, competition: UUID) -> AnyResponse:
    """总秩序册: the rules, the timetable and every start list, as PDF."""
    return _download(
        _order_book(ctx, competitions.one(ctx, competition)), "order-book.pdf", "application/pdf"
    )


def _order_book(ctx: Ctx, found: Competition) -> bytes:
    doc = Document(found.title, subtitle=_("Order book"), footer=ctx.tenant.name)
    doc.facts(
        [(_("Date"), f"{found.held_on or ''}"), (_("Place"), found.place), (_("Organiser"), ctx.tenant.name)]
    )
    if found.text:
        doc.heading(_("Rules"))
        doc.paragraph(found.text)
    for category in competitions.categories(ctx, found.id):
        lists = starting.start_list(ctx, category)
        if not lists:
            continue
        doc.heading(category.title)
        for heat, lanes in lists:
            when = f"　{heat.starts_at.astimezone(competitions.HOUSE):%m-%d %H:%M}" if heat.starts_at else ""
            doc.paragraph(_("Heat %(number)d", number=heat.number) + when, strong=True)
            doc.table(
                (_("Lane"), _("No."), _("Name"), _("Unit")),
                [
                    (lane, row["number"], row["title"] or row["name"], row["unit"])
                    for lane, row in enumerate(views.entries(ctx, lanes), 1)
                ],
                widths=(0.12, 0.15, 0.28, 0.45),
            )
    return doc.render()


@bp.get("/<uuid:competition>/<uuid:category>/results")
@guard(RECORD)
def result_sheet(ctx: Ctx, competition: UUID, category: UUID) -> AnyResponse:
    return _results(ctx, competition, category, {}, {})


def _results(ctx: Ctx, competition: UUID, category: UUID, errors: Any, values: Any) -> AnyResponse:
    of = competitions.category(ctx, competition, category)
    found = entries.of_category(ctx, of.id, states=("accepted",))
    return page(
        "competitions/results.html",
        competition=competitions.one(ctx, competition),
        category=of,
        rows=views.sheet(ctx, of, found),
        words=words,
        errors=errors,
        values=values,
    )


def _record_again(ctx: Ctx, error: Invalid, entry: UUID) -> AnyResponse:
    found = results.entry_of(ctx, entry)
    values = {"entry": str(entry), **request.form.to_dict()}
    return _results(ctx, found.competition_id, found.category_id, error.fields, values)


@bp.post("/entries/<uuid:entry>/result")
@guard(RECORD, input=ContestMarkInput, invalid=_record_again)
def record(ctx: Ctx, data: dict[str, Any], entry: UUID) -> AnyResponse:
    results.record(ctx, entry, **data)
    found = results.entry_of(ctx, entry)
    return to("result_sheet", competition=found.competition_id, category=found.category_id)


@bp.post("/<uuid:competition>/<uuid:category>/check")
@guard(RECORD)
def check(ctx: Ctx, competition: UUID, category: UUID) -> AnyResponse:
    results.check_category(ctx, competition, category)
    return to("result_sheet", competition=competition, category=category)


@bp.get("/<uuid:competition>/ranking.xlsx")
@guard(MANAGE)
def ranking_book(ctx: Ctx, competition: UUID) -> AnyResponse:
    found = competitions.one(ctx, competition)
    shown = views.ranked(ctx, found, ranking.live(ctx, competition))
    head = (_("Rank"), _("No."), _("Name"), _("Unit"), _("Measured result"), _("Points won"))
    sheets = [
        Sheet(
            category["title"],
            head,
            [
                (
                    row["place"],
                    row["number"],
                    row["title"] or row["name"],
                    row["unit"],
                    row["mark"],
                    row["points"],
                )
                for row in category["rows"]
            ],
        )
        for category in shown["categories"]
    ]
    teams = [(team["place"], team["unit"], team["points"], team["firsts"]) for team in shown["teams"]]
    sheets.append(Sheet(_("Team totals"), (_("Rank"), _("Unit"), _("Points won"), _("First places")), teams))
    return _download(workbook(sheets), "ranking.xlsx", XLSX)


@bp.post("/<uuid:competition>/freeze")
@guard(MANAGE, input=ContestFreezeInput, invalid=_manage_again)
def freeze(ctx: Ctx, data: dict[str, Any], competition: UUID) -> AnyResponse:
    ranking.freeze(ctx, competition, **data)
    return to("manage", competition=competition)


@bp.post("/<uuid:competition>/confirm")
@guard(MANAGE)
def confirm(ctx: Ctx, competition: UUID) -> AnyResponse:
    ranking.confirm(ctx, competition)
    return to("manage", competition=competition)


@bp.post("/<uuid:competition>/publish")
@guard(MANAGE)
def publish(ctx: Ctx, competition: UUID) -> AnyResponse:
    publicity.publish(ctx, competition)
    return to("manage", competition=competition)


@bp.post("/<uuid:competition>/conclude")
@guard(MANAGE)
def conclude(ctx: Ctx, competition: UUID) -> AnyResponse:
    publicity.conclude(ctx, competition)
    return to("manage", competition=competition)


@bp.get("/objections/<uuid:objection>")
@guard(MANAGE)
def objection(ctx: Ctx, objection: UUID) -> AnyResponse:
    found, text, reply = publicity.read(ctx, objection)
    return page(
        "competitions/objection.html", objection=found, text=text, reply=reply, words=words, errors={}
    )


@bp.post("/objections/<uuid:objection>")
@guard(MANAGE, input=ContestAnswerInput)
def answer(ctx: Ctx, data: dict[str, Any], objection: UUID) -> AnyResponse:
    found = publicity.answer(ctx, objection, **data)
    return to("manage", competition=found.competition_id)


@bp.post("/<uuid:competition>/awards")
@guard(MANAGE)
def give_awards(ctx: Ctx, competition: UUID) -> AnyResponse:
    awards.give(ctx, competition)
    return to("manage", competition=competition)


@bp.post("/awards/<uuid:award>")
@guard(MANAGE, input=ContestAwardInput)
def change_award(ctx: Ctx, data: dict[str, Any], award: UUID) -> AnyResponse:
    return to("manage", competition=awards.change(ctx, award, **data).competition_id)


@bp.post("/awards/<uuid:award>/revoke")
@guard(MANAGE)
def revoke_award(ctx: Ctx, award: UUID) -> AnyResponse:
    return to("manage", competition=awards.revoke(ctx, award).competition_id)


@bp.post("/<uuid:competition>/judges")
@guard(MANAGE, input=ContestJudgeInput, invalid=_manage_again)
def judge_add(ctx: Ctx, data: dict[str, Any], competition: UUID) -> AnyResponse:
    judging.add_judge_by_number(ctx, competition, data["number"])
    return to("manage", competition=competition)


@bp.post("/<uuid:competition>/deal")
@guard(MANAGE)
def deal(ctx: Ctx, competition: UUID) -> AnyResponse:
    works.deal_out(ctx, competition)
    return to("manage", competition=competition)


@bp.get("/judging")
@guard(JUDGE)
def judging_list(ctx: Ctx) -> AnyResponse:
    return page("competitions/judging.html", rows=judging.mine(ctx))


@bp.get("/judging/<uuid:assignment>")
@guard(JUDGE)
def judging_sheet(ctx: Ctx, assignment: UUID) -> AnyResponse:
    return _sheet(ctx, assignment, {})


def _sheet(ctx: Ctx, assignment: UUID, errors: Any) -> AnyResponse:
    found, entry, competition = judging.assignment(ctx, assignment)
    return page(
        "competitions/judging_sheet.html",
        assignment=found,
        entry=entry,
        competition=competition,
        rubric=competition.rules["rubric"],
        values=request.form.to_dict() if errors else (found.given or {}),
        errors=errors,
    )


def _sheet_again(ctx: Ctx, error: Invalid, assignment: UUID) -> AnyResponse:
    return _sheet(ctx, assignment, error.fields)


@bp.post("/judging/<uuid:assignment>")
@guard(JUDGE, input=SheetForm, invalid=_sheet_again)
def judging_score(ctx: Ctx, data: dict[str, Any], assignment: UUID) -> AnyResponse:
    rubric = judging.assignment(ctx, assignment)[2].rules["rubric"]
    given = {line["code"]: points for line, points in zip(rubric, data["points"], strict=False)}
    judging.score(ctx, assignment, given=given, comment=data["comment"])
    return to("judging_list")


@bp.post("/judging/<uuid:assignment>/recuse")
@guard(JUDGE)
def judging_recuse(ctx: Ctx, assignment: UUID) -> AnyResponse:
    judging.recuse(ctx, assignment)
    return to("judging_list")


def _download(content: bytes, name: str, media_type: str) -> AnyResponse:
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer

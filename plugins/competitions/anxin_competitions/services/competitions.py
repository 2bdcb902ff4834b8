"""Setting up: competitions, their categories and rules."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, _
from anxin_competitions import marks
from anxin_competitions.models import Category, Competition, Entry
from anxin_competitions.policy import MANAGE, CompetitionChanged, CompetitionMade
from anxin_competitions.presets import PRESETS
from anxin_competitions.rules.composition import TeamRules
from anxin_competitions.schemas import ContestCategoryInput, ContestRuleSet

HOUSE = ZoneInfo("Asia/Shanghai")
NEXT = {"draft": "open", "open": "running", "running": "checking"}
LISTED = 200
TEAM = ("at_least", "at_most", "women_at_least", "men_at_least")


def create(ctx: Ctx, **data: Any) -> Competition:
    """A draft with the rules and categories of its preset."""
    beginning = PRESETS[data["preset"]]
    made = ctx.add(Competition(**data, rules=ContestRuleSet().load(beginning.rules), made_at=ctx.now))
    ctx.db.flush()
    for position, category in enumerate(beginning.categories):
        _add_category(ctx, made, position, dict(ContestCategoryInput().load(category) or {}))
    ctx.audit(CompetitionMade(competition_id=made.id, preset=made.preset))
    return made


def change(ctx: Ctx, competition_id: UUID, **data: Any) -> Competition:
    """Title, text, dates and place. The preset stays."""
    found = one(ctx, competition_id)
    not_over(found)
    if data.pop("preset", found.preset) != found.preset:
        raise Invalid(fields={"preset": [_("The kind of a competition cannot be changed.")]})
    for name, value in data.items():
        setattr(found, name, value)
    ctx.audit(CompetitionChanged(competition_id=found.id, what="text"))
    return found


def set_rules(ctx: Ctx, competition_id: UUID, rules: dict[str, Any]) -> Competition:
    """Team, point and judging rules; while it is a draft or open, so that nobody's start or sheet is judged anew."""
    found = one(ctx, competition_id)
    if found.state not in {"draft", "open"}:
        raise Conflict(_("The rules stand since it began."))
    found.rules = rules
    ctx.audit(CompetitionChanged(competition_id=found.id, what="rules"))
    return found


def add_category(ctx: Ctx, competition_id: UUID, **data: Any) -> Category:
    found = one(ctx, competition_id)
    if found.state not in {"draft", "open"}:
        raise Conflict(_("It has begun; categories stay as they are."))
    position = ctx.scalar(
        sa.select(sa.func.count()).where(
            Category.tenant_id == ctx.tenant.id, Category.competition_id == found.id
        )
    )
    made = _add_category(ctx, found, int(position), data)
    ctx.audit(CompetitionChanged(competition_id=found.id, what="category_added"))
    return made


def remove_category(ctx: Ctx, competition_id: UUID, category_id: UUID) -> None:
    """Only while nobody has entered."""
    found = category(ctx, competition_id, category_id)
    if ctx.scalar(
        sa.select(sa.exists().where(Entry.tenant_id == ctx.tenant.id, Entry.category_id == found.id))
    ):
        raise Conflict(_("Somebody has entered here already."))
    ctx.db.delete(found)
    ctx.audit(CompetitionChanged(competition_id=competition_id, what="category_removed"))


def advance(ctx: Ctx, competition_id: UUID) -> Competition:
    """On to the next stage: entering opens, the competition begins, checking begins. Publication is publicity.publish."""
    found = one(ctx, competition_id)
    if found.state not in NEXT:
        raise Conflict(_("There is no next step here."))
    if found.state == "draft" and not categories(ctx, found.id):
        raise Conflict(_("Add at least one category first."))
    found.state = NEXT[found.state]
    ctx.audit(CompetitionChanged(competition_id=found.id, what=found.state))
    return found


def one(ctx: Ctx, competition_id: UUID) -> Competition:
    """A competition; drafts are there for those who manage alone."""
    found = ctx.get(Competition, competition_id)
    if found.state == "draft" and not ctx.allowed(MANAGE):
        raise NotFound()
    return found


def listed(ctx: Ctx) -> list[Competition]:
    """Newest first."""
    statement = (
        ctx.select(Competition).order_by(Competition.enter_from.desc(), Competition.id.desc()).limit(LISTED)
    )
    if not ctx.allowed(MANAGE):
        statement = statement.where(Competition.state != "draft")
    return list(ctx.scalars(statement))


def categories(ctx: Ctx, competition_id: UUID) -> list[Category]:
    return list(
        ctx.scalars(
            ctx.select(Category)
            .where(Category.competition_id == competition_id)
            .order_by(Category.position, Category.id)
        )
    )


def category(ctx: Ctx, competition_id: UUID, category_id: UUID) -> Category:
    found = ctx.get(Category, category_id)
    if found.competition_id != competition_id:
        raise NotFound()
    return found


def team_rules(competition: Competition, category: Category) -> TeamRules:
    """Who makes a team in this event: the competition's rules, and where the event has its own, those."""
    return TeamRules(**{**competition.rules["team"], **(category.team or {})})


def not_over(competition: Competition) -> None:
    if competition.state in {"publicity", "final"}:
        raise Conflict(_("Results are published; a correction is a new version of the ranking."))


def _add_category(ctx: Ctx, competition: Competition, position: int, data: dict[str, Any]) -> Category:
    record, starts_at = data.pop("record", ""), data.pop("starts_at", None)
    team = {name: value for name in TEAM if (value := data.pop(name, None)) is not None}
    title = data["title"].strip()
    taken = sa.exists().where(
        Category.tenant_id == ctx.tenant.id,
        Category.competition_id == competition.id,
        Category.title == title,
    )
    if ctx.scalar(sa.select(taken)):
        raise Invalid(fields={"title": [_("There is a category of this name already.")]})
    return ctx.add(
        Category(
            **{**data, "title": title},
            competition_id=competition.id,
            position=position,
            team=team or None,
            record=marks.read(record, data["measure"]) if record else None,
            starts_at=starts_at.replace(tzinfo=HOUSE) if starts_at else None,
        )
    )

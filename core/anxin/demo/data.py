"""The demo's history as plain data: who agreed, who declined, what was answered when, which crises were
handled.

    people = roster.read(...).rows
    story = tell(tenant_file, people, now=clock.now())

The same seed and day tell the same story, so screenshots and journeys can rely on it. `demo.seed` writes the
core's part; each plugin takes its own from the story in its `demo` hook. Times are told back from `now`,
about six months.
"""

import random
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from anxin.demo.story.answers import FORMS, answer, course, with_risk
from anxin.demo.story.rota import Shift, shifts
from anxin.identity.roster import RosterRow
from anxin.tenancy.files import TenantFile

SEED = 20261122
MONTHS = 6
WILLING = 0.46  # agree to the self-tests
REFUSING = 0.06  # say no, and are not asked again
SHARING = 0.55  # of the willing: let their counsellor read results
ACTIVE = 0.88  # of the willing: have answered something; about 38 % of all
DECLINING = 0.04  # of all: say "not this time" to a campaign
DUTY_WEEKS_BEFORE, DUTY_WEEKS = 26, 5
PLOT = Path(__file__).parent / "story" / "plot.toml"
KEPT_FREE = frozenset({"DL10268"})  # 林晓峰 begins his story in front of the audience


@dataclass(frozen=True, slots=True)
class Decided:
    """A person's answer to being asked. `agreed` False is a refusal; `shares`: their counsellor may read
    results."""

    number: str
    agreed: bool
    shares: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Sitting:
    """One form answered by one person. `campaign` is the key of a campaign, None for a self-test."""

    number: str
    form: str
    at: datetime
    seconds: int
    answers: tuple[int, ...]
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """A campaign: `forms` in their order, for everybody at work on the day it opened."""

    key: str
    title: str
    guidance: str
    forms: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Declined:
    number: str
    campaign: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PastCrisis:
    """Somebody whose answer (`item`, 1-based) or score (item None) asked for a call, and what came of it.

    Level 3 was acknowledged within minutes and closed by two people; level 2 was called within days and
    closed by one. A case without `called_at` still waits, one without `closed_at` is still followed.
    """

    number: str
    level: int
    form: str
    source: str
    item: int | None
    raised_at: datetime
    handled_by: str
    acknowledged_at: datetime | None = None
    called_at: datetime | None = None
    closed_at: datetime | None = None
    second_by: str | None = None
    note: str = ""
    closing: str = ""


@dataclass(slots=True)
class Story:
    """Everything that happened at one tenant before the curtain rises. Numbers are employee numbers."""

    tenant: str
    now: datetime
    people: list[str] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    sittings: list[Sitting] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)
    crises: list[PastCrisis] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)


def tell(tenant: TenantFile, people: Iterable[RosterRow], now: datetime, seed: int = SEED) -> Story:
    """The history of `tenant` for those of its people who work there; nobody else is touched."""
    at_work = [row for row in people if row.status and row.number]
    story = Story(tenant.slug, now, [row.number for row in at_work if row.number])
    plot = tomllib.loads(PLOT.read_text(encoding="utf-8"))
    today = now.astimezone(ZoneInfo(tenant.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    first = (monday - timedelta(weeks=DUTY_WEEKS_BEFORE)).date()
    weeks = DUTY_WEEKS_BEFORE + DUTY_WEEKS
    story.shifts = list(shifts(tenant.duty, first, weeks * 7, tenant.timezone))
    story.rounds = [
        _round(key, each, today) for key, each in plot["campaigns"].items() if each["tenant"] == tenant.slug
    ]
    shares = {key: each["takes_part"] for key, each in plot["campaigns"].items()}
    for row in at_work:
        if row.number and row.number not in KEPT_FREE:
            _live(random.Random(f"{seed}/{row.number}"), story, row.number, shares, today)
    for each in plot["crises"]:
        if each["tenant"] == tenant.slug:
            _crisis(story, each, at_work, today, random.Random(f"{seed}/{each['team']}"))
    story.sittings.sort(key=lambda sitting: (sitting.at, sitting.number))
    if story.sittings:
        named = {person.login for contract in tenant.contracts for person in contract.staff}
        helpers = [login for login in plot["concerns"]["handled_by"] if login in named]
        dice = random.Random(f"{seed}/concerns")
        story.crises += list(_concerns(story, plot["concerns"], helpers, dice))
        story.crises.sort(key=lambda crisis: crisis.raised_at)
    story.decided.sort(key=lambda decided: (decided.at, decided.number))
    return story


def _round(key: str, told: dict[str, Any], today: datetime) -> Round:
    opens = today - timedelta(days=told["opens_days_ago"])
    closes = today - timedelta(days=told["closes_days_ago"])
    return Round(key, told["title"], told["guidance"], tuple(told["forms"]), opens, closes)


def _live(dice: random.Random, story: Story, number: str, shares: dict[str, float], today: datetime) -> None:
    """One person's six months: asked for consent, perhaps willing, perhaps answering now and then."""
    roll = dice.random()
    first_asked = today - timedelta(days=dice.randint(150, 172)) + _hour(dice)
    if roll < WILLING:
        strain = course(dice, MONTHS + 1, burden=-0.1)
        active = dice.random() < ACTIVE
        told = _sittings(dice, story, number, strain=strain, shares=shares, today=today)
        sittings = list(told) if active else []
        if sittings:
            first_asked = min(sitting.at for sitting in sittings) - timedelta(minutes=dice.randint(2, 9))
        story.sittings += sittings
        story.decided.append(Decided(number, agreed=True, shares=dice.random() < SHARING, at=first_asked))
    elif roll < WILLING + REFUSING:
        story.decided.append(Decided(number, agreed=False, shares=False, at=first_asked))
    elif dice.random() < DECLINING / (1 - WILLING - REFUSING):
        story.declined += [
            Declined(number, each.key, _moment(dice, each, story.now)) for each in story.rounds
        ]


def _sittings(
    dice: random.Random,
    story: Story,
    number: str,
    *,
    strain: Sequence[float],
    shares: dict[str, float],
    today: datetime,
) -> Iterator[Sitting]:
    for each in story.rounds:
        if dice.random() < shares[each.key]:
            at = _moment(dice, each, story.now)
            for form in each.forms:
                yield _sit(dice, number, form, at=at, strain=strain[_month(at, story.now)], campaign=each.key)
                at += timedelta(minutes=2)
    for _visit in range(dice.choices((0, 1, 2, 3, 4), (34, 30, 20, 11, 5))[0]):
        at = today - timedelta(days=dice.randint(1, 160)) + _hour(dice)
        form = dice.choices(("who5-1", "phq9-1", "gad7-1", "k6-1"), (45, 25, 15, 15))[0]
        yield _sit(dice, number, form, at=at, strain=strain[_month(at, story.now)])


def _sit(
    dice: random.Random, number: str, form: str, *, at: datetime, strain: float, campaign: str | None = None
) -> Sitting:
    shape = FORMS[form]
    seconds = sum(dice.randint(3, 9) for _item in shape.hardness)
    return Sitting(number, form, at, seconds, answer(dice, shape, strain), campaign)


def _month(at: datetime, now: datetime) -> int:
    return max(0, MONTHS - (now - at).days // 30)


def _hour(dice: random.Random) -> timedelta:
    """Before work, at lunch, in the evening, and the night shift's small hours now and then."""
    hour = dice.choices((7, 8, 12, 13, 18, 19, 20, 21, 22, 3), (9, 7, 16, 9, 10, 13, 15, 12, 6, 3))[0]
    return timedelta(hours=hour, minutes=dice.randrange(60), seconds=dice.randrange(60))


def _moment(dice: random.Random, each: Round, now: datetime) -> datetime:
    """Most answer in the first days of a round, some after the reminder near its end; never in the future."""
    days = max(1, (min(each.closes_at, now) - each.opens_at).days)
    share = dice.betavariate(1.1, 2.6) if dice.random() < 0.8 else dice.betavariate(5, 2)
    at = each.opens_at + timedelta(days=int(share * days)) + _hour(dice)
    return min(at, now - timedelta(minutes=dice.randint(20, 600)))


def _crisis(
    story: Story, told: dict[str, Any], people: list[RosterRow], today: datetime, dice: random.Random
) -> None:
    """Gives one person of the team the risk answer the plot tells of, with the helpers' times."""
    number = next(
        row.number for row in people if row.unit[-1] == told["team"] and row.number not in KEPT_FREE
    )
    assert number is not None  # people without a number were left out in tell()
    raised = (
        today - timedelta(days=told["days_ago"]) + timedelta(hours=told["hour"], minutes=dice.randint(3, 50))
    )
    form = FORMS[told["form"]]
    story.decided = [each for each in story.decided if each.number != number]
    story.declined = [each for each in story.declined if each.number != number]
    story.sittings = [each for each in story.sittings if each.number != number]
    answers = with_risk(answer(dice, form, 2.1), form, told["risk_value"])
    story.sittings.append(Sitting(number, form.code, raised, dice.randint(80, 160), answers))
    story.decided.append(Decided(number, agreed=True, shares=True, at=raised - timedelta(minutes=6)))
    story.crises.append(
        PastCrisis(
            number=number,
            level=3,
            form=form.code,
            source=f"{told['source']}.{(form.risk_item or 0) + 1}",
            item=(form.risk_item or 0) + 1,
            raised_at=raised,
            acknowledged_at=raised + timedelta(minutes=told["acknowledged_minutes"]),
            called_at=raised + timedelta(minutes=told["called_minutes"]),
            closed_at=_afternoon(raised, told["closed_days"]),
            handled_by=told["handled_by"],
            second_by=told["closed_by"],
            note=told["note"],
            closing=told["closing"],
        )
    )


def _concerns(
    story: Story, told: dict[str, Any], helpers: Sequence[str], dice: random.Random
) -> Iterator[PastCrisis]:
    """Every score that asks for a call was answered by one; the newest ones still wait or are being
    followed."""
    dangers = {crisis.number for crisis in story.crises}
    for sitting in story.sittings:
        cut = FORMS[sitting.form].concern
        if cut is None or sum(sitting.answers) < cut or sitting.number in dangers:
            continue
        called = _working_hour(sitting.at, dice)
        closed = _afternoon(called, dice.randint(4, 14))
        over = closed < story.now
        yield PastCrisis(
            number=sitting.number,
            level=2,
            form=sitting.form,
            source=f"{told['sources'][sitting.form]}.score",
            item=None,
            raised_at=sitting.at + timedelta(seconds=1),
            handled_by=dice.choice(helpers),
            called_at=called if called < story.now else None,
            closed_at=closed if over else None,
            note=dice.choice(told["notes"]) if called < story.now else "",
            closing=told["closing"] if over else "",
        )


def _working_hour(after: datetime, dice: random.Random) -> datetime:
    """A call on the next day between nine and five."""
    day = (after + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    return day + timedelta(minutes=dice.randrange(480))


def _afternoon(after: datetime, days: int) -> datetime:
    return (after + timedelta(days=days)).replace(hour=16, minute=20, second=0)

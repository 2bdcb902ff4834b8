"""Teams and squads: make, fill, check the mix, and pick a squad by quota and competence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, Person, Unit, lazy, names_of
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Member, Post, Team, Volunteer
from anxin_volunteers.services import competence
from anxin_volunteers.services.units import tree
from anxin_volunteers.words import SERVING

LIMIT = 100


@dataclass(frozen=True)
class Fit:
    """How a team stands against its own rules."""

    people: int
    qualified: int
    leaders: int
    team: Team

    @property
    def problems(self) -> list[Any]:
        found: list[Any] = []
        if self.people < self.team.least:
            found.append(lazy("%(count)d people too few", count=self.team.least - self.people))
        if self.people > self.team.most:
            found.append(lazy("%(count)d people too many", count=self.people - self.team.most))
        if self.qualified < self.team.qualified_least:
            missing = self.team.qualified_least - self.qualified
            found.append(lazy("%(count)d qualified people too few", count=missing))
        if self.people and not self.leaders:
            found.append(lazy("no leader yet"))
        return found


def create(ctx: Ctx, data: Mapping[str, Any]) -> Team:
    """A team without members yet."""
    _check(ctx, data)
    team = ctx.add(
        Team(
            title=data["title"].strip(),
            kind=data["kind"],
            about=data.get("about", "").strip(),
            unit_id=data.get("unit_id"),
            least=data["least"],
            most=data["most"],
            qualified_least=data.get("qualified_least", 0),
            competences=list(data.get("competences", ())),
            made_at=ctx.now,
        )
    )
    ctx.audit(entries.TeamChanged(team_id=team.id, what="created"))
    return team


def _check(ctx: Ctx, data: Mapping[str, Any]) -> None:
    if data.get("unit_id") is not None:
        ctx.get(Unit, data["unit_id"])
    wrong: dict[str, list[Any]] = {}
    if data["most"] < data["least"]:
        wrong["most"] = [lazy("The largest size is below the smallest.")]
    known = {one.code for one in competence.every(ctx)}
    if set(data.get("competences", ())) - known:
        wrong["competences"] = [lazy("One of these competences is not known.")]
    if data.get("qualified_least") and not data.get("competences"):
        wrong["competences"] = [lazy("Say which competence counts as qualified.")]
    if wrong:
        raise Invalid(fields=wrong)


def add(ctx: Ctx, team_id: UUID, person_id: UUID, part: str = "member") -> Member:
    """Put an approved volunteer into a team; Conflict when it is full or they are in it already."""
    team = ctx.get(Team, team_id)
    ctx.get(Person, person_id)
    volunteer = ctx.db.scalar(
        sa.select(Volunteer).where(Volunteer.tenant_id == ctx.tenant.id, Volunteer.person_id == person_id)
    )
    if volunteer is None or volunteer.state not in SERVING:
        raise Invalid(fields={"number": [lazy("This person is no approved volunteer yet.")]})
    ctx.lock(f"volunteers.team:{team_id}")
    now = members(ctx, team.id)
    if any(member.person_id == person_id for member, _ in now):
        raise Conflict(lazy("This person is in the team already."), code="volunteers.member")
    if len(now) >= team.most:
        raise Conflict(lazy("The team is full."), code="volunteers.team_full")
    row = ctx.add(Member(team_id=team.id, person_id=person_id, part=part, since=ctx.now))
    ctx.audit(entries.MemberChanged(team_id=team.id, what=f"added_{part}", subject_id=person_id))
    return row


def change(ctx: Ctx, team_id: UUID, member_id: UUID, what: str) -> None:
    """Make somebody leader or plain member, or end their time in the team."""
    team = ctx.get(Team, team_id)
    row = ctx.get(Member, member_id)
    if row.team_id != team.id or row.until is not None:
        raise Conflict()
    if what == "remove":
        row.until = ctx.now
    else:
        row.part = what
    ctx.audit(entries.MemberChanged(team_id=team.id, what=what, subject_id=row.person_id))


def close(ctx: Ctx, team_id: UUID) -> None:
    """The team's time is over; so is everybody's in it."""
    team = ctx.get(Team, team_id)
    if team.closed_at is not None:
        raise Conflict()
    team.closed_at = ctx.now
    ctx.execute(
        sa.update(Member)
        .where(Member.tenant_id == ctx.tenant.id, Member.team_id == team.id, Member.until.is_(None))
        .values(until=ctx.now)
    )
    ctx.audit(entries.TeamChanged(team_id=team.id, what="closed"))


def members(ctx: Ctx, team_id: UUID) -> list[tuple[Member, str]]:
    """Present members with names, leaders first."""
    rows = ctx.scalars(
        sa.select(Member)
        .where(Member.tenant_id == ctx.tenant.id, Member.team_id == team_id, Member.until.is_(None))
        .order_by(Member.part, Member.since)
    ).all()
    names = names_of(ctx, [row.person_id for row in rows])
    return [(row, names.get(row.person_id, "")) for row in rows]


def listed(ctx: Ctx) -> list[Fit]:
    """The present teams in the actor's reach, each with how it stands."""
    teams = ctx.scalars(
        ctx.select(Team).where(Team.closed_at.is_(None)).order_by(Team.made_at.desc()).limit(LIMIT)
    ).all()
    return fits(ctx, teams)


def fits(ctx: Ctx, teams: Sequence[Team]) -> list[Fit]:
    """Size, leaders and qualified members of each team."""
    if not teams:
        return []
    rows = ctx.db.execute(
        sa.select(Member.team_id, Member.person_id, Member.part).where(
            Member.tenant_id == ctx.tenant.id,
            Member.team_id.in_([team.id for team in teams]),
            Member.until.is_(None),
        )
    ).all()
    held = competence.held(ctx, {row.person_id for row in rows})
    found = []
    for team in teams:
        inside = [row for row in rows if row.team_id == team.id]
        qualified = sum(_qualified(held.get(row.person_id, {}), team.competences) for row in inside)
        leaders = sum(row.part == "leader" for row in inside)
        found.append(Fit(len(inside), qualified, leaders, team))
    return found


def _qualified(held: Mapping[str, Any], competences: Sequence[str]) -> bool:
    """Any one of the named competences makes somebody qualified."""
    return any(code in held for code in competences)


def mine(ctx: Ctx) -> list[tuple[Member, Team]]:
    """The actor's own teams."""
    found = ctx.db.execute(
        sa.select(Member, Team)
        .join(Team, sa.and_(Team.tenant_id == Member.tenant_id, Team.id == Member.team_id))
        .where(
            Member.tenant_id == ctx.tenant.id,
            Member.person_id == ctx.actor.person_id,
            Member.until.is_(None),
        )
        .order_by(Member.since)
    )
    return [(row.Member, row.Team) for row in found]


# ---- picking a squad -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A liaison officer who could serve in a squad."""

    person_id: UUID
    branch: UUID
    qualified: bool
    since: Any


@dataclass(frozen=True)
class Pick:
    """Somebody proposed for a squad, with the reason: their branch's quota, or what they can do."""

    person_id: UUID
    name: str
    branch: str
    qualified: bool
    why: str  # quota, qualified, experience


def propose(
    ctx: Ctx, *, size: int, per_branch: int, most_per_branch: int, competences: Sequence[str]
) -> list[Pick]:
    """A squad among the ready liaison officers: first `per_branch` of each branch, then the best of all,
    never more than `most_per_branch` of one. Qualified people come first, then those who serve longest."""
    chosen = pick(
        _candidates(ctx, competences), size=size, per_branch=per_branch, most_per_branch=most_per_branch
    )
    names = names_of(ctx, [one.person_id for one, _ in chosen])
    return [
        Pick(one.person_id, names[one.person_id], tree(ctx).name(one.branch), one.qualified, why)
        for one, why in chosen
    ]


def _candidates(ctx: Ctx, competences: Sequence[str]) -> list[Candidate]:
    rows = ctx.db.execute(
        sa.select(Post.person_id, Post.unit_id, Post.since)
        .join(
            Volunteer,
            sa.and_(Volunteer.tenant_id == Post.tenant_id, Volunteer.person_id == Post.person_id),
        )
        .where(
            Post.tenant_id == ctx.tenant.id,
            Post.post == "liaison",
            Post.until.is_(None),
            Volunteer.state.in_(SERVING),
            Volunteer.pledge_version >= policy.PLEDGE_VERSION,
        )
        .order_by(Post.since, Post.person_id)
    ).all()
    held = competence.held(ctx)
    found: dict[UUID, Candidate] = {}
    for row in rows:
        if row.unit_id in tree(ctx).by_id and row.person_id not in found:
            able = _qualified(held.get(row.person_id, {}), competences)
            found[row.person_id] = Candidate(row.person_id, tree(ctx).branch(row.unit_id), able, row.since)
    return list(found.values())


def pick(
    candidates: Sequence[Candidate], *, size: int, per_branch: int, most_per_branch: int
) -> list[tuple[Candidate, str]]:
    """The rule alone, without a database. Greedy is best here: branches share nobody, so taking the best
    of each branch first never costs a better squad."""
    order = sorted(candidates, key=lambda one: (not one.qualified, one.since, one.person_id))
    taken: dict[UUID, int] = {}
    chosen: list[tuple[Candidate, str]] = []
    picked: set[UUID] = set()

    def take(limit: int, why: str) -> None:
        for one in order:
            if len(chosen) < size and one.person_id not in picked and taken.get(one.branch, 0) < limit:
                picked.add(one.person_id)
                taken[one.branch] = taken.get(one.branch, 0) + 1
                chosen.append((one, why or ("qualified" if one.qualified else "experience")))

    for step in range(1, per_branch + 1):
        take(step, "quota")
    take(max(most_per_branch, per_branch), "")
    return chosen


def create_squad(ctx: Ctx, data: Mapping[str, Any]) -> Team:
    """Make the squad with exactly these people; the first of them leads. They must be ready volunteers."""
    wanted = list(dict.fromkeys(data["people"]))
    ready = set(
        ctx.scalars(
            sa.select(Volunteer.person_id).where(
                Volunteer.tenant_id == ctx.tenant.id,
                Volunteer.person_id.in_(wanted),
                Volunteer.state.in_(SERVING),
                Volunteer.pledge_version >= policy.PLEDGE_VERSION,
            )
        )
    )
    if len(ready) < len(wanted):
        raise Invalid(fields={"people": [lazy("Somebody among them is no ready volunteer any more.")]})
    if not data["least"] <= len(wanted) <= data["most"]:
        raise Invalid(
            fields={
                "people": [
                    lazy("A squad has %(least)d to %(most)d people.", least=data["least"], most=data["most"])
                ]
            }
        )
    team = create(ctx, {**data, "kind": "squad"})
    ctx.db.flush()
    held = competence.held(ctx, wanted)
    qualified = sum(_qualified(held.get(person_id, {}), team.competences) for person_id in wanted)
    if qualified < team.qualified_least:
        raise Invalid(
            fields={
                "people": [
                    lazy(
                        "At least %(least)d of them must be qualified; %(count)d are.",
                        least=team.qualified_least,
                        count=qualified,
                    )
                ]
            }
        )
    for at, person_id in enumerate(wanted):
        part = "member" if at else "leader"
        ctx.add(Member(team_id=team.id, person_id=person_id, part=part, since=ctx.now))
        ctx.audit(entries.MemberChanged(team_id=team.id, what=f"added_{part}", subject_id=person_id))
    ctx.audit(entries.TeamChanged(team_id=team.id, what="squad_picked", people=len(wanted)))
    return team

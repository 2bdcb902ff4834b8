"""Awards: who gets what, certificates with a number and a code that anybody can check without learning a name."""

import secrets
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Document, NotFound, _, name_of
from anxin_competitions.models import Award, Competition, Entry
from anxin_competitions.policy import Awarded, AwardRevoked
from anxin_competitions.services import competitions, ranking

CODE_BYTES = 9


def give(ctx: Ctx, competition_id: UUID) -> list[Award]:
    """From the newest frozen ranking: the first places of each category as the rules say, and the best team.

    Given once; equal places all receive the prize. Only when the result is final.
    """
    competition = competitions.one(ctx, competition_id)
    if competition.state != "final":
        raise Conflict(_("Awards follow when the days of publicity are over."))
    if listed(ctx, competition.id):
        raise Conflict(_("Awards were given already."))
    frozen = ranking.newest(ctx, competition.id)
    if frozen is None:
        raise NotFound()
    result = ranking.opened(frozen)
    owners = dict(
        ctx.db.execute(
            sa.select(Entry.id, Entry.person_id).where(
                Entry.tenant_id == ctx.tenant.id, Entry.competition_id == competition.id
            )
        ).all()
    )
    titles = prize_titles(competition.rules["prizes"])
    made = []
    for category in result["categories"]:
        for row in category["entries"]:
            if row["place"] in titles:
                entry_id = UUID(row["id"])
                # a title is given, not a class of prize: 优秀心理辅导员
                words = (
                    category["title"]
                    if competition.preset == "selection"
                    else f"{category['title']} {titles[row['place']]}"
                )
                made.append(
                    _award(ctx, competition, len(made), words, entry_id=entry_id, person_id=owners[entry_id])
                )
    if competition.preset == "sports":
        for team in result["teams"]:
            if team["place"] == 1:
                made.append(_award(ctx, competition, len(made), "团体总分第一名", unit_id=UUID(team["unit"])))
    ctx.audit(Awarded(competition_id=competition.id, count=len(made)))
    return made


def prize_titles(prizes: list[int]) -> dict[int, str]:
    """Place → title: [1, 2, 3] is one first, two second and three third prizes."""
    names = (
        "一等奖",
        "二等奖",
        "三等奖",
        "优秀奖",
        "鼓励奖",
        "纪念奖",
        "纪念奖",
        "纪念奖",
        "纪念奖",
        "纪念奖",
    )
    titles, place = {}, 0
    for name, number in zip(names, prizes, strict=False):
        for _each in range(number):
            place += 1
            titles[place] = name
    return titles


def change(ctx: Ctx, award_id: UUID, *, title: str, prize: str, cost_fen: int) -> Award:
    found = ctx.get(Award, award_id)
    found.title, found.prize, found.cost_fen = title.strip(), prize.strip(), cost_fen
    ctx.audit(Awarded(competition_id=found.competition_id, count=1))
    return found


def revoke(ctx: Ctx, award_id: UUID) -> Award:
    """The certificate's page says from now on that it does not hold."""
    found = ctx.get(Award, award_id)
    found.revoked_at = ctx.now
    ctx.audit(AwardRevoked(award_id=found.id))
    return found


def listed(ctx: Ctx, competition_id: UUID) -> list[Award]:
    return list(
        ctx.db.scalars(
            sa.select(Award)
            .where(Award.tenant_id == ctx.tenant.id, Award.competition_id == competition_id)
            .order_by(Award.number)
        )
    )


def mine(ctx: Ctx) -> list[Award]:
    return list(
        ctx.db.scalars(
            sa.select(Award)
            .where(
                Award.tenant_id == ctx.tenant.id,
                Award.person_id == ctx.actor.person_id,
                Award.revoked_at.is_(None),
            )
            .order_by(Award.made_at.desc())
        )
    )


def certificate(ctx: Ctx, award: Award, address: str) -> bytes:
    """The PDF: to whom, for what, number, and a QR code that leads to the verifier."""
    competition = competitions.one(ctx, award.competition_id)
    doc = Document(
        "荣誉证书",
        subtitle=_("No. %(number)s", number=award.number),
        footer=f"{ctx.tenant.name}　{award.made_at.astimezone(competitions.HOUSE):%Y-%m-%d}",
        landscape=True,
        frame=True,
    )
    doc.paragraph(f"{_to_whom(ctx, award)}：", strong=True)
    doc.space(4)
    doc.paragraph(f"在“{competition.title}”中荣获")
    doc.paragraph(award.title, strong=True)
    doc.paragraph("特发此证，以资鼓励。")
    doc.space(8)
    doc.qr(address, caption=_("Scan to check"), size_mm=24)
    return doc.render()


def verify(ctx: Ctx, code: str) -> dict[str, Any]:
    """What the public verifier says of a code: competition, award, number, whether it holds. No personal data."""
    row = ctx.db.execute(
        sa.select(
            Award.number, Award.title, Award.made_at, Award.revoked_at, Competition.title.label("competition")
        )
        .join(
            Competition,
            sa.and_(Competition.tenant_id == Award.tenant_id, Competition.id == Award.competition_id),
        )
        .where(Award.tenant_id == ctx.tenant.id, Award.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return {
        "number": row.number,
        "title": row.title,
        "competition": row.competition,
        "made_at": row.made_at,
        "holds": row.revoked_at is None,
    }


def own_or_managed(ctx: Ctx, award_id: UUID, *, manages: bool) -> Award:
    found = ctx.db.scalar(sa.select(Award).where(Award.tenant_id == ctx.tenant.id, Award.id == award_id))
    if found is None or (found.person_id != ctx.actor.person_id and not manages):
        raise NotFound()
    return found


def costs(ctx: Ctx, competition_id: UUID) -> int:
    """Fen of all prizes that hold."""
    return sum(award.cost_fen for award in listed(ctx, competition_id) if award.revoked_at is None)


def _award(ctx: Ctx, competition: Competition, count: int, title: str, **whom: UUID) -> Award:
    number = f"{ctx.today:%Y%m%d}-{str(competition.id)[-4:].upper()}-{count + 1:03d}"
    return ctx.add(
        Award(
            competition_id=competition.id,
            title=title,
            number=number,
            code=secrets.token_urlsafe(CODE_BYTES),
            made_at=ctx.now,
            **whom,
        )
    )


def _to_whom(ctx: Ctx, award: Award) -> str:
    if award.person_id is not None:
        return f"{name_of(ctx, award.person_id)} 同志"
    return ranking.unit_names(ctx, {award.unit_id} if award.unit_id else set()).get(award.unit_id, "")  # type: ignore[arg-type]

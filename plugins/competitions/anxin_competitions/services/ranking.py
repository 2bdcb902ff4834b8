"""Rankings: computed from raw marks, frozen as bytes, never moved; a correction is the next version with its reason.

The frozen body holds every raw mark and rule it was computed from, so that `replay` computes it again and must arrive
at the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Unit, _, names_of
from anxin_competitions.models import Category, Competition, Entry, Ranking
from anxin_competitions.policy import Frozen, RankingConfirmed
from anxin_competitions.rules.final import final
from anxin_competitions.services import competitions, entries, judging, papers, results


def raw(ctx: Ctx, competition: Competition, *, unchecked: bool = True) -> dict[str, Any]:
    """Marks and rules of a competition, as `rules.final` takes them. Without `unchecked`, only what was checked."""
    judged = competition.preset in {"works", "selection"}
    asked = papers.online(ctx, competition)
    listed = []
    for category in competitions.categories(ctx, competition.id):
        found = entries.of_category(ctx, category.id, states=("accepted",))
        if asked:
            marks = papers.marks_of(ctx, competition.id, found)
        else:
            marks = _judged(ctx, competition, found) if judged else _measured(ctx, category, unchecked)
        listed.append(
            {
                "id": str(category.id),
                "title": category.title,
                "measure": "points" if judged or asked else category.measure,
                "relay": category.relay,
                "record": category.record,
                "entries": [
                    {
                        "id": str(entry.id),
                        "number": entry.number,
                        "unit": str(entry.unit_id),
                        **marks.get(entry.id, {"mark": None, "outcome": None}),
                    }
                    for entry in found
                ],
            }
        )
    return {"points": competition.rules["points"], "categories": listed}


def live(ctx: Ctx, competition_id: UUID) -> dict[str, Any]:
    """How it stands now: places, points and team totals of everything written down so far."""
    return final(raw(ctx, competitions.one(ctx, competition_id)))


def freeze(ctx: Ctx, competition_id: UUID, *, reason: str = "") -> Ranking:
    """Freeze the ranking as the next version; it counts when a second person has confirmed it.

    Every result must have been checked. A second version needs the reason why it corrects the first.
    """
    competition = competitions.one(ctx, competition_id)
    if competition.state != "checking":
        raise Conflict(_("Finish all categories first, then check and freeze."))
    ctx.lock(f"competitions:rank:{competition.id}")
    before = newest(ctx, competition.id)
    if before is not None and not reason.strip():
        raise Invalid(fields={"reason": [_("Say what this version corrects.")]})
    if running := papers.close_all(ctx, competition.id):
        raise Conflict(_("%(count)s papers are still being answered.", count=running))
    material = raw(ctx, competition)
    _insist_on_checks(ctx, competition, material)
    result = final(material)
    if competition.preset == "selection":
        _insist_on_quota(result, sum(competition.rules["prizes"]))
    body = canonical({"input": material, "result": result})
    proposal = next((one for one in versions(ctx, competition.id) if one.checked_by is None), None)
    if proposal is not None:  # not confirmed yet: replaced by what is now
        ctx.db.delete(proposal)
        ctx.db.flush()
    made = ctx.add(
        Ranking(
            competition_id=competition.id,
            version=(before.version if before else 0) + 1,
            body=body,
            digest=hashlib.sha256(body).hexdigest(),
            reason=reason.strip(),
            made_by=_me(ctx),
            made_at=ctx.now,
        )
    )
    ctx.audit(Frozen(competition_id=competition.id, version=made.version, digest=made.digest))
    return made


def confirm(ctx: Ctx, competition_id: UUID) -> Ranking:
    """The second person: Conflict for the one who froze, and when results have changed since."""
    competition = competitions.one(ctx, competition_id)
    found = next((one for one in versions(ctx, competition.id) if one.checked_by is None), None)
    if found is None:
        raise Conflict(_("Freeze the ranking first."))
    if found.made_by == _me(ctx):
        raise Conflict(_("Somebody else must confirm what you froze."))
    if replay(bytes(found.body)) != bytes(found.body) or canonical(raw(ctx, competition)) != canonical(
        json.loads(bytes(found.body))["input"]
    ):
        raise Conflict(_("Results have changed since. Freeze anew."))
    found.checked_by, found.checked_at = _me(ctx), ctx.now
    ctx.audit(RankingConfirmed(competition_id=competition.id, version=found.version, digest=found.digest))
    return found


def replay(body: bytes) -> bytes:
    """The body computed anew from the raw marks and rules inside it."""
    material = json.loads(body)["input"]
    return canonical({"input": material, "result": final(material)})


def holds(ranking: Ranking) -> bool:
    """Does the body follow from its marks, and the digest from the body?"""
    body = bytes(ranking.body)
    return replay(body) == body and hashlib.sha256(body).hexdigest() == ranking.digest


def newest(ctx: Ctx, competition_id: UUID) -> Ranking | None:
    """The newest version that was confirmed."""
    return ctx.db.scalar(
        sa.select(Ranking)
        .where(
            Ranking.tenant_id == ctx.tenant.id,
            Ranking.competition_id == competition_id,
            Ranking.checked_by.is_not(None),
        )
        .order_by(Ranking.version.desc())
        .limit(1)
    )


def versions(ctx: Ctx, competition_id: UUID) -> list[Ranking]:
    return list(
        ctx.scalars(
            ctx.select(Ranking)
            .where(Ranking.competition_id == competition_id)
            .order_by(Ranking.version.desc())
        )
    )


def opened(ranking: Ranking) -> dict[str, Any]:
    """The frozen result."""
    return json.loads(bytes(ranking.body))["result"]


def changed(older: Ranking, newer: Ranking) -> list[dict[str, Any]]:
    """Entries whose place differs between two versions: (entry, place before, place after)."""
    before, after = _places(older), _places(newer)
    return [
        {"entry": key, "before": before.get(key), "after": after.get(key)}
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def people(ctx: Ctx, competition_id: UUID) -> Mapping[str, dict[str, Any]]:
    """Entry id → who, which unit, title; for showing a ranking, which itself names nobody."""
    rows = ctx.db.execute(
        sa.select(Entry.id, Entry.person_id, Entry.unit_id, Entry.title, Entry.number).where(
            Entry.tenant_id == ctx.tenant.id, Entry.competition_id == competition_id
        )
    ).all()
    names = names_of(ctx, {row.person_id for row in rows})
    units = unit_names(ctx, {row.unit_id for row in rows})
    return {
        str(row.id): {
            "name": names.get(row.person_id, ""),
            "unit": units.get(row.unit_id, ""),
            "title": row.title,
            "number": row.number,
        }
        for row in rows
    }


def unit_names(ctx: Ctx, ids: set[UUID]) -> dict[UUID, str]:
    rows = ctx.db.execute(
        sa.select(Unit.id, Unit.name).where(Unit.tenant_id == ctx.tenant.id, Unit.id.in_(ids))
    )
    return dict(rows.all())  # type: ignore[arg-type]


def canonical(value: Any) -> bytes:
    """One way to write it down: sorted keys, no blanks, UTF-8, whole numbers only."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _places(ranking: Ranking) -> dict[str, int | None]:
    return {
        entry["id"]: entry["place"]
        for category in opened(ranking)["categories"]
        for entry in category["entries"]
    }


def _measured(ctx: Ctx, category: Category, unchecked: bool) -> dict[UUID, dict[str, Any]]:
    return {
        entry_id: {"mark": result.mark, "outcome": result.outcome}
        for entry_id, result in results.of_category(ctx, category.id).items()
        if unchecked or result.checked_by is not None
    }


def _judged(ctx: Ctx, competition: Competition, found: list[Entry]) -> dict[UUID, dict[str, Any]]:
    scored = judging.scores_of(ctx, competition, [entry.id for entry in found])
    return {entry_id: {"mark": score, "outcome": "ok"} for entry_id, score in scored.items()}


def _insist_on_checks(ctx: Ctx, competition: Competition, material: Mapping[str, Any]) -> None:
    """Every accepted entry has a result, and every measured one was checked by a second person."""
    if competition.preset in {"works", "selection"}:
        if judging.waiting(ctx, competition.id):
            raise Conflict(_("Some works are not judged yet."))
        return
    if papers.online(ctx, competition):
        return  # scored by the house from papers that are closed
    missing = [
        entry for category in material["categories"] for entry in category["entries"] if not entry["outcome"]
    ]
    if missing:
        raise Conflict(_("%(count)s entries have no result yet.", count=len(missing)))
    checked = raw(ctx, competition, unchecked=False)
    if canonical(checked) != canonical(material):
        raise Conflict(_("Some results wait for the check by a second person."))


def _insist_on_quota(result: Mapping[str, Any], places: int) -> None:
    """A selection has so many places and no more: who is level across the last one must be told apart by the experts."""
    for category in result["categories"]:
        winners = [row for row in category["entries"] if row["place"] and row["place"] <= places]
        if len(winners) > places:
            raise Conflict(
                _(
                    "%(title)s: %(count)d are level for %(places)d places. Let the experts look at their sheets again.",
                    title=category["title"],
                    count=len(winners),
                    places=places,
                )
            )


def _me(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise NotFound()
    return ctx.actor.person_id

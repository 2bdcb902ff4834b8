"""Rankings and lists joined with names and words, for templates."""

from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, names_of
from anxin_competitions import words
from anxin_competitions.models import Category, Competition, Entry
from anxin_competitions.services import ranking, results

NOTHING: dict[str, Any] = {"categories": [], "teams": []}


def standing(ctx: Ctx, competition: Competition) -> dict[str, Any]:
    """How it stands as anybody may see it: live while a sports meet goes on, for judged works the published ranking."""
    if competition.state in {"publicity", "final"}:
        frozen = ranking.newest(ctx, competition.id)
        result = ranking.opened(frozen) if frozen else NOTHING
    elif competition.preset == "sports":
        result = ranking.live(ctx, competition.id)
    else:
        result = NOTHING
    return ranked(ctx, competition, result)


def ranked(ctx: Ctx, competition: Competition, result: dict[str, Any]) -> dict[str, Any]:
    """{categories: [{title, rows: [{place, name, unit, mark, points, record}]}], teams: [{place, unit, points}]}"""
    who = ranking.people(ctx, competition.id)
    units = ranking.unit_names(ctx, {UUID(team["unit"]) for team in result["teams"]})
    return {
        "categories": [
            {
                "title": category["title"],
                "rows": [
                    _row(row, category["measure"], who) for row in category["entries"] if row["outcome"]
                ],
            }
            for category in result["categories"]
        ],
        "teams": [
            {
                "place": team["place"],
                "unit": units.get(UUID(team["unit"]), ""),
                "points": words.points(team["points"]),
                "value": team["points"],
                "firsts": team["firsts"],
            }
            for team in result["teams"]
        ],
    }


def _row(row: dict[str, Any], measure: str, who: Any) -> dict[str, Any]:
    known = who.get(row["id"], {})
    return {
        "place": row["place"] or "–",
        "number": row["number"],
        "name": known.get("name", ""),
        "title": known.get("title", ""),
        "unit": known.get("unit", ""),
        "mark": words.mark(row["mark"], row["outcome"], measure),
        "points": words.points(row["points"]),
        "record": row["record"],
    }


def entries(ctx: Ctx, found: list[Entry]) -> list[dict[str, Any]]:
    """Entries with names and units."""
    names = names_of(ctx, {entry.person_id for entry in found})
    units = ranking.unit_names(ctx, {entry.unit_id for entry in found})
    return [
        {
            "id": entry.id,
            "number": entry.number,
            "name": names.get(entry.person_id, ""),
            "unit": units.get(entry.unit_id, ""),
            "title": entry.title,
            "state": entry.state,
            "state_title": words.ENTRY_STATES[entry.state],
            "tone": words.ENTRY_TONES.get(entry.state),
            "filed": entry.file_id is not None,
            "copied": entry.redacted_id is not None,
        }
        for entry in found
    ]


def sheet(ctx: Ctx, category: Category, found: list[Entry]) -> list[dict[str, Any]]:
    """The finish's list: each accepted entry with what is written down."""
    written = results.of_category(ctx, category.id)
    rows = entries(ctx, found)
    for row in rows:
        result = written.get(row["id"])
        row["outcome"] = result.outcome if result else "ok"
        row["mark"] = (
            words.mark(result.mark, None, category.measure) if result and result.mark is not None else ""
        )
        row["checked"] = bool(result and result.checked_by)
        row["written"] = result is not None
    return rows

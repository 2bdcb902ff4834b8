"""From raw marks to the whole ranking: places in each category, points, records, team totals and their order.

Takes and gives plain JSON values of whole numbers, so that a frozen ranking can be computed again, byte for byte.
"""

from collections.abc import Mapping
from typing import Any

from anxin_competitions.rules.places import LESS_IS_BETTER, Mark, places, standing
from anxin_competitions.rules.points import PointRules, points


def final(material: Mapping[str, Any]) -> dict[str, Any]:
    """`material` is {"points": PointRules as a mapping, "categories": [{id, title, measure, relay, record, entries:
    [{id, number, unit, mark, outcome, then?}]}]}; an entry without an outcome has no result yet and no place.
    """
    rules = PointRules(**{**material["points"], "table": tuple(material["points"]["table"])})
    categories = [_category(category, rules) for category in material["categories"]]
    return {"categories": categories, "teams": _teams(categories)}


def _category(category: Mapping[str, Any], rules: PointRules) -> dict[str, Any]:
    entries = category["entries"]
    marks = {
        entry["id"]: Mark(entry["mark"], entry["outcome"] or "dnf", tuple(entry.get("then", ())))
        if entry["outcome"]
        else Mark(None, "dnf")
        for entry in entries
    }
    placed = places(marks, category["measure"])
    broken = frozenset(
        entry["id"] for entry in entries if _beats(entry["mark"], category["record"], category["measure"])
    )
    absent = frozenset(entry["id"] for entry in entries if entry["outcome"] == "dns")
    earned = points(placed, rules, relay=category["relay"], records=broken, absent=absent)
    rows = [
        {
            "id": entry["id"],
            "number": entry["number"],
            "unit": entry["unit"],
            "mark": entry["mark"],
            "outcome": entry["outcome"],
            "place": placed[entry["id"]],
            "points": earned[entry["id"]],
            "record": entry["id"] in broken,
        }
        for entry in entries
    ]
    rows.sort(key=lambda row: (row["place"] is None, row["place"] or 0, row["number"]))
    return {"id": category["id"], "title": category["title"], "measure": category["measure"], "entries": rows}


def _beats(mark: int | None, record: int | None, measure: str) -> bool:
    if mark is None or record is None:
        return False
    return mark < record if measure in LESS_IS_BETTER else mark > record


def _teams(categories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    totals: dict[str, int] = {}
    own: dict[str, list[int | None]] = {}
    for category in categories:
        for row in category["entries"]:
            totals[row["unit"]] = totals.get(row["unit"], 0) + row["points"]
            own.setdefault(row["unit"], []).append(row["place"])
    order = standing(totals, own)
    return sorted(
        (
            {"unit": unit, "points": totals[unit], "place": order[unit], "firsts": own[unit].count(1)}
            for unit in totals
        ),
        key=lambda team: (team["place"], team["unit"]),
    )

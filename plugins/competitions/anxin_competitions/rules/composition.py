"""Who may stand in a team (组队规则): size, mixture, shares of front-line workers and of leaders, one's own people only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Problem = Literal["too_few", "too_many", "women", "men", "front_line", "leaders", "outsider", "twice"]


@dataclass(frozen=True)
class Member:
    """A person as team rules see them. `staff` is False for whoever is not on the roster (外援)."""

    key: str
    woman: bool | None = None
    front_line: bool | None = None
    leader: bool = False
    staff: bool = True


@dataclass(frozen=True)
class TeamRules:
    """Bounds; shares in percent. 0 (of `leaders_at_most`: 100) does not bind."""

    at_least: int = 1
    at_most: int = 1
    women_at_least: int = 0
    men_at_least: int = 0
    front_line_percent: int = 0
    leaders_percent: int = 100


def problems(members: Sequence[Member], rules: TeamRules) -> list[Problem]:
    """What the team does not keep, in the order of TeamRules; an unknown (None) does not count towards a share."""
    size = len(members)
    checks: list[tuple[Problem, bool]] = [
        ("too_few", size < rules.at_least),
        ("too_many", size > rules.at_most),
        ("women", sum(member.woman is True for member in members) < rules.women_at_least),
        ("men", sum(member.woman is False for member in members) < rules.men_at_least),
        (
            "front_line",
            100 * sum(member.front_line is True for member in members) < rules.front_line_percent * size,
        ),
        ("leaders", 100 * sum(member.leader for member in members) > rules.leaders_percent * size),
        ("outsider", any(not member.staff for member in members)),
        ("twice", len({member.key for member in members}) < size),
    ]
    return [problem for problem, broken in checks if broken]

"""What the parts of the demo's story share: who serves where, and what was given an id already."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

Row = dict[str, Any]
DAY = timedelta(days=1)
FANG = "DL10352"  # 方圆圆, liaison officer of 采油一队 in the story
KEPT_FREE = "DL10268"  # 林晓峰 is cared for in the story, and serves nobody yet


@dataclass
class World:
    """What has been decided so far, shared by the parts of the story."""

    past: Any
    dice: random.Random
    liaisons: dict[UUID, UUID] = field(default_factory=dict)  # unit → person
    volunteers: list[UUID] = field(default_factory=list)  # ready ones
    held: dict[UUID, set[str]] = field(default_factory=dict)  # person → codes that hold for long enough
    competences: dict[str, UUID] = field(default_factory=dict)
    roles: dict[str, UUID] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)

    @property
    def now(self) -> Any:
        return self.past.story.now

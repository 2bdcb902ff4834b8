"""Every hook, its arguments and what happens when one plugin fails. core/README.md lists them; a test
compares.

Policies: contribute (a small notice names the plugin, the page lives) · decide (fails closed) · must (the
others still run; the request stays open and names who failed) · react (after commit, one job a plugin,
retried alone; see events).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import pluggy

if TYPE_CHECKING:
    from anxin.extension.manifest import Plugin
    from anxin.kernel.ctx import Ctx

hookspec = pluggy.HookspecMarker("anxin")
hookimpl = pluggy.HookimplMarker("anxin")

Policy = Literal["register", "contribute", "decide", "must"]
POLICIES: dict[str, Policy] = {}


def policy(kind: Policy) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def mark(spec: Callable[..., Any]) -> Callable[..., Any]:
        POLICIES[spec.__name__] = kind
        return hookspec(spec)

    return mark


@dataclass(frozen=True)
class Card:
    """A tile on the employee's home page, or a line of "coming up" when `when` is set."""

    title: Any
    text: Any
    href: str
    icon: str
    order: int = 50
    when: Any = None


@dataclass(frozen=True)
class Panel:
    """A block on the page of one person, for those who may see it: rendered HTML and where it sorts."""

    title: Any
    html: Any
    order: int = 50


@dataclass(frozen=True)
class Figure:
    """One number on a workbench, already through disclosure control: `value` is text or a disclosure Cell."""

    label: Any
    value: Any
    note: Any = ""
    trend: Sequence[float] = ()
    order: int = 50
    href: str | None = None


@dataclass(frozen=True)
class QueueItem:
    """One thing that waits for a helper, as a colleague may see it on a list of several employers: never a name, never
    what it is about. `kind` is crisis, request, follow_up or task: the contract's clock of that kind counts from
    `since`, and the earlier of it and `due` is shown. `href` is a path in this tenant ("/hotline/calls/…")."""

    kind: Literal["crisis", "request", "follow_up", "task"]
    title: Any
    href: str
    since: datetime
    due: datetime | None = None


@dataclass(frozen=True)
class EmergencyFacts:
    """What helps to find somebody in danger who has no account here: shown after two keys, and no sooner."""

    name: str | None = None
    place: str | None = None
    phone: str | None = None


@policy("register")
def register() -> "Plugin":  # type: ignore[empty-body]
    """The plugin's manifest. Called once when the process starts; a failure stops the start and names the
    plugin."""


@policy("contribute")
def home_cards(ctx: "Ctx") -> Iterable[Card]:  # type: ignore[empty-body]
    """Tiles and upcoming things for the signed-in person."""


@policy("contribute")
def person_panels(ctx: "Ctx", person_id: UUID) -> Iterable[Panel]:  # type: ignore[empty-body]
    """Blocks about a person for a helper; read rows through ctx only, so that scope and consent apply."""


@policy("contribute")
def case_panels(ctx: "Ctx", case_id: UUID) -> Iterable[Panel]:  # type: ignore[empty-body]
    """Blocks about a crisis for whoever leads it, from the module that raised it; write down what is opened."""


@policy("contribute")
def emergency_facts(ctx: "Ctx", case_id: UUID) -> "EmergencyFacts | None":
    """Contact facts of a crisis without a person, asked for after two keys were turned; None: not ours."""


@policy("contribute")
def figures(ctx: "Ctx") -> Iterable[Figure]:  # type: ignore[empty-body]
    """Numbers for the union admin's workbench, every one through kernel.disclosure."""


@policy("contribute")
def work_panels(ctx: "Ctx") -> Iterable[Panel]:  # type: ignore[empty-body]
    """Blocks for the workbench of whoever works here (a chart, a table); figures pass kernel.disclosure."""


@policy("contribute")
def queue_items(ctx: "Ctx") -> Iterable[QueueItem]:  # type: ignore[empty-body]
    """What waits for the actor, a helper under a contract, in this employer's tenant; asked only of modules the contract
    covers, under the helper's own permissions (`ctx.allowed`). At most a few dozen, the oldest first."""


@policy("decide")
def eligible(ctx: "Ctx", person_id: UUID, service: str) -> bool | None:
    """May this person use the service? None: no opinion; one False decides; no answer at all counts as
    yes."""


@policy("must")
def subject_export(ctx: "Ctx", person_id: UUID) -> Mapping[str, Any]:  # type: ignore[empty-body]
    """All the plugin keeps about the person, as JSON values under plain names, for their own copy."""


@policy("must")
def subject_erase(ctx: "Ctx", person_id: UUID) -> Mapping[str, int]:  # type: ignore[empty-body]
    """Erase or anonymise what the plugin keeps about the person; return counts by table. Must be
    repeatable."""


@policy("contribute")
def demo(ctx: "Ctx", story: Any) -> None:
    """Fill the plugin with the demo's invented history (only `anxin demo` calls it)."""

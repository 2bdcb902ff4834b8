"""Brings a roster into the tenant: who is new, who changed, moved, came back, left. The same file again writes no row.

People are known by their employee number; outsourced staff without one by name and phone; family members by name and
the worker they belong to. Contact data is sealed with the person's own key. The union's word for the help a person is
due goes to the groups (groups.py) and into no count: whoever uploads a list must not learn from it who was in one
before. ID numbers are read (to refuse mistyped ones) and not kept, since no function needs them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import groups, people, places, roster_bulk
from anxin.identity.entries import RosterImported
from anxin.identity.models import Membership, Person
from anxin.identity.names import sort_key
from anxin.identity.roster import Roster, RosterRow, RowError
from anxin.identity.roster_known import Known, known
from anxin.identity.roster_units import UnitFinder
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import lazy
from anxin.kernel.ids import new_id
from anxin.tenancy.models import Unit

LOWEST_ROLE = "employee"
CONTACT = frozenset(("phone", "email"))
TRAITS = ("job", "form", "employer")
OUTSOURCED = ("outsourced", "dispatch")
# Sheets of one workbook may speak of different things; a new person has all columns.
BLANK = dict.fromkeys(
    (
        "unit_id",
        "hired_on",
        "birth_year",
        "gender",
        "phone_index",
        "email_index",
        "relative_of",
        "relation",
        "contact",
    )
)
CHUNK = 1_000
Report = Callable[[int, int], None]


@dataclass(slots=True)
class Plan:
    """What an import would do. `refused` are rows that cannot be told apart or placed, beside the roster's own errors.

    `spoken`: the fields each sheet has a column for. What a roster does not speak of is left as it is.
    """

    new: list[tuple[UUID, RosterRow]] = field(default_factory=list)
    changed: list[tuple[Person, RosterRow]] = field(default_factory=list)
    left: list[Person] = field(default_factory=list)
    moved: int = 0
    returning: int = 0
    unchanged: int = 0
    active: int = 0
    refused: list[RowError] = field(default_factory=list)
    units: dict[tuple[str, ...], UUID] = field(default_factory=dict)
    workers: dict[str, UUID] = field(default_factory=dict)
    cares: dict[UUID, str | None] = field(default_factory=dict)
    spoken: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """For the preview: how many of each; nobody is counted twice."""
        return {
            "new": len(self.new),
            "changed": len(self.changed) - self.moved - self.returning,
            "moved": self.moved,
            "returning": self.returning,
            "left": len(self.left),
            "refused": len(self.refused),
            "unchanged": self.unchanged,
        }


def plan(ctx: Ctx, roster: Roster, *, complete: bool = False) -> Plan:
    """Compare a roster with the people here. With `complete` it names everybody with an employee number: whoever is
    missing has left. A file that we gave back with reasons never names everybody."""
    made = Plan(spoken=_spoken(roster))
    finder, here = _finder(ctx), known(ctx)
    made.active, made.workers = here.active, here.numbers()
    families = []
    for row in roster.rows:
        if not _placed(made, roster, row, finder):
            continue
        if row.form == "family" or row.worker:
            families.append(row)  # their worker may stand further down
        else:
            _find(ctx, made, roster, row, here)
    for row in families:
        _find_relative(ctx, made, roster, row, here)
    if complete and not roster.correction:
        made.left += [person for person in here.by_number.values() if person.state == "active"]
    return made


def _placed(made: Plan, roster: Roster, row: RosterRow, finder: UnitFinder[UUID]) -> bool:
    """Is the row's unit known (or not spoken of)?"""
    unit_id = finder.find(row.unit) if row.unit else None
    if row.unit and unit_id is None:
        reason = lazy("There is no unit “%(key)s”.", key="/".join(row.unit))
        made.refused.append(_refused(roster, row, "unit", reason))
        return False
    if unit_id is not None:
        made.units[row.unit] = unit_id
    return True


def _find(ctx: Ctx, made: Plan, roster: Roster, row: RosterRow, here: Known) -> None:
    """Somebody who works here, by number; outsourced staff without one by name and phone."""
    if row.number is None:
        if row.form not in OUTSOURCED or not row.phone:
            made.refused.append(_refused(roster, row, "number", lazy("The employee number is missing.")))
            return
        _sort(ctx, made, row, here.take_by_phone(row.name, ctx.blind("phone", row.phone)))
        return
    if row.typed and row.number not in here.by_number:
        padded = here.with_zeros(row.number)
        if padded and here.by_number[padded].name == row.name:
            row.number = padded
        elif padded:
            reason = lazy(
                "%(number)s is in the roster. This cell was typed as a number and has lost its zeros: set it to text.",
                number=padded,
            )
            made.refused.append(_refused(roster, row, "number", reason))
            return
    person = here.by_number.pop(row.number, None)
    if person is None and row.phone:
        twin = here.same_phone(row.name, ctx.blind("phone", row.phone))
        if twin is not None and twin.number:
            reason = lazy(
                "%(name)s with this phone number is in the roster as %(number)s already.",
                name=row.name,
                number=twin.number,
            )
            made.refused.append(_refused(roster, row, "number", reason))
            return
        person = twin  # until now without a number
    _sort(ctx, made, row, person)


def _find_relative(ctx: Ctx, made: Plan, roster: Roster, row: RosterRow, here: Known) -> None:
    worker = made.workers.get(row.worker or "")
    if worker is None:
        reason = (
            lazy("Nobody in the roster has the employee number %(number)s.", number=row.worker)
            if row.worker
            else lazy("The employee number of the worker is missing.")
        )
        made.refused.append(_refused(roster, row, "worker", reason))
        return
    _sort(ctx, made, row, here.relatives.pop((worker, row.name), None))


def _sort(ctx: Ctx, made: Plan, row: RosterRow, person: Person | None) -> None:
    if person is None:
        if not row.status:
            made.unchanged += 1  # left before we knew them
            return
        person_id = new_id()
        made.new.append((person_id, row))
        if row.number:
            made.workers[row.number] = person_id
        _note_care(made, row, person_id)
        return
    if not row.status:
        if person.state == "active":
            made.left.append(person)
        else:
            made.unchanged += 1
        return
    _note_care(made, row, person.id)
    plain = _plain(ctx, made, row, person.traits)
    if person.state != "active":
        made.returning += 1
    elif "unit_id" in plain and person.unit_id != plain["unit_id"]:
        made.moved += 1
    elif all(getattr(person, name) == value for name, value in plain.items()):
        made.unchanged += 1
        return
    made.changed.append((person, row))


def _note_care(made: Plan, row: RosterRow, person_id: UUID) -> None:
    if "care" in made.spoken[row.sheet]:
        made.cares[person_id] = row.care


def _spoken(roster: Roster) -> dict[str, frozenset[str]]:
    fields: dict[str, set[str]] = {}
    for column in roster.columns:
        if column.field:
            fields.setdefault(column.sheet, set()).add(column.field)
    return {sheet: frozenset(names) for sheet, names in fields.items()}


def apply(
    ctx: Ctx, roster: Roster, made: Plan, report: Report = lambda _done, _total: None
) -> dict[str, int]:
    """Carry the plan out and audit it; returns its counts. Leavers' sessions end at once. `report(done, total)` hears
    how far it is. Runs as a job or an operator's command: groups are out of an admin's own reach."""
    total = len(made.new) + len(made.changed) + len(made.left)
    done = 0
    for first in range(0, len(made.new), CHUNK):
        part = made.new[first : first + CHUNK]
        _add(ctx, made, part)
        done += len(part)
        report(done, total)
    for person, row in made.changed:
        _change(ctx, made, person, row)
        done += 1
        report(done, total)
    for person in made.left:
        for one in (person, *people.relatives(ctx, person.id)):
            people.mark_left(ctx, one)
        done += 1
        report(done, total)
    places.settle(ctx)
    groups.from_roster(ctx, made.cares)
    ctx.audit(
        RosterImported(
            added=len(made.new),
            changed=len(made.changed),
            unchanged=made.unchanged,
            left=len(made.left),
            refused=len(made.refused) + sum(error.fatal for error in roster.errors),
        )
    )
    return made.counts


def _add(ctx: Ctx, made: Plan, part: list[tuple[UUID, RosterRow]]) -> None:
    rows = [
        {**BLANK, "id": person_id, "number": row.number, **_plain(ctx, made, row, {})}
        for person_id, row in part
    ]
    roster_bulk.subject_keys(ctx, [row["id"] for row in rows])
    for values, (person_id, row) in zip(rows, part, strict=True):
        contact = _contact(row, {}, CONTACT)
        values["contact"] = ctx.sealed(Person, "contact", person_id, person_id, contact) if contact else None
    ctx.insert(Person, rows)
    ctx.insert(Membership, [{"person_id": row["id"], "role": LOWEST_ROLE} for row in rows])


def _change(ctx: Ctx, made: Plan, person: Person, row: RosterRow) -> None:
    for name, value in _plain(ctx, made, row, person.traits).items():
        setattr(person, name, value)
    person.state, person.left_at = "active", None
    spoken = made.spoken[row.sheet]
    if spoken & CONTACT:
        _put(ctx, person, "contact", _contact(row, _opened(ctx, person, "contact") or {}, spoken & CONTACT))


def _put(ctx: Ctx, person: Person, column: str, value: Any) -> None:
    if value:
        ctx.seal(person, column, value)
    else:
        setattr(person, column, None)


def _plain(ctx: Ctx, made: Plan, row: RosterRow, traits: Mapping[str, Any]) -> dict[str, Any]:
    """The columns the roster speaks of, compared as they are; contact data by its blind indexes."""
    spoken = made.spoken[row.sheet]
    told = {name: getattr(row, name) for name in TRAITS if name in spoken}
    if "born" in spoken:  # the year stands apart; the day is for birthdays, as far as the roster says it
        told["birthday"] = row.born[5:] if row.born else None
    merged = {key: value for key, value in {**traits, **told}.items() if value}
    values: dict[str, tuple[str, Any]] = {
        "unit_id": ("unit", made.units.get(row.unit)),
        "hired_on": ("hired", row.hired),
        "birth_year": ("born", int(row.born[:4]) if row.born else None),
        "gender": ("sex", row.sex),
        "phone_index": ("phone", ctx.blind("phone", row.phone) if row.phone else None),
        "email_index": ("email", ctx.blind("email", row.email) if row.email else None),
        "relation": ("relation", row.relation),
    }
    family = bool(row.worker) or row.form == "family"
    return {
        "kind": "family"
        if family
        else "outsourced"
        if merged.get("form") in OUTSOURCED or "employer" in merged
        else "employee",
        **({"number": row.number} if row.number else {}),
        "name": row.name,
        "sort_key": sort_key(row.name),
        "traits": merged,
        **({"relative_of": made.workers.get(row.worker or "")} if family else {}),
        **{column: value for column, (name, value) in values.items() if name in spoken},
    }


def _contact(row: RosterRow, known_of: Mapping[str, Any], spoken: Iterable[str]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in spoken}
    return {key: value for key, value in {**known_of, **told}.items() if value}


def _opened(ctx: Ctx, person: Person, column: str) -> Any:
    sealed = getattr(person, column)
    return None if sealed is None else ctx.keys.open(Person, column, person.id, person.id, sealed)


def _finder(ctx: Ctx) -> UnitFinder[UUID]:
    rows = ctx.db.execute(
        sa.select(Unit.id, Unit.parent_id, Unit.name).where(
            Unit.tenant_id == ctx.tenant.id, Unit.closed_at.is_(None)
        )
    ).all()
    above = {row.id: (row.parent_id, row.name) for row in rows}
    return UnitFinder({tuple(reversed(list(_names(above, row.id)))): row.id for row in rows})


def _names(above: dict[UUID, tuple[UUID | None, str]], unit_id: UUID) -> Iterator[str]:
    at: UUID | None = unit_id
    while at is not None and at in above:
        at, name = above[at]
        yield name


def _refused(roster: Roster, row: RosterRow, name: str, reason: Any) -> RowError:
    """An error at the column the person of the union would look in."""
    return RowError(row.sheet, row.row, _heading(roster.columns, row.sheet, name), reason, fatal=True)


def _heading(columns: Iterable[Any], sheet: str, name: str) -> str:
    found = [column.heading for column in columns if column.sheet == sheet and column.field == name]
    return found[-1] if found else ""

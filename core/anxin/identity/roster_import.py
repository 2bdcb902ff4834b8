"""Brings a roster into the tenant: who is new, who changed, who left. The same file again writes no row.

People are known by their employee number. Contact data and the union's word for the help a person is due are
sealed with the person's own key; ID numbers are read (to refuse mistyped ones) and not kept, since no
function needs them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.extension.events import PersonLeft
from anxin.identity import roster_bulk, sessions
from anxin.identity.entries import PersonLeftEntry, RosterImported
from anxin.identity.models import Membership, Person
from anxin.identity.names import sort_key
from anxin.identity.roster import Roster, RosterRow, RowError
from anxin.identity.roster_units import UnitFinder
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import lazy
from anxin.kernel.ids import new_id
from anxin.tenancy.models import Unit

LOWEST_ROLE = "employee"
CONTACT = frozenset(("phone", "email"))
TRAITS = ("job", "form", "employer")
# Sheets of one workbook may speak of different things; a new person has all columns.
BLANK = dict.fromkeys(("unit_id", "hired_on", "birth_year", "gender", "phone_index", "email_index"))


@dataclass(slots=True)
class Plan:
    """What an import would do. `refused` are rows whose unit is unknown, beside the roster's own errors.

    `spoken`: the fields each sheet has a column for. What a roster does not speak of is left as it is.
    """

    new: list[RosterRow] = field(default_factory=list)
    changed: list[tuple[Person, RosterRow]] = field(default_factory=list)
    left: list[Person] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RowError] = field(default_factory=list)
    units: dict[tuple[str, ...], UUID] = field(default_factory=dict)
    spoken: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """For the preview: how many of each."""
        counted = {name: len(getattr(self, name)) for name in ("new", "changed", "left", "refused")}
        return {**counted, "unchanged": self.unchanged}


def plan(ctx: Ctx, roster: Roster, *, complete: bool = False) -> Plan:
    """Compare a roster with the people here. With `complete` it names everybody: whoever is missing has
    left."""
    made = Plan(spoken=_spoken(roster))
    finder = _finder(ctx)
    known = _known(ctx)
    for row in roster.rows:
        unit_id = finder.find(row.unit) if row.unit else None
        if row.number is None:
            made.refused.append(_refused(roster, row, "number", lazy("The employee number is missing.")))
            continue
        if row.unit and unit_id is None:
            made.refused.append(
                _refused(roster, row, "unit", lazy("There is no unit “%(key)s”.", key="/".join(row.unit)))
            )
            continue
        if unit_id is not None:
            made.units[row.unit] = unit_id
        _sort(ctx, made, row, known.pop(row.number, None))
    if complete:
        made.left += [person for person in known.values() if person.state == "active"]
    return made


def _sort(ctx: Ctx, made: Plan, row: RosterRow, person: Person | None) -> None:
    if person is None:
        if row.status:
            made.new.append(row)
        else:
            made.unchanged += 1  # left before we knew them
    elif not row.status:
        if person.state == "active":
            made.left.append(person)
        else:
            made.unchanged += 1
    elif person.state != "active" or _differs(ctx, made, row, person):
        made.changed.append((person, row))
    else:
        made.unchanged += 1


def _spoken(roster: Roster) -> dict[str, frozenset[str]]:
    fields: dict[str, set[str]] = {}
    for column in roster.columns:
        if column.field:
            fields.setdefault(column.sheet, set()).add(column.field)
    return {sheet: frozenset(names) for sheet, names in fields.items()}


def _differs(ctx: Ctx, made: Plan, row: RosterRow, person: Person) -> bool:
    plain = _plain(ctx, made, row, person.traits)
    if any(getattr(person, name) != value for name, value in plain.items()):
        return True
    return "care" in made.spoken[row.sheet] and _opened(ctx, person, "confidential") != _care(row)


def apply(ctx: Ctx, roster: Roster, made: Plan) -> dict[str, int]:
    """Carry the plan out and audit it; returns its counts. Leavers' sessions end at once."""
    _add(ctx, made)
    for person, row in made.changed:
        _change(ctx, made, person, row)
    for person in made.left:
        person.state, person.left_at = "left", ctx.now
        sessions.end_all(ctx, person.id)
        ctx.audit(PersonLeftEntry(subject_id=person.id))
        ctx.emit(PersonLeft(person_id=person.id))
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


def _add(ctx: Ctx, made: Plan) -> None:
    rows = [{**BLANK, "id": new_id(), "number": row.number, **_plain(ctx, made, row, {})} for row in made.new]
    roster_bulk.subject_keys(ctx, [row["id"] for row in rows])
    for values, row in zip(rows, made.new, strict=True):
        person_id = values["id"]
        for name, value in (("contact", _contact(row, {}, CONTACT)), ("confidential", _care(row))):
            values[name] = ctx.sealed(Person, name, person_id, person_id, value) if value else None
    ctx.insert(Person, rows)
    ctx.insert(Membership, [{"person_id": row["id"], "role": LOWEST_ROLE} for row in rows])


def _change(ctx: Ctx, made: Plan, person: Person, row: RosterRow) -> None:
    for name, value in _plain(ctx, made, row, person.traits).items():
        setattr(person, name, value)
    person.state, person.left_at = "active", None
    spoken = made.spoken[row.sheet]
    if spoken & CONTACT:
        _put(ctx, person, "contact", _contact(row, _opened(ctx, person, "contact") or {}, spoken & CONTACT))
    if "care" in spoken:
        _put(ctx, person, "confidential", _care(row))


def _put(ctx: Ctx, person: Person, column: str, value: Any) -> None:
    if value:
        ctx.seal(person, column, value)
    else:
        setattr(person, column, None)


def _plain(ctx: Ctx, made: Plan, row: RosterRow, traits: Mapping[str, Any]) -> dict[str, Any]:
    """The columns the roster speaks of, compared as they are; contact data by its blind indexes."""
    spoken = made.spoken[row.sheet]
    told = {name: getattr(row, name) for name in TRAITS if name in spoken}
    merged = {key: value for key, value in {**traits, **told}.items() if value}
    values: dict[str, tuple[str, Any]] = {
        "unit_id": ("unit", made.units.get(row.unit)),
        "hired_on": ("hired", row.hired),
        "birth_year": ("born", int(row.born[:4]) if row.born else None),
        "gender": ("sex", row.sex),
        "phone_index": ("phone", ctx.blind("phone", row.phone) if row.phone else None),
        "email_index": ("email", ctx.blind("email", row.email) if row.email else None),
    }
    return {
        "kind": "outsourced" if merged.get("form") == "outsourced" or "employer" in merged else "employee",
        "name": row.name,
        "sort_key": sort_key(row.name),
        "traits": merged,
        **{column: value for column, (name, value) in values.items() if name in spoken},
    }


def _contact(row: RosterRow, known: Mapping[str, Any], spoken: Iterable[str]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in spoken}
    return {key: value for key, value in {**known, **told}.items() if value}


def _care(row: RosterRow) -> dict[str, str] | None:
    return {"care": row.care} if row.care else None


def _opened(ctx: Ctx, person: Person, column: str) -> Any:
    sealed = getattr(person, column)
    return None if sealed is None else ctx.keys.open(Person, column, person.id, person.id, sealed)


def _known(ctx: Ctx) -> dict[str, Person]:
    """The tenant's own people by number; an agency's staff come with their contract, never from a roster."""
    found = ctx.db.scalars(
        sa.select(Person).where(
            Person.tenant_id == ctx.tenant.id, Person.number.is_not(None), Person.kind != "agency_staff"
        )
    )
    return {person.number: person for person in found if person.number}


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

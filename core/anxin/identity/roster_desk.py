"""The desk where a union's workbook is taken in: uploaded, its columns matched, looked at, run as a job, and the rows
that did not fit given back.

Nothing is written before the run. The run plans anew: if more people would leave than somebody has agreed to, it stops
and asks. The command `anxin roster import` does the same in one go.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.files import XLSX, TakenUpload, drop_file, keep_file, read_file
from anxin.files.services import File
from anxin.identity import entries, roster, roster_files, roster_import
from anxin.identity.models import RosterHeading, RosterImport
from anxin.identity.roster import Roster, RowError
from anxin.identity.roster_columns import FIELDS, Said, plain
from anxin.identity.roster_import import Plan
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Invalid, NotFound, SignInRequired
from anxin.kernel.i18n import lazy, msgid_of
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import job
from anxin.tasks import Task, start_task, task_of

UPLOADED, REFUSED = "roster", "roster.refused"
KEEP_UPLOAD, KEEP_REFUSED = timedelta(days=7), timedelta(days=30)
FEW = 5  # leavers that never need a second question
SHOWN = 30
TITLES = {
    "name": lazy("Name"),
    "number": lazy("Employee number"),
    "unit": lazy("Unit"),
    "sex": lazy("Sex"),
    "born": lazy("Born"),
    "id_number": lazy("ID number (checked, not kept)"),
    "phone": lazy("Phone number"),
    "email": lazy("E-mail"),
    "job": lazy("Job"),
    "form": lazy("Form of employment"),
    "employer": lazy("Employed by"),
    "hired": lazy("Hired on"),
    "status": lazy("Still here?"),
    "left": lazy("Left on"),
    "care": lazy("Special help (kept apart)"),
    "worker": lazy("Worker’s employee number"),
    "relation": lazy("Relation"),
}
COUNTS = {
    "new": lazy("New people"),
    "changed": lazy("Changed"),
    "moved": lazy("Moved"),
    "returning": lazy("Coming back"),
    "left": lazy("Leaving"),
    "unchanged": lazy("Unchanged"),
    "refused": lazy("Refused"),
    "partly": lazy("Taken without some cells"),
}


@dataclass(frozen=True)
class Matched:
    """A heading of the workbook, what stands below it, and what it is read as."""

    heading: str
    title: str
    samples: Sequence[str]
    field: str | None


@dataclass(frozen=True)
class Preview:
    """What a run would do."""

    counts: Mapping[str, int]
    problems: Sequence[RowError]
    problem_rows: int
    asks: bool
    correction: bool
    active: int


def remembered(ctx: Ctx) -> Said:
    """What headings mean here, as somebody said before."""
    rows = ctx.db.execute(
        sa.select(RosterHeading.heading, RosterHeading.field).where(RosterHeading.tenant_id == ctx.tenant.id)
    )
    return {row.heading: row.field for row in rows}


def bring(ctx: Ctx, taken: TakenUpload, *, complete: bool = False) -> RosterImport:
    """Take a workbook in. Its columns are guessed; a wholly unknown heading can be matched on the next page."""
    if not roster.headings(taken.data, remembered(ctx)):
        raise Invalid(fields={"file": [lazy("There is no table in this workbook.")]})
    return keep(ctx, taken, kind="roster", complete=complete)


def keep(
    ctx: Ctx, taken: TakenUpload, *, kind: str, complete: bool, group_id: UUID | None = None
) -> RosterImport:
    """Store the workbook, sealed with the tenant's key until it has been run."""
    if ctx.actor.person_id is None:
        raise SignInRequired()
    file = keep_file(ctx, taken.data, name=taken.name, media_type=XLSX, kind=UPLOADED, keep=KEEP_UPLOAD)
    row = ctx.add(
        RosterImport(
            kind=kind,
            file_id=file.id,
            group_id=group_id,
            complete=complete,
            made_by=ctx.actor.person_id,
            made_at=ctx.now,
        )
    )
    ctx.audit(entries.RosterBrought(import_id=row.id))
    return row


def get(ctx: Ctx, import_id: UUID) -> RosterImport:
    row = ctx.db.scalar(
        sa.select(RosterImport).where(RosterImport.tenant_id == ctx.tenant.id, RosterImport.id == import_id)
    )
    if row is None:
        raise NotFound()
    return row


def recent(ctx: Ctx) -> list[RosterImport]:
    return list(
        ctx.db.scalars(
            sa.select(RosterImport)
            .where(RosterImport.tenant_id == ctx.tenant.id, RosterImport.kind == "roster")
            .order_by(RosterImport.made_at.desc())
            .limit(10)
        )
    )


def _open(ctx: Ctx, row: RosterImport) -> bytes:
    if row.file_id is None or row.state not in ("draft", "asks"):
        raise Conflict(lazy("This workbook has been imported already."), code="import_over")
    return read_file(ctx, row.file_id, kind=UPLOADED)[1]


def columns(ctx: Ctx, row: RosterImport) -> list[Matched]:
    """The headings to match, each once, with what stands below."""
    return [
        Matched(plain(title), title, samples, field)
        for title, samples, field in roster.headings(_open(ctx, row), remembered(ctx))
    ]


def match(ctx: Ctx, import_id: UUID, said: Mapping[str, str | None], *, complete: bool) -> None:
    """Say what the headings mean; remembered for this tenant's next workbook."""
    row = get(ctx, import_id)
    known = {*FIELDS, "unit"}
    wrong = sorted(field for field in said.values() if field and field not in known)
    if wrong:
        raise Invalid(fields={"field": [lazy("A column cannot mean “%(field)s”.", field=wrong[0])]})
    _insist_once(said)
    for heading, field in said.items():
        ctx.execute(
            pg.insert(RosterHeading)
            .values(
                tenant_id=ctx.tenant.id,
                id=new_id(),
                heading=plain(heading),
                field=field or None,
                said_at=ctx.now,
            )
            .on_conflict_do_update(
                index_elements=["tenant_id", "heading"], set_={"field": field or None, "said_at": ctx.now}
            )
        )
    row.complete = complete
    ctx.audit(entries.HeadingsMatched(import_id=row.id))


def _insist_once(said: Mapping[str, str | None]) -> None:
    """A field is told by one column (units have one a level); without 姓名 nobody can be read."""
    fields = [field for field in said.values() if field and field != "unit"]
    if "name" not in fields:
        raise Invalid(fields={"field": [lazy("Say which column holds the names.")]})
    twice = next((field for field in fields if fields.count(field) > 1), None)
    if twice is not None:
        raise Invalid(
            fields={
                "field": [lazy("Two columns cannot both be “%(field)s”.", field=TITLES.get(twice, twice))]
            }
        )


def preview(ctx: Ctx, row: RosterImport) -> Preview:
    """What would happen. Nothing is written."""
    found = roster.read(_open(ctx, row), remembered(ctx))
    made = roster_import.plan(ctx, found, complete=row.complete)
    problems = [*found.errors, *made.refused]
    problems.sort(key=lambda error: (not error.fatal, error.sheet, error.row))
    return Preview(
        counts_of(found, made),
        problems[:SHOWN],
        len({(error.sheet, error.row) for error in problems}),
        too_many(ctx, made),
        found.correction,
        made.active,
    )


def counts_of(found: Roster, made: Plan) -> dict[str, int]:
    """The plan's counts, with the rows that were refused as a whole or lost some of their cells."""
    refused = {(error.sheet, error.row) for error in (*found.errors, *made.refused) if error.fatal}
    partly = {(error.sheet, error.row) for error in found.errors if not error.fatal} - refused
    return {**made.counts, "refused": len(refused), "partly": len(partly)}


def too_many(ctx: Ctx, made: Plan) -> bool:
    """Would more people leave than happens unnoticed? The share is a setting of the tenant."""
    share = ctx.settings_of("roster")["leaving_percent"]
    return len(made.left) > max(FEW, made.active * share // 100)


def run(ctx: Ctx, import_id: UUID, *, leavers: int, sure: bool) -> Task:
    """Start the import. `leavers` is how many the preview said; `sure` that a large number is meant."""
    row = get(ctx, import_id)
    if row.state not in ("draft", "asks"):
        raise Conflict(lazy("This workbook has been imported already."), code="import_over")
    task = start_task(
        ctx,
        run_import,
        title=lazy("Importing the roster"),
        back="identity.rosters",
        import_id=row.id,
        sure=sure,
    )
    row.state, row.leavers_seen, row.task_id = "running", leavers, task.id
    ctx.audit(entries.RosterStarted(import_id=row.id, leavers=leavers))
    return task


@job("identity.roster_import")
def run_import(ctx: Ctx, *, task_id: str, import_id: str, sure: bool) -> None:
    """The run: plans anew, asks again when more would leave than was agreed to, else writes everything or nothing."""
    row, task = get(ctx, UUID(import_id)), task_of(ctx, task_id)
    if row.file_id is None:
        return
    found = roster.read(read_file(ctx, row.file_id, kind=UPLOADED)[1], remembered(ctx))
    made = roster_import.plan(ctx, found, complete=row.complete)
    row.counts = counts_of(found, made)
    link = f"/admin/people/import/{row.id}"
    if len(made.left) > (row.leavers_seen or 0) or (too_many(ctx, made) and not sure):
        row.state = "asks"
        task.finish(counts=_labelled(row.counts), link=link)
        return
    roster_import.apply(ctx, found, made, task.report)
    file = give_back(ctx, found, (*found.errors, *made.refused))
    row.state, row.done_at, row.failures_id = "done", ctx.now, file.id if file else None
    drop_file(ctx, row.file_id)
    row.file_id = None
    task.finish(counts=_labelled(row.counts), link=link, file=file)


def give_back(ctx: Ctx, found: Roster, errors: Iterable[RowError]) -> File | None:
    """Keep the refused rows as a workbook, to be corrected and brought again."""
    content = roster_files.failures(found, errors)
    if content is None:
        return None
    return keep_file(ctx, content, name="未导入.xlsx", media_type=XLSX, kind=REFUSED, keep=KEEP_REFUSED)


def _labelled(counts: Mapping[str, int]) -> dict[str, int]:
    return {msgid_of(COUNTS[name]): count for name, count in counts.items() if count}


def failures(ctx: Ctx, import_id: UUID) -> tuple[File, bytes]:
    """The rows that were refused, with the reasons."""
    row = get(ctx, import_id)
    if row.failures_id is None:
        raise NotFound()
    ctx.audit(entries.FailuresFetched(import_id=row.id))
    return read_file(ctx, row.failures_id, kind=REFUSED)


def fields() -> list[tuple[str, Any]]:
    return list(TITLES.items())

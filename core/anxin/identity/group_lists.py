"""Lists for the groups that are due special help: the union's workbook in, the rows that were not understood back.

The counts say how many rows were understood, never how many were new: an upload must not tell who was in before.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.files import TakenUpload, drop_file, read_file
from anxin.identity import entries, groups, roster, roster_desk
from anxin.identity.models import Person, RosterImport
from anxin.identity.roster import Roster, RosterRow, RowError
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Invalid
from anxin.kernel.i18n import lazy, msgid_of
from anxin.kernel.jobs import job
from anxin.tasks import Task, start_task, task_of

TAKEN, REFUSED = lazy("Rows understood"), lazy("Refused")


def bring(ctx: Ctx, group_id: UUID, taken: TakenUpload, *, whole: bool) -> tuple[RosterImport, Task]:
    """Take a list in and start writing it. `whole`: who is not on it goes out of the group."""
    group = groups.get(ctx, group_id)
    if group.closed_at is not None:
        raise Conflict(lazy("This group has ended already."), code="group_closed")
    found = roster.read(taken.data, roster_desk.remembered(ctx))
    if not any(column.field in ("number", "worker") for column in found.columns):
        raise Invalid(fields={"file": [lazy("The list needs a column with the employee numbers (工号).")]})
    row = roster_desk.keep(ctx, taken, kind="group", complete=whole, group_id=group.id)
    task = start_task(
        ctx, run_list, title=lazy("Bringing in the list"), back="identity.care_groups", import_id=row.id
    )
    row.state, row.task_id = "running", task.id
    return row, task


@job("identity.group_list")
def run_list(ctx: Ctx, *, task_id: str, import_id: str) -> None:
    """Write a list into its group; afterwards the workbook is gone."""
    row, task = roster_desk.get(ctx, UUID(import_id)), task_of(ctx, task_id)
    if row.file_id is None or row.group_id is None:
        return
    content = read_file(ctx, row.file_id, kind=roster_desk.UPLOADED)[1]
    found = roster.read(content, roster_desk.remembered(ctx))
    people, unknown = _recognised(ctx, found)
    errors = [*(error for error in found.errors if error.fatal), *unknown]
    refused = len({(error.sheet, error.row) for error in errors})
    group = groups.get(ctx, row.group_id)
    groups.put_in(ctx, group.id, people, whole=row.complete)
    group.listed_at, group.listed_rows = ctx.now, len(people)
    file = roster_desk.give_back(ctx, found, errors)
    row.state, row.done_at, row.failures_id = "done", ctx.now, file.id if file else None
    row.counts = {"taken": len(people), "refused": refused}
    drop_file(ctx, row.file_id)
    row.file_id = None
    ctx.audit(entries.GroupListed(group_id=group.id, rows=len(people), refused=refused))
    labels = {msgid_of(TAKEN): len(people), msgid_of(REFUSED): refused}
    task.finish(counts=labels, file=file)


def _recognised(ctx: Ctx, found: Roster) -> tuple[list[UUID], list[RowError]]:
    """The people the rows mean, by employee number and name; a number with another name is nobody."""
    numbers = {row.number for row in found.rows if row.number}
    here: dict[str, Any] = {
        row.number: row
        for row in ctx.db.execute(
            sa.select(Person.number, Person.id, Person.name).where(
                Person.tenant_id == ctx.tenant.id, Person.state == "active", Person.number.in_(numbers)
            )
        )
    }
    people: list[UUID] = []
    unknown: list[RowError] = []
    for row in found.rows:
        person = here.get(row.number or "")
        if person is not None and person.name == row.name:
            people.append(person.id)
        else:
            unknown.append(_unknown(row))
    return people, unknown


def _unknown(row: RosterRow) -> RowError:
    reason = lazy("Nobody in the roster has this number and this name.")
    return RowError(row.sheet, row.row, "", reason, fatal=True)

"""Ctx: the one argument of every service. It knows the tenant, the actor, the purpose and the moment, holds the open
transaction, and is the only way to rows, confidential fields, audit entries, events and jobs.

Life of one: enter (a capability) → work → `commit()` or, when anything was raised, rollback. `commit()` writes the audit
entries and the outbox rows in the same transaction and refuses to commit a change without an entry.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy import Result, ScalarResult, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from anxin.kernel import bulk, clock, outbox
from anxin.kernel.actor import VISITOR, Actor, Grant, TenantInfo, system
from anxin.kernel.capability import mint, revoke, token_hash
from anxin.kernel.db import TenantModel
from anxin.kernel.entry import Entry
from anxin.kernel.errors import NotFound, ProgrammingError
from anxin.kernel.i18n import local
from anxin.kernel.ids import new_id
from anxin.kernel.link import Answer, Link
from anxin.kernel.runtime import Runtime
from anxin.kernel.subjects import SubjectKeys

M = TypeVar("M", bound=TenantModel)


class Mark(NamedTuple):
    """How far a context's effects had come at one moment."""

    entries: int
    pending: int
    wrote: bool
    opened: frozenset[UUID]


class Refusal(NamedTuple):
    """What to raise when the database refuses a row of this table ("schema.table"): as a rule because it has it."""

    table: str
    error: Callable[[], Exception]
    cause: type[psycopg.Error] = psycopg.errors.UniqueViolation


class Held(NamedTuple):
    """A change that waits for the next statement."""

    statement: str
    parameters: Any
    refused: Refusal | None = None


ROWS_AT_ONCE = 10_000
# plain SQL that changes data ("FOR UPDATE" only locks)
CHANGES = re.compile(
    r"\b(insert\s+into|delete\s+from|merge\s+into|(?<!for )(?<!for no key )update)\b", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def changes(statement: str) -> bool:
    """Does this SQL change rows?"""
    return CHANGES.search(statement) is not None


class Ctx:
    """One actor at work in one tenant, inside one transaction."""

    def __init__(
        self,
        runtime: Runtime,
        tenant: TenantInfo,
        link: Link,
        actor: Actor,
        *,
        now: datetime | None = None,
        token: str | None = None,
    ) -> None:
        self._token = token
        self.runtime, self.tenant, self.link, self.actor = runtime, tenant, link, actor
        self.now = now or clock.now()
        self.locale = actor.locale or tenant.locale
        self.only_asks = False  # set by @guard: reads in one short transaction after the other
        self.purpose: str | None = None  # set by @guard: why personal data is used
        self.grant: Grant | None = None  # set by @guard: how wide the permission of this request is
        self.plugin: str | None = None  # whose route, hook or job is running
        self.keys = SubjectKeys(self)
        self.notes: dict[Any, Any] = {}  # per-request memory of rooms (units of a subtree, decisions taken)
        self._entries: list[Entry] = []
        self._pending: list[outbox.Row] = []
        self._last: list[Held] = []  # statements that go with the next one, at the latest with the commit
        self._stale = False  # one of them changes rows that the ORM may have read
        self._opened: set[UUID] = set()  # other people whose confidential fields were read
        self._wrote = False
        self._excused: str | None = None
        link.flushed = self._flushed

    @property
    def db(self) -> Session:
        """The ORM's session of this context's transaction."""
        self.send()
        return self.link.session

    @property
    def today(self) -> date:
        """The calendar day where the tenant is: in Shanghai it is tomorrow already at 16:00 UTC."""
        return local(self.now).date()

    # ---- rows -------------------------------------------------------------------------------------------------

    def select(self, model: type[M]) -> Select[tuple[M]]:
        """Rows of `model` this actor may see in this request: tenant, permission scope and consent are in the query."""
        statement = sa.select(model).where(model.tenant_id == self.tenant.id)
        return self.runtime.access.narrow(self, model, statement)

    def get(self, model: type[M], row_id: UUID, *, for_update: bool = False) -> M:
        """One row, or NotFound (absent, foreign and not-yours alike); ConsentRefused when its subject did not agree.
        `for_update` holds it until the transaction ends."""
        statement = self.runtime.access.narrow(
            self,
            model,
            sa.select(model).where(model.tenant_id == self.tenant.id, model.id == row_id),
            consent=False,
        )
        if for_update:
            statement = statement.with_for_update()
        row = self.db.scalar(statement.execution_options(populate_existing=True))
        if row is None:
            raise NotFound()
        self.runtime.access.check(self, row)
        return row

    def scalars(self, statement: Any, parameters: Any = None) -> ScalarResult[Any]:
        return self.execute(statement, parameters).scalars()

    def scalar(self, statement: Any, parameters: Any = None) -> Any:
        return self.execute(statement, parameters).scalar()

    def execute(self, statement: Any, parameters: Any = None) -> Result[Any]:
        """Run a Core or ORM statement; data changes count as writes that need an audit entry."""
        plain = statement.text if isinstance(statement, sa.TextClause) else ""
        if getattr(statement, "is_dml", False) or changes(plain):
            self._wrote = True
        return self.db.execute(statement, parameters)

    def fast(self, statement: str, parameters: Any = ()) -> Answer:
        """Run plain SQL of a hot path ("%(name)s" placeholders) at the driver's own cost, prepared once a connection.

        The wall holds as everywhere; the tenant, the scope and the consent are for the statement to name. Changes of
        ORM rows are not sent before.
        """
        if changes(statement):
            self._wrote = True
        return self._run((statement, parameters))[-1]

    def ask(self, *questions: tuple[str, Any]) -> list[Answer]:
        """Several questions in plain SQL, as `fast`, in one round trip."""
        return self._run(*questions)[-len(questions) :]

    def last(
        self, statement: str, parameters: Any, *, new: bool = False, refused: Refusal | None = None
    ) -> None:
        """A change whose outcome nobody waits for: it goes with the next statement, at the latest with the commit.
        `new`: it makes a row, and changes none that the ORM may have read. `refused`: what to raise instead of the
        database's own word."""
        self.link.flush()  # what the ORM holds back may be what it refers to
        self._wrote = True
        self._last.append(Held(statement, parameters, refused))
        self._stale = self._stale or not new

    def send(self) -> None:
        """Send what `last` and `put` hold back: before anything is read, and before a savepoint ends."""
        if self._last:
            self._run()

    def _run(self, *asked: tuple[str, Any]) -> list[Answer]:
        """What is held back and these, in one round trip; the answers."""
        if not self._last:
            return self.link.run(asked, whole=self.only_asks and not self._wrote)
        with self._held() as held:
            answers = self.link.run([*held, *asked])
        if self._stale:
            self._stale = False
            self.link.forget()
        return answers

    @contextmanager
    def _held(self) -> Iterator[list[tuple[str, Any]]]:
        """What is held back, to be sent now; what the database refuses of it is said in our own words."""
        held, self._last = self._last, []
        try:
            yield [(one.statement, one.parameters) for one in held]
        except psycopg.IntegrityError as error:
            table = f"{error.diag.schema_name}.{error.diag.table_name}"
            for one in held:
                said = one.refused
                if said is not None and said.table == table and isinstance(error, said.cause):
                    raise said.error() from error
            raise

    def add(self, row: M) -> M:
        """Put a new row of this tenant into the transaction; its id is known at once."""
        row.tenant_id = self.tenant.id
        if row.id is None:
            row.id = new_id()
        self.db.add(row)
        self._wrote = True
        return row

    def insert(self, model: type[TenantModel], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert many rows that name the same columns, in few statements; tenant and missing ids are filled in."""
        table: Any = model.__table__
        for first in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[first : first + ROWS_AT_ONCE]
            filled = [{"tenant_id": self.tenant.id, "id": new_id(), **row} for row in part]
            if len(filled) == 1:  # a statement whose text is known already; the arrays of many rows cost more
                self.link.flush()  # what the ORM holds back may be what this row refers to
                self.fast(bulk.one(table, tuple(filled[0])), bulk.plain(table, filled[0]))
            else:
                self.execute(bulk.insert(table, filled))

    def insert_unless(self, model: type[TenantModel], row: Mapping[str, Any], same: tuple[str, ...]) -> bool:
        """Insert one row on a hot path; False when there is one with the same values in these columns."""
        table: Any = model.__table__
        filled = {"tenant_id": self.tenant.id, "id": new_id(), **row}
        return self.fast(bulk.one(table, tuple(filled), same), bulk.plain(table, filled)).rowcount == 1

    def change(self, model: type[TenantModel], row_id: UUID, values: Mapping[str, Any]) -> None:
        """Change one row of a hot path, which is held and may be changed by this actor: the wall asks no more. It goes
        with the next statement (see `last`)."""
        table: Any = model.__table__
        filled = {**bulk.plain(table, values), "tenant_id": self.tenant.id, "id": row_id}
        self.last(bulk.change(table, tuple(values)), filled)

    def put(
        self,
        model: type[TenantModel],
        row: Mapping[str, Any],
        *,
        twice: Callable[[], Exception] | None = None,
    ) -> None:
        """Insert one row with the next statement (see `last`); `twice` makes what is raised when there is such a row."""
        table: Any = model.__table__
        filled = {"tenant_id": self.tenant.id, "id": new_id(), **row}
        refused = Refusal(table.fullname, twice) if twice is not None else None
        self.last(bulk.one(table, tuple(filled)), bulk.plain(table, filled), new=True, refused=refused)

    def lock(self, key: str) -> None:
        """Take the tenant's lock of that name until the transaction ends."""
        self.fast("SELECT guard.lock(%s)", (key,))

    # ---- confidential fields ----------------------------------------------------------------------------------

    def seal(self, row: TenantModel, column: str, value: Any) -> None:
        """Put a JSON value into a sealed column, bound to tenant, table, column, row and subject."""
        if row.id is None:
            row.id = new_id()
        setattr(row, column, self.keys.seal(type(row), column, row.id, self._subject_of(row), value))

    def sealed(
        self, model: type[TenantModel], column: str, row_id: UUID, subject_id: UUID, value: Any
    ) -> bytes:
        """The ciphertext for a Core statement (hot paths); `seal` is for ORM rows."""
        return self.keys.seal(model, column, row_id, subject_id, value)

    def open(self, row: TenantModel, column: str) -> Any:
        """The plain value of a sealed column. Opening another person's needs an audit entry about that person."""
        return self.unseal(type(row), column, row.id, self._subject_of(row), getattr(row, column))

    def unseal(
        self, model: type[TenantModel], column: str, row_id: UUID, subject_id: UUID, blob: bytes
    ) -> Any:
        self._opened_field_of(subject_id)
        return self.keys.open(model, column, row_id, subject_id, blob)

    def sealed_bytes(
        self, model: type[TenantModel], column: str, row_id: UUID, subject_id: UUID, content: bytes
    ) -> bytes:
        """The ciphertext of a file's content, for a sealed column."""
        return self.keys.seal_bytes(model, column, row_id, subject_id, content)

    def unseal_bytes(
        self, model: type[TenantModel], column: str, row_id: UUID, subject_id: UUID, blob: bytes
    ) -> bytes:
        self._opened_field_of(subject_id)
        return self.keys.open_bytes(model, column, row_id, subject_id, blob)

    def _opened_field_of(self, subject_id: UUID) -> None:
        if self.actor.kind == "person" and subject_id not in (self.actor.person_id, self.tenant.id):
            self._opened.add(subject_id)

    def blind(self, kind: str, text: str) -> bytes:
        """A keyed index of a phone or ID number for equality search; the key never enters the database."""
        return self.runtime.keyring.blind(self.tenant.id, kind, text)

    def _subject_of(self, row: TenantModel) -> UUID:
        subject = (
            row.id if row.__subject__ == "id" else getattr(row, row.__subject__) if row.__subject__ else None
        )
        return subject or self.tenant.id

    # ---- effects ----------------------------------------------------------------------------------------------

    def audit(self, entry: Entry) -> None:
        """Record an act or a look; it is written in this transaction or nothing is."""
        self._entries.append(entry)

    def unaudited(self, reason: str) -> None:
        """Commit changes without an entry, for a stated reason (a draft's autosave, a seen-mark). Use sparingly."""
        self._excused = reason

    def emit(self, event: Any) -> None:
        """Tell the plugins this tenant runs, after commit, one job each."""
        for job, payload in self.runtime.registry.jobs_for(self, event):
            self._pending.append(outbox.row(self, job, payload))

    def enqueue(self, job: Any, *, at: datetime | None = None, **payload: Any) -> UUID:
        """Run a @job after commit (or at a time). The payload holds ids and codes only. Returns the job's id."""
        row = outbox.row(self, job.name, payload, due=at)
        self._pending.append(row)
        return row.id

    # ---- rights and settings ----------------------------------------------------------------------------------

    def allowed(self, permission: Any) -> bool:
        """May the actor use this permission at all (its plugin is on, and a role grants it)?"""
        name = permission if isinstance(permission, str) else permission.name
        plugin = self.runtime.registry.plugin_of(name)
        return (plugin is None or plugin in self.tenant.modules) and (
            self.actor.kind == "system" or name in self.actor.grants
        )

    @property
    def settings(self) -> Mapping[str, Any]:
        """The tenant's settings of the plugin at work, validated by its schema, defaults filled in."""
        if self.plugin is None:
            raise ProgrammingError("ctx.settings is read outside a plugin; use ctx.settings_of(name)")
        return self.settings_of(self.plugin)

    def settings_of(self, name: str) -> Mapping[str, Any]:
        return self.runtime.registry.settings(self.tenant, name)

    @contextmanager
    def acting(
        self, *, grant: Grant | None = None, purpose: str | None = None, plugin: str | None = None
    ) -> Iterator["Ctx"]:
        """Work for a moment under another grant, purpose or plugin; restored afterwards (hooks, panels)."""
        before = self.grant, self.purpose, self.plugin
        self.grant, self.purpose = grant or self.grant, purpose or self.purpose
        self.plugin = plugin or self.plugin
        try:
            yield self
        finally:
            self.grant, self.purpose, self.plugin = before

    def mark(self) -> Mark:
        """Where the effects stand; with `undo` a savepoint's rollback takes entries and jobs along."""
        self.send()  # or a savepoint would take it back
        return Mark(len(self._entries), len(self._pending), self._wrote, frozenset(self._opened))

    def undo(self, mark: Mark) -> None:
        del self._entries[mark.entries :], self._pending[mark.pending :], self._last[:]
        self._wrote, self._opened = mark.wrote, set(mark.opened)

    def answer_for_reads(self, mark: Mark) -> None:
        """Raise unless every confidential field of others opened since the mark has its entry."""
        self._insist_on_reads(self._opened - mark.opened)

    @contextmanager
    def figures(self) -> Iterator[Session]:
        """A second, read-only transaction that may count clinical rows, for kernel.disclosure and nothing else."""
        self.settle()
        with Link(self.runtime.engine) as link:
            link.enter(self.runtime.figures.token(self.tenant.id))
            link.execute("SET TRANSACTION READ ONLY")
            yield link.session

    # ---- the end ----------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Write entries and jobs, then commit; the context may go on with a new transaction only by a new enter."""
        if self.link.in_orm:
            self.send()
            self.link.flush()
        self._insist_on_entries()
        changed = self._wrote or self._entries or self._pending
        if self._entries:
            self.runtime.audit.write(self, self._entries)
        if self._pending:
            outbox.write(self, self._pending)
        if changed:
            with self._held() as held:
                self.link.commit(held)
        else:
            self.link.end()
        self._reset()

    def pause(self) -> None:
        """Give the connection back before something slow outside; what is not committed is gone. Go on by `restart`."""
        self.settle()
        self._reset()
        self._excused = None
        self.link.close()

    def restart(self) -> None:
        """Forget what was done so far and begin anew in the same tenant, to show a form again after a refusal."""
        self.pause()
        if self._token is not None:
            self.link.enter(self._token)

    def settle(self) -> None:
        """Make sure that what the process remembered of the actor is still so (@guard(…, swift=True)); Outdated if not."""
        self.link.settle()

    def _reset(self) -> None:
        self._entries, self._pending, self._last = [], [], []
        self._wrote = self._stale = False
        self._opened.clear()

    @contextmanager
    def beside(self) -> Iterator["Ctx"]:
        """Another context of the same actor, with a transaction of its own: for a command that works in threads.
        It commits at the end of its block and rolls back on any exception."""
        self.settle()
        with tenant_scope(self.runtime, self.tenant, self.actor, token=self._token) as other:
            other.plugin, other.grant, other.purpose = self.plugin, self.grant, self.purpose
            yield other

    def close(self) -> None:
        """Give the connection back; what was not committed is rolled back."""
        self.link.close()

    def _insist_on_entries(self) -> None:
        if self._wrote and not self._entries and self._excused is None:
            raise ProgrammingError(
                "data was changed without an audit entry: call ctx.audit(…) in the service"
            )
        self._insist_on_reads(self._opened)

    def _insist_on_reads(self, opened: AbstractSet[UUID]) -> None:
        if opened - {entry.subject_id for entry in self._entries}:
            raise ProgrammingError(
                "another person's confidential field was read without an audit entry about them"
            )

    def _flushed(self) -> None:
        self._wrote = True


@contextmanager
def tenant_scope(
    runtime: Runtime,
    tenant: TenantInfo,
    actor: Actor | None = None,
    *,
    token: str | None = None,
    isolation: str | None = None,
) -> Iterator[Ctx]:
    """A context for operator commands, seeding and tests: commits at the end, rolls back on any exception.

    Without a token a short-lived system capability is minted (and revoked at the end).
    """
    actor = actor or system("operator")
    own = token is None
    token = token or mint(
        runtime.auth,
        tenant.id,
        reach=actor.reach,
        lifetime=timedelta(hours=2),
        person_id=actor.person_id,
    )
    engine = runtime.engine.execution_options(isolation_level=isolation) if isolation else runtime.engine
    link = Link(engine)
    try:
        link.enter(token)
        ctx = Ctx(runtime, tenant, link, actor, token=token)
        yield ctx
        ctx.commit()
    finally:
        link.close()
        if own:
            revoke(runtime.auth, token_hash(token))


def visitor_ctx(runtime: Runtime, tenant: TenantInfo) -> Ctx:
    """A context for somebody who has not signed in."""
    link = Link(runtime.engine)
    token = runtime.visitors.token(tenant.id)
    link.enter(token)
    return Ctx(runtime, tenant, link, VISITOR, token=token)


def savepoint_failed(error: BaseException) -> bool:
    """Did the database refuse (as against plain Python failing)? Then only a savepoint saves the transaction."""
    return isinstance(error, DBAPIError | psycopg.Error)


_compact = json.JSONEncoder(default=str, separators=(",", ":"), ensure_ascii=False)


def as_json(value: Any) -> str:
    """Compact JSON with ids and times as text, for JSONB columns and job payloads."""
    return _compact.encode(value)

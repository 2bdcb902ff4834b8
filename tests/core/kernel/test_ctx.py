"""What a context insists on: an entry for each change and each look, all or nothing, and only its own tenant's rows."""

import pytest
import sqlalchemy as sa

from anxin.identity import sessions
from anxin.identity.entries import PassphraseSet
from anxin.identity.models import Person
from anxin.kernel.actor import Grant
from anxin.kernel.clock import travel
from anxin.kernel.ctx import tenant_scope
from anxin.kernel.entry import Entry, entry
from anxin.kernel.errors import NotFound, ProgrammingError, SignInRequired
from anxin.kernel.ids import new_id
from anxin.tenancy.models import Module, Unit


@pytest.fixture
def rows(superuser, tenant):
    """rows("core.module", …): how many rows of the tenant fit, seen by the superuser."""

    def count(table: str, condition: str = "true") -> int:
        query = sa.text(f"SELECT count(*) FROM {table} WHERE tenant_id = :t AND {condition}")
        return superuser.scalar(query, {"t": tenant.id})

    return count


@pytest.fixture
def as_person(runtime):
    """as_person(someone, scope="own"): their context as behind the guard; nothing commits by itself."""
    opened = []

    def make(someone, scope: str = "own"):
        tenant = runtime.caches["directory"].by_id(someone.tenant.id)
        ctx = sessions.open_ctx(runtime, tenant, someone.token)
        ctx.grant = Grant(scope)
        opened.append(ctx)
        return ctx

    yield make
    for ctx in opened:
        ctx.close()


CHANGES = {
    "a new row": lambda ctx: ctx.add(Module(name="x")),
    "many rows": lambda ctx: ctx.insert(Module, [{"name": "x"}]),
    "a statement": lambda ctx: ctx.execute(sa.update(Module).where(Module.name == "rooms").values(name="x")),
    "a changed row": lambda ctx: setattr(ctx.scalars(ctx.select(Module)).first(), "name", "x"),
    "a deleted row": lambda ctx: ctx.db.delete(ctx.scalars(ctx.select(Module)).first()),
    "plain SQL": lambda ctx: ctx.execute(sa.text("UPDATE core.module SET name = 'x' WHERE name = 'rooms'")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_without_an_entry_is_refused(runtime, tenant, rows, change) -> None:
    before = rows("core.module"), rows("core.module", "name = 'x'")
    with (
        pytest.raises(ProgrammingError, match="without an audit entry"),
        tenant_scope(runtime, tenant) as ctx,
    ):
        CHANGES[change](ctx)
    assert (rows("core.module"), rows("core.module", "name = 'x'")) == before


def test_a_change_with_an_entry_is_kept_together_with_it(runtime, tenant, rows) -> None:
    with tenant_scope(runtime, tenant) as ctx:
        ctx.add(Module(name="x"))
        ctx.audit(PassphraseSet(subject_id=new_id(), how="reset"))
    assert rows("core.module", "name = 'x'") == 1
    assert rows("core.audit_entry") == 1


def test_an_excuse_is_taken_but_not_over_a_restart(runtime, tenant, rows) -> None:
    with tenant_scope(runtime, tenant) as ctx:
        ctx.unaudited("a draft")
        ctx.add(Module(name="x"))
    assert rows("core.module", "name = 'x'") == 1
    with tenant_scope(runtime, tenant) as ctx:
        ctx.unaudited("a draft")
        ctx.restart()
        ctx.add(Module(name="y"))
        with pytest.raises(ProgrammingError):
            ctx.commit()
        ctx.restart()


def test_nothing_is_left_when_anything_raises(runtime, tenant, rows) -> None:
    def work(ctx) -> None:
        ctx.add(Module(name="x"))
        ctx.audit(PassphraseSet(subject_id=new_id(), how="reset"))
        ctx.enqueue(next(iter(runtime.jobs.values())))
        ctx.db.flush()
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError), tenant_scope(runtime, tenant) as ctx:
        work(ctx)
    assert rows("core.module", "name = 'x'") == rows("core.audit_entry") == rows("core.outbox") == 0


def test_when_the_entry_cannot_be_written_nothing_is(runtime, tenant, rows) -> None:
    @entry("kernel.talks", line="x")
    class Talks(Entry):
        words: str

    with tenant_scope(runtime, tenant) as ctx:
        ctx.add(Module(name="x"))
        ctx.audit(Talks(words="林晓峰 cannot sleep"))
        with pytest.raises(ProgrammingError, match="words"):
            ctx.commit()
        ctx.restart()
    assert rows("core.module", "name = 'x'") == 0


def test_looking_at_anothers_sealed_field_needs_an_entry_about_them(
    runtime, scope, tenant, person, as_person
) -> None:
    looked_at, third, admin = person(), person(), person("admin")
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        for someone in (looked_at, third):
            ctx.seal(ctx.get(Person, someone.id), "contact", {"phone": "13800000001"})

    def look(*entries_about) -> None:
        ctx = as_person(admin, "tenant")
        assert ctx.open(ctx.get(Person, looked_at.id), "contact") == {"phone": "13800000001"}
        for about in entries_about:
            ctx.audit(PassphraseSet(subject_id=about, how="reset"))
        ctx.commit()

    for entries in ((), (third.id,), (admin.id,)):
        with pytest.raises(ProgrammingError, match="confidential field"):
            look(*entries)
    look(looked_at.id)
    own = as_person(looked_at)
    assert own.open(own.get(Person, looked_at.id), "contact") == {"phone": "13800000001"}
    own.commit()  # one's own field needs no entry


def test_rows_of_others_and_of_elsewhere_are_the_same_404(
    scope, tenant, other_tenant, person, as_person
) -> None:
    stranger, colleague, me = person(tenant=other_tenant), person(), person()
    ctx = as_person(me)
    for row_id in (stranger.id, colleague.id, new_id()):
        with pytest.raises(NotFound):
            ctx.get(Person, row_id)
    assert [row.id for row in ctx.scalars(ctx.select(Person))] == [me.id]


def test_without_a_grant_nothing_personal_is_seen(person, as_person) -> None:
    ctx = as_person(person())
    ctx.grant = None
    assert ctx.scalars(ctx.select(Person)).all() == []


def test_a_new_row_is_this_tenants_whatever_it_says(runtime, tenant, other_tenant, superuser) -> None:
    with tenant_scope(runtime, tenant) as ctx:
        ctx.unaudited("test")
        unit = ctx.add(Unit(tenant_id=other_tenant.id, code="x", name="x", path="/x"))
    where = superuser.scalar(sa.text("SELECT tenant_id FROM core.unit WHERE id = :id"), {"id": unit.id})
    assert where == tenant.id


def test_a_sealed_field_moved_to_another_row_is_refused(runtime, scope, tenant, person, superuser) -> None:
    one, other = person(), person()
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.seal(ctx.get(Person, one.id), "contact", {"phone": "1"})
        ctx.seal(ctx.get(Person, other.id), "contact", {"phone": "2"})
    superuser.execute(
        sa.text(
            "UPDATE core.person SET contact = (SELECT contact FROM core.person WHERE id = :one) WHERE id = :other"
        ),
        {"one": one.id, "other": other.id},
    )
    with scope(tenant) as ctx, pytest.raises(Exception, match=r"(?i)seal|cipher|tag|vault") as refused:
        ctx.open(ctx.get(Person, other.id), "contact")
    assert not isinstance(refused.value, NotFound)


def test_an_erased_subject_cannot_be_opened_again(scope, tenant, person) -> None:
    someone = person()
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.seal(ctx.get(Person, someone.id), "contact", {"phone": "1"})
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        assert ctx.keys.erase(someone.id)
    with scope(tenant) as ctx, pytest.raises(NotFound):
        ctx.open(ctx.get(Person, someone.id), "contact")


def test_after_the_commit_the_tenant_is_left(runtime, tenant, person) -> None:
    person()
    with tenant_scope(runtime, tenant) as ctx:
        assert ctx.scalars(ctx.select(Person)).all()
        ctx.commit()
        assert ctx.db.scalar(sa.text("SELECT guard.tenant()")) is None
        assert ctx.scalars(ctx.select(Person)).all() == []


def test_a_token_that_has_ended_opens_no_context(runtime, person) -> None:
    someone = person()
    ctx = sessions.open_ctx(runtime, someone.tenant, someone.token)
    sessions.end_all(ctx, someone.id)
    ctx.audit(PassphraseSet(subject_id=someone.id, how="reset"))
    ctx.commit()
    ctx.close()
    with pytest.raises(SignInRequired):
        sessions.open_ctx(runtime, someone.tenant, someone.token)


def test_a_token_of_one_tenant_opens_no_other(runtime, person, other_tenant) -> None:
    with pytest.raises(SignInRequired):
        sessions.open_ctx(runtime, other_tenant, person().token)


def test_the_clock_of_a_context_stands_still(runtime, tenant) -> None:
    with tenant_scope(runtime, tenant) as ctx:
        first = ctx.now
        with travel(first.replace(year=2035)):
            assert ctx.now == first

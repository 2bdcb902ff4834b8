"""What hot routes act on before the database has confirmed it: a memory that is not so any more changes nothing."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from anxin.kernel import wire
from anxin.kernel.db import COULD_LEAVE_MORE
from anxin.kernel.ids import new_id
from anxin.kernel.link import Link, Outdated

from .routes import Route, routes

ENDED = "UPDATE guard.capability SET revoked_at = now() WHERE token_hash = :token"
CHANGES = {
    "the session was ended": ENDED,
    "the role was taken": "UPDATE core.membership SET until = now() - interval '1 day' WHERE person_id = :person",
    "the person has left": "UPDATE core.person SET state = 'left' WHERE id = :person",
    "the contract was ended": "UPDATE core.contract SET ends_on = current_date - 1 WHERE tenant_id = :tenant",
    "the consent was taken back": "UPDATE core.consent SET agreed = false WHERE person_id = :person",
}


def swift(app: Any) -> list[Route]:
    return [route for route in routes(app) if route.guard.swift]


def send(client: Any, route: Route) -> Any:
    any_id = new_id()
    call = route.request(any_id)
    return client.open(
        client.base + route.address(**dict.fromkeys(route.ids, any_id)), method=route.method, **call
    )


def remembered(runtime: Any, someone: Any) -> bool:
    return (someone.tenant.id, digest(someone)) in runtime.caches["sessions"]


def digest(someone: Any) -> bytes:
    return hashlib.sha256(someone.token.encode()).digest()


@pytest.fixture
def allowed(person, agency_person, give_consent, runtime):
    """allowed(route): somebody whom this route lets in, new for each."""

    def make(route: Route) -> Any:
        for role, kind in (("employee", person), ("helper", agency_person)):
            tenant_roles = runtime.caches["directory"]
            someone = kind(role)
            if route.permitted(tenant_roles.by_id(someone.tenant.id).roles[role]):
                give_consent(
                    someone, *[one for one in runtime.registry.purposes.values() if one.basis == "consent"]
                )
                return someone
        raise AssertionError(f"nobody may use {route}")

    return make


def test_there_are_some(app) -> None:
    assert len(swift(app)) >= 6


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_since_is_noticed(app, runtime, allowed, client_as, superuser, change) -> None:
    """The same answer as in a process that remembers nobody, for each route."""
    for route in swift(app):
        someone = allowed(route)
        client = client_as(someone)
        before = send(client, route)
        assert before.status_code not in (401, 403), f"{route}: {before.status_code}"
        assert remembered(runtime, someone)
        values = {"token": digest(someone), "person": someone.id, "tenant": someone.tenant.id}
        statement = sa.text(CHANGES[change])
        superuser.execute(statement, {name: values[name] for name in statement._bindparams})
        told = send(client, route)
        runtime.caches["sessions"].clear()
        again = send(client, route)
        assert (told.status_code, told.headers.get("Location")) == (
            again.status_code,
            again.headers.get("Location"),
        )
        if change == "the session was ended":
            assert told.status_code == 401 or "/sign-in" in told.headers["Location"], route
        if change == "the contract was ended":
            superuser.execute(
                sa.text("UPDATE core.contract SET ends_on = current_date + 300 WHERE tenant_id = :t"),
                {"t": someone.tenant.id},
            )


def test_nothing_is_kept_of_what_a_memory_allowed(app, runtime, agency_person, client_as, superuser) -> None:
    """A log sent by somebody whose role was taken a moment ago."""
    operator = agency_person("helper")
    client = client_as(operator)
    log = {"channel": "phone", "topic": "sleep", "risk": 0, "note": "夜班后睡不着", "next": "three_days"}
    path = f"{client.base}/api/hotline/calls"
    assert client.post(path, json=log | {"token": "swift-first"}).status_code == 201
    superuser.execute(sa.text(CHANGES["the role was taken"]), {"person": operator.id})
    assert remembered(runtime, operator)
    assert client.post(path, json=log | {"token": "swift-second"}).status_code in (403, 404)
    assert tokens(superuser, operator.tenant.id) & {"swift-first", "swift-second"} == {"swift-first"}


def test_what_was_granted_since_counts_at_once(app, runtime, agency_person, client_as, superuser) -> None:
    """Refused on a memory, and allowed by what is so now."""
    operator = agency_person("helper")
    client = client_as(operator)
    path = f"{client.base}/api/hotline/calls"
    taken = "UPDATE core.membership SET until = {} WHERE person_id = :person"
    superuser.execute(sa.text(taken.format("now() - interval '1 day'")), {"person": operator.id})
    assert client.post(path, json={}).status_code in (403, 404)
    assert remembered(runtime, operator)
    superuser.execute(sa.text(taken.format("NULL")), {"person": operator.id})
    assert client.post(path, json={}).status_code == 422, "in, and asked for the fields"


AS_BEFORE = "SELECT digest FROM guard.enter_session(%(token)s, current_date, %(known)s)"


@pytest.fixture
def before(runtime, person) -> Iterator[Any]:
    """A link, somebody's token, and the digest of what the way in tells of them."""
    someone = person("employee")
    with Link(runtime.engine) as link:
        by = "SELECT digest FROM guard.enter_session(%(token)s, current_date, NULL)"
        digest = link.enter(someone.token, by)[0]
        link.rollback()
        yield link, someone.token, digest


@pytest.fixture
def hasty(before) -> Any:
    """A link that enters with its next statement, for somebody who is not as they were remembered."""
    link, token, _ = before
    link.enter_with_next(token, AS_BEFORE, known=b"somebody else")
    return link


@pytest.fixture
def told(superuser) -> Iterator[str]:
    """A table of no tenant, where the application may write and a number may stand twice until the very end."""
    superuser.execute(sa.text("CREATE TABLE public.told (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    superuser.execute(sa.text("GRANT USAGE ON SCHEMA public TO anxin_app"))
    superuser.execute(sa.text("GRANT ALL ON public.told TO anxin_app"))
    yield "public.told"
    superuser.execute(sa.text("DROP TABLE public.told"))
    superuser.execute(sa.text("REVOKE USAGE ON SCHEMA public FROM anxin_app"))


def counted(superuser: sa.Connection, table: str) -> int:
    return superuser.scalar(sa.text(f"SELECT count(*) FROM {table}"))


@pytest.mark.parametrize(
    "write",
    [lambda link, one: link.commit([one]), lambda link, one: link.run([one], whole=True)],
    ids=["commit", "question"],
)
def test_nothing_is_committed_before_the_way_in_has_answered(hasty, superuser, told, write) -> None:
    """Not even where there is no question, and all that a request does goes at once."""
    with pytest.raises(Outdated):
        write(hasty, (f"INSERT INTO {told} VALUES (%s)", (1,)))
    hasty.close()
    assert counted(superuser, told) == 0


@pytest.mark.parametrize(
    "use", [lambda link: link.session, Link.settle, Link.end], ids=["ORM", "settle", "end"]
)
def test_each_road_to_the_database_asks_first(hasty, use) -> None:
    with pytest.raises(Outdated):
        use(hasty)


def test_a_statement_that_fails_says_why_and_the_way_in_counts(before) -> None:
    link, token, digest = before
    link.enter_with_next(token, AS_BEFORE, known=digest)
    with pytest.raises(psycopg.errors.DivisionByZero):
        link.execute("SELECT 1 / %s::int", (0,))
    link.settle()
    link.rollback()
    link.enter_with_next("unknown" * 7, AS_BEFORE, known=digest)
    with pytest.raises(Outdated):
        link.execute("SELECT 1")


def test_questions_of_a_brief_link_are_transactions_of_their_own(before) -> None:
    """Each with its way in, also after another one, and also where the ORM goes on."""
    link, token, digest = before
    link.enter_with_next(token, AS_BEFORE, known=digest)
    ask = ("SELECT guard.tenant(), pg_current_xact_id()::text", ())
    first, second = (link.run([ask], whole=True)[0].fetchone() for _ in range(2))
    assert first[0] == second[0] is not None
    assert first[1] != second[1], "another transaction"
    assert link.driver.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert link.session.scalar(sa.text("SELECT guard.tenant()")) == first[0]


@pytest.mark.parametrize("whole", [True, False], ids=["question", "commit"])
def test_a_brief_link_forgets_with_its_commit(before, runtime, monkeypatch, whole) -> None:
    """Nothing more is said when it gives the connection back, and nothing is left."""
    link, token, digest = before
    pid = link.execute("SELECT pg_backend_pid()").fetchone()
    link.rollback()
    link.enter_with_next(token, AS_BEFORE, known=digest)
    keep = ("SELECT set_config('app.mine', 'here', false)", ())
    link.run([keep], whole=True) if whole else link.commit([keep])
    said: list[bytes] = []
    monkeypatch.setattr(wire, "send", lambda _wire, commands: said.append(commands))
    link.close()
    assert said == []
    monkeypatch.undo()
    with Link(runtime.engine) as other:
        assert other.execute("SELECT pg_backend_pid()").fetchone() == pid
        assert other.execute("SELECT current_setting('app.mine', true)").fetchone()[0] in (None, "")


def test_what_comes_after_is_forgotten_too(before, runtime) -> None:
    """A connection that forgot with a COMMIT and then did something else."""
    link, token, digest = before
    link.enter_with_next(token, AS_BEFORE, known=digest)
    link.commit([("SELECT 1", ())])
    link.execute("SELECT set_config('app.mine', 'here', false)")
    pid = link.execute("SELECT pg_backend_pid()").fetchone()
    link.close()
    with Link(runtime.engine) as other:
        assert other.execute("SELECT pg_backend_pid()").fetchone() == pid
        assert other.execute("SELECT current_setting('app.mine', true)").fetchone()[0] in (None, "")


def test_what_fails_after_it_is_undone_too(before, runtime) -> None:
    """A connection that forgot with a COMMIT comes back inside a transaction that failed."""
    link, token, digest = before
    link.enter_with_next(token, AS_BEFORE, known=digest)
    pid = link.run([("SELECT pg_backend_pid()", ())], whole=True)[0].fetchone()
    with pytest.raises(psycopg.errors.DivisionByZero):
        link.execute("SELECT 1 / %s::int", (0,))
    link.close()
    with Link(runtime.engine) as other:
        assert other.execute("SELECT pg_backend_pid()").fetchone() == pid


def test_what_is_refused_at_the_very_end_is_told(before, superuser, told) -> None:
    """A transaction that nobody began and nobody committed may fail when it ends, too."""
    link, token, digest = before
    link.enter_with_next(token, AS_BEFORE, known=digest)
    with pytest.raises(psycopg.errors.UniqueViolation):
        link.commit([(f"INSERT INTO {told} VALUES (%s), (%s)", (1, 1))])
    assert link.run([(f"SELECT count(*) FROM {told}", ())], whole=True)[0].fetchone() == (0,)
    link.commit([(f"INSERT INTO {told} VALUES (%s)", (1,))])
    assert counted(superuser, told) == 1
    link.close()


def test_a_role_kept_as_it_should_be_leaves_settings_only(runtime) -> None:
    for engine in (runtime.engine, runtime.auth):
        with Link(engine) as link:
            assert link.execute(COULD_LEAVE_MORE).fetchone() == (False,)


def test_where_a_role_could_leave_more_all_is_forgotten(before, runtime, superuser) -> None:
    """A managed server may refuse to take a right away."""
    link, token, digest = before
    link.close()
    runtime.engine.dispose()  # each connection asks once
    right = "EXECUTE ON FUNCTION pg_catalog.pg_advisory_lock(bigint)"
    superuser.execute(sa.text(f"GRANT {right} TO anxin_app"))
    try:
        link.enter_with_next(token, AS_BEFORE, known=digest)
        keep = "SELECT pg_backend_pid(), pg_advisory_lock(7)"
        pid = link.run([(keep, ())], whole=True)[0].fetchone()[0]
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = :pid"
        assert superuser.scalar(sa.text(held), {"pid": pid}) == 0
    finally:
        superuser.execute(sa.text(f"REVOKE {right} FROM anxin_app"))
        link.close()
        runtime.engine.dispose()


def test_what_cannot_be_prepared_leaves_the_question_open(hasty) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        hasty.execute("SELECT * FROM nothing.at_all")
    with pytest.raises(Outdated):
        hasty.settle()


def tokens(superuser: sa.Connection, tenant_id: UUID) -> set[str]:
    return set(
        superuser.scalars(sa.text("SELECT token FROM hotline.call WHERE tenant_id = :t"), {"t": tenant_id})
    )

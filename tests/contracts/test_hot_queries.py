"""Hot queries find their rows by an index, as the application role, under the policies: nothing is read to be thrown
away. (Under row security only leakproof operators use one, so a harmless-looking LIKE can cost a whole tenant.)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from anxin.kernel.actor import TenantInfo
from anxin.kernel.link import Link

from .crowd import crowd, disperse
from .routes import all_rules, routes

THROWN_AWAY = 300  # rows read and filtered out, in one node of one plan
# tables that may be read whole, each with the reason
FEW = {
    "tenant": "the directory is small and everybody's",
    "contract": "an agency's contracts lie in its employers' tenants; there are one or two an employer",
    "break_glass": "imminent danger: a few a year",
    "crisis": "a handful a month in a whole tenant, counted a quarter at a time",
}


@pytest.fixture(scope="module")
def kept(superuser) -> Iterator[dict[str, TenantInfo]]:
    """The crowded tenant, once it is there; the crowd is gone at the end: its rows refer to nobody, and no backup of
    such a database could be restored."""
    found: dict[str, TenantInfo] = {}
    yield found
    if "tenant" in found:
        disperse(superuser, found["tenant"].id)


@pytest.fixture
def crowded(runtime, superuser, tenant, kept, once) -> TenantInfo:
    """One crowd for all tests here: each brings people of its own, and hardly any writes."""
    if "tenant" not in kept:
        once("crowd")
        crowd(runtime, superuser, tenant.id)
        kept["tenant"] = tenant
    return kept["tenant"]


@pytest.fixture
def tenant(new_tenant, kept) -> TenantInfo:
    """Where `person` puts people: the crowded one, once it is there."""
    return kept.get("tenant") or new_tenant()


@dataclass
class Heard:
    """Statements the application role ran, by their text, with the parameters of one run: as somebody, and as the
    figures door, which is known by its transactions that only read."""

    own: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    counting: set[Any] = field(default_factory=set)  # psycopg's connections in such a transaction

    def take(self, driver: Any, statement: str, parameters: Any) -> None:
        if "FROM guard.enter" in statement:  # as somebody anew, with a session or another capability
            self.counting.discard(driver)
        if statement == "SET TRANSACTION READ ONLY":
            self.counting.add(driver)
        kept = self.figures if driver in self.counting else self.own
        text = statement.lstrip()
        if re.match(r"(SELECT|UPDATE|DELETE|WITH)\b", text) and re.search(
            r"\b(FROM|UPDATE)\s+[a-z_]+\.", text
        ):
            kept.setdefault(statement, parameters)

    def clear(self) -> None:
        self.own.clear()
        self.figures.clear()


@pytest.fixture
def heard(runtime, monkeypatch) -> Iterator[Heard]:
    """Both ways to the database are listened to: SQLAlchemy's, and a link's plain statements."""
    found, ready = Heard(), Link._ready

    def look(connection, _cursor, statement, parameters, *_rest) -> None:
        found.take(connection.connection.driver_connection, statement, parameters)

    def plainly(link: Link, driver: Any, statement: str, parameters: Any) -> Any:
        found.take(driver, statement, parameters)  # the way in among them
        return ready(link, driver, statement, parameters)

    monkeypatch.setattr(Link, "_ready", plainly)
    event.listen(runtime.engine, "before_cursor_execute", look)
    yield found
    event.remove(runtime.engine, "before_cursor_execute", look)


class Plans:
    """Explains statements as the application role inside a tenant."""

    def __init__(self, address: str, token: str) -> None:
        self.connection, self.token = psycopg.connect(address), token

    def problems(self, statements: dict[str, Any]) -> dict[str, list[str]]:
        found = {}
        for statement, parameters in statements.items():
            if complaints := list(wasteful(self.plan(statement, parameters))):
                found[re.sub(r"\s+", " ", statement)[:400]] = complaints
        return found

    def plan(self, statement: str, parameters: Any) -> dict[str, Any]:
        try:
            self.connection.execute("SELECT * FROM guard.enter(%s)", (self.token,))
            explained = self.connection.execute(
                f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters
            )
            return explained.fetchone()[0][0]["Plan"]
        finally:
            self.connection.rollback()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def wasteful(plan: dict[str, Any]) -> Iterator[str]:
    for node in nodes(plan):
        where = node.get("Relation Name", "")
        thrown = node.get("Rows Removed by Filter", 0) * node.get("Actual Loops", 1)
        if where in FEW:
            continue
        if node["Node Type"] == "Seq Scan":
            yield f"reads all of {where}: {node.get('Filter', '')}"
        elif thrown > THROWN_AWAY:
            yield f"{node['Node Type']} on {where} throws {thrown:.0f} rows away: {node.get('Filter', '')}"


@pytest.fixture
def plans(settings) -> Iterator[Any]:
    opened: list[Plans] = []

    def make(token: str) -> Plans:
        opened.append(Plans(settings.app_database_url, token))
        return opened[-1]

    yield make
    for one in opened:
        one.connection.close()


def told(wrong: dict[str, list[str]]) -> str:
    return "\n\n".join(f"{query}\n  => {faults}" for query, faults in wrong.items())


def asked_of(runtime) -> list[Any]:
    return [one for one in runtime.registry.purposes.values() if one.basis == "consent"]


@pytest.mark.parametrize("role", ["employee", "admin", "helper", "supervisor"])
def test_pages_and_lists(
    app, runtime, crowded, heard, plans, person, agency_person, give_consent, client_as, role
) -> None:
    """Every page and every API list without a parameter that this role may open, present and future."""
    someone = (agency_person if role in ("helper", "supervisor") else person)(role)
    give_consent(someone, *asked_of(runtime))
    client = client_as(someone)
    heard.clear()
    opened = 0
    for rule in all_rules(app):
        if "GET" in rule.methods and not rule.arguments:
            opened += client.get(client.base + rule.rule).status_code == 200
    for route in routes(app):
        if route.method == "GET" and route.schemas and not route.rule.arguments:
            client.get(client.base + route.rule.rule, **route.request(someone.id))
    assert opened > 8
    assert len(heard.own) > 8
    door = runtime.figures.token(crowded.id)
    wrong = plans(someone.token).problems(heard.own) | plans(door).problems(heard.figures)
    assert wrong == {}, told(wrong)


def test_taking_an_instrument(runtime, crowded, heard, plans, person, give_consent, client_as) -> None:
    """The hottest path there is: start, nine answers, check, submit, result."""
    someone = person("employee")
    give_consent(someone, *asked_of(runtime))
    client = client_as(someone)
    heard.clear()
    at = client.post(f"{client.base}/assessments/take/phq9").headers["Location"]
    for _ in range(9):
        assert client.get(at).status_code == 200
        at = client.post(at, data={"value": 1}).headers["Location"]
    assert at.endswith("/check")
    assert client.get(at).status_code == 200
    result = client.post(at.replace("/check", "/submit"))
    assert client.get(result.headers["Location"]).status_code == 200
    assert len(heard.own) > 5
    assert plans(someone.token).problems(heard.own) == {}


def test_who_is_this(superuser, crowded, person) -> None:
    """What every signed-in request asks first: the guard's question, asked as the guard."""
    someone = person("employee")
    body = superuser.scalar(
        sa.text("SELECT prosrc FROM pg_proc WHERE proname = 'enter_session' AND 'known' = ANY (proargnames)")
    )
    question = re.search(r"SELECT s\.id.*?;", body, re.DOTALL)[0]
    question = re.sub(r"INTO told\b", "", question)
    for word, value in (
        (r"enter_session\.tenant", f"'{crowded.id}'"),
        (r"= hash\b", f"= sha256(convert_to('{someone.token}', 'UTF8'))"),
    ):
        question, found = re.subn(word, value, question)
        assert found == 1, word
    question = re.sub(r"\btoday\b", "current_date", question)
    superuser.exec_driver_sql("BEGIN")
    superuser.exec_driver_sql("SET LOCAL ROLE anxin_guard")
    explained = superuser.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {question}").scalar()
    superuser.exec_driver_sql("ROLLBACK")
    plan = explained[0]["Plan"]
    assert plan["Actual Rows"] == 1
    assert list(wasteful(plan)) == []


# of other tests more may be due than of a table this small an index would read
MANY_DONE = """
INSERT INTO core.outbox (tenant_id, id, job, payload, token_hash, due_at, done_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'done', '{}', sha256(n::text::bytea), now() - n * interval '1 minute', now()
  FROM generate_series(1, 60000) n
"""


def test_the_relays_question(superuser, crowded) -> None:
    """Across tenants, by its own index: neither what is done nor what is for later slows it down."""
    body = superuser.scalar(sa.text("SELECT prosrc FROM pg_proc WHERE proname = 'outbox_take'"))
    question = re.sub(r"\bn\b", "200", re.sub(r"\blease\b", "interval '3 minutes'", body))
    superuser.exec_driver_sql("BEGIN")
    superuser.exec_driver_sql(
        f"SET LOCAL session_replication_role = replica; {MANY_DONE}; ANALYZE core.outbox"
    )
    plan = superuser.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {question}").scalar()[0][
        "Plan"
    ]
    superuser.exec_driver_sql("ROLLBACK")
    assert list(wasteful(plan)) == []
    assert any(node.get("Index Name") == "outbox_relay" for node in nodes(plan))


def test_a_wasteful_query_would_be_seen(crowded, person, plans) -> None:
    someone = person("employee")
    found = plans(someone.token).problems(
        {
            "SELECT * FROM core.person WHERE name LIKE '%%nobody%%'": None,
            "SELECT * FROM core.sign_in WHERE device = 'x'": None,
            "SELECT * FROM core.sign_in WHERE token_hash = 'x'": None,
        }
    )
    assert len(found) == 2

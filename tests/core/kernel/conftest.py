"""Plain connections of the application role, two tenants, and the superuser who sees all."""

import contextlib

import psycopg
import pytest
from tests.contracts.everything import fill


class Probe:
    """A plain connection of the application role."""

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address, autocommit=True)

    def __call__(self, statement: str, *parameters: object) -> list[tuple]:
        cursor = self.connection.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def one(self, statement: str, *parameters: object) -> object:
        return self(statement, *parameters)[0][0]

    def refused(self, statement: str, *parameters: object) -> str:
        """Runs what must fail, in a savepoint when inside a transaction; returns the SQLSTATE."""
        inside = self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        if inside:
            self("SAVEPOINT probe")
        try:
            self(statement, *parameters)
        except psycopg.Error as error:
            if inside:
                self("ROLLBACK TO probe")
            return error.sqlstate or "client"
        pytest.fail(f"this was allowed: {statement}")

    @contextlib.contextmanager
    def inside(self, token: str):
        """A transaction entered with a capability."""
        self("BEGIN")
        try:
            self("SELECT * FROM guard.enter(%s)", token)
            yield self
        finally:
            self("ROLLBACK")

    def reads_of(self, tenant_id: object) -> dict[str, int]:
        """Rows of a tenant it can see, by table (those with any)."""
        counts = {
            table: self.one(f"SELECT count(*) FROM {table} WHERE tenant_id = %s", tenant_id)
            for table in self.tables()
        }
        return {table: count for table, count in counts.items() if count}

    def tables(self) -> list[str]:
        return [
            name
            for (name,) in self(
                "SELECT c.oid::pg_catalog.regclass::pg_catalog.text FROM pg_catalog.pg_class c "
                "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
                "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                "WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname <> 'guard' ORDER BY 1"
            )
        ]


@pytest.fixture
def probe(settings, app):
    """probe(): a fresh connection of the application role."""
    opened: list[Probe] = []

    def make() -> Probe:
        opened.append(Probe(settings.app_database_url))
        return opened[-1]

    yield make
    for one in opened:
        one.connection.close()


@pytest.fixture
def a(person, tenant):
    """Somebody with a live session in tenant A: the union's admin."""
    return person("admin", tenant=tenant)


@pytest.fixture
def b(runtime, other_tenant):
    """Tenant B, with a row in every table."""
    fill(runtime, other_tenant.id)
    return other_tenant

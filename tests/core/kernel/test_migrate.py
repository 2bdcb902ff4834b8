"""Upgrades: once for all who try at the same moment, all or nothing, and clear when the software is too old."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from anxin.kernel import db, migrate
from anxin.kernel.errors import ConfigurationError
from anxin.kernel.migrate import Component

REVISION = '''
"""{words}

Revision ID: {revision}
"""
from alembic import op
revision, down_revision, branch_labels, depends_on = "{revision}", {down}, None, None

def upgrade():
{body}
'''


@pytest.fixture
def fresh(cluster, settings):
    """fresh(): an engine of an empty database as its administrator. The roles are the cluster's and exist."""
    made: list[sa.Engine] = []
    admin = sa.create_engine(db.driver_url(cluster), isolation_level="AUTOCOMMIT")

    def make() -> sa.Engine:
        name = f"fresh{len(made)}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        address = cluster.replace("/postgres?", f"/{name}?")
        made.append(sa.create_engine(db.driver_url(address), poolclass=sa.NullPool))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()
    admin.dispose()


@pytest.fixture
def component(tmp_path):
    """component("rooms", *bodies): a plugin's migrations, one revision a body."""

    def make(name: str, *bodies: str) -> Component:
        folder = tmp_path / name / "versions"
        folder.mkdir(parents=True, exist_ok=True)
        for number, body in enumerate(bodies, 1):
            text = REVISION.format(
                words=f"Step {number}",
                revision=f"{name}_{number:04}",
                down=repr(f"{name}_{number - 1:04}") if number > 1 else None,
                body="\n".join(f"    {line}" for line in body.splitlines()),
            )
            Path(folder / f"{number:04}.py").write_text(text, encoding="utf-8")
        return Component(name, folder)

    return make


def at(engine: sa.Engine, component: Component) -> str | None:
    with engine.connect() as connection:
        return migrate.current(connection, component)


def test_from_nothing_to_the_newest_and_then_nothing(fresh) -> None:
    engine = fresh()
    done = migrate.upgrade(engine)
    assert done[0].startswith("core: core_0001")
    assert at(engine, migrate.CORE) == migrate.heads(migrate.CORE)
    assert migrate.upgrade(engine) == []


def test_two_upgrades_at_once_do_it_once(fresh) -> None:
    engine = fresh()
    done, failed = [], []

    def work() -> None:
        try:
            done.append(migrate.upgrade(engine))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(len(lines) > 0 for lines in done) == [False, False, True]


def test_a_database_newer_than_the_software_says_so(fresh) -> None:
    engine = fresh()
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE core.alembic_version SET version_num = 'core_9999'")
    with pytest.raises(ConfigurationError) as refused:
        migrate.upgrade(engine)
    assert refused.value.code == "database_newer"
    assert "core" in str(refused.value.message)
    assert "core_9999" in str(refused.value.message)
    assert at(engine, migrate.CORE) == "core_9999"


def test_a_step_that_fails_leaves_nothing_of_its_component(fresh, component) -> None:
    engine = fresh()
    plugin = component(
        "rooms",
        "op.execute('CREATE TABLE rooms.room (id int)')",
        "op.execute('CREATE TABLE rooms.booking (id int)')\nraise RuntimeError('a bug')",
    )
    with pytest.raises(RuntimeError):
        migrate.upgrade(engine, [plugin])
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT to_regclass('rooms.room')")) is None
    assert at(engine, migrate.CORE) == migrate.heads(migrate.CORE)
    component("rooms", "op.execute('CREATE TABLE rooms.room (id int)')", "pass")
    assert [line.partition(" ")[0] for line in migrate.upgrade(engine, [plugin])] == ["rooms:", "rooms:"]


def test_a_plugin_that_is_gone_breaks_nobodys_upgrade(fresh, component) -> None:
    engine = fresh()
    one = component("aaa", "pass")
    other = component("bbb", "pass")
    migrate.upgrade(engine, [one, other])
    component("bbb", "pass", "pass")
    assert migrate.upgrade(engine, [other]) == ["bbb: bbb_0002 Step 2"]
    assert at(engine, one) == "aaa_0001"  # still there should it come back
    assert migrate.upgrade(engine, [other, one]) == []


def test_migrations_run_as_the_owner(fresh, component) -> None:
    engine = fresh()
    migrate.upgrade(engine, [component("rooms", "op.execute('CREATE TABLE rooms.room (id int)')")])
    with engine.connect() as connection:
        owners = sa.text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('core', 'rooms')")
        assert connection.scalars(owners).all() == ["anxin_owner"]
        schema = sa.text("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'rooms'")
        assert connection.scalar(schema) == "anxin_owner"


def test_the_hardening_takes_hold_in_a_fresh_database(fresh) -> None:
    engine = fresh()
    migrate.upgrade(engine)
    with engine.connect() as connection, connection.begin():
        assert (
            migrate.bootstrap(connection) == []
        )  # as the administrator nothing is refused, and again is fine
        assert not connection.scalar(
            sa.text("SELECT has_database_privilege('anxin_app', current_database(), 'TEMP')")
        )


def test_the_guards_key_is_every_databases_own(fresh) -> None:
    keys = []
    for engine in (fresh(), fresh()):
        migrate.upgrade(engine, job_key=b"x" * 32)
        with engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT name, ipad FROM guard.key ORDER BY name")).all()
            keys.append({row.name: bytes(row.ipad) for row in rows})
    assert keys[0].keys() == {"ctx", "job"}
    assert keys[0]["ctx"] != keys[1]["ctx"]
    assert keys[0]["job"] == keys[1]["job"]

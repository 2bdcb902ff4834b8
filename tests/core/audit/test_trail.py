"""The trail in a real database: sealed, verified, and every way of tampering found and named."""

import threading

import pytest
import sqlalchemy as sa

from anxin.audit import sealer, verifying
from anxin.identity.entries import PassphraseSet
from anxin.kernel.db import driver_url
from anxin.tenancy import services


@pytest.fixture
def superuser(settings):
    engine = sa.create_engine(driver_url(settings.database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def sealed(scope, tenant, person, runtime):
    """A tenant with twenty sealed entries in several checkpoints."""
    someone = person("employee")
    for _ in range(4):
        with scope(tenant) as ctx:
            for _ in range(5):
                ctx.audit(PassphraseSet(subject_id=someone.id, how="reset"))
        sealer.seal(runtime, tenant.id)
    return tenant


def problems(runtime, tenant):
    return [str(problem) for problem in verifying.verify_tenant(runtime, tenant).problems]


def test_an_untouched_trail_verifies(runtime, sealed):
    verdict = verifying.verify_tenant(runtime, sealed)
    assert verdict.problems == []
    assert verdict.entries == 20


def test_sealing_twice_changes_nothing(runtime, sealed):
    assert sealer.seal(runtime, sealed.id) == 0


def test_a_sealer_at_work_is_no_tampering(runtime, sealed, scope, person, monkeypatch):
    """Entries sealed between reading the heads and reading the entries are left for the next time."""
    someone = person("employee", tenant=sealed)
    heads, sealing = verifying._heads, threading.Thread(target=sealer.seal, args=(runtime, sealed.id))

    def slow_heads(*args):
        found = heads(*args)
        with scope(sealed) as ctx:
            ctx.audit(PassphraseSet(subject_id=someone.id, how="reset"))
        sealing.start()
        sealing.join(10)
        return found

    monkeypatch.setattr(verifying, "_heads", slow_heads)
    assert problems(runtime, sealed) == []
    monkeypatch.undo()
    assert verifying.verify_tenant(runtime, sealed).entries == 21


TAMPERINGS = {
    "one byte of an entry": 'UPDATE core.audit_entry SET detail = \'{"how": "resetx"}\' WHERE tenant_id = :t AND seq = 7',
    "who did it": "UPDATE core.audit_entry SET actor_kind = 'visitor' WHERE tenant_id = :t AND seq = 7",
    "one entry deleted": "DELETE FROM core.audit_entry WHERE tenant_id = :t AND seq = 7",
    "the end cut off": "DELETE FROM core.audit_entry WHERE tenant_id = :t AND seq >= 15",
    "leaf recomputed too": "UPDATE core.audit_entry SET leaf = sha256('x') WHERE tenant_id = :t AND seq = 7",
    "seal taken off": "UPDATE core.audit_entry SET seq = NULL, leaf = NULL WHERE tenant_id = :t AND seq = 7",
    "end and checkpoints cut off": (
        "WITH c AS (DELETE FROM core.audit_checkpoint WHERE tenant_id = :t AND size > 15) "
        "DELETE FROM core.audit_entry WHERE tenant_id = :t AND seq >= 15"
    ),
    "a checkpoint's root": "UPDATE core.audit_checkpoint SET root = sha256('x') WHERE tenant_id = :t AND size = 10",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found_and_named(runtime, sealed, superuser, tampering):
    with superuser.begin() as connection:
        changed = connection.execute(sa.text(TAMPERINGS[tampering]), {"t": sealed.id})
        assert changed.rowcount
    found = problems(runtime, sealed)
    assert found
    assert any(mark in " ".join(found) for mark in ("7", "15", "10"))


def test_the_application_role_cannot_change_or_delete_entries(scope, sealed):
    for statement in ("UPDATE core.audit_entry SET action = 'x'", "DELETE FROM core.audit_entry"):
        with pytest.raises(sa.exc.ProgrammingError), scope(sealed) as ctx:
            ctx.db.execute(sa.text(statement))


def test_a_request_whose_entry_cannot_be_written_changes_nothing(scope, tenant, monkeypatch, runtime):
    def broken(ctx, entries):
        raise RuntimeError("no room for entries")

    monkeypatch.setattr(runtime.audit, "write", broken)
    with pytest.raises(RuntimeError), scope(tenant) as ctx:
        services.add_unit(ctx, "采油一队", None, "CY1")
    monkeypatch.undo()
    with scope(tenant) as ctx:
        assert services.tree(ctx) == []

"""The trail tells an employer what was done, never which of its people take part in what."""

import pytest
import sqlalchemy as sa

from anxin.consent.entries import Agreed
from anxin.identity.entries import PassphraseSet
from anxin.kernel.actor import Actor


@pytest.fixture
def told(person, scope):
    """(worker, admin of the same union): the worker agreed to a purpose, and set a passphrase."""
    worker, admin = person("employee", name="林晓峰"), person("employee", "admin", name="郑清和")
    with scope(worker.tenant, Actor("person", "self", worker.id, name="林晓峰", roles=("employee",))) as ctx:
        ctx.audit(Agreed(subject_id=worker.id, purpose="assessments.self", version=1))
        ctx.audit(PassphraseSet(subject_id=worker.id, how="reset"))
        ctx.unaudited("test")
    return worker, admin


def seen(runtime, token) -> set[str]:
    with runtime.engine.connect() as connection:
        connection.execute(sa.text("SELECT guard.enter(:t)"), {"t": token})
        return set(connection.scalars(sa.text("SELECT action FROM core.audit_entry")))


def test_plain_sql_of_a_colleague_finds_accounts_only(runtime, told) -> None:
    worker, admin = told
    assert "consent.agreed" not in seen(runtime, admin.token)
    assert "identity.passphrase_set" in seen(runtime, admin.token)
    assert {"consent.agreed", "identity.passphrase_set"} <= seen(runtime, worker.token)
    assert "consent.agreed" not in seen(runtime, runtime.visitors.token(worker.tenant.id))


def test_plain_sql_finds_no_jobs(runtime, told, scope) -> None:
    worker, admin = told
    with scope(worker.tenant) as ctx:
        ctx.enqueue(next(iter(ctx.runtime.jobs.values())), person_id=worker.id)
    for token in (worker.token, admin.token, runtime.visitors.token(worker.tenant.id)):
        with runtime.engine.connect() as connection:
            connection.execute(sa.text("SELECT guard.enter(:t)"), {"t": token})
            assert connection.scalar(sa.text("SELECT count(*) FROM core.outbox")) == 0


def test_the_auditor_reads_that_it_happened_and_not_who(told, client_as) -> None:
    _worker, admin = told
    client = client_as(admin)
    page = client.get(f"{client.base}/audit/?action=consent.agreed").text
    assert "本人" in page
    assert "林晓峰" not in page
    (line,) = client.get(f"{client.base}/api/audit/entries?action=consent.agreed").json
    assert line["who"] == "本人"
    assert "林晓峰" not in str(line)
    assert str(_worker.id) not in str(line)
    assert "林晓峰" in client.get(f"{client.base}/audit/?action=identity.passphrase_set").text

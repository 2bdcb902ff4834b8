"""Consent over HTTP, a copy of everything, erasure, and the ledger that outlives the database."""

import pytest
import sqlalchemy as sa

from anxin.identity.apply import set_contact
from anxin.identity.models import Person
from anxin.kernel import jobs, ledger
from anxin.kernel.db import driver_url
from anxin.kernel.errors import NotFound
from anxin.kernel.vault import VaultError


@pytest.fixture
def known(person, scope, tenant):
    """Somebody with sealed contact data."""
    someone = person("employee", name="林晓峰")
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        row = ctx.db.get(Person, (tenant.id, someone.id))
        set_contact(ctx, row, phone="19900001234", email="lin@example.org")
    return someone


def contact(scope, tenant, someone):
    with scope(tenant) as ctx:
        row = ctx.db.get(Person, (tenant.id, someone.id))
        return ctx.open(row, "contact") if row.contact else None


def test_a_copy_holds_what_every_room_keeps(client_as, known, runtime):
    client = client_as(known)
    copy = client.get(f"{client.base}/api/consent/data").json
    assert copy["data"]["identity"]["contact"]["phone"] == "19900001234"
    assert {room.name for room in runtime.registry.core.subjects} | set(runtime.registry.plugins) == set(
        copy["data"]
    )


def test_erasure_runs_as_a_job_and_forgets_the_key(client_as, known, scope, tenant, runtime):
    client = client_as(known)
    assert client.post(f"{client.base}/consent/data/erase", data={}).status_code == 422
    assert client.post(f"{client.base}/consent/data/erase", data={"sure": "1"}).status_code == 303
    with scope(tenant) as ctx:
        waiting = ctx.db.scalar(
            sa.text("SELECT id FROM core.outbox WHERE job = 'consent.erase' AND done_at IS NULL")
        )
    assert jobs.run(runtime, tenant, waiting) == "done"
    assert contact(scope, tenant, known) is None
    with scope(tenant) as ctx:
        assert (
            ctx.db.scalar(sa.text("SELECT wrapped FROM core.subject_key WHERE id = :p"), {"p": known.id})
            is None
        )
    assert known.id in {line.subject_id for line in ledger.read(runtime.settings)}
    assert "已完成" in client.get(f"{client.base}/consent/data").get_data(as_text=True)


def test_who_erased_and_still_works_here_can_begin_anew(scope, tenant, known):
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        old = ctx.db.get(Person, (tenant.id, known.id)).contact
        ctx.keys.erase(known.id)
    with scope(tenant) as ctx, pytest.raises(NotFound):
        ctx.keys.open(Person, "contact", known.id, known.id, old)
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.seal(ctx.db.get(Person, (tenant.id, known.id)), "contact", {"phone": "19900009999"})
    assert contact(scope, tenant, known) == {"phone": "19900009999"}
    with scope(tenant) as ctx, pytest.raises(VaultError):
        ctx.keys.open(Person, "contact", known.id, known.id, old)


def test_a_restored_key_is_deleted_again(scope, tenant, known, settings, runtime):
    engine = sa.create_engine(driver_url(settings.database_url))
    row = {"t": tenant.id, "p": known.id}
    with engine.begin() as copy:
        kept = copy.scalar(
            sa.text("SELECT wrapped FROM core.subject_key WHERE tenant_id = :t AND id = :p"), row
        )
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.keys.erase(known.id)
    with engine.begin() as restored:
        restored.execute(
            sa.text(
                "UPDATE core.subject_key SET wrapped = :w, erased_at = NULL WHERE tenant_id = :t AND id = :p"
            ),
            {**row, "w": kept},
        )
        assert ledger.replay(restored, ledger.read(runtime.settings)) >= 1
        assert (
            restored.scalar(
                sa.text("SELECT wrapped FROM core.subject_key WHERE tenant_id = :t AND id = :p"), row
            )
            is None
        )
    engine.dispose()


def test_a_withdrawal_counts_with_the_next_request(client_as, known, runtime, tenant):
    purpose = next(one for one in runtime.registry.purposes_of(tenant) if one.basis == "consent")
    client = client_as(known)
    path = f"{client.base}/api/consent/purposes"
    assert client.put(f"{path}/{purpose.name}", json={"answer": "agreed"}).status_code == 204
    assert {row["purpose"]: row["agreed"] for row in client.get(path).json}[purpose.name] is True
    assert client.put(f"{path}/{purpose.name}", json={"answer": "withdrawn"}).status_code == 204
    assert {row["purpose"]: row["agreed"] for row in client.get(path).json}[purpose.name] is False

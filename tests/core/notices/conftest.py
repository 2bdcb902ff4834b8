"""People with addresses, a tenant's settings, what was sent, and the jobs that send, for the notices room's tests."""

import dataclasses
import email
import email.policy
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.identity import messengers, outward
from anxin.identity.models import Messenger, MessengerAccount, Person
from anxin.kernel import jobs
from anxin.kernel.outbound import Client
from anxin.notices.models import Delivery
from anxin.notices.services import notify
from anxin.tenancy import services as tenancy

from ..identity import messenger_servers as servers
from .sms_stand_in import SmsStandIn

KIND = "safety.attention"
LOOPBACK = Client(hosts={"127.0.0.1"}, seconds=2)


@pytest.fixture
def reachable(scope, person):
    """Somebody with a mail address and a telephone."""
    someone = person(name="林晓峰")
    with scope(someone.tenant) as ctx:
        ctx.unaudited("test")
        ctx.seal(ctx.get(Person, someone.id), "contact", {"email": "lin@example.org", "phone": "13900000268"})
    return someone


@pytest.fixture
def mails(settings, monkeypatch, tmp_path, runtime):
    """The .eml files written during the test."""
    changed = dataclasses.replace(runtime.settings, mail_dir=tmp_path / "mail")
    monkeypatch.setattr(runtime, "settings", changed)

    def read():
        return [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted((tmp_path / "mail").glob("*.eml"))
        ]

    return read


@pytest.fixture
def texts(monkeypatch, tmp_path, runtime):
    """The text messages written as files during the test."""
    changed = dataclasses.replace(runtime.settings, sms_dir=tmp_path / "sms")
    monkeypatch.setattr(runtime, "settings", changed)
    return lambda: [json.loads(path.read_text()) for path in sorted((tmp_path / "sms").glob("*.json"))]


@pytest.fixture
def gateway(monkeypatch, runtime):
    """A gateway for text messages on loopback, which the operator allows."""
    with SmsStandIn() as server:
        changed = dataclasses.replace(
            runtime.settings, sms_url=server.url, sms_token="the-token", outbound_allow=server.networks
        )
        monkeypatch.setattr(runtime, "settings", changed)
        yield server


@pytest.fixture
def configure(scope, runtime) -> Callable[..., None]:
    """configure(tenant, sms=True): the tenant's settings of notices."""

    def change(tenant: Any, **values: Any) -> None:
        with scope(runtime.caches["directory"].by_id(tenant.id)) as ctx:
            tenancy.change_settings(ctx, "notices", values)

    return change


@pytest.fixture
def chat(scope, monkeypatch) -> Any:
    """chat(vendor, someone, account="linxf"): the tenant's messenger that sends, and the person's account there."""
    monkeypatch.setattr(outward, "http_client", lambda _networks: LOOPBACK)
    messengers.TOKENS.clear()
    running = []

    def start(vendor: str, someone: Any, account: str | None = "linxf", secret: str = servers.SECRET) -> Any:
        manager = servers.running(vendor)
        mock = manager.__enter__()
        running.append(manager)
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test")
            row = ctx.add(
                Messenger(
                    vendor=vendor, corp=mock.corp_id, app=mock.app_id, agent=mock.agent_id, api=mock.url, sends=True
                )
            )  # fmt: skip
            ctx.db.flush()
            ctx.seal(row, "secret", secret)
            if account:
                ctx.add(MessengerAccount(person_id=someone.id, messenger_id=row.id, account=account))
        return mock

    yield start
    for manager in running:
        manager.__exit__(None, None, None)


@pytest.fixture
def run_jobs(runtime):
    """run_jobs(tenant, name): run what waits of a job, due or not; its outcomes."""

    def run(tenant, name):
        info = runtime.caches["directory"].by_id(tenant.id)
        return [jobs.run(runtime, info, row.id) for row in waiting(runtime, tenant, name)]

    return run


def waiting(runtime: Any, tenant: Any, name: str) -> list[Any]:
    with runtime.engine.connect() as connection:
        connection.execute(sa.text("SELECT guard.enter(:t)"), {"t": runtime.figures.token(tenant.id)})
        return connection.execute(
            sa.text(
                "SELECT id, due_at, payload FROM core.outbox WHERE done_at IS NULL AND job = :name ORDER BY id"
            ),
            {"name": name},
        ).all()


@pytest.fixture
def waits(runtime) -> Callable[..., list[Any]]:
    """waits(tenant, job): (id, due_at, payload) of what was asked for."""
    return lambda tenant, name: waiting(runtime, tenant, name)


@pytest.fixture
def told(scope, runtime) -> Callable[..., Any]:
    """told(someone, at=None, urgent=False, link="/somewhere"): a notice for somebody; its id."""

    def tell(someone: Any, at: Any = None, link: str = "/somewhere", **more: Any) -> Any:
        with scope(runtime.caches["directory"].by_id(someone.tenant.id)) as ctx:
            ctx.unaudited("test")
            ctx.now = at or ctx.now
            return notify(ctx, someone.id, KIND, link, **more)

    return tell


@pytest.fixture
def sent(scope) -> Callable[..., dict[str, Any]]:
    """sent(someone): channel → what became of it (state, tries, error)."""

    def read(someone: Any) -> dict[str, Any]:
        with scope(someone.tenant) as ctx:
            rows = ctx.db.scalars(sa.select(Delivery).where(Delivery.person_id == someone.id)).all()
            return {
                row.channel: SimpleNamespace(id=row.id, state=row.state, tries=row.tries, error=row.error)
                for row in rows
            }

    return read


@pytest.fixture
def helper(scope, runtime, agency_person, person):
    """(the helper here, who they are at their agency)."""
    here = agency_person("helper")
    with scope(here.tenant) as ctx:
        agency = runtime.caches["directory"].by_id(ctx.get(Person, here.id).home_tenant_id)
    home = person("employee", tenant=agency)
    with scope(here.tenant) as ctx:
        ctx.unaudited("test")
        ctx.get(Person, here.id).home_person_id = home.id
    return here, home

"""The demo's employer gets ready: its people and its one client are written for the provider, and the
provider describes itself to the platform, by the same discovery an admin's save runs, without a socket.
"""

import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient

from anxin.demo import places
from anxin.demo.provider import ProviderSettings, create_provider
from anxin.demo.provider_employer import Client, Employer, Worker, save_employer
from anxin.identity.roster import RosterRow
from anxin.settings import Settings
from anxin.tenancy.files import Provider, TenantFile

FEATURED = ("DL10268", "DL10352", "DL10007")  # offered with one tap at the provider
LOOPBACK = ("127.0.0.1", "localhost")


def hire(settings: Settings, tenant: TenantFile, people: Iterable[RosterRow]) -> None:
    """Write employer.json and the client's secret. Everybody at work may sign in; leavers may not."""
    folder = places.employer_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(24)
    with open(
        os.open(places.secret_file(settings), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
    ) as out:
        out.write(secret)
    workers = sorted(
        (_worker(row) for row in people if row.status and row.number),
        key=lambda worker: FEATURED.index(worker.employee_no) if worker.featured else len(FEATURED),
    )
    client = Client(tenant.providers[0].client_id, secret, redirect_uris(settings, tenant), tenant.name)
    save_employer(folder, Employer("东岭油田第三采油厂", (client,), tuple(workers)))


def _worker(row: RosterRow) -> Worker:
    number = row.number or ""
    return Worker(
        sub=f"u-{number.lower()}",
        employee_no=number,
        name=row.name,
        unit=" ".join(row.unit),
        email=f"{number.lower()}@dongling.example",
        featured=number in FEATURED,
    )


def redirect_uris(settings: Settings, tenant: TenantFile) -> tuple[str, ...]:
    """One address per name the browser may know this machine by."""
    bases = [settings.public_url, *(f"http://{host}:{settings.port}" for host in LOOPBACK)]
    return tuple(dict.fromkeys(f"{base}/t/{tenant.slug}/sign-in/return" for base in bases))


def application(settings: Settings, told: Provider) -> dict[str, Any]:
    """What the admin would enter on the page of sign-in settings."""
    return {
        "name": told.key,
        "title": told.title.zh,
        "issuer": told.issuer,
        "client_id": told.client_id,
        "number_claim": told.claim_number,
        "admits_unknown": False,
        "secret": places.secret_file(settings).read_text(encoding="utf-8"),
    }


def http(settings: Settings) -> "InProcess":
    """The provider, asked without a socket: nobody serves it yet while the demo is being filled."""
    app = create_provider(ProviderSettings(places.employer_folder(settings), places.issuer(settings)))
    return InProcess(app.test_client())


@dataclass(frozen=True, slots=True)
class Heard:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class InProcess:
    """The guarded client's shape over an app of this process: the provider is not served yet while
    seeding."""

    app: FlaskClient

    def get(self, url: str, *, headers: Mapping[str, str]) -> Heard:
        reply = self.app.get(url, headers=dict(headers))
        return Heard(reply.status_code, reply.data)

    def post_form(self, url: str, data: Mapping[str, str], *, headers: Mapping[str, str]) -> Heard:
        reply = self.app.post(url, data=dict(data), headers=dict(headers))
        return Heard(reply.status_code, reply.data)

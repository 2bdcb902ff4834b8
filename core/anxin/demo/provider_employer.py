"""The invented employer behind the demo's provider: who works there, and which platforms may ask.
 One JSON file in the data folder, written by the demo's seed and read again whenever it changes. The client
secret in it is made by the seed for this folder alone; nothing here is shared between installations.
"""

import hmac
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin

FILE = "employer.json"
SCOPES = ("openid", "profile", "email")


@dataclass(frozen=True, slots=True)
class Worker:
    """A person as the employer knows them. `featured` ones are offered as one-tap choices."""

    sub: str
    employee_no: str
    name: str
    unit: str
    email: str | None = None
    featured: bool = False


@dataclass(frozen=True, slots=True)
class Client(ClientMixin):
    """A platform the employer's IT has registered."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    name: str = ""

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""  # always named in full: no guessing

    def get_allowed_scope(self, scope: Any) -> Any:
        """`None` makes Authlib answer invalid_scope: nothing is given out without `openid`."""
        asked = str(scope or "").split()
        return " ".join(s for s in asked if s in SCOPES) if "openid" in asked else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(client_secret.encode(), self.client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass(frozen=True, slots=True)
class Employer:
    name: str = "东岭油田"
    clients: tuple[Client, ...] = ()
    workers: tuple[Worker, ...] = ()

    def client(self, client_id: str | None) -> Client | None:
        return next((c for c in self.clients if c.client_id == client_id), None)

    def by_sub(self, sub: str) -> Worker | None:
        return next((w for w in self.workers if w.sub == sub), None)

    def by_hint(self, hint: str) -> Worker | None:
        """By employee number, e-mail or sub, as a person (or `login_hint`) may write it."""
        wanted = hint.strip().casefold()
        return next((w for w in self.workers if wanted in _names(w)), None) if wanted else None

    def choices(self, first: Worker | None = None, limit: int = 8) -> list[Worker]:
        """Who is offered as a button: the hinted person, then the featured ones, else whoever comes first."""
        offered = [w for w in self.workers if w.featured] or list(self.workers)
        return ([first] if first else []) + [w for w in offered[:limit] if w is not first]


def save_employer(folder: Path, employer: Employer) -> Path:
    """Write the file in one move, readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(asdict(employer), ensure_ascii=False, indent=1)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, delete=False) as part:  # mode 0600
        part.write(content)
    os.replace(part.name, folder / FILE)
    return folder / FILE


class EmployerFile:
    """The employer as the file says now; `None` while there is no file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._stamp: tuple[int, int] | None = None
        self._employer: Employer | None = None

    def read(self) -> Employer | None:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._stamp:
            self._employer = _employer(json.loads(self.path.read_text("utf-8")))
            self._stamp = stamp
        return self._employer


def _employer(value: dict[str, Any]) -> Employer:
    return Employer(
        name=value["name"],
        clients=tuple(Client(**{**c, "redirect_uris": tuple(c["redirect_uris"])}) for c in value["clients"]),
        workers=tuple(Worker(**w) for w in value["workers"]),
    )


def _names(worker: Worker) -> set[str]:
    return {name.casefold() for name in (worker.employee_no, worker.sub, worker.email) if name}

"""What one process is made of, passed along instead of global state: settings, keys, registry, and the seams where the
rooms above plug into the kernel (consent decides, audit writes, the registry knows who reacts)."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import Engine, Select

from anxin.kernel.capability import Shared
from anxin.kernel.db import TenantModel, db
from anxin.kernel.vault import Keyring

if TYPE_CHECKING:
    from anxin.kernel.ctx import Ctx
    from anxin.kernel.entry import Entry
    from anxin.kernel.jobs import Job


class Access(Protocol):
    """Which rows a context may see; the consent room implements it (`anxin.consent.decide`)."""

    def narrow(
        self, ctx: "Ctx", model: type[TenantModel], statement: Select[Any], *, consent: bool = True
    ) -> Select[Any]:
        """Add the permission's scope, and (unless the row is checked afterwards) consent, to a query over `model`."""
        ...

    def check(self, ctx: "Ctx", row: TenantModel) -> None:
        """Raise ConsentRefused or ConsentRequired when the row's subject has not agreed to the context's purpose."""
        ...

    def require(self, ctx: "Ctx", purpose: str) -> None:
        """Raise ConsentRequired when the actor has not agreed to the purpose in its current version."""
        ...


class AuditWriter(Protocol):
    """Writes entries in the context's own transaction; the audit room implements it."""

    def write(self, ctx: "Ctx", entries: Sequence["Entry"]) -> None: ...


class Reactions(Protocol):
    """Which jobs an event causes in a tenant; the extension room's registry implements it."""

    def jobs_for(self, ctx: "Ctx", event: Any) -> Iterable[tuple[str, Mapping[str, Any]]]: ...


@dataclass
class Runtime:
    """One process's parts. `app.extensions["anxin"]` holds it; `runtime()` finds it inside an app context."""

    app: Flask
    settings: Any
    keyring: Keyring
    access: Access
    audit: AuditWriter
    registry: Any
    jobs: dict[str, "Job"] = field(default_factory=dict)
    caches: dict[str, Any] = field(default_factory=dict)
    visitors: Shared = field(init=False)
    figures: Shared = field(init=False)

    def __post_init__(self) -> None:
        with self.app.app_context():
            self._engine, self._auth = db.engine, db.engines["auth"]
        self.visitors = Shared(self._auth, "visitor")
        self.figures = Shared(self._auth, "figures")
        self._job_key = job_key(self.settings)

    @property
    def engine(self) -> Engine:
        """Connections of the application role."""
        return self._engine

    @property
    def auth(self) -> Engine:
        """Connections of the auth role: capabilities, relay, seals."""
        return self._auth

    def job_token(self, job_id: UUID) -> str:
        """The secret that lets exactly one job into its tenant: a signature that the guard checks. The outbox row
        keeps its hash."""
        return hmac.digest(self._job_key, str(job_id).encode(), "sha256").hex()


def job_key(settings: Any) -> bytes:
    """What jobs are signed with; `anxin db upgrade` shares it with the guard."""
    return settings.derive("job")


def runtime() -> Runtime:
    """The runtime of the current app context."""
    return current_app.extensions["anxin"]

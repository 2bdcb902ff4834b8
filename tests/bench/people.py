"""One invented tenant for the bench, made through the platform's own application: people, sessions,
consents, rows.

It lives in the bench's process; what is measured runs in the deployment's own web processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from anxin.app import create_app
from anxin.consent.models import Consent
from anxin.identity import sessions
from anxin.identity.models import Membership, Person, Role
from anxin.kernel.actor import Actor, TenantInfo, system
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.ids import new_id
from anxin.kernel.runtime import Runtime
from anxin.notices.models import Notice
from anxin.settings import Settings
from anxin.tenancy.directory import touch
from anxin.tenancy.found import found
from anxin.tenancy.models import Module, Unit
from anxin_assessments.models import Campaign, Invitation, Outcome, Sheet
from anxin_assessments.policy import ResultsRead
from anxin_assessments.services import catalogue

INSTRUMENT = "phq9"
ANSWERS = [1, 1, 0, 2, 1, 0, 1, 0, 0]  # an ordinary day: no risk answer, no band that alarms anybody
LIFETIME = timedelta(hours=6)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"


@dataclass(frozen=True)
class Someone:
    """A person and the cookie of their live session."""

    id: UUID
    cookies: dict[str, str]


class Tenancy:
    """A tenant with every plugin on, and a second one with none (`bare`)."""

    def __init__(self, settings: Settings, people: int) -> None:
        self.app: Flask = create_app(settings)
        self.runtime: Runtime = self.app.extensions["anxin"]
        run = new_id().hex[-8:]  # a kept folder has the tenants of earlier runs
        self.info = self._found(f"bench-{run}", sorted(self.runtime.registry.plugins))
        self.bare = self._found(f"bare-{run}", [])
        self.people = self._people(self.info, people)
        self.admin, self.reader = (self._people(self.info, 1, role)[0] for role in ("admin", "employee"))
        self.bare_person = self._people(self.bare, 1)[0]

    @property
    def base(self) -> str:
        return f"/t/{self.info.slug}"

    def scope(self, info: TenantInfo | None = None):
        return tenant_scope(self.runtime, info or self.info, system("bench"))

    # ---- making the tenant --------------------

    def _found(self, slug: str, modules: Sequence[str]) -> TenantInfo:
        info = found(self.runtime, slug=slug, kind="enterprise_union", name=f"测试工会 {slug}")
        permissions = self.runtime.registry.permissions.values()
        own = {item.name: "own" for item in permissions if item.scope == "own"}
        wide = {item.name: "tenant" for item in permissions if not item.clinical and item.scope != "own"}
        with self.scope(info) as ctx:
            ctx.unaudited("the bench makes its tenant")
            for name in modules:
                ctx.add(Module(name=name))
            ctx.add(Role(name="employee", title="职工", grants=own))
            ctx.add(Role(name="admin", title="工会管理员", grants=own | wide))
            for number in range(20):
                unit_id = new_id()
                ctx.add(
                    Unit(id=unit_id, code=f"B{number:02}", name=f"班组{number:02}", path=f"/{unit_id.hex}")
                )
            touch(ctx)
        return self.runtime.caches["directory"].by_id(info.id)

    def _people(self, info: TenantInfo, count: int, role: str = "employee") -> list[Someone]:
        made = []
        with self.scope(info) as ctx:
            ctx.unaudited("the bench makes its people")
            units = ctx.scalars(sa.select(Unit.id).where(Unit.tenant_id == info.id)).all()
            for number in range(count):
                name = f"{SURNAMES[number % len(SURNAMES)]}小{number:04}"
                person = ctx.add(
                    Person(
                        name=name,
                        sort_key=f"{role}{number:06}",
                        number=new_id().hex,
                        unit_id=units[number % len(units)],
                    )
                )
                ctx.db.flush()
                ctx.add(Membership(person_id=person.id, role=role))
                for purpose in self.runtime.registry.purposes.values():
                    ctx.add(
                        Consent(
                            person_id=person.id,
                            purpose=purpose.name,
                            version=purpose.version,
                            agreed=True,
                            decided_at=ctx.now,
                        )
                    )
                ctx.db.flush()
                token = sessions.start(ctx, person, method="bench", lifetime=LIFETIME)
                made.append(Someone(person.id, {f"anxin-{info.slug}": token}))
        return made

    # ---- work to be done --------------------

    def campaign(self) -> UUID:
        """A running campaign everybody is invited to: each person can answer it once."""
        with self.scope() as ctx:
            ctx.unaudited("the bench plans a campaign")
            campaign = ctx.add(
                Campaign(
                    title="心理体检",
                    instruments=[self.edition],
                    state="open",
                    published_at=ctx.now,
                    opens_at=ctx.now - timedelta(days=1),
                    closes_at=ctx.now + timedelta(days=7),
                )
            )
            ctx.db.flush()
            ctx.insert(
                Invitation,
                [{"campaign_id": campaign.id, "person_id": one.id, "unit_id": None} for one in self.people],
            )
            return campaign.id

    def filled_sheets(self) -> list[UUID]:
        """For each person an open sheet of a new campaign with all nine answers, one tap before
        "submit"."""
        campaign_id = self.campaign()
        made = [new_id() for _ in self.people]
        with self.scope() as ctx:
            ctx.unaudited("the bench answers the questions")
            rows = [
                {
                    "id": sheet_id,
                    "person_id": one.id,
                    "instrument": self.edition,
                    "campaign_id": campaign_id,
                    "answers": ctx.sealed(Sheet, "answers", sheet_id, one.id, ANSWERS),
                    "state": "open",
                    "started_at": ctx.now - timedelta(minutes=3),
                    "changed_at": ctx.now,
                }
                for sheet_id, one in zip(made, self.people, strict=True)
            ]
            ctx.insert(Sheet, rows)
        return made

    @cached_property
    def edition(self) -> str:
        with self.scope() as ctx, ctx.acting(plugin="assessments"):
            return catalogue.offered_one(ctx, INSTRUMENT).key

    def vacuum(self) -> None:
        """Statistics as after a night's autovacuum: what is measured is not a table nobody has analysed."""
        engine = sa.create_engine(
            self.runtime.settings.database_url.replace("postgresql:", "postgresql+psycopg:", 1)
        )
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        engine.dispose()

    def close(self) -> None:
        self.runtime.engine.dispose()
        self.runtime.auth.dispose()


def looks(tenancy: Tenancy, person: Someone, count: int) -> None:
    """Entries about one person, for "who looked at my data"."""
    helper = Actor(kind="person", reach="system", person_id=tenancy.admin.id, roles=("admin",))
    with tenant_scope(tenancy.runtime, tenancy.info, helper) as ctx:
        for _ in range(count):
            ctx.audit(ResultsRead(results=1, subject_id=person.id))


def told(tenancy: Tenancy, person: Someone, count: int) -> None:
    """Notices of one person."""
    with tenancy.scope() as ctx:
        ctx.unaudited("the bench tells somebody something")
        for minutes in range(count):
            at = ctx.now - timedelta(minutes=minutes)
            ctx.add(Notice(person_id=person.id, kind="safety.attention", params={}, link="/", made_at=at))


def results(tenancy: Tenancy, person: Someone, count: int) -> None:
    """Past results of one person, for pages that list them."""
    from anxin_assessments import scoring  # only rows that list results need the scoring kernel

    with tenancy.scope() as ctx, ctx.acting(plugin="assessments"):
        ctx.unaudited("the bench looks back")
        instrument = catalogue.instrument(ctx, tenancy.edition)
        scores = scoring.score(instrument, ANSWERS, seconds=180.0).as_json()
        for number in range(count):
            _one_result(ctx, tenancy.edition, person.id, scores, number)


def _one_result(ctx: Ctx, edition: str, person_id: UUID, scores: object, days: int) -> None:
    at = ctx.now - timedelta(days=days + 1)
    sheet = Sheet(
        person_id=person_id,
        instrument=edition,
        state="submitted",
        started_at=at,
        changed_at=at,
        submitted_at=at,
    )
    ctx.seal(sheet, "answers", ANSWERS)
    ctx.add(sheet)
    ctx.db.flush()
    outcome = Outcome(sheet_id=sheet.id, person_id=person_id, instrument=edition, made_at=at)
    ctx.seal(outcome, "scores", scores)
    ctx.add(outcome)

"""decide(): may this actor use this data class of this subject for this purpose, and on what basis?

Called by the data layer (Ctx.get, Ctx.select, @guard), never by views. Four relations, from the permission's scope:

    own        the subject themself          needs their own consent to the purpose (asked on the way in)
    assigned   a helper with an assignment   needs the subject's consent to the purpose, at its current version
    unit       below the actor's units       non-clinical data only
    tenant     anybody of the tenant         clinical data: needs the subject's consent like "assigned"
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import aliased

from anxin.consent.models import Consent
from anxin.extension.manifest import Purpose
from anxin.identity.models import Assignment, Person
from anxin.identity.sessions import OWN_CONSENTS
from anxin.kernel.ctx import Ctx
from anxin.kernel.db import TenantModel
from anxin.kernel.entry import Refused
from anxin.kernel.errors import ConsentRefused, ConsentRequired, ProgrammingError
from anxin.tenancy.units import below


@dataclass(frozen=True)
class Verdict:
    """Permit or deny, and the basis: own, consent, account, system; or the reason of a denial."""

    permit: bool
    basis: str


class ConsentAccess:
    """The kernel's Access (see kernel/runtime.py)."""

    def narrow(
        self, ctx: Ctx, model: type[TenantModel], statement: Select[Any], *, consent: bool = True
    ) -> Select[Any]:
        if ctx.actor.kind == "system":
            return statement
        if model.__subject__ is None:
            return self._by_unit(ctx, model, statement)
        if ctx.grant is None:
            return statement.where(sa.false())
        subject: ColumnElement[Any] = getattr(model, model.__subject__)
        match ctx.grant.scope:
            case "own":
                return statement.where(subject == ctx.actor.person_id)
            case "assigned":
                statement = statement.where(subject.in_(_assigned(ctx)))
            case "unit":
                if model.__clinical__:
                    return statement.where(sa.false())
                statement = statement.where(subject.in_(_people_below(ctx)))
            case "tenant":
                pass
        if model.__clinical__ and consent and not _excused(self._purpose(ctx), model.__data_class__):
            statement = statement.where(subject.in_(_agreed(ctx, self._purpose(ctx))))
        return statement

    def check(self, ctx: Ctx, row: TenantModel) -> None:
        if row.__subject__ is None or ctx.actor.kind == "system" or not row.__clinical__:
            return
        purpose = self._purpose(ctx) if _others(ctx) else None
        verdict = self.decide(ctx, getattr(row, row.__subject__), purpose, row.__data_class__)
        if not verdict.permit:
            raise ConsentRefused(
                record=Refused(
                    code="consent_refused", what=ctx.purpose, subject_id=getattr(row, row.__subject__)
                )
            )

    def require(self, ctx: Ctx, purpose: str) -> None:
        declared = self._declared(ctx, purpose)
        if declared.basis != "consent":
            return
        given = ctx.notes.get(OWN_CONSENTS)
        if (
            given is not None
        ):  # read with the session, in the same transaction as everything else of this request
            if given.get(purpose, 0) < declared.version:
                raise ConsentRequired(purpose)
        elif ctx.actor.person_id is None or not agreed(ctx, ctx.actor.person_id, declared):
            raise ConsentRequired(purpose)

    def decide(
        self, ctx: Ctx, subject_id: UUID | None, purpose: Purpose | None, data_class: str = ""
    ) -> Verdict:
        """The one function: permit or deny, with its basis."""
        if ctx.actor.kind == "system":
            return Verdict(True, "system")
        if subject_id is not None and subject_id == ctx.actor.person_id:
            return Verdict(True, "own")
        if purpose is None:
            return Verdict(False, "no_purpose")
        if _excused(purpose, data_class):
            return Verdict(True, purpose.basis)
        return (
            Verdict(True, "consent")
            if subject_id and agreed(ctx, subject_id, purpose)
            else Verdict(False, "no_consent")
        )

    def _purpose(self, ctx: Ctx) -> Purpose:
        if ctx.purpose is None:
            raise ProgrammingError(
                "person-level care data is read without a purpose: say @guard(…, purpose=…)"
            )
        return self._declared(ctx, ctx.purpose)

    @staticmethod
    def _declared(ctx: Ctx, name: str) -> Purpose:
        declared = ctx.runtime.registry.purposes.get(name)
        if declared is None:
            raise ProgrammingError(f"the purpose {name} is declared by no room or plugin")
        return declared

    @staticmethod
    def _by_unit(ctx: Ctx, model: type[TenantModel], statement: Select[Any]) -> Select[Any]:
        if model.__unit__ is None or ctx.grant is None or ctx.grant.scope != "unit":
            return statement
        return statement.where(getattr(model, model.__unit__).in_(below(ctx, ctx.grant.units)))


def agreed(ctx: Ctx, person_id: UUID, purpose: Purpose) -> bool:
    """Has the person agreed to the purpose, in the version that is current now?"""
    return bool(
        ctx.db.scalar(
            sa.select(sa.literal(True)).where(
                Consent.tenant_id == ctx.tenant.id,
                Consent.person_id == person_id,
                Consent.purpose == purpose.name,
                Consent.version >= purpose.version,
                Consent.agreed,
            )
        )
    )


def _excused(purpose: Purpose, data_class: str) -> bool:
    """A basis other than consent opens the classes of data the purpose names, and nothing else."""
    return purpose.basis != "consent" and data_class in purpose.data_classes


def _others(ctx: Ctx) -> bool:
    return ctx.grant is None or ctx.grant.scope != "own"


def _assigned(ctx: Ctx) -> Select[Any]:
    link = aliased(Assignment)
    return sa.select(link.person_id).where(
        link.tenant_id == ctx.tenant.id,
        link.helper_id == ctx.actor.person_id,
        link.since <= ctx.now,
        sa.or_(link.until.is_(None), link.until > ctx.now),
    )


def _people_below(ctx: Ctx) -> Select[Any]:
    person = aliased(Person)
    units = below(ctx, ctx.grant.units if ctx.grant else frozenset())
    return sa.select(person.id).where(person.tenant_id == ctx.tenant.id, person.unit_id.in_(units))


def _agreed(ctx: Ctx, purpose: Purpose) -> Select[Any]:
    answer = aliased(Consent)
    return sa.select(answer.person_id).where(
        answer.tenant_id == ctx.tenant.id,
        answer.purpose == purpose.name,
        answer.version >= purpose.version,
        answer.agreed,
    )

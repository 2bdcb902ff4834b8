"""Asking, agreeing, declining, withdrawing. Every answer keeps a proof of the very text that was shown."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.consent import entries
from anxin.consent.models import Consent, Decision
from anxin.extension.events import ConsentWithdrawn
from anxin.extension.manifest import Purpose
from anxin.identity.sessions import OWN_CONSENTS
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, NotFound, SignInRequired
from anxin.kernel.i18n import current_locale, lazy
from anxin.kernel.ids import new_id

ENTRY = {"agreed": entries.Agreed, "refused": entries.Declined, "withdrawn": entries.Withdrawn}


@dataclass(frozen=True)
class Standing:
    """One purpose and the person's present answer: asked (None), agreed, declined; `outdated` asks again."""

    purpose: Purpose
    consent: Consent | None

    @property
    def agreed(self) -> bool:
        return self.consent is not None and self.consent.agreed and not self.outdated

    @property
    def outdated(self) -> bool:
        return self.consent is not None and self.consent.version < self.purpose.version


def purpose(ctx: Ctx, name: str) -> Purpose:
    """The purpose, if it matters in this tenant (its module is on)."""
    for found in ctx.runtime.registry.purposes_of(ctx.tenant):
        if found.name == name:
            return found
    raise NotFound()


def standing(ctx: Ctx) -> list[Standing]:
    """All purposes of this tenant with the signed-in person's answers."""
    rows = {
        row.purpose: row
        for row in ctx.db.scalars(
            sa.select(Consent).where(
                Consent.tenant_id == ctx.tenant.id, Consent.person_id == ctx.actor.person_id
            )
        )
    }
    return [Standing(found, rows.get(found.name)) for found in ctx.runtime.registry.purposes_of(ctx.tenant)]


def history(ctx: Ctx) -> list[Decision]:
    """The signed-in person's own answers, newest first."""
    return list(
        ctx.db.scalars(
            sa.select(Decision)
            .where(Decision.tenant_id == ctx.tenant.id, Decision.person_id == ctx.actor.person_id)
            .order_by(Decision.decided_at.desc())
        )
    )


def answer(ctx: Ctx, asked: Purpose, given: str, *, method: str = "page") -> None:
    """Record the signed-in person's answer ("agreed", "refused", "withdrawn"); it counts from the next request on."""
    if ctx.actor.person_id is None:
        raise SignInRequired()
    record(ctx, ctx.actor.person_id, asked, given, method=method)
    ctx.audit(ENTRY[given](subject_id=ctx.actor.person_id, purpose=asked.name, version=asked.version))
    if given == "withdrawn":
        ctx.emit(ConsentWithdrawn(person_id=ctx.actor.person_id, purpose=asked.name))


def record(ctx: Ctx, person_id: UUID, asked: Purpose, given: str, *, method: str) -> None:
    """The rows of an answer: the present state, and the proof."""
    if person_id == ctx.actor.person_id:
        ctx.notes.pop(OWN_CONSENTS, None)  # what was read with the session no longer holds
    state = {"version": asked.version, "agreed": given == "agreed", "decided_at": ctx.now}
    ctx.execute(
        pg.insert(Consent)
        .values(tenant_id=ctx.tenant.id, id=new_id(), person_id=person_id, purpose=asked.name, **state)
        .on_conflict_do_update(index_elements=["tenant_id", "person_id", "purpose"], set_=state)
    )
    ctx.add(
        Decision(
            person_id=person_id,
            purpose=asked.name,
            version=asked.version,
            answer=given,
            text_hash=hashlib.sha256(str(asked.text).encode()).digest(),
            locale=current_locale(),
            decided_at=ctx.now,
            method=method,
        )
    )


def on_paper(ctx: Ctx, person_id: UUID, wanted: Purpose) -> None:
    """A helper holds the person's signature under the text of `wanted` and what it requires. Records what was not
    answered yet; Conflict when the person has said no or taken it back: a signature does not overrule that."""
    present = {
        row.purpose: row
        for row in ctx.db.scalars(
            sa.select(Consent).where(Consent.tenant_id == ctx.tenant.id, Consent.person_id == person_id)
        )
    }
    for asked in _chain(ctx, wanted):
        found = present.get(asked.name)
        if found is not None and not found.agreed:
            raise Conflict(
                lazy("This person has said no or taken the consent back. Give the paper back to them."),
                code="consent.refused",
            )
        if found is None or found.version < asked.version:
            record(ctx, person_id, asked, "agreed", method="paper")
            ctx.audit(entries.AgreedOnPaper(subject_id=person_id, purpose=asked.name, version=asked.version))


def waiting(ctx: Ctx, wanted: Purpose) -> list[Purpose]:
    """What has to be asked before `wanted` can be used: its requirements first, then itself."""
    agreed = {one.purpose.name for one in standing(ctx) if one.agreed}
    return [one for one in _chain(ctx, wanted) if one.name not in agreed]


def _chain(ctx: Ctx, wanted: Purpose) -> list[Purpose]:
    """A purpose behind those it requires."""
    chain: list[Purpose] = []
    found: Purpose | None = wanted
    while found is not None:
        chain.append(found)
        found = purpose(ctx, found.requires) if found.requires else None
    return chain[::-1]


def own_copy(ctx: Ctx, person_id: UUID) -> dict[str, object]:
    """The consent room's part of a person's copy (ISO/IEC TS 27560 calls these consent records)."""
    rows = ctx.db.scalars(
        sa.select(Decision)
        .where(Decision.tenant_id == ctx.tenant.id, Decision.person_id == person_id)
        .order_by(Decision.decided_at)
    )
    return {
        "decisions": [
            {
                "purpose": row.purpose,
                "version": row.version,
                "answer": row.answer,
                "decided_at": row.decided_at.isoformat(),
                "text_sha256": row.text_hash.hex(),
                "locale": row.locale,
                "method": row.method,
            }
            for row in rows
        ]
    }


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    """Consents end; the decisions stay as proof that processing was lawful (PIPL 69), about a pseudonymous id."""
    gone = ctx.execute(
        sa.delete(Consent).where(Consent.tenant_id == ctx.tenant.id, Consent.person_id == person_id)
    )
    return {"consent": gone.rowcount}  # type: ignore[attr-defined]

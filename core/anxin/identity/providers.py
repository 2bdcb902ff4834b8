"""Sign-in providers of a tenant: saved by its admin, who learns at once whether discovery works."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import doors, entries, oidc, outward
from anxin.identity.models import Provider
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.i18n import lazy


def all_of(ctx: Ctx) -> list[Provider]:
    return list(
        ctx.db.scalars(
            sa.select(Provider).where(Provider.tenant_id == ctx.tenant.id).order_by(Provider.made_at)
        )
    )


def save(ctx: Ctx, data: dict[str, Any], http: oidc.Http | None = None) -> Provider:
    """Add a provider, or change the one of that name. Discovery runs now, through the guarded client; Invalid names
    what was wrong with it. An empty secret keeps the old one."""
    http = http or outward.http_client(ctx.runtime.settings.outbound_allow)
    try:
        metadata = oidc.discover(data["issuer"], http, outward.address_rules(ctx.runtime.settings))
    except oidc.SignInRefused as refused:
        doors.record_refusal(ctx, entries.ProviderRefused(name=data["name"], code=refused.code))
        raise Invalid(fields={"issuer": [refused.message]}, code=refused.code) from refused
    row = next((one for one in all_of(ctx) if one.name == data["name"]), None)
    _insist_once(ctx, data)
    if row is None:
        row = ctx.add(
            Provider(name=data["name"], title="", issuer=data["issuer"], client_id=data["client_id"])
        )
    row.title, row.issuer, row.client_id = data["title"], data["issuer"], data["client_id"]
    row.number_claim, row.admits_unknown = data["number_claim"], data["admits_unknown"]
    row.metadata_, row.on = metadata.as_json(), True
    if data.get("secret"):
        ctx.seal(row, "secret", data["secret"])
    ctx.audit(entries.ProviderSaved(provider_id=row.id))
    return row


def _insist_once(ctx: Ctx, data: dict[str, Any]) -> None:
    """The same client of the same provider under two names would be two accounts of one person."""
    for one in all_of(ctx):
        if (one.issuer, one.client_id) == (data["issuer"], data["client_id"]) and one.name != data["name"]:
            said = lazy("This client is set up already, as “%(name)s”.", name=one.name)
            raise Invalid(fields={"client_id": [said]})


def switch_off(ctx: Ctx, provider_id: UUID) -> None:
    row = ctx.db.scalar(
        sa.select(Provider).where(Provider.tenant_id == ctx.tenant.id, Provider.id == provider_id)
    )
    if row is None:
        raise NotFound()
    row.on = False
    ctx.audit(entries.ProviderRemoved(provider_id=row.id))

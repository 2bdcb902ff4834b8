"""The tenant's messengers: saved by its admin, who learns at once whether id and secret open the messenger's door."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import entries, outward
from anxin.identity.messengers.base import App, Http, MessengerRefused
from anxin.identity.messengers.base import Messenger as Talking
from anxin.identity.messengers.dingtalk import DingTalk
from anxin.identity.messengers.feishu import Feishu
from anxin.identity.messengers.wecom import WeCom
from anxin.identity.models import Messenger, MessengerAccount
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.i18n import lazy


class Vendor(NamedTuple):
    """A messenger as the pages show it. `agents`: marks of its own browser in the User-Agent."""

    title: Any
    talks: type[WeCom] | type[DingTalk] | type[Feishu]
    corp: Any
    app: Any
    agents: tuple[str, ...]


VENDORS: Final[dict[str, Vendor]] = {
    "wecom": Vendor(lazy("WeCom"), WeCom, lazy("Corp ID"), lazy("AgentId of the app"), ("wxwork",)),
    "dingtalk": Vendor(
        lazy("DingTalk"), DingTalk, lazy("Corp ID"), lazy("Client ID (AppKey)"), ("DingTalk",)
    ),
    "feishu": Vendor(lazy("Feishu"), Feishu, lazy("Tenant key"), lazy("App ID"), ("Lark", "Feishu")),
}


def all_of(ctx: Ctx) -> list[Messenger]:
    return list(
        ctx.db.scalars(
            sa.select(Messenger).where(Messenger.tenant_id == ctx.tenant.id).order_by(Messenger.vendor)
        )
    )


def signing_in(ctx: Ctx) -> list[Messenger]:
    """The messengers people may sign in with."""
    return [row for row in all_of(ctx) if row.on and row.signs_in]


def sending(ctx: Ctx) -> Messenger | None:
    """The messenger that takes the tenant's messages; None when there is none."""
    return next((row for row in all_of(ctx) if row.on and row.sends), None)


def user_ids(ctx: Ctx, row: Messenger, person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Who of these people is known there, by what user id. Only this tenant's people are found, whoever is asked for."""
    found = ctx.db.execute(
        sa.select(MessengerAccount.person_id, MessengerAccount.account).where(
            MessengerAccount.tenant_id == ctx.tenant.id,
            MessengerAccount.messenger_id == row.id,
            MessengerAccount.person_id.in_(list(person_ids)),
        )
    )
    return {row.person_id: row.account for row in found}


def connect(ctx: Ctx, row: Messenger, http: Http | None = None) -> Talking:
    """The messenger, ready to talk for this tenant; afterwards it needs no context any more."""
    secret = ctx.open(row, "secret") if row.secret else ""
    app = App(row.corp, row.app, secret, row.agent or "", row.api or "", row.login or "")
    return VENDORS[row.vendor].talks(app, http or outward.http_client(ctx.runtime.settings.outbound_allow))


def save(ctx: Ctx, vendor: str, data: dict[str, Any], http: Http | None = None) -> Messenger:
    """Set a messenger up, or change it. Asked at once for a token; Invalid says what is wrong. An empty secret keeps the
    present one. With another organisation, who was linked in the old one is forgotten."""
    if vendor not in VENDORS:
        raise NotFound()
    ctx.lock("messengers")  # one a vendor, whoever else saves at this moment
    row = next((one for one in all_of(ctx) if one.vendor == vendor), None)
    if row is None:
        row = ctx.add(Messenger(vendor=vendor, corp=data["corp"], app=data["app"]))
        ctx.db.flush()
    if not data.get("secret") and not row.secret:
        raise Invalid(fields={"secret": [lazy("Enter the app's secret.")]})
    if row.vendor == "dingtalk" and data["sends"] and not data.get("agent"):
        raise Invalid(fields={"agent": [lazy("DingTalk needs the AgentId to send messages.")]})
    if row.corp != data["corp"]:
        ctx.execute(
            sa.delete(MessengerAccount).where(
                MessengerAccount.tenant_id == ctx.tenant.id, MessengerAccount.messenger_id == row.id
            )
        )
    for name in ("corp", "app", "match_by", "signs_in", "sends", "admits_unknown"):
        setattr(row, name, data[name])
    for name in ("agent", "api", "login"):
        setattr(row, name, (data.get(name) or "").rstrip("/") or None)
    row.on = True
    if data.get("secret"):
        ctx.seal(row, "secret", data["secret"])
    _try_out(ctx, row, http)
    ctx.audit(entries.MessengerSaved(messenger_id=row.id, vendor=row.vendor))
    return row


def _try_out(ctx: Ctx, row: Messenger, http: Http | None) -> None:
    try:
        connect(ctx, row, http).check()
    except MessengerRefused as refused:
        sentence = (
            lazy("The messenger does not accept this id with this secret.")
            if refused.code == "secret_rejected"
            else refused.message
        )
        raise Invalid(fields={"secret": [sentence]}, code=refused.code) from refused


def switch_off(ctx: Ctx, messenger_id: UUID) -> None:
    row = ctx.db.scalar(
        sa.select(Messenger).where(Messenger.tenant_id == ctx.tenant.id, Messenger.id == messenger_id)
    )
    if row is None:
        raise NotFound()
    row.on = False
    ctx.audit(entries.MessengerRemoved(messenger_id=row.id, vendor=row.vendor))

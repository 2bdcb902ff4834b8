"""The mail with a reset link that somebody asked for. It goes to the address on their record and nowhere else."""

from uuid import UUID

from anxin.identity import resetting, signin
from anxin.identity.entries import SignInRefusedEntry
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _, locale_scope
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import job
from anxin.notices import mailer


@job(resetting.JOB.name)
def reset_link(ctx: Ctx, *, login_id: str | None) -> None:
    """Nothing happens for a name nobody has, a person who left or has no address, or a fourth link within the hour."""
    person = resetting.may_have(ctx, UUID(login_id)) if login_id else None
    address = ctx.open(person, "contact").get("email") if person is not None and person.contact else None
    if person is None or not address:
        return
    token = signin.make_link(ctx, person.id, "reset")
    with locale_scope(person.locale or ctx.tenant.locale):
        text = _(
            "Somebody asked for a new passphrase for you. If it was you, open this link within two hours."
        )
        message = mailer.compose(ctx, new_id(), address, text, f"/welcome/{token}")
    try:
        mailer.send(ctx.runtime.settings, message)
    except mailer.Refused as refused:  # for good: trying again would only make more links
        ctx.audit(SignInRefusedEntry(code=refused.code, method="reset", subject_id=person.id))

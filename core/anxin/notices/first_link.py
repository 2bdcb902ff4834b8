"""The link of somebody's first sign-in, sent by the way they named when they asked to join. Whoever invited them does
not see it.
"""

from uuid import UUID

from anxin.identity import inviting, signin
from anxin.identity.entries import SignInRefusedEntry
from anxin.identity.models import Person
from anxin.identity.people_list import has_account
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _, locale_scope
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import job
from anxin.notices import mailer, outsiders


@job(inviting.JOB.name)
def first_link(ctx: Ctx, *, person_id: str) -> None:
    """Nothing happens for somebody who has come in already, has left, or can be written to no longer."""
    person = ctx.get(Person, UUID(person_id))
    contact = ctx.open(person, "contact") if person.contact else {}
    if person.state != "active" or not contact or has_account(ctx, person.id):
        return
    token = signin.make_link(ctx, person.id, "activate")
    with locale_scope(person.locale or ctx.tenant.locale):
        text = _("You are welcome. Open this link within seven days and choose a passphrase of your own.")
    try:
        outsiders.hand_over(
            ctx,
            new_id(),
            text,
            f"/welcome/{token}",
            phone=contact.get("phone", ""),
            email=contact.get("email", ""),
        )
    except mailer.Refused as refused:  # for good: the people page can still make a link
        ctx.audit(SignInRefusedEntry(code=refused.code, method="invite", subject_id=person.id))

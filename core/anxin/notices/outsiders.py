"""Writing to somebody who is no person of this tenant: one neutral sentence and a link, by mail, else as a text message.
There is no inbox to keep it in; whoever asks for it does so in a job, which is tried again while a server is away.
"""

from uuid import UUID

from anxin.kernel.ctx import Ctx
from anxin.notices import mailer, sms
from anxin.notices.texts import text_of


def texts_sent(ctx: Ctx) -> bool:
    """Does this tenant send text messages? Without them a phone number alone reaches nobody."""
    return bool(ctx.settings_of("notices")["sms"])


def delivers_outside(ctx: Ctx, *, phone: str = "", email: str = "") -> bool:
    """Would a message to them arrive? While the operator has no mail server or gateway, messages are files here."""
    settings = ctx.runtime.settings
    return bool(settings.smtp_url) if email else bool(phone and texts_sent(ctx) and settings.sms_url)


def write_outside(
    ctx: Ctx, message_id: UUID, kind: str, path: str, *, phone: str = "", email: str = ""
) -> str | None:
    """Send a declared notice's sentence with a link. Returns None, or the code of a refusal that is for good; a server
    that is away raises, so that the job is tried again. The same `message_id` is the same message."""
    try:
        hand_over(ctx, message_id, text_of(ctx, kind, {}), path, phone=phone, email=email)
    except mailer.Refused as refused:
        return refused.code
    return None


def hand_over(ctx: Ctx, message_id: UUID, text: str, path: str, *, phone: str, email: str) -> None:
    """By mail when there is an address, else as a text message; Refused when neither can be."""
    settings = ctx.runtime.settings
    if email:
        mailer.send(settings, mailer.compose(ctx, message_id, email, text, path))
    elif phone and texts_sent(ctx):
        line = f"{text} {settings.public_url}/t/{ctx.tenant.slug}{path}"
        sms.sender(settings).send(message_id, phone, line)
    else:
        raise mailer.Refused("no_address")

"""Writing a mail and handing it over: to an SMTP server, or as an .eml file while the operator has none."""

import os
import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _, html_lang
from anxin.settings import Settings

TIMEOUT = 15.0  # seconds; a job may wait, a worker must not hang


class Away(Exception):
    """The server did not take the mail now; it may later. `code` is the cause's class or SMTP status."""

    def __init__(self, code: str, *, wait: timedelta | None = None) -> None:
        super().__init__(code)
        self.code, self.wait = code, wait


class Refused(Away):
    """The server refuses this mail for good."""


def compose(ctx: Ctx, delivery_id: UUID, address: str, text: str, path: str) -> EmailMessage:
    """The mail of a notice: one neutral sentence, who sends it, and a link that asks for the sign-in.

    The sender is the tenant by name, not the product's: that may say what the service is about.
    """
    settings: Settings = ctx.runtime.settings
    message = EmailMessage()
    message["Subject"] = text
    message["From"] = settings.mail_from
    message["To"] = address
    message["Date"] = format_datetime(ctx.now)
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    message["Message-ID"] = f"<{delivery_id.hex}@{domain}>"  # the same for each try
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = html_lang()
    link = f"{settings.public_url}/t/{ctx.tenant.slug}{path}"
    farewell = _(
        "This message was sent by %(tenant)s's platform. Please do not reply to it.", tenant=ctx.tenant.name
    )
    message.set_content(f"{text}\n\n{link}\n\n-- \n{farewell}\n")
    return message


def send(settings: Settings, message: EmailMessage) -> None:
    """Hand the mail over. Raises Away (try again) or Refused (do not)."""
    if not settings.smtp_url:
        _write(settings.mail_dir, message)
        return
    try:
        _smtp(settings.smtp_url, message)
    except smtplib.SMTPRecipientsRefused as error:
        code = min(status for status, _text in error.recipients.values())
        raise (Refused if code >= 500 else Away)(f"smtp.{code}") from error
    except smtplib.SMTPResponseException as error:
        raise (Refused if error.smtp_code >= 500 else Away)(f"smtp.{error.smtp_code}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Away(type(error).__name__) from error


def _smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host, tls = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=tls)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT)
    with server:
        server.ehlo()
        if parts.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _write(folder: Path, message: EmailMessage) -> None:
    """As a file named by its delivery, so that sending twice is one file; complete or absent."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = folder / (str(message["Message-ID"]).partition("@")[0].lstrip("<") + ".eml")
        target.with_suffix(".part").write_bytes(message.as_bytes())
        os.replace(target.with_suffix(".part"), target)
    except OSError as error:
        raise Away(type(error).__name__) from error

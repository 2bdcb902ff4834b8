"""Text messages: an interface, a file for development, and one HTTP door for the many providers there are.

A provider is reached through a small gateway of the operator's that takes POST {"id", "to", "text"} with a bearer token:
each vendor's own signature and template rules live there. The same id is the same message, so a repeated call is safe.
"""

import json
import os
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import UUID

from anxin.kernel.outbound import Client, Network, OutboundRefused, Reply
from anxin.notices.mailer import Away, Refused
from anxin.settings import Settings

SECONDS = 8.0
AGAIN = frozenset({408, 425, 429})  # refusals that pass


class Sms(Protocol):
    """What sends text messages."""

    def send(self, message_id: UUID, phone: str, text: str) -> None:
        """Hand one over. Raises Away (try again) or Refused (do not)."""
        ...


class SmsFile:
    """Each message as a file named by its id, while the operator has no gateway."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message_id: UUID, phone: str, text: str) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            target = self.folder / f"{message_id.hex}.json"
            part = target.with_suffix(".part")
            part.write_text(json.dumps({"to": phone, "text": text}, ensure_ascii=False), encoding="utf-8")
            os.replace(part, target)
        except OSError as error:
            raise Away(type(error).__name__) from error


class SmsGateway:
    """The operator's gateway, by the guarded client: https, public addresses or those the operator allows."""

    def __init__(self, url: str, token: str, client: Client) -> None:
        self.url, self.token, self.client = url, token, client

    def send(self, message_id: UUID, phone: str, text: str) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            reply = self.client.post_json(
                self.url, {"id": str(message_id), "to": phone, "text": text}, headers=headers
            )
        except OutboundRefused as error:
            raise Away(f"sms.{error.reason.name.lower()}") from error
        if 200 <= reply.status < 300:
            return
        lasting = 400 <= reply.status < 500 and reply.status not in AGAIN
        raise (Refused if lasting else Away)(f"sms.{reply.status}", wait=_pause(reply))


def _pause(reply: Reply) -> timedelta | None:
    """How long the gateway wants to be left alone, within reason."""
    said = reply.headers.get("retry-after", "")
    return timedelta(seconds=min(int(said), 3600)) if said.isdecimal() else None


def sender(settings: Settings) -> Sms:
    """What this deployment sends with."""
    if not settings.sms_url:
        return SmsFile(settings.sms_dir)
    return SmsGateway(settings.sms_url, settings.sms_token, _client(settings.outbound_allow))


@cache
def _client(networks: tuple[Network, ...]) -> Client:
    return Client(networks=networks, seconds=SECONDS)

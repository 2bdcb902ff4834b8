"""WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书): a tenant's own app there, to sign in with and to send messages by.

    row = sending(ctx)                          # the tenant's messenger that sends, or None
    people = user_ids(ctx, row, person_ids)     # person → user id, for those who are known there
    app = connect(ctx, row)                     # holds no database connection: pause the context while it talks
    sent = app.send_text(list(people.values()), text)    # Sent(message_ids, unknown), or MessengerRefused(code)

`MessengerRefused.passing` says whether trying again later helps; `.wait` how long the messenger wants to be left alone.
"""

from anxin.identity.messengers.base import REFUSALS, Account, App, Messenger, MessengerRefused, Sent
from anxin.identity.messengers.registry import (
    VENDORS,
    all_of,
    connect,
    save,
    sending,
    signing_in,
    switch_off,
    user_ids,
)
from anxin.identity.messengers.tokens import TOKENS

__all__ = [
    "REFUSALS", "TOKENS", "VENDORS", "Account", "App", "Messenger", "MessengerRefused", "Sent", "all_of", "connect",
    "save", "sending", "signing_in", "switch_off", "user_ids",
]  # fmt: skip

"""Who can be tried out, with what. Passphrases are derived from the data folder's master key: each demo has
its own, nothing is kept in a file, and no two demos share a password.
"""

from dataclasses import dataclass
from typing import Any

from anxin.kernel.i18n import _, lazy
from anxin.settings import Settings

WORDS = (
    "cheng", "feng", "hai", "hu", "jiang", "jing", "lan", "lin", "ling", "ming", "nan", "ning", "pei", "qing",
    "qiu", "rui", "shan", "shui", "song", "tan", "tao", "tian", "wan", "wei", "xia", "xin", "xing", "xue",
    "yang", "ying", "yuan", "yue", "yun", "zhao", "zhi", "zhou", "zhu",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """A person to try: where they sign in, by what name, and who they are in the story."""

    tenant: str
    login: str
    name: str
    role: Any


ACCOUNTS = (
    Account(
        "dongling",
        "zhouxiaolan",
        "周晓岚",
        lazy("union admin of the plant: modules, people, campaigns, figures"),
    ),
    Account("dongling", "zhengqinghe", "郑清和", lazy("auditor of the plant: the audit trail")),
    Account(
        "mingxin",
        "hejingyi",
        "何静怡",
        lazy("duty counsellor: sign in, then enter the plant under the contract"),
    ),
    Account("mingxin", "shenyue", "沈岳", lazy("supervisor: second signature, duty rota")),
    Account("mingxin", "xuanlan", "许安澜", lazy("agency manager: contracts, duty rota")),
    Account("qinghe", "jiangruochuan", "江若川", lazy("district officer: figures of the district")),
)
WORKER = ("dongling", "林晓峰", "DL10268")


def passphrase(settings: Settings, account: Account) -> str:
    """Four words and four digits, the same whenever it is asked for this data folder."""
    drawn = settings.derive(f"demo|{account.tenant}|{account.login}")
    words = [WORDS[byte % len(WORDS)] for byte in drawn[:4]]
    return f"{'-'.join(words)}-{int.from_bytes(drawn[4:8]) % 9000 + 1000}"


def lines(settings: Settings) -> list[str]:
    """What `anxin demo` prints after `ready:`."""
    base = settings.public_url
    tenant, name, number = WORKER
    hint = _("choose the employer's sign-in and tap the name; no passphrase needed")
    told = [f"{base}/t/{tenant}/", f"    {name}  {number}  {hint}"]
    for account in ACCOUNTS:
        told.append(f"{base}/t/{account.tenant}/sign-in")
        told.append(f"    {account.name}  {account.login}  {passphrase(settings, account)}  {account.role}")
    return told

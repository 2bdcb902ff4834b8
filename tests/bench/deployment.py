"""What is measured: the platform as an operator starts it, on a throwaway folder, and the floor app beside
it.

Durability is PostgreSQL's default, and both applications run under the same granian command line.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from tests.bench import floor, measure
from tests.bench.registry import ROOT

from anxin.embedded import folder
from anxin.embedded.lock import State
from anxin.embedded.programs import web_command
from anxin.embedded.services import MALLOC
from anxin.settings import Settings

READY_SECONDS = 240


class BenchError(Exception):
    """The bench cannot run; the message says which part and where its log is."""


@dataclass(frozen=True)
class Deployment:
    """A running platform and the floor app next to it."""

    settings: Settings
    groups: Mapping[str, int]
    supervisor: int
    floor_port: int
    floor_pid: int

    @property
    def port(self) -> int:
        return self.settings.port

    @property
    def web(self) -> int:
        return self.groups["web"]

    @property
    def database(self) -> int:
        return self.groups["postgres"]

    def web_workers(self) -> list[int]:
        """The granian processes that hold the application: all of the family but its main process and
        helpers."""
        return [
            pid for pid in measure.family(self.web) if pid != self.web and measure.memory([pid])["rss"] > 30
        ]

    def everything(self) -> dict[str, list[int]]:
        """The processes of the embedded set by name, the supervisor among them."""
        return {
            "supervisor": [self.supervisor],
            **{name: measure.family(pid) for name, pid in self.groups.items()},
        }

    def owner(self) -> psycopg.Connection:
        """A superuser's connection, for preparing and looking, never for what is measured."""
        return psycopg.connect(self.settings.database_url, autocommit=True)


@contextmanager
def running(keep: Path | None = None) -> Iterator[Deployment]:
    """Start everything, yield, stop everything. `keep` names a folder that stays (and is used again)."""
    data = keep or Path(tempfile.mkdtemp(prefix="anxin-bench-"))
    data.mkdir(parents=True, exist_ok=True)
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("ANXIN_", "DATABASE_", "REDIS_"))
    }
    port, floor_port = free_ports(2)
    env |= {"ANXIN_DATA": str(data), "ANXIN_PORT": str(port)}
    platform = _spawn([sys.executable, "-m", "anxin.cli", "up"], env, data / "bench-platform.log")
    served = None
    try:
        _wait(platform, data / "bench-platform.log")
        settings = Settings.load(data, env)
        served = _serve_floor(replace(settings, port=floor_port), env, data / "bench-floor.log")
        state = State.read(data)
        assert state is not None
        groups = {name: pid for name, (pid, _) in state.groups.items()}
        groups["postgres"] = int((folder.postgres_dir(data) / "postmaster.pid").read_text().split()[0])
        yield Deployment(settings, groups, platform.pid, floor_port, served.pid)
    finally:
        for process in filter(None, (served, platform)):
            _end(process)
        if keep is None:
            shutil.rmtree(data)


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _serve_floor(settings: Settings, env: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(floor.SCHEMA)
        connection.execute(
            "INSERT INTO bench.person VALUES (%s, '林晓峰', '采油二队') ON CONFLICT DO NOTHING",
            (floor.PERSON,),
        )
    extra = {"BENCH_DATABASE_URL": settings.database_url, "BENCH_POOL_SIZE": str(settings.pool_size)}
    process = _spawn(list(web_command(settings, app="tests.bench.floor:app")), {**env, **extra}, log)
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", settings.port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"the floor app does not start (log: {log})") from None
            time.sleep(0.1)
        else:
            return process


def _spawn(command: list[str], env: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    # the same memory settings as the supervisor gives its children
    full = {**MALLOC, "PYTHONUNBUFFERED": "1", **env, "PYTHONPATH": str(ROOT)}
    with log.open("ab") as file:
        return subprocess.Popen(command, env=full, cwd=ROOT, stdout=file, stderr=file, start_new_session=True)


def _wait(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while b"ready:" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text("utf-8", "replace")[-800:]
            raise BenchError(f"the platform does not start (log: {log})\n{tail}")
        time.sleep(0.2)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

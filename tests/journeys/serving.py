"""A real `anxin up` or `anxin demo` in its own processes, on a folder and ports of its own, to be used, watched
and killed by the journeys.
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from tests.bench import measure
from tests.bench.deployment import free_ports

from anxin.embedded.lock import State

READY_SECONDS = 240.0  # the first start migrates and fills; on a busy machine that takes its time
STOP_SECONDS = 40.0
# not passed on: our own settings, and a developer's switch that makes every process compile everything anew
KEPT_BACK = ("ANXIN_", "DATABASE_", "REDIS_", "PYTHONDONTWRITEBYTECODE")


@dataclass
class Serving:
    """A data folder and how it is served; `start` may be called again after `kill` or `stop`."""

    command: str
    data: Path
    port: int
    env: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    seconds: list[float] = field(default_factory=list)
    at_rest: dict[str, float] = field(
        default_factory=dict
    )  # `memory` before anybody came, where it was taken

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def console(self) -> Path:
        return self.data.with_name(f"{self.data.name}.console")

    def start(self) -> float:
        """Start and wait for `ready:`; answers how long that took."""
        began, before = time.monotonic(), self._said()
        arguments = [self.command, "--port", str(self.port), "--data", str(self.data)]
        with self.console.open("ab") as console:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "anxin.cli", *arguments],
                env=dict(self.env),
                stdout=console,
                stderr=console,
            )
        self._until(lambda: self._said() > before, READY_SECONDS, "ready:")
        self.seconds.append(time.monotonic() - began)
        return self.seconds[-1]

    def run(self, *arguments: str, expect: int | None = 0) -> "subprocess.CompletedProcess[str]":
        """One command of ours on the same data folder, as an operator types it beside the running platform."""
        command = [sys.executable, "-m", "anxin.cli", *arguments, "--data", str(self.data)]
        done = subprocess.run(
            command, env=dict(self.env), check=False, capture_output=True, text=True, timeout=300
        )
        if expect is not None:
            assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def get_json(self, path: str) -> Any:
        status, body = self.get(path)
        assert status == http.client.OK, f"{path}: {status} {body[:200]}"
        return json.loads(body)

    @property
    def state(self) -> State:
        found = State.read(self.data)
        assert found is not None, "nobody has served this folder"
        return found

    def pid_of(self, name: str) -> int:
        """The leading process of a part: supervisor, web, worker, postgres, valkey."""
        if name == "supervisor":
            assert self.process is not None
            return self.process.pid
        if name == "postgres":
            return int((self.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        for part, (pid, _) in self.state.groups.items():
            if part.split("-")[0] == name:
                return pid
        raise ProcessLookupError(f"no {name} runs at the moment")

    def processes(self) -> list[psutil.Process]:
        """Everything that runs for this folder now, the supervisor first."""
        assert self.process is not None
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def memory(self) -> dict[str, float]:
        """Megabytes (PSS) by part; a page that n processes share counts as 1/n for each."""
        parts = {name: self.pid_of(name) for name in self.parts()}
        parts["supervisor"] = self.pid_of("supervisor")
        taken = {name: measure.family(pid) if name != "supervisor" else [pid] for name, pid in parts.items()}
        return {name: measure.memory(pids)["pss"] for name, pids in taken.items()}

    def parts(self) -> list[str]:
        return [*(name.split("-")[0] for name in self.state.groups), "postgres"]

    def kill(self) -> None:
        """kill -9 of the supervisor alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for process in self.processes():
                process.kill()
            raise

    def log(self) -> str:
        return self.console.read_text("utf-8", "replace")

    def _said(self) -> int:
        return self.console.read_bytes().count(b"\nready: ") if self.console.exists() else 0

    def _until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            ended = self.process is not None and self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"no {what!r} after {seconds:.0f} s or it ended:\n{self.log()[-3000:]}")
            time.sleep(0.05)


@contextmanager
def serving(command: str, **env: str) -> Iterator[Serving]:
    """`anxin COMMAND` on a new folder; started by the block, stopped and removed after it."""
    home = Path(tempfile.mkdtemp(prefix="anxin-journey-", dir="/tmp"))
    home.chmod(0o755)  # started as root, the servers run as another user, who has to pass here
    port, provider = free_ports(2)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(KEPT_BACK)}
    clean |= {"ANXIN_DEMO_PROVIDER_PORT": str(provider), **env}
    served = Serving(command, home / "data", port, clean)
    try:
        yield served
    finally:
        served.stop()
        shutil.rmtree(home)


def gone(processes: Sequence[psutil.Process], seconds: float = 15) -> list[psutil.Process]:
    """Wait for the end of all these processes; answers those still running."""
    _, living = psutil.wait_procs(processes, timeout=seconds)
    return [process for process in living if process.status() != psutil.STATUS_ZOMBIE]


def wait_until(holds: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """The first true answer of `holds`; a failed connection means not yet."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = holds()
        except (OSError, http.client.HTTPException) as error:
            found, last = None, error
        else:
            last = None
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what} ({last})"
        time.sleep(0.1)

"""Which programs make up the platform on one machine, and the supervisor's view of one of them."""

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM

from anxin.embedded.process import signal_group, spawn
from anxin.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a restart; doubled each time
STEADY = 60.0  # seconds of life after which earlier ends are forgotten


@dataclass(frozen=True)
class Program:
    """A process to keep running: its name is also its log's."""

    name: str
    command: tuple[str, ...]


def platform_programs(settings: Settings) -> list[Program]:
    """Web and workers.

    The first worker's process also holds relay, scheduler and sealer, each a thread: they mostly wait, and a process
    of its own would cost 130 MB.
    """
    more = range(2, settings.job_workers + 1)
    return [
        Program("web", web_command(settings)),
        Program("worker-1", _anxin("worker", "--with-relay")),
        *(Program(f"worker-{number}", _anxin("worker")) for number in more),
    ]


def demo_provider() -> Program:
    return Program("provider", _anxin("demo-provider"))


def web_command(settings: Settings, app: str = "anxin.wsgi:app") -> tuple[str, ...]:
    """granian with blocking threads: short requests stay quick while slow reports run."""
    options = {
        "--interface": "wsgi",
        "--host": settings.host,
        "--port": settings.port,
        "--workers": settings.web_workers,
        "--blocking-threads": settings.blocking_threads,
        "--backlog": 2048,
        "--backpressure": 1024,  # counts open connections, and browsers keep theirs: far above the threads
        "--http": "1",
        "--log-level": settings.log_level,
        "--workers-kill-timeout": "5",  # a worker asked to stop while it still starts never hears of it
        "--respawn-interval": "0.5",
    }
    flags = [str(part) for option in options.items() for part in option]
    return (sys.executable, "-m", "anxin.serve", *flags, "--no-ws", "--respawn-failed-workers", app)


def _anxin(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "anxin.cli", *arguments)


@dataclass
class Running:
    """One program under supervision, and when it may be started again."""

    program: Program
    log: Path
    env: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    ends: int = 0  # since it last ran steadily
    _started: float = field(default=0.0)
    _due: float = field(default=0.0)

    def start(self) -> None:
        self._started = time.monotonic()
        self.process = spawn(self.program.command, self.log, env=self.env)

    def has_ended(self) -> int | None:
        """The exit status of a process found ended just now, once; sets when to start it again."""
        if self.process is None or self.process.poll() is None:
            return None
        status = self.process.returncode
        signal_group(self.process, SIGKILL)  # what it started must not outlive it and keep the port
        self.process = None
        if time.monotonic() - self._started > STEADY:
            self.ends = 0
        self.ends += 1
        self._due = time.monotonic() + self.pause
        return status

    @property
    def pause(self) -> float:
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.ends - 1))

    def is_due(self) -> bool:
        return self.process is None and time.monotonic() >= self._due

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(SIGTERM)

    def finish(self, deadline: float) -> None:
        """Wait for the end until `deadline`, then end the whole group."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass  # ended hard below, as is anything it left
        signal_group(self.process, SIGKILL)
        self.process.wait()
        self.process = None

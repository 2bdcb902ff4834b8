"""The web server as its own process, with a tiny application: built once before the workers fork, both answer, it ends when
asked, and a taken port is one line instead of a panic.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from anxin.embedded.programs import web_command

APP = """
import os
BUILT = os.getpid()

def app(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {BUILT}".encode()]
"""


@pytest.fixture
def command(settings, tmp_path) -> list[str]:
    (tmp_path / "tiny_app.py").write_text(APP, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = replace(settings, host="127.0.0.1", port=port, web_workers=2)
    return list(web_command(here, "tiny_app:app"))


def start(command: list[str], folder: Path) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.Popen(command, env=env, cwd=folder, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def server(command, tmp_path) -> "Iterator[subprocess.Popen[str]]":
    process = start(command, tmp_path)
    yield process
    if process.poll() is None:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for one in family:
            one.kill()
    process.communicate(timeout=10)


def answer(port: int) -> tuple[int, int] | None:
    """(who answers, who built the application); None while nobody listens. A connection of its own each time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        worker, built = connection.getresponse().read().split()
        return int(worker), int(built)
    except OSError:
        return None
    finally:
        connection.close()


def answers(port: int, workers: int) -> dict[int, int]:
    """Who has answered, and who built what they serve, once there are so many."""
    found: dict[int, int] = {}
    until = time.monotonic() + 20
    while len(found) < workers:
        assert time.monotonic() < until, f"only {len(found)} of {workers} workers answered"
        if got := answer(port):
            found[got[0]] = got[1]
        else:
            time.sleep(0.05)
    return found


def port_of(command: list[str]) -> int:
    return int(command[command.index("--port") + 1])


@pytest.mark.skipif(sys.platform == "darwin", reason="workers are spawned there, each builds its own")
def test_both_workers_answer_what_was_built_once_and_end_when_asked(server, command) -> None:
    found = answers(port_of(command), workers=2)
    assert set(found.values()) == {server.pid}, "each worker built the application for itself"
    workers = psutil.Process(server.pid).children(recursive=True)
    server.send_signal(signal.SIGTERM)
    assert server.wait(15) == 0
    assert psutil.wait_procs(workers, timeout=5)[1] == [], "a worker outlived its server"
    assert answer(port_of(command)) is None


def test_a_worker_that_dies_is_replaced(server, command) -> None:
    first = answers(port_of(command), workers=2)
    os.kill(min(first), signal.SIGKILL)
    until = time.monotonic() + 20
    while not (answers(port_of(command), workers=1).keys() - first.keys()):
        assert time.monotonic() < until, "nobody took its place"


def test_a_taken_port_is_said_in_one_line(command, tmp_path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port_of(command)))
        other.listen()
        refused = start(command, tmp_path)
        _, said = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert said == f"anxin: port {port_of(command)} is taken by another program: choose another with --port\n"

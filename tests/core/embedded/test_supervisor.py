"""The supervisor with a platform in miniature: order, restarts, kills at any moment, two at once."""

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import quote

import psycopg
import pytest
import redis

from anxin.embedded.stale import started_at

from .conftest import gone

pytestmark = pytest.mark.slow


def owner_url(data):
    return f"postgresql://postgres@/anxin?host={quote((data / 'run' / 'socket-dir').read_text(), safe='')}"


def test_stops_in_order_and_leaves_nobody(miniature):
    platform = miniature()
    platform.until("ready: http://127.0.0.1:")
    assert platform.get() == 200
    children = platform.everybody()
    assert platform.stop(signal.SIGINT) == 0
    assert gone(children) == []
    assert "database system is shut down" in (platform.data / "log" / "postgres.log").read_text()


def test_killed_supervisor_takes_all_along_and_loses_nothing(miniature):
    platform = miniature()
    platform.until("ready:")
    with psycopg.connect(owner_url(platform.data), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    children = platform.everybody()
    platform.kill()
    again = miniature()
    again.until("ready:")
    assert gone(children, 0) == []
    with psycopg.connect(owner_url(again.data)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_everything_killed_at_once_starts_again(miniature):
    """As a power cut would leave it: no process had time for anything."""
    platform = miniature()
    platform.until("ready:")
    with psycopg.connect(owner_url(platform.data), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS answer")
        for process in [*platform.everybody()]:
            process.kill()
        platform.kill()
    again = miniature()
    again.until("ready:")
    with psycopg.connect(owner_url(again.data)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (7,)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_killed_program_is_started_again(miniature, name):
    platform = miniature()
    platform.until("ready:")
    os.kill(platform.group(name), signal.SIGKILL)
    platform.until(f"{name}: ended (signal SIGKILL)")
    wait_until(
        lambda: platform.get() == 200 and platform.group(name) in {p.pid for p in platform.everybody()}
    )


def test_killed_databases_are_started_again(miniature):
    platform = miniature()
    platform.until("ready:")
    store = redis.Redis(unix_socket_path=(platform.data / "run" / "socket-dir").read_text() + "/valkey.sock")
    store.set("kept", "yes")
    time.sleep(1.2)  # the append-only file is synced every second
    os.kill(platform.group("valkey"), signal.SIGKILL)
    os.kill(platform.postmaster, signal.SIGKILL)
    platform.until("starting it again")
    platform.until("starting it again")
    wait_until(lambda: store.get("kept") == b"yes")
    wait_until(lambda: answer(platform.data) == (1,))
    store.close()


def test_two_on_one_folder(miniature, free_port):
    first = miniature()
    first.until("ready:")
    second = miniature(port=free_port + 1)
    second.process.wait(30)
    assert second.process.returncode == 2
    said = second.process.stdout.read()
    assert f"another anxin (process {first.process.pid}) already serves the data folder {first.data}" in said
    assert len(said.splitlines()) == 1
    assert first.get() == 200


def test_two_folders_side_by_side(miniature, place, free_port):
    first, second = miniature(data=place / "a"), miniature(data=place / "b", port=free_port + 1)
    first.until("ready:")
    second.until("ready:")
    assert (first.get(), second.get()) == (200, 200)


@pytest.mark.parametrize("name", ["安心 data folder", "deep/" * 30 + "data"], ids=["spaces", "deep"])
def test_odd_data_folders(miniature, place, name):
    platform = miniature(data=place / name)
    platform.until("ready:")
    assert platform.get() == 200


def test_a_program_that_cannot_run_is_named_while_starting(miniature):
    platform = miniature("--broken")
    assert "ends at once: no table for me" in platform.until("anxin: worker ends at once")
    assert platform.process.wait(30) == 1


def test_orphans_of_an_earlier_start_are_ended(miniature):
    """A noted process group that outlived its supervisor, as on a system without parent-death signals."""
    platform = miniature()
    platform.until("ready:")
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
    state = platform.state
    platform.kill()
    state.groups["worker"] = (orphan.pid, started_at(orphan.pid))
    state.write(platform.data)
    again = miniature()
    assert "worker" in again.until("of an earlier start")
    again.until("ready:")
    assert orphan.wait(10) == -signal.SIGTERM


def test_a_port_that_a_killed_start_lets_go_late_is_waited_for(miniature):
    """A web server that nobody noted: started just before the kill, it ends by itself a little later."""
    platform = miniature()
    platform.until("ready:")
    children = platform.everybody()
    platform.kill()
    assert gone(children) == []
    with socket.create_server(("127.0.0.1", platform.port)):
        again = miniature()
        time.sleep(2)
        assert again.process.poll() is None, again.process.stdout.read()
    again.until("ready:")


def answer(data):
    with psycopg.connect(owner_url(data)) as connection:
        return connection.execute("SELECT 1").fetchone()


def wait_until(holds, seconds=15):
    deadline = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except (OSError, redis.RedisError, psycopg.OperationalError):
            pass  # not there yet
        assert time.monotonic() < deadline
        time.sleep(0.1)

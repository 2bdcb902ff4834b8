"""Ending what a killed supervisor left behind, before a new one starts.

On Linux the kernel ends our children together with us, but grandchildren (web workers whose master was killed
as well) and every child on macOS may live on, and would hold the port.
"""

import os
import signal
import time
from contextlib import suppress

import psutil

SAME_START = 2.0  # seconds: the start time is reckoned from the boot time, which wavers with the clock


def started_at(pid: int) -> float:
    """When the process started (0: it is gone); numbers are used again, number and start are not."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0


def end_groups(groups: dict[str, tuple[int, float]]) -> list[str]:
    """End the process groups noted by an earlier supervisor; answers the names of those still there.

    Little patience: nobody waits for their answers any more, and a job cut short is sent again by the outbox.
    """
    found = [name for name, (pid, started) in groups.items() if _is_still_ours(pid, started)]
    for number, seconds in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 3.0)):
        living = [groups[name][0] for name in found if _lives(groups[name][0])]
        for pid in living:
            with suppress(ProcessLookupError):
                os.killpg(pid, number)
        deadline = time.monotonic() + seconds
        while any(_lives(pid) for pid in living) and time.monotonic() < deadline:
            time.sleep(0.05)
    return found


def _is_still_ours(pid: int, started: float) -> bool:
    """A group keeps its number as long as it has members: one without its leader is the old one."""
    leader = started_at(pid)
    return _lives(pid) and (leader == 0.0 or abs(leader - started) < SAME_START)


def _lives(pid: int) -> bool:
    """Some member of the group runs; zombies, which a careless init leaves, do not count."""
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    members = (process for process in psutil.process_iter() if _group(process.pid) == pid)
    return any(_runs(process) for process in members)


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

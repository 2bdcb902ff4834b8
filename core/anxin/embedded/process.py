"""Starting one child process: own process group, output into its log file, and death together with its
parent."""

import ctypes
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from anxin.embedded.account import Account

PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    output: int | None = None,
) -> "subprocess.Popen[bytes]":
    """Start `command`, appending its output to `log` (standard output to `output` when that is given).

    The kernel sends `death_signal` to the child when the thread that started it ends, so start children from
    a thread that lives as long as they shall. A file, not a pipe, takes the output: the child outlives a
    killed parent safely.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if _prctl is not None:
            _prctl(PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:  # the parent died before the line above
                os._exit(1)

    with log.open("ab") as file:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=file if output is None else output,
            stderr=file,
            env=None if env is None else dict(env),
            cwd="/",
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
            process_group=0,
            preexec_fn=die_with_parent,  # noqa: PLW1509  (two plain system calls, no lock to meet)
            umask=0o077,
        )


def signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Signal the child and whatever it started in its group, also after the child itself has ended."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return


def last_line(log: Path) -> str:
    """The newest line of a log, as the reason for a failure."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 2000))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "no output"


def wheel_folder(package: str) -> Path:
    """Where a wheel's files lie, without importing it: these wheels do work at import that only their own API
    needs."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the package {package} is not installed")
    return Path(spec.submodule_search_locations[0])

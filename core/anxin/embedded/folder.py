"""Where things lie in the data folder, and where its Unix sockets go.

A Unix socket's path may have at most 107 bytes, and a data folder may lie deep or on a file system without
sockets. So the sockets live in the data folder when that works, and else in a private folder under /tmp whose
name the data folder remembers: every process of one data folder must find the same sockets.
"""

import os
import socket
import stat
import tempfile
from pathlib import Path

SOCKET_PATH_LIMIT = 103  # bytes: Linux allows 107, macOS 103
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432"


class FolderError(Exception):
    """The data folder cannot be used; the message is one line for the operator."""


def make_private(path: Path) -> Path:
    """Create `path` for its owner alone; an existing folder is left as it is."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(f"cannot create the folder {path}: {error.strerror}") from error
    return path


def postgres_dir(data: Path) -> Path:
    return data / "postgres"


def valkey_dir(data: Path) -> Path:
    return data / "valkey"


def log_dir(data: Path) -> Path:
    return data / "log"


def run_dir(data: Path) -> Path:
    """Facts about the running processes: the lock and the process ids."""
    return data / "run"


def socket_dir(data: Path, *, create: bool) -> Path:
    """The folder of this data folder's sockets: the one remembered, as long as it is still private, or a new
    one.

    With `create` false nothing is written; the answer is then a guess for a data folder that never ran.
    """
    home = data / "sock"
    record = run_dir(data) / "socket-dir"
    remembered = Path(record.read_text("utf-8")) if record.exists() else None
    if remembered is not None and _is_private(remembered):
        return remembered
    if not create:
        return home
    chosen = (
        home if _sockets_work_in(make_private(home)) else Path(tempfile.mkdtemp(prefix="anxin-", dir="/tmp"))
    )
    make_private(record.parent)
    staged = record.with_name(f"socket-dir.{os.getpid()}")
    staged.write_text(str(chosen), "utf-8")
    staged.replace(record)
    return chosen


def _is_private(path: Path) -> bool:
    """Anybody may create names under /tmp: a folder is trusted only when it is ours and closed to others."""
    try:
        found = path.lstat()
    except OSError:
        return False
    ours = os.geteuid() in (0, found.st_uid)
    return stat.S_ISDIR(found.st_mode) and ours and not found.st_mode & 0o077


def _sockets_work_in(path: Path) -> bool:
    if len(os.fsencode(path)) + len(LONGEST_SOCKET_NAME) > SOCKET_PATH_LIMIT:
        return False
    probe = path / f".p{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            listener.bind(str(probe))
        except OSError:  # network and container mounts without sockets: the reason to look elsewhere
            return False
        finally:
            probe.unlink(missing_ok=True)
    return True

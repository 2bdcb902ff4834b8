"""The ordinary user that runs PostgreSQL and Valkey when the platform was started by root.

PostgreSQL refuses to run as root. Its user owns only its own folders; on the way to them (and to the wheels'
files) it is given the right to pass through folders closed to it, by an access list entry for this one user
where the file system has access lists, else by the execute bit.
"""

import os
import pwd
import shutil
import stat
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

ACL_ATTRIBUTE = "system.posix_acl_access"
ACL_VERSION = 2
USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
NOBODY_IN_PARTICULAR = 0xFFFFFFFF


class Account(NamedTuple):
    name: str
    uid: int
    gid: int


def service_account(wanted: str) -> Account | None:
    """The user for the embedded servers: None (ourselves) unless we are root; made when absent, else
    `nobody`."""
    if os.geteuid() != 0:
        return None
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not _exists(wanted) and useradd is not None:
        command = [
            useradd,
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            wanted,
        ]
        subprocess.run(command, check=False, capture_output=True)  # a read-only /etc leaves us with nobody
    found = pwd.getpwnam(wanted if _exists(wanted) else "nobody")
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def own(account: Account | None, folder: Path) -> None:
    """Give `folder` and all in it to the account, unless it has it already."""
    if account is None or not folder.exists():
        return
    if folder.stat().st_uid == account.uid:
        return
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            os.chown(os.path.join(parent, name), account.uid, account.gid, follow_symlinks=False)
    os.chown(folder, account.uid, account.gid)  # last: an interrupted walk is begun again


def let_through(account: Account | None, target: Path) -> list[Path]:
    """Let the account pass through every folder above `target`; answers the folders it changed."""
    if account is None:
        return []
    changed = []
    for parent in reversed(target.resolve().parents):
        if not _may_pass(account, parent):
            _grant_search(account, parent)
            changed.append(parent)
    return changed


def _may_pass(account: Account, folder: Path) -> bool:
    probe = ["/bin/sh", "-c", 'test -x "$0"', folder]
    child = subprocess.run(probe, check=False, user=account.uid, group=account.gid, extra_groups=[])
    return child.returncode == 0


def _grant_search(account: Account, folder: Path) -> None:
    mode = folder.stat().st_mode
    try:
        entries = _acl(folder, mode)
        entries[(USER, account.uid)] = stat.S_IXOTH
        entries[(MASK, NOBODY_IN_PARTICULAR)] = (
            entries.get((MASK, NOBODY_IN_PARTICULAR), mode >> 3 & 7) | stat.S_IXOTH
        )
        packed = b"".join(struct.pack("<HHI", tag, bits, who) for (tag, who), bits in sorted(entries.items()))
        os.setxattr(folder, ACL_ATTRIBUTE, struct.pack("<I", ACL_VERSION) + packed)
    except (OSError, AttributeError):  # no access lists on this file system, or no such call on macOS
        folder.chmod(mode | stat.S_IXOTH)


def _acl(folder: Path, mode: int) -> dict[tuple[int, int], int]:
    """The folder's access list; the one its mode stands for when it has none."""
    try:
        raw = os.getxattr(folder, ACL_ATTRIBUTE)
    except OSError:
        bits = {USER_OBJ: mode >> 6, GROUP_OBJ: mode >> 3, OTHER: mode}
        return {(tag, NOBODY_IN_PARTICULAR): value & 7 for tag, value in bits.items()}
    return {(tag, who): bits for tag, bits, who in struct.iter_unpack("<HHI", raw[4:])}

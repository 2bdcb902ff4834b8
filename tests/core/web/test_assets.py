"""The built assets: served for ever, compressed, named in one place; built from any registry."""

import gzip
import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient

from anxin.documents.pdf import FONTS
from anxin.web import assets

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_hashed_files_are_kept_for_ever_and_travel_compressed(client: FlaskClient) -> None:
    name = assets.manifest()["app.css"]
    plain = client.get(f"/static/dist/{name}", buffered=True)
    packed = client.get(f"/static/dist/{name}", headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert (
        plain.headers["Cache-Control"]
        == packed.headers["Cache-Control"]
        == "public, max-age=31536000, immutable"
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == "text/css"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Vary"] == "Accept-Encoding"


def test_other_files_are_not_kept_and_nothing_else_is_served(client: FlaskClient) -> None:
    assert client.get("/static/dist/manifest.json", buffered=True).headers["Cache-Control"] == "no-cache"
    assert client.get("/static/../assets.py").status_code == 404
    assert client.get("/static/dist/%2e%2e/%2e%2e/assets.py").status_code == 404
    assert client.get("/static/dist/none.css", headers={"Accept-Encoding": "gzip"}).status_code == 404


def test_an_unknown_icon_says_where_to_add_it(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(LookupError, match=r"icons\.mjs"):
        assets.icon("unicorn")
    with app.test_request_context("/"):
        assert '<use href="/static/dist/icons-' in assets.icon("house", "icon-lg")


def test_without_assets_the_app_says_which_command_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "DIST", tmp_path)
    assets.manifest.cache_clear()
    try:
        with pytest.raises(assets.AssetsMissing, match="make install"):
            assets.manifest()
    finally:
        assets.manifest.cache_clear()


def test_the_font_for_pdfs_is_there() -> None:
    for weight in ("400Regular", "700Bold"):
        assert (FONTS / f"NotoSansSC-{weight}.ttf").read_bytes()[:4] == b"\x00\x01\x00\x00"
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8").upper()


def test_the_lock_pins_hashes_and_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages["node_modules/htmx.org"]["version"] == "4.0.1"
    assert [name for name, entry in packages.items() if "resolved" in entry or "integrity" not in entry] == []
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text(encoding="utf-8")
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
    assert all(
        version[0].isdigit()
        for version in [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    )


def sample_sources(build: ModuleType, root: Path) -> None:
    (root / build.SOURCES).mkdir(parents=True)
    (root / build.TARGET).mkdir(parents=True)
    (root / "node_modules").mkdir()
    for name in (
        "package.json",
        "package-lock.json",
        "node_modules/.package-lock.json",
        f"{build.SOURCES}/app.css",
    ):
        (root / name).write_text("{}")


def test_a_warm_build_runs_nothing(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(build.subprocess, "run", lambda command, **_kwargs: ran.append(command))
    sample_sources(build, tmp_path)
    build.build_assets(tmp_path)
    assert [command[-1] for command in ran] == ["--loglevel=error", str(build.SOURCES / "build.mjs")]
    build.build_assets(tmp_path)
    assert len(ran) == 2
    (tmp_path / build.SOURCES / "app.css").write_text("changed")
    build.build_assets(tmp_path)
    assert len(ran) == 4


def test_translations_are_compiled_with_the_wheel(build: ModuleType, tmp_path: Path) -> None:
    po = tmp_path / "plugins" / "rooms" / "anxin_rooms" / "locale" / "zh_CN" / "LC_MESSAGES" / "messages.po"
    po.parent.mkdir(parents=True)
    po.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Room"\nmsgstr "房间"\n',
        encoding="utf-8",
    )
    build.compile_translations(tmp_path)
    assert "房间".encode() in po.with_suffix(".mo").read_bytes()

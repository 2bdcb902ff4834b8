"""Imports run one way, read from the graph of what the code really imports.

    app, cli … → the rooms' pages and api → web, api → contracts → safety → notices → consent, audit → identity
               → tenancy → extension → kernel            settings and embedded stand beside them

A room's own pages stand above `web`, because they draw with it; the rest of the room stands where the line
says.
"""

import ast
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import grimp
import pytest

CORE = "anxin"
# before there is an application: they know nothing of it
ASIDE = ("settings", "keyfiles", "ports", "start", "embedded")
LAYERS: tuple[tuple[str, ...], ...] = (  # low to high; peers of one layer do not know each other
    ("kernel",),
    ("documents",),
    ("extension",),
    ("files",),
    ("tasks",),
    ("tenancy", "resources"),
    ("identity",),
    ("consent", "audit"),
    ("notices",),
    ("safety",),
    ("contracts",),
    ("reports",),
    ("web", "api"),
)
TOP = (
    "plugin",
    "rooms",
    "errors",
    "health",
    "edge",
    "apply",
    "app",
    "wsgi",
    "serve",
    "demo",
    "cli",
    "testing",
)
PLUGIN_LAYERS = (
    grimp.Layer("plugin"),
    grimp.Layer("pages", "api", "hooks", "jobs", "reports", "cli", independent=False),
    grimp.Layer("services"),
    grimp.Layer("models", "schemas", independent=False),
    grimp.Layer("policy"),
)
OPEN_TO_PLUGINS = {"anxin.plugin", "anxin.testing"}

ROOM_RANK = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}
EDGE = len(LAYERS)


def plugin_packages() -> dict[str, str]:
    """The shipped and installed plugins: name → import package."""
    return {point.name: point.value.partition(".")[0] for point in entry_points(group="anxin.plugins")}


def package_folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


PLUGINS = plugin_packages()


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(CORE, *PLUGINS.values(), exclude_type_checking_imports=True, cache_dir=None)


def is_edge(module: str) -> bool:
    """A room's pages or api: identity.pages, identity.me_pages, safety.blueprint …"""
    last = module.rpartition(".")[2]
    return last in ("pages", "api") or last.endswith(("_pages", "_api"))


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def rank(module: str) -> int:
    room = room_of(module)
    if room in ROOM_RANK:
        return EDGE if is_edge(module) and room not in ("web", "api") else ROOM_RANK[room]
    return EDGE + 1 + TOP.index(room)


def upward(importer: str, imported: str) -> bool:
    """Does this import of core point the wrong way (up, or at a peer)?"""
    here, there = room_of(importer), room_of(imported)
    if not there or there in ASIDE:  # `anxin` itself holds the version; settings are for everybody
        return False
    if here in ASIDE:
        return True
    if here == there:
        lends_edges = here in ("web", "api") or assembles(importer)  # web.pages is what all pages draw with
        return is_edge(imported) and not is_edge(importer) and not lends_edges
    return rank(imported) >= rank(importer) if here not in TOP else False


def assembles(module: str) -> bool:
    """A room's policy.py is its manifest: it may name whatever the room has."""
    return module.rpartition(".")[2] == "policy"


@pytest.mark.parametrize(
    ("importer", "imported", "wrong"),
    [
        ("anxin.kernel.ctx", "anxin.extension.events", True),
        ("anxin.tenancy.services", "anxin.identity.models", True),
        ("anxin.consent.decide", "anxin.audit.models", True),
        ("anxin.identity.people", "anxin.web.pages", True),
        ("anxin.identity.people", "anxin.identity.pages", True),
        ("anxin.web.shell", "anxin.identity.pages", True),
        ("anxin.safety.pages", "anxin.notices.pages", True),
        ("anxin.safety.pages", "anxin.app", True),
        ("anxin.settings", "anxin.kernel.db", True),
        ("anxin.identity.pages", "anxin.web.pages", False),
        ("anxin.identity.people_pages", "anxin.tenancy.services", False),
        ("anxin.identity.policy", "anxin.identity.people", False),
        ("anxin.consent.decide", "anxin.identity.models", False),
        ("anxin.notices.mailer", "anxin.settings", False),
    ],
)
def test_which_way_is_up(importer: str, imported: str, wrong: bool) -> None:
    assert upward(importer, imported) is wrong


def core_modules(graph: grimp.ImportGraph) -> list[str]:
    return sorted(module for module in graph.modules if module.startswith(f"{CORE}.") or module == CORE)


def test_every_room_has_its_place(graph: grimp.ImportGraph) -> None:
    known = {"", *ASIDE, *ROOM_RANK, *TOP}
    # migrations are run by Alembic, nobody imports them
    unplaced = {room_of(module) for module in core_modules(graph)} - known - {"migrations"}
    assert unplaced == set(), "say in LAYERS where it stands"


def test_core_imports_run_one_way(graph: grimp.ImportGraph) -> None:
    wrong = [
        f"{module} imports {imported}"
        for module in core_modules(graph)
        for imported in sorted(graph.find_modules_directly_imported_by(module))
        if imported.startswith(CORE + ".") and upward(module, imported)
    ]
    assert wrong == []


def test_the_seam_of_the_application_is_not_imported_from_below(graph: grimp.ImportGraph) -> None:
    """Only commands, the demo, tests and the WSGI entry make an application."""
    importers = graph.find_modules_that_directly_import("anxin.app")
    assert {room_of(module) for module in importers} <= {"cli", "demo", "wsgi", "testing"}


def test_core_names_no_plugin(graph: grimp.ImportGraph) -> None:
    packages = tuple(PLUGINS.values())
    imported = [
        f"{module} imports {found}"
        for module in core_modules(graph)
        for found in graph.find_modules_directly_imported_by(module)
        if found.startswith(packages)
    ]
    assert imported == []


def names_in_code(path: Path) -> Iterator[tuple[int, str]]:
    """Every identifier and string of a file, docstrings and comments aside (those may give examples)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value
        elif isinstance(node, ast.Name) and node.id not in OWN_WORDS:
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and node.attr not in OWN_WORDS:
            yield node.lineno, node.attr


# identifiers of core that happen to be a plugin's name too; a string of that name would still be found
OWN_WORDS = {"rooms": "core calls its own folders rooms, and gathers them in rooms.py"}


# the demo tells a story through the shipped plugins' demo hooks; nothing else of core may know one by name
KNOWS_THE_STORY = ("demo",)


def test_core_knows_no_plugin_by_name() -> None:
    root = package_folder(CORE)
    found = []
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).parts[0] in KNOWS_THE_STORY:
            continue
        for line, text in names_in_code(path):
            if text in PLUGINS or any(
                text.startswith((f"{name}.", f"{package}")) for name, package in PLUGINS.items()
            ):
                found.append(f"{path.relative_to(root)}:{line}: {text}")
    assert found == []


@pytest.mark.parametrize("name", sorted(PLUGINS))
def test_a_plugin_knows_only_the_facade(graph: grimp.ImportGraph, name: str) -> None:
    package = PLUGINS[name]
    wrong = [
        f"{module} imports {imported}"
        for module in sorted(graph.modules)
        if module.partition(".")[0] == package
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.partition(".")[0] != package and imported not in OPEN_TO_PLUGINS
    ]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(PLUGINS))
def test_inside_a_plugin_imports_point_one_way(graph: grimp.ImportGraph, name: str) -> None:
    wrong = graph.find_illegal_dependencies_for_layers(PLUGIN_LAYERS, containers={PLUGINS[name]})
    assert sorted(f"{found.importer} reaches up to {found.imported}" for found in wrong) == []


def inner_imports(path: Path) -> Iterator[ast.Import | ast.ImportFrom]:
    seen = set()
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in seen:
                    seen.add(id(node))
                    yield node


def test_no_import_inside_a_function_without_its_reason() -> None:
    bare = []
    for package in (CORE, *PLUGINS.values()):
        root = package_folder(package)
        for path in sorted(root.rglob("*.py")):
            lines = path.read_text(encoding="utf-8").splitlines()
            for node in inner_imports(path):
                text = lines[node.lineno - 1 : node.end_lineno]
                if not any("# " in line for line in text):
                    bare.append(f"{package}/{path.relative_to(root)}:{node.lineno}: {text[0].strip()}")
    assert bare == [], "say on the import's own line why it cannot stand at the top"

"""What is wrong with a plugin stops the start with a line that names the plugin and the fix."""

from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest
from flask import Blueprint

from anxin.extension import registry as extension
from anxin.extension.events import Event
from anxin.extension.hookspecs import hookimpl
from anxin.extension.manifest import NavItem, Plugin, Purpose
from anxin.extension.registry import assemble, load
from anxin.kernel.blueprints import ApiBlueprint, PluginBlueprint
from anxin.kernel.db import TenantModel
from anxin.kernel.entry import Entry, entry
from anxin.kernel.errors import ConfigurationError, ProgrammingError
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import job
from anxin.rooms import core_parts

WORD = lazy("Assessments")


def purpose(**changes):
    return Purpose(**{"name": "rooms.use", "title": WORD, "version": 1, "text": WORD} | changes)


def foreign_model():
    class Elsewhere(TenantModel):
        __tablename__ = "elsewhere"
        __schema__ = "core"
        __abstract__ = True

    return Elsewhere


@entry("other.done", line=WORD)
class Misnamed(Entry):
    pass


class Unheard(Event):
    pass


NAV = Permission("rooms.book", WORD)

# manifest parts → what the line must say
WRONG = {
    "name": ({"name": "roooms"}, "entry point is named rooms but the manifest roooms; use one name"),
    "plain title": ({"title": "Rooms"}, "wrap it in lazy"),
    "version": ({"requires_core": ">=99"}, "needs core >=99"),
    "specifier": ({"requires_core": "soon"}, "is no version specifier (say “>=0.1,<0.2”)"),
    "permission": ({"permissions": [Permission("book", WORD)]}, "'book' must begin with “rooms.”"),
    "permission twice": ({"permissions": [NAV, NAV]}, "'rooms.book' is declared twice"),
    "plain permission": ({"permissions": [Permission("rooms.book", "Book")]}, "wrap it in lazy"),
    "scope": ({"permissions": [Permission("rooms.book", WORD, scope="world")]}, "unknown scope 'world'"),
    "purpose": ({"purposes": [purpose(name="use")]}, "'use' must begin with “rooms.”"),
    "purpose text": ({"purposes": [purpose(text="We use it.")]}, "wrap it in lazy"),
    "purpose basis": ({"purposes": [purpose(basis="vital_interest")]}, "a plugin's purposes rest on consent"),
    "audit entry": ({"audit": [Misnamed]}, "'other.done' must begin with “rooms.”"),
    "job": ({"jobs": [job("remind")(print)]}, "'remind' must begin with “rooms.”"),
    "nav permission": (
        {"nav": [NavItem(WORD, "rooms.index", NAV)]},
        "asks for rooms.book, which nobody declares",
    ),
    "nav endpoint": ({"nav": [NavItem(WORD, "index", None)]}, "must lead to a page of the plugin"),
    "pages": ({"pages": Blueprint("rooms", "rooms")}, "use anxin.plugin.PluginBlueprint"),
    "pages' name": ({"pages": PluginBlueprint("halls", "halls")}, "name it 'rooms'"),
    "api": ({"api": Blueprint("rooms", "rooms")}, "use anxin.plugin.ApiBlueprint"),
    "api's name": ({"api": ApiBlueprint("halls", "halls")}, "name it 'rooms'"),
    "model": ({"models": [foreign_model()]}, "set __schema__ = 'rooms'"),
    "event": ({"reacts": {Unheard: print}}, "reacts to Unheard, which is no event of anxin.plugin"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_manifest(what, module):
    parts, expected = WRONG[what]
    manifest = {"name": "rooms"} | parts
    made = module(manifest.pop("name"), **manifest)
    with pytest.raises(ConfigurationError) as caught:
        assemble(core_parts(), [("rooms", made)])
    line = str(caught.value.message)
    assert line.startswith("plugin “rooms”: ")
    assert expected in line


def test_names_across_plugins_do_not_repeat(module):
    with pytest.raises(ConfigurationError, match="another plugin is named rooms too"):
        assemble(core_parts(), [("rooms", module("rooms")), ("rooms", module("rooms"))])


def test_a_plugin_name_is_an_identifier(module):
    with pytest.raises(ConfigurationError, match="not a lower-case identifier"):
        assemble(core_parts(), [("my-rooms", module("my-rooms"))])


def test_register_returns_a_manifest():
    for made, expected in (({}, "return an anxin.plugin.Plugin"),):
        with pytest.raises(ConfigurationError, match=expected):
            assemble(
                core_parts(), [("rooms", SimpleNamespace(__name__="x", register=lambda made=made: made))]
            )


def test_no_register():
    with pytest.raises(ConfigurationError, match=r"anxin_rooms.plugin has no register\(\); write one"):
        assemble(core_parts(), [("rooms", SimpleNamespace(__name__="anxin_rooms.plugin"))])


def test_a_register_that_fails_is_named():
    broken = SimpleNamespace(__name__="x", register=lambda: Plugin(nonsense=1))
    with pytest.raises(ConfigurationError, match=r"plugin “rooms”: register\(\) failed: TypeError"):
        assemble(core_parts(), [("rooms", broken)])


def test_a_hook_wrapper_is_refused():
    @hookimpl(wrapper=True)
    def home_cards(ctx):
        return (yield)

    hooks = SimpleNamespace(home_cards=home_cards)
    made = SimpleNamespace(
        __name__="x", register=lambda: Plugin(name="rooms", title=WORD, requires_core=">=0.1", hooks=hooks)
    )
    with pytest.raises(
        ConfigurationError, match=r"plugin “rooms”: home_cards is a hook wrapper.*plain @hookimpl"
    ):
        assemble(core_parts(), [("rooms", made)])


@pytest.mark.parametrize(
    "hooks",
    [{"home_card": lambda ctx: []}, {"home_cards": lambda ctx, request: []}],
    ids=["name", "argument"],
)
def test_an_unknown_hook_or_argument_is_named(module, hooks):
    with pytest.raises(ConfigurationError, match=r"plugin “rooms”: .*home_card.*hookspecs\.py"):
        assemble(core_parts(), [("rooms", module("rooms", **hooks))])


def test_an_unguarded_route_cannot_be_registered():
    for blueprint in (PluginBlueprint("rooms", "rooms"), ApiBlueprint("rooms", "rooms")):
        with pytest.raises(ProgrammingError, match=r"rooms.*the route index has no @guard"):

            @blueprint.get("/")
            def index():
                return ""


class TestLoading:
    @pytest.fixture
    def installed(self, monkeypatch):
        def points(**places):
            found = [EntryPoint(name.rstrip("_"), place, extension.GROUP) for name, place in places.items()]
            monkeypatch.setattr(extension, "entry_points", lambda group: found)

        return points

    def test_a_wanted_plugin_that_is_not_there(self, installed):
        installed(rooms="anxin_rooms.plugin")
        with pytest.raises(
            ConfigurationError, match=r"“halls” is in ANXIN_PLUGINS but not installed \(installed: rooms\)"
        ):
            load(core_parts(), ("halls",))

    def test_a_plugin_that_cannot_be_imported(self, installed):
        installed(rooms="anxin_rooms_that_is_not_there.plugin")
        with pytest.raises(
            ConfigurationError, match="plugin “rooms” cannot be imported: ModuleNotFoundError"
        ):
            load(core_parts())

    def test_two_packages_with_one_name(self, installed):
        installed(rooms="anxin_rooms.plugin", rooms_="anxin_halls.plugin")
        with pytest.raises(
            ConfigurationError, match=r"two installed packages bring a plugin “rooms”.*uninstall one"
        ):
            load(core_parts())

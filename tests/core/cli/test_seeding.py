"""The demo's folder is filled once: not twice, not half, and never over somebody's data."""

import pytest

from anxin.cli import seeding
from anxin.embedded.services import ServiceError
from anxin.settings import Settings


@pytest.fixture
def world(tmp_path, monkeypatch):
    """The database as a set of slugs; `fails` makes the next fill stop half-way."""

    class World:
        settings = Settings.load(tmp_path, {})
        tenants: set[str] = set()
        fills = 0
        fails = False

    def fill(_settings):
        if World.tenants:
            raise AssertionError("filled over data")
        World.tenants = {"mingxin"} if World.fails else {"mingxin", "qinghe", "dongling"}
        World.fills += 1
        if World.fails:
            raise KeyboardInterrupt

    monkeypatch.setattr(seeding, "_tenants", lambda _settings: set(World.tenants))
    monkeypatch.setattr(seeding, "_empty", lambda _settings: World.tenants.clear())
    monkeypatch.setattr(seeding.story, "seed", fill)
    return World


def test_filled_once(world):
    seeding.seed_once(world.settings)
    seeding.seed_once(world.settings)
    assert world.fills == 1


def test_a_fill_cut_short_is_begun_again_on_an_empty_database(world):
    world.fails = True
    with pytest.raises(KeyboardInterrupt):
        seeding.seed_once(world.settings)
    world.fails = False
    seeding.seed_once(world.settings)
    assert world.tenants == {"mingxin", "qinghe", "dongling"}


def test_real_data_is_never_touched(world):
    world.tenants = {"real"}
    with pytest.raises(ServiceError, match="holds tenants already"):
        seeding.seed_once(world.settings)
    assert world.tenants == {"real"}


def test_real_data_is_never_touched_after_a_fill_cut_short_either(world):
    world.fails = True
    with pytest.raises(KeyboardInterrupt):
        seeding.seed_once(world.settings)
    world.tenants.add("real")
    with pytest.raises(ServiceError):
        seeding.seed_once(world.settings)
    assert "real" in world.tenants

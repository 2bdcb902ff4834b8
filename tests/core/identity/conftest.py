"""Fixtures of the identity room's tests."""

from collections.abc import Iterator

import pytest

from anxin.identity.oidc import Http
from anxin.kernel.outbound import Client

from . import hostile_provider


@pytest.fixture(scope="session")
def http() -> Http:
    """The guarded client, with the operator's allowance for loopback and short limits."""
    return Client(hosts={"127.0.0.1"}, seconds=1.5)


@pytest.fixture(scope="session")
def _hostile_server() -> Iterator[hostile_provider.HostileProvider]:
    with hostile_provider.running() as provider:
        yield provider


@pytest.fixture
def hostile_one(
    _hostile_server: hostile_provider.HostileProvider,
) -> Iterator[hostile_provider.HostileProvider]:
    """A provider without tricks and with an empty log; a trick that breaks fails the test."""
    _hostile_server.tricks = hostile_provider.Tricks()
    _hostile_server.seen.clear()
    _hostile_server.broken.clear()
    yield _hostile_server
    assert _hostile_server.broken == []

"""What the contract tests look at: the live metadata and catalogue."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from anxin.kernel import db


@pytest.fixture(scope="session")
def superuser(settings, app) -> Iterator[sa.Connection]:
    """The superuser's connection to the migrated database: to look at what is really there."""
    engine = sa.create_engine(db.driver_url(settings.database_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()

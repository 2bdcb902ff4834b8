"""What the tests of every room may use beside `anxin.testing`."""

import pytest
import sqlalchemy as sa

from anxin.kernel import db


@pytest.fixture
def superuser(settings, app):
    engine = sa.create_engine(db.driver_url(settings.database_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()

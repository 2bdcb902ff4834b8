"""The whole demo into an empty database, once: what the story of the product stands on."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin import apply, demo
from anxin.demo import accounts, places
from anxin.demo.provider_employer import EmployerFile
from anxin.identity import signin
from anxin.identity.models import Person, Provider
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import visitor_ctx
from anxin.kernel.errors import ConfigurationError
from anxin.safety import rota
from anxin.safety.models import Crisis
from anxin.tenancy import files

SLUGS = ("dongling", "mingxin", "qinghe")


@pytest.fixture(scope="session")
def told(app, settings, once) -> list[str]:
    once("story")
    lines: list[str] = []
    demo.seed(settings, lines.append)
    return lines


@pytest.fixture
def home(told, runtime):
    def find(slug: str) -> TenantInfo:
        return runtime.caches["directory"].by_slug(slug)

    return find


def test_a_second_filling_is_refused(told, settings) -> None:
    with pytest.raises(ConfigurationError, match="here already"):
        demo.seed(settings)


@pytest.mark.parametrize("slug", SLUGS)
def test_applying_a_demo_file_again_changes_nothing(told, runtime, settings, slug) -> None:
    [file] = [each for each in places.tenants(settings) if each.slug == slug]
    assert apply.plan(runtime, file) == []
    assert files.parse(files.write(file)) == file


def test_the_plant_has_its_people_and_the_units_of_three_levels(home, scope) -> None:
    with scope(home("dongling")) as ctx:
        states = dict(
            ctx.execute(
                sa.select(Person.state, sa.func.count())
                .where(Person.kind != "agency_staff")
                .group_by(Person.state)
            ).all()
        )
        lin = ctx.scalars(sa.select(Person).where(Person.number == "DL10268")).one()
        depth = ctx.scalar(
            sa.text("SELECT max(length(path) - length(replace(path, '/', ''))) FROM core.unit")
        )
        ctx.unaudited("test")
    assert 1_900 < states["active"] < 2_300
    assert lin.name == "林晓峰"
    assert depth == 3


def test_everybody_to_try_can_sign_in(home, runtime, settings) -> None:
    for account in accounts.ACCOUNTS:
        ctx = visitor_ctx(runtime, home(account.tenant))
        passphrase = accounts.passphrase(settings, account)
        assert signin.local(ctx, account.login, passphrase, device="test").token
        ctx.commit()
        ctx.close()
    lines = demo.sign_ins(settings)
    assert all(any(account.login in line for line in lines) for account in accounts.ACCOUNTS)


def test_the_employers_provider_is_saved_and_knows_the_workers(home, scope, settings) -> None:
    with scope(home("dongling")) as ctx:
        [row] = ctx.scalars(sa.select(Provider)).all()
        secret = ctx.open(row, "secret")
        ctx.unaudited("test")
    employer = EmployerFile(places.employer_folder(settings)).read()
    assert employer is not None
    assert row.on
    assert row.metadata_["issuer"] == places.issuer(settings)
    assert employer.client(row.client_id).check_client_secret(secret)
    assert employer.by_hint("DL10268").name == "林晓峰"
    assert employer.choices()[0].employee_no == "DL10268"


def test_the_agency_keeps_a_rota_of_its_own_for_its_line(home, scope) -> None:
    with scope(home("mingxin")) as ctx:
        assert ctx.tenant.modules == {"hotline"}
        assert rota.duty_covered(ctx, ctx.now, ctx.now + timedelta(weeks=3))
        ctx.unaudited("test")


def test_somebody_is_on_duty_and_ladders_are_told(home, scope) -> None:
    with scope(home("dongling")) as ctx:
        assert rota.duty_covered(ctx, ctx.now, ctx.now + timedelta(weeks=3))
        found = ctx.execute(
            sa.select(Crisis.level, Crisis.state, sa.func.count()).group_by(Crisis.level, Crisis.state)
        ).all()
        uncovered = ctx.scalar(sa.select(sa.func.count()).where(Crisis.uncovered))
        ctx.unaudited("test")
    assert (3, "closed", 2) in found
    assert any(state == "contacted" for _level, state, _count in found)
    assert uncovered == 0

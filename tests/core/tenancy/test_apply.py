"""The demo's tenant files over a real database: applied once, applied again without change, exported as they were."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from anxin import apply
from anxin.contracts import content, units
from anxin.contracts import services as agreements
from anxin.contracts.models import ServiceUnit
from anxin.identity import sessions
from anxin.identity.models import Person
from anxin.kernel.errors import Conflict, Invalid, SignInRequired
from anxin.kernel.link import Link
from anxin.safety.services import duty_covered
from anxin.tenancy import files, services
from anxin.tenancy.models import Contract

DEMO = Path(__file__).parents[3] / "tenants" / "demo"


def apart(told: files.TenantFile) -> files.TenantFile:
    """The demo's file for a tenant of this module's own: the demo itself may stand in the same database."""

    def other(slug: str) -> str:
        return f"{slug}-apart"

    return dataclasses.replace(
        told,
        slug=other(told.slug),
        parent=told.parent and other(told.parent),
        hosts=(),
        contracts=tuple(dataclasses.replace(one, agency=other(one.agency)) for one in told.contracts),
        duty=tuple(dataclasses.replace(one, agency=other(one.agency)) for one in told.duty),
    )


@pytest.fixture(scope="module")
def applied(runtime):
    told = {slug: apart(files.load(DEMO / f"{slug}.toml")) for slug in ("mingxin", "qinghe", "dongling")}
    for one in told.values():
        apply.apply(runtime, one)
    return told


def test_applying_again_changes_nothing(runtime, applied):
    for one in applied.values():
        assert [str(change.line) for change in apply.plan(runtime, one)] == []
        assert apply.apply(runtime, one) == []


def test_export_gives_back_the_file(runtime, applied):
    for one in applied.values():
        assert apply.current(runtime, one.slug) == one


def test_the_turns_cover_the_coming_weeks(runtime, applied, scope):
    tenant = runtime.caches["directory"].by_slug("dongling-apart")
    with scope(tenant) as ctx:
        assert duty_covered(ctx, ctx.now, ctx.now + timedelta(weeks=4))
        assert ctx.settings_of("safety")["help_line"]["number"] == applied["dongling"].help_line.own.number


def test_a_module_switched_off_on_the_page_is_in_the_plan(runtime, applied, scope):
    tenant = runtime.caches["directory"].by_slug("dongling-apart")
    with scope(tenant) as ctx:
        services.switch_off(ctx, "assessments")
    assert [change.path for change in apply.plan(runtime, applied["dongling"])]
    apply.apply(runtime, applied["dongling"])
    assert "assessments" in runtime.caches["directory"].by_slug("dongling-apart").modules


def test_a_clinical_grant_for_the_unions_own_people_is_refused(runtime, applied):
    text = (DEMO / "dongling.toml").read_text(encoding="utf-8")
    bad = (
        text
        + '\n[roles.spy]\ntitle = { zh = "探子", en = "Spy" }\ngrants = ["assessments.result.read:tenant"]\n'
    )
    with pytest.raises(Invalid):
        apply.plan(runtime, files.parse(bad))


def the_contract(ctx):
    return ctx.db.scalar(sa.select(Contract).where(Contract.tenant_id == ctx.tenant.id))


def with_contract(told, **changed):
    return dataclasses.replace(told, contracts=(dataclasses.replace(told.contracts[0], **changed),))


def test_a_contracts_cap_prices_and_clocks_come_with_the_file(runtime, applied, scope):
    """A unit costs what the file says, and the file's next price counts from then on."""
    told, tenant = applied["dongling"], runtime.caches["directory"].by_slug("dongling-apart")
    with scope(tenant) as ctx:
        now = content.of(the_contract(ctx))
        assert (now["sessions_per_person"], now["clocks"]["crisis"]) == (6, 30)
        assert now["prices"] == told.contracts[0].prices
    dearer = with_contract(told, prices=told.contracts[0].prices | {"session": 42000})
    assert [change.path for change in apply.plan(runtime, dearer)] == [
        "contracts[MX-DL-2025-01].prices.session"
    ]
    for file, fen in ((dearer, 42000), (told, 40000)):
        apply.apply(runtime, file)
        with scope(tenant) as ctx:
            units.record_service_unit(
                ctx, the_contract(ctx).id, "rooms", "session", minutes=50, key=f"at {fen}"
            )
            assert ctx.db.scalar(sa.select(ServiceUnit.price_fen).where(ServiceUnit.price_fen == fen))


def test_what_both_have_signed_on_their_pages_is_above_the_file(runtime, applied, scope):
    told, directory = applied["qinghe"], runtime.caches["directory"]
    union, agency = directory.by_slug("qinghe-apart"), directory.by_slug("mingxin-apart")
    with scope(union) as ctx:
        row = the_contract(ctx)
        words = content.of(row) | {"sessions_per_person": 9}
        dates = {name: date.fromisoformat(words[name]) for name in ("starts_on", "ends_on")}
        made, number = row.id, agreements.propose(ctx, row.id, words | dates)
        assert number == 2
    for party in (union, agency):
        with scope(party) as ctx:
            agreements.sign(ctx, made, agreements.shown(ctx, made).proposed.digest)
    exported = apply.current(runtime, "qinghe-apart")
    assert exported.contracts[0].sessions_per_person == 9
    assert apply.plan(runtime, files.parse(files.write(exported))) == []
    with pytest.raises(Conflict) as refused:
        apply.apply(runtime, told)
    assert refused.value.code == "contract_agreed"
    with scope(union) as ctx:
        assert content.of(the_contract(ctx))["sessions_per_person"] == 9
    apply.apply(runtime, with_contract(told, sessions_per_person=9))
    assert apply.plan(runtime, with_contract(told, sessions_per_person=9)) == []
    without = with_contract(told, sessions_per_person=9, staff=told.contracts[0].staff[:-1])
    apply.apply(runtime, without)
    assert apply.current(runtime, "qinghe-apart").contracts[0].staff == without.contracts[0].staff


def test_who_is_taken_off_in_the_file_is_out_at_once(runtime, applied, scope):
    told, tenant = applied["dongling"], runtime.caches["directory"].by_slug("dongling-apart")
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        manager = ctx.db.scalar(sa.select(Person).where(Person.name == "许安澜"))
        token = sessions.start(ctx, manager, method="contract")
    sessions.open_ctx(runtime, tenant, token).close()
    apply.apply(runtime, with_contract(told, staff=told.contracts[0].staff[:-1]))
    with Link(runtime.engine) as link, pytest.raises(SignInRequired):
        link.enter(token)
    assert "xuanlan" not in {one.login for one in apply.current(runtime, "dongling-apart").contracts[0].staff}
    apply.apply(runtime, told)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"prices": {"massage": 1}}, "contracts[0].prices.massage"),
        ({"clocks": {"tea": 5}}, "contracts[0].clocks.tea"),
        ({"services": ("assessments", "cinema")}, "contracts[0].services[1]"),
    ],
)
def test_what_nobody_here_counts_has_no_price(runtime, applied, changed, path):
    with pytest.raises(Invalid) as refused:
        apply.plan(runtime, with_contract(applied["dongling"], **changed))
    assert list(refused.value.fields) == [path]

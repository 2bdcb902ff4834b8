"""The demo's tenant files over a real database: applied once, applied again without change, exported as they were."""

from datetime import timedelta
from pathlib import Path

import pytest

from anxin import apply
from anxin.kernel.errors import Invalid
from anxin.safety.services import duty_covered
from anxin.tenancy import files, services

DEMO = Path(__file__).parents[3] / "tenants" / "demo"


@pytest.fixture(scope="module")
def applied(runtime):
    told = {slug: files.load(DEMO / f"{slug}.toml") for slug in ("mingxin", "qinghe", "dongling")}
    for one in told.values():
        apply.apply(runtime, one)
    return told


def test_applying_again_changes_nothing(runtime, applied):
    for one in applied.values():
        assert [str(change.line) for change in apply.plan(runtime, one)] == []
        assert apply.apply(runtime, one) == []


def test_export_gives_back_the_file(runtime, applied):
    for slug, one in applied.items():
        assert apply.current(runtime, slug) == one


def test_the_turns_cover_the_coming_weeks(runtime, applied, scope):
    tenant = runtime.caches["directory"].by_slug("dongling")
    with scope(tenant) as ctx:
        assert duty_covered(ctx, ctx.now, ctx.now + timedelta(weeks=4))
        assert ctx.settings_of("safety")["help_line"]["number"] == applied["dongling"].help_line.own.number


def test_a_module_switched_off_on_the_page_is_in_the_plan(runtime, applied, scope):
    tenant = runtime.caches["directory"].by_slug("dongling")
    with scope(tenant) as ctx:
        services.switch_off(ctx, "assessments")
    assert [change.path for change in apply.plan(runtime, applied["dongling"])]
    apply.apply(runtime, applied["dongling"])
    assert "assessments" in runtime.caches["directory"].by_slug("dongling").modules


def test_a_clinical_grant_for_the_unions_own_people_is_refused(runtime, applied):
    text = (DEMO / "dongling.toml").read_text(encoding="utf-8")
    bad = (
        text
        + '\n[roles.spy]\ntitle = { zh = "探子", en = "Spy" }\ngrants = ["assessments.result.read:tenant"]\n'
    )
    with pytest.raises(Invalid):
        apply.plan(runtime, files.parse(bad))

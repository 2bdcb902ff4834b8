"""One plugin's failure stays its own: its answer, its SQL, its entries; and nobody leaves the tenant."""

import time
from uuid import UUID

import pytest
import sqlalchemy as sa

from anxin.extension import registry as extension
from anxin.extension.hookspecs import POLICIES, Card
from anxin.identity.models import Person
from anxin.kernel.entry import Entry, Refused, entry
from anxin.kernel.errors import ConfigurationError, NotFound
from anxin.kernel.ids import new_id

CARD = Card("Room 7", "free", "/", "calendar-days")


@entry("test.seen", line="Seen")
class Seen(Entry):
    subject_id: UUID | None = None


def answers(found):
    return {answer.plugin: (answer.value, answer.failed) for answer in found}


def boom(ctx):
    raise ValueError("a plugin's bug")


def bad_sql(ctx):
    ctx.db.execute(sa.text("SELECT nothing FROM nowhere"))


class TestContribute:
    def test_one_failure_is_one_plugins(self, ctx, on, registry):
        plugins = registry(a={"home_cards": boom}, b={"home_cards": lambda ctx: [CARD]})
        found = answers(plugins.call(on(ctx, "a", "b"), "home_cards"))
        assert found == {"a": (None, True), "b": ([CARD], False)}

    def test_failed_sql_does_not_end_the_pages_transaction(self, ctx, on, registry, tenant):
        ctx.add(Person(name="王小明", sort_key="wangxiaoming", number="N-hook"))
        plugins = registry(a={"home_cards": bad_sql}, b={"home_cards": lambda ctx: [CARD]})
        found = answers(plugins.call(on(ctx, "a", "b"), "home_cards"))
        assert found["a"] == (None, True)
        assert found["b"] == ([CARD], False)
        assert (
            ctx.db.scalar(sa.select(sa.func.count()).select_from(Person).where(Person.number == "N-hook"))
            == 1
        )

    def test_what_a_failed_hook_wrote_is_gone_with_its_entries_and_jobs(self, ctx, on, registry):
        def half_done(ctx):
            ctx.add(Person(name="半途", sort_key="bantu", number="N-half"))
            ctx.db.flush()
            ctx.audit(Refused(code="half"))
            ctx.enqueue(next(iter(ctx.runtime.jobs.values())))
            raise NotFound()

        before = ctx.mark()
        list(registry(a={"home_cards": half_done}).call(on(ctx, "a"), "home_cards"))
        assert ctx.mark() == before
        assert (
            ctx.db.scalar(sa.select(sa.func.count()).select_from(Person).where(Person.number == "N-half"))
            == 0
        )

    def test_a_generator_runs_inside_its_savepoint(self, ctx, on, registry):
        def cards(ctx):
            yield CARD
            bad_sql(ctx)

        plugins = registry(a={"home_cards": cards})
        assert answers(plugins.call(on(ctx, "a"), "home_cards")) == {"a": (None, True)}
        assert ctx.db.scalar(sa.text("SELECT 1")) == 1

    @pytest.mark.parametrize("way", ["fast", "last"])
    def test_plain_sql_that_fails_is_the_hooks_own_failure(self, ctx, on, registry, way):
        def cards(ctx):
            getattr(ctx, way)("UPDATE core.person SET name = NULL WHERE tenant_id = %s", (ctx.tenant.id,))
            return [CARD]

        ctx.add(Person(name="甲", sort_key="jia", number="N-one"))
        ctx.db.flush()
        plugins = registry(a={"home_cards": cards})
        assert answers(plugins.call(on(ctx, "a"), "home_cards")) == {"a": (None, True)}
        assert ctx.db.scalar(sa.select(Person.name).where(Person.number == "N-one")) == "甲"

    def test_switched_off_is_not_asked(self, ctx, on, registry):
        plugins = registry(a={"home_cards": boom}, b={"home_cards": lambda ctx: [CARD]})
        assert answers(plugins.call(on(ctx, "b"), "home_cards")) == {"b": ([CARD], False)}

    def test_the_settings_at_hand_are_the_plugins_own(self, ctx, on, registry):
        ctx.plugin = "outer"
        plugins = registry(a={"home_cards": lambda ctx: [ctx.plugin]})
        assert answers(plugins.call(on(ctx, "a"), "home_cards")) == {"a": (["a"], False)}
        assert ctx.plugin == "outer"

    def test_arguments_may_be_left_out(self, ctx, on, registry):
        plugins = registry(a={"person_panels": lambda person_id: [person_id]})
        someone = new_id()
        found = answers(plugins.call(on(ctx, "a"), "person_panels", person_id=someone))
        assert found == {"a": ([someone], False)}

    def test_a_slow_statement_is_stopped(self, ctx, on, registry, monkeypatch):
        monkeypatch.setattr(extension, "HOOK_TIMEOUT", "150ms")
        slow = {
            "home_cards": lambda ctx: ctx.db.execute(sa.text("SELECT count(*) FROM generate_series(1, 1e12)"))
        }
        began = time.monotonic()
        found = answers(registry(a=slow).call(on(ctx, "a"), "home_cards"))
        assert found == {"a": (None, True)}
        assert time.monotonic() - began < 5
        assert ctx.db.scalar(sa.text("SHOW statement_timeout")) == "0"

    def test_the_page_lives_and_names_who_is_missing(self, runtime, registry, monkeypatch, person, client_as):
        someone = person("employee")
        plugins = registry(assessments={"home_cards": boom})
        monkeypatch.setattr(runtime, "registry", plugins)
        client = client_as(someone)
        page = client.get(f"{client.base}/")
        assert page.status_code == 200
        assert "心理测评" in page.get_data(as_text=True)


class TestWall:
    def test_a_hook_that_commits_is_caught(self, ctx, on, registry):
        with pytest.raises(ConfigurationError, match="a left its tenant in home_cards"):
            list(registry(a={"home_cards": lambda ctx: ctx.db.commit()}).call(on(ctx, "a"), "home_cards"))

    def test_a_hook_that_rolls_back_is_caught(self, ctx, on, registry):
        with pytest.raises(ConfigurationError, match="a left its tenant in home_cards"):
            list(registry(a={"home_cards": lambda ctx: ctx.db.rollback()}).call(on(ctx, "a"), "home_cards"))

    def test_a_hook_that_enters_another_tenant_is_caught(self, ctx, on, registry, runtime, other_tenant):
        token = runtime.visitors.token(other_tenant.id)

        def wander(ctx):
            ctx.db.execute(sa.text("SELECT guard.enter(:t)"), {"t": token})

        with pytest.raises(ConfigurationError, match="a left its tenant in home_cards"):
            list(registry(a={"home_cards": wander}).call(on(ctx, "a"), "home_cards"))

    def test_a_look_at_others_without_an_entry_is_that_plugins_failure(self, ctx, on, registry):
        someone = new_id()

        def peek(ctx):
            ctx._opened.add(someone)
            return [CARD]

        def look(ctx):
            ctx.audit(Seen(subject_id=someone))
            return peek(ctx)

        plugins = registry(a={"home_cards": peek}, b={"home_cards": look})
        found = answers(plugins.call(on(ctx, "a", "b"), "home_cards"))
        assert found == {"a": (None, True), "b": ([CARD], False)}


class TestDecide:
    @pytest.mark.parametrize(
        ("says", "expected"),
        [((), True), ((None,), True), ((True,), True), ((True, False), False), ((True, boom), False)],
    )
    def test_one_no_or_one_failure_is_a_no(self, ctx, on, registry, says, expected):
        def implementation(say):
            return {"eligible": lambda ctx, person_id, service: say(ctx) if callable(say) else say}

        names = [f"p{number}" for number in range(len(says))]
        plugins = registry(**{name: implementation(say) for name, say in zip(names, says, strict=True)})
        assert plugins.decide(on(ctx, *names), "eligible", person_id=new_id(), service="rooms") is expected


class TestMust:
    def test_installed_but_off_is_asked_too_and_the_others_still_run(self, ctx, on, registry):
        plugins = registry(
            a={"subject_erase": lambda ctx, person_id: boom(ctx)},
            b={"subject_erase": lambda ctx, person_id: {"b": 2}},
        )
        found = answers(plugins.call(on(ctx), "subject_erase", person_id=new_id()))
        assert found == {"a": (None, True), "b": ({"b": 2}, False)}

    def test_the_hooks_of_data_rights_are_must(self):
        assert {hook for hook, policy in POLICIES.items() if policy == "must"} == {
            "subject_export",
            "subject_erase",
        }

"""Logging: six keys and a note, once however often it is sent, and danger told before it is saved."""

import pytest
import sqlalchemy as sa

from anxin.plugin import Conflict, Invalid, NotFound
from anxin.safety.models import Crisis
from anxin_hotline.calls import Call, FollowUp, Referral
from anxin_hotline.services import logging, records, seeing


def save(acting, who, told, scope="assigned"):
    with acting(who, scope) as ctx:
        return logging.save(ctx, told["token"], told)


def test_a_log_is_sealed_and_read_back(acting, operator, told):
    saved = save(acting, operator, told(note="想换班组，怕开口", own={"gender": "m", "star_sign": "x"}))
    with acting(operator) as ctx:
        call = seeing.get(ctx, saved.call_id)
        assert call.state == "logged"
        assert b"\xe6\x83\xb3" not in bytes(call.note)
        record = records.read(ctx, call)
    assert record.note == "想换班组，怕开口"
    assert record.own == {"gender": "m"}


def test_sent_twice_is_saved_once(acting, operator, told, scope, tenant):
    form = told()
    first, again = save(acting, operator, form), save(acting, operator, form)
    assert first.call_id == again.call_id
    with scope(tenant) as ctx:
        assert (
            ctx.db.scalar(sa.select(sa.func.count()).select_from(Call).where(Call.token == form["token"]))
            == 1
        )


def test_sent_twice_in_the_same_moment_the_second_is_told_and_nothing_of_it_is_kept(
    acting, operator, told, scope, tenant, monkeypatch
):
    form = told()
    first = save(acting, operator, form)
    monkeypatch.setattr(
        logging, "_of_mine", lambda ctx, found: None
    )  # it was not there yet when it was looked for
    with pytest.raises(Conflict) as refused:
        save(acting, operator, form | {"next": "three_days"})
    assert refused.value.code == "saving"
    with scope(tenant) as ctx:
        assert [row.id for row in ctx.db.scalars(sa.select(Call).where(Call.token == form["token"]))] == [
            first.call_id
        ]
        assert ctx.db.scalar(sa.select(sa.func.count()).select_from(FollowUp)) == 0


@pytest.mark.parametrize("missing", ["channel", "topic", "risk", "note", "next"])
def test_what_is_missing_is_named_and_the_draft_stays(acting, operator, told, missing):
    form = told()
    with acting(operator) as ctx:
        logging.keep(ctx, form["token"], 0, {"note": "先记一句"})
    with pytest.raises(Invalid) as refused, acting(operator) as ctx:
        logging.save(ctx, form["token"], form | {missing: None if missing == "risk" else ""})
    assert set(refused.value.fields) == {missing}
    with acting(operator) as ctx:
        (draft,) = logging.drafts(ctx)
        assert logging.resume(ctx, draft.id)[1] == {"note": "先记一句"}


def test_an_unknown_answer_is_refused(acting, operator, told):
    with pytest.raises(Invalid) as refused:
        save(acting, operator, told(topic="astrology"))
    assert "topic" in refused.value.fields


def test_two_operators_on_one_call_see_each_other(acting, operator, agency_person, told):
    other = agency_person("helper", name="秦书宁")
    token = told()["token"]
    with acting(operator) as ctx:
        mine = logging.keep(ctx, token, 0, {"topic": "sleep", "note": "刚开始"})
    with acting(other) as ctx:
        theirs = logging.keep(ctx, token, 0, {"risk": "1"})
    assert theirs.changes == {"topic": "sleep", "note": "刚开始"}
    assert theirs.others == (operator.id,)
    with acting(operator) as ctx:
        again = logging.keep(ctx, token, mine.n, {"note": "刚开始，睡不好"})
    assert again.changes == {"risk": "1"}
    assert again.others == (other.id,)


def test_a_saved_call_takes_no_more_draft(acting, operator, told):
    form = told()
    save(acting, operator, form)
    with pytest.raises(Conflict), acting(operator) as ctx:
        logging.keep(ctx, form["token"], 0, {"note": "late"})


def test_a_colleague_does_not_reach_a_finished_log(acting, operator, agency_person, supervisor, told):
    form = told()
    saved = save(acting, operator, form)
    other = agency_person("helper")
    with pytest.raises(NotFound), acting(other) as ctx:
        seeing.get(ctx, saved.call_id)
    with pytest.raises(NotFound), acting(other) as ctx:
        logging.save(ctx, form["token"], form)
    with acting(supervisor, "tenant") as ctx:
        assert seeing.get(ctx, saved.call_id).id == saved.call_id


def test_a_risk_answer_in_a_draft_tells_those_on_duty_before_saving(
    acting, operator, duty, told, scope, tenant
):
    duty(operator)
    token = told()["token"]
    with acting(operator) as ctx:
        kept = logging.keep(ctx, token, 0, {"r_ideation": "active"})
    assert kept.level == 2
    with acting(operator) as ctx:
        logging.keep(ctx, token, kept.n, {"r_plan": "definite"})
    with scope(tenant) as ctx:
        crisis = ctx.db.scalars(sa.select(Crisis)).one()
        assert (crisis.level, crisis.source, crisis.person_id) == (3, "hotline", None)
        assert ctx.db.scalar(sa.select(Call.crisis_id).where(Call.token == token)) == crisis.id


def test_the_rule_outweighs_a_lower_judgement(acting, operator, told):
    saved = save(acting, operator, told(risk=0, r_ideation="passive", r_before="yes"))
    assert saved.level == 2


def test_danger_is_followed_up_the_next_day(acting, operator, told, scope, tenant):
    saved = save(acting, operator, told(risk=3))
    assert saved.crisis_id is not None
    with scope(tenant) as ctx:
        kinds = ctx.db.scalars(sa.select(FollowUp.kind).where(FollowUp.call_id == saved.call_id)).all()
    assert kinds == ["after_crisis"]


@pytest.mark.parametrize(
    ("chosen", "model", "said"),
    [
        ("three_days", FollowUp, "call_back"),
        ("supervisor", FollowUp, "supervisor"),
        ("referral", Referral, "counsellor"),
    ],
)
def test_what_comes_next_is_set_going(acting, operator, told, scope, tenant, chosen, model, said):
    saved = save(acting, operator, told(next=chosen))
    with scope(tenant) as ctx:
        row = ctx.db.scalars(sa.select(model).where(model.call_id == saved.call_id)).one()
        assert said in (getattr(row, "kind", None), getattr(row, "to", None))


def test_a_call_with_danger_cannot_be_discarded(acting, operator, told):
    token = told()["token"]
    with acting(operator) as ctx:
        kept = logging.keep(ctx, token, 0, {"r_intent": "soon"})
    with pytest.raises(Conflict), acting(operator) as ctx:
        logging.discard(ctx, kept.call_id)


def test_a_discarded_log_has_no_words(acting, operator, told, scope, tenant):
    token = told()["token"]
    with acting(operator) as ctx:
        kept = logging.keep(ctx, token, 0, {"note": "打错了"})
    with acting(operator) as ctx:
        logging.discard(ctx, kept.call_id)
    with scope(tenant) as ctx:
        call = ctx.db.scalars(sa.select(Call).where(Call.token == token)).one()
        assert (call.state, call.draft) == ("discarded", None)

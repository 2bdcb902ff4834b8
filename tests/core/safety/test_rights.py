"""A person's own copy holds the requests and notes; erasure leaves the fact and takes the words."""

from anxin.identity.models import Person
from anxin.notices import rights as notices
from anxin.notices.services import notify
from anxin.safety import acts, cases, rights


def test_the_copy_and_the_erasure(scope, worker, on_duty, in_crisis, as_helper, as_person):
    crisis = in_crisis(worker)
    with as_helper(on_duty) as ctx:
        acts.contacted(ctx, crisis.id, "约好明天再聊")
    with as_person(worker) as ctx:
        told = rights.own_copy(ctx, worker.id)["requests_for_help"]
        assert [note["note"] for note in told[0]["notes"]] == ["约好明天再聊"]
    with scope(worker.tenant) as ctx:
        ctx.unaudited("test")
        assert rights.own_erase(ctx, worker.id) == {"crisis_event": 1}
        ctx.get(Person, worker.id).contact = None  # what the identity room does
        ctx.keys.erase(worker.id)
    with as_helper(on_duty) as ctx:
        found = cases.read(ctx, crisis.id)
    assert [step.note for step in found.timeline if step.kind == "note"] == [None]


def test_the_copy_and_the_erasure_of_notices(scope, worker):
    with scope(worker.tenant) as ctx:
        ctx.unaudited("test")
        notify(ctx, worker.id, "safety.told")
        copy = notices.own_copy(ctx, worker.id)
        assert copy["notices"][0]["text"].startswith("关于你的账号")
        gone = {"notice_delivery": 1, "notice": 1, "notice_choice": 0, "notice_quiet": 0}
        assert notices.own_erase(ctx, worker.id) == gone
        assert notices.own_copy(ctx, worker.id)["notices"] == []

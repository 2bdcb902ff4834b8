"""A notice of one tenant never reaches another's people: not by the service, not by a row written by hand, not by a
forged job, whatever the channel.
"""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError

from anxin.identity import messengers
from anxin.identity.models import MessengerAccount, Person
from anxin.kernel.errors import NotFound
from anxin.kernel.ids import new_id
from anxin.notices import channels, retiring
from anxin.notices.models import Choice, Delivery, Notice, Quiet


@pytest.fixture
def stranger(scope, person, other_tenant):
    """Somebody of another tenant, with every address there is."""
    someone = person(tenant=other_tenant, name="周晓岚")
    with scope(other_tenant) as ctx:
        ctx.unaudited("test")
        contact = {"email": "zhou@example.org", "phone": "13900000001"}
        ctx.seal(ctx.get(Person, someone.id), "contact", contact)
    return someone


def rows_for(stranger, notice_id, messenger_id, now):
    """Every row that could carry a notice to them."""
    mine = {"person_id": stranger.id}
    return [
        Notice(**mine, kind="safety.attention", link="/", made_at=now),
        Delivery(**mine, notice_id=notice_id, channel="sms"),
        Delivery(**mine, notice_id=notice_id, channel="messenger"),
        Choice(**mine, channel="sms", wanted=True, chosen_at=now),
        Quiet(**mine, quiet_from="00:00", quiet_until="00:00"),
        MessengerAccount(**mine, messenger_id=messenger_id, account="zhouxl"),
    ]


def write(ctx, row):
    with ctx.db.begin_nested():
        ctx.db.add(row)
        ctx.db.flush()


def test_the_composite_keys_refuse_every_row_about_another_s_person(
    reachable, stranger, chat, told, scope, configure
):
    configure(reachable.tenant, sms=True)
    chat("wecom", reachable)
    notice_id = told(reachable, key="theirs")
    with scope(reachable.tenant) as ctx:
        ctx.unaudited("test")
        messenger_id = messengers.sending(ctx).id
        ctx.execute(sa.delete(Delivery))  # or the unique key would refuse first
        rows = rows_for(stranger, notice_id, messenger_id, ctx.now)
        for row in rows:
            row.tenant_id, row.id = ctx.tenant.id, new_id()
            with pytest.raises(IntegrityError, match="foreign key"):
                write(ctx, row)
        ctx.db.rollback()


def test_a_row_cannot_claim_the_other_tenant_either(reachable, stranger, told, scope):
    told(reachable)
    with scope(reachable.tenant) as ctx:
        row = Notice(person_id=stranger.id, kind="safety.attention", link="/", made_at=ctx.now, id=new_id())
        row.tenant_id = stranger.tenant.id
        ctx.db.add(row)
        with pytest.raises(ProgrammingError, match="row-level security"):
            ctx.db.flush()
        ctx.db.rollback()


def test_a_messenger_looks_up_its_own_people_only(reachable, stranger, chat, scope):
    chat("wecom", stranger, account="zhouxl")
    chat("wecom", reachable)
    with scope(reachable.tenant) as ctx:
        row = messengers.sending(ctx)
        assert messengers.user_ids(ctx, row, [reachable.id, stranger.id]) == {reachable.id: "linxf"}


@pytest.mark.parametrize("step", [channels.mail, channels.text_message, channels.messenger, channels.forward])
def test_a_job_with_another_tenant_s_notice_finds_nothing(
    step, reachable, stranger, told, scope, mails, texts
):
    notice_id = told(stranger)
    with scope(reachable.tenant) as ctx, pytest.raises(NotFound):
        step(ctx, notice_id=str(notice_id))
    assert mails() == texts() == []


def test_retiring_stays_at_home(reachable, stranger, told, scope):
    notice_id = told(stranger, link="/same")
    with scope(reachable.tenant) as ctx:
        ctx.unaudited("test")
        retiring.retire_all(ctx, link="/same", until="2099-01-01T00:00:00+00:00")
        retiring.retire_there(ctx, notice_id=str(notice_id), person_id=str(stranger.id), last=True)
    with scope(stranger.tenant) as ctx:
        assert ctx.get(Notice, notice_id).read_at is None

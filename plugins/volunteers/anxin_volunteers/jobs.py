"""Work after the request. Those that a service asks for stand beside it; the periodic ones of shifts are here."""

from datetime import timedelta

from anxin.plugin import Ctx, job
from anxin_volunteers.services import confirming, shifts
from anxin_volunteers.services.care import greetings
from anxin_volunteers.services.delivery import clocks, deliver, pass_on
from anxin_volunteers.services.expiry import expiry
from anxin_volunteers.services.meetings import share_note
from anxin_volunteers.services.outside import tell
from anxin_volunteers.services.roster import fill_again
from anxin_volunteers.services.thanks import print_certificates


@job("volunteers.remind", every=timedelta(hours=1))
def remind(ctx: Ctx) -> None:
    """Tell people of their shift a day before."""
    shifts.remind(ctx)


@job("volunteers.invitations", every=timedelta(minutes=10))
def invitations(ctx: Ctx) -> None:
    """Invitations from the waitlist end by themselves, and the next in line is asked."""
    shifts.let_invitations_end(ctx)


JOBS = [
    clocks,
    confirming.send,
    deliver,
    expiry,
    fill_again,
    greetings,
    invitations,
    pass_on,
    print_certificates,
    remind,
    share_note,
    tell,
]

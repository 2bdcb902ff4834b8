"""Work after the request. Jobs that a service asks for stand beside it; the periodic ones are here."""

from datetime import timedelta

from anxin.plugin import Ctx, job
from anxin_assessments import forms, printing, reports, slips
from anxin_assessments.services import inviting
from anxin_assessments.services.anonymous import mix
from anxin_assessments.services.counting import count_round, fold
from anxin_assessments.services.freezing import freeze_ended, freeze_figures
from anxin_assessments.services.questionnaires import count_reply
from anxin_assessments.services.rescoring import recalculate
from anxin_assessments.services.results import offer_retest, remind_of_instrument


@job("assessments.remind_silent", every=timedelta(hours=6))
def remind_silent(ctx: Ctx) -> None:
    """Half-way and two days before the end: remind those who have neither answered nor declined."""
    for campaign in inviting.at_work(ctx):
        if inviting.reminder_due(campaign, ctx.now):
            inviting.remind_silent(ctx, campaign)


@job("assessments.invite_new", every=timedelta(hours=24))
def invite_new(ctx: Ctx) -> None:
    """Rolling campaigns: invite and tell who was hired, or has a birthday."""
    for campaign in inviting.at_work(ctx):
        if campaign.rolling is not None and inviting.invite(ctx, campaign):
            ctx.enqueue(inviting.announce, campaign_id=campaign.id)


JOBS = [
    count_reply,
    recalculate,
    mix,
    count_round,
    fold,
    freeze_figures,
    freeze_ended,
    remind_silent,
    invite_new,
    inviting.announce,
    inviting.remind,
    reports.build,
    remind_of_instrument,
    offer_retest,
    printing.result,
    slips.printed,
    slips.tickets,
    forms.printed,
    forms.blank_printed,
]

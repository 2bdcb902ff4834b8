"""Work after the request. Jobs that a service asks for stand beside it; the periodic one is here."""

from datetime import timedelta

from anxin.plugin import Ctx, job
from anxin_assessments.services import campaigns
from anxin_assessments.services.counting import count_round
from anxin_assessments.services.questionnaires import count_reply
from anxin_assessments.services.results import remind_of_instrument

REMIND_BEFORE = timedelta(days=2)


@job("assessments.remind_silent", every=timedelta(hours=6))
def remind_silent(ctx: Ctx) -> None:
    """Remind once, two days before a campaign ends, those who have neither answered nor declined."""
    for campaign in campaigns.ending(ctx, within=REMIND_BEFORE):
        campaigns.remind_silent(ctx, campaign)


JOBS = [count_reply, count_round, remind_silent, remind_of_instrument]

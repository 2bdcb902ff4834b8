"""When a campaign runs, and when it is over. Whole days in the tenant's time zone, the last one included."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from anxin_assessments.models import Campaign

ONE_SECOND = timedelta(seconds=1)


def window(opens_on: date, closes_on: date, zone: str = "Asia/Shanghai") -> tuple[datetime, datetime]:
    """From the first moment of the first day to the end of the last."""
    at = ZoneInfo(zone)
    first = datetime(opens_on.year, opens_on.month, opens_on.day, tzinfo=at)
    last = datetime(closes_on.year, closes_on.month, closes_on.day, tzinfo=at)
    return first, last + timedelta(days=1)


def over(campaign: Campaign, now: datetime) -> bool:
    """Closed by hand or by its last day: only then may figures of results be shown."""
    return campaign.state == "closed" or (campaign.state == "open" and campaign.closes_at <= now)


def last_day(campaign: Campaign) -> datetime:
    """The window ends at the midnight after the last day; people are told the last day."""
    return campaign.closes_at - ONE_SECOND


def running(campaign: Campaign, now: datetime) -> bool:
    return (
        campaign.state == "open"
        and campaign.paused_at is None
        and campaign.opens_at <= now < campaign.closes_at
    )

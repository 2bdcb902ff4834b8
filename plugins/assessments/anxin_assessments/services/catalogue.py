"""Which instruments a tenant offers, and the key a sheet is scored by, with the tenant's own warnings."""

from anxin.plugin import Ctx, NotFound
from anxin_assessments import scoring
from anxin_assessments.instruments import UnknownInstrumentError
from anxin_assessments.instruments.shapes import Instrument, Wording


def offered(ctx: Ctx) -> list[Instrument]:
    """The instruments people of this tenant may take, newest editions, in the order of the settings."""
    found = (instrument(ctx, scoring.load(name).key) for name in ctx.settings["offered"])
    return [one for one in found if takeable(one)]


def takeable(instrument: Instrument) -> bool:
    """Has it words, and may people take it by themselves?"""
    return instrument.given_by == "self" and scoring.wording(instrument, "zh_CN") is not None


def offered_one(ctx: Ctx, name: str) -> Instrument:
    """One of them by id; NotFound when the tenant does not offer it."""
    if name not in ctx.settings["offered"]:
        raise NotFound()
    found = instrument(ctx, scoring.load(name).key)
    if not takeable(found):
        raise NotFound()
    return found


def instrument(ctx: Ctx, key: str) -> Instrument:
    """The edition "phq9-1" with this tenant's earlier warnings; NotFound when this version has none."""
    name, _, edition = key.rpartition("-")
    try:
        found = scoring.load(name, edition)
    except UnknownInstrumentError:
        raise NotFound() from None
    return scoring.tighten(found, ctx.settings["thresholds"].get(name, {}))


def words(instrument: Instrument, locale: str) -> Wording:
    """The wording in the reader's language; NotFound for an edition without words."""
    found = scoring.wording(instrument, locale)
    if found is None:
        raise NotFound()
    return found

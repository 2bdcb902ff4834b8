"""Which instruments a tenant offers, and the key a sheet is scored by, with the tenant's own warnings."""

from dataclasses import replace

from anxin.plugin import Ctx, NotFound, _
from anxin_assessments import scoring
from anxin_assessments.instruments import UnknownInstrumentError
from anxin_assessments.instruments.shapes import Instrument, Option, Source, Wording
from anxin_assessments.services import wordings


def offered(ctx: Ctx) -> list[Instrument]:
    """The instruments people of this tenant may take, newest editions: those of the settings in their order,
    then those whose licensed words the tenant brought."""
    found = (instrument(ctx, scoring.load(name).key) for name in _names(ctx))
    return [one for one in found if takeable(one)]


def _names(ctx: Ctx) -> list[str]:
    brought = {key.rpartition("-")[0] for key in wordings.own(ctx)}
    return [*ctx.settings["offered"], *sorted(brought - set(ctx.settings["offered"]))]


def takeable(instrument: Instrument) -> bool:
    """Has it words, and may people take it by themselves?"""
    return instrument.given_by == "self" and scoring.wording(instrument, "zh_CN") is not None


def offered_one(ctx: Ctx, name: str) -> Instrument:
    """One of them by id; NotFound when the tenant does not offer it."""
    if name not in _names(ctx):
        raise NotFound()
    found = instrument(ctx, scoring.load(name).key)
    if not takeable(found):
        raise NotFound()
    return found


def every(ctx: Ctx) -> list[Instrument]:
    """The newest edition of every instrument, with the tenant's own words where it brought some."""
    return [instrument(ctx, one.key) for one in scoring.catalogue()]


def newest(ctx: Ctx, name: str) -> Instrument:
    """The newest edition of one instrument; NotFound for an unknown id."""
    try:
        return instrument(ctx, scoring.load(name).key)
    except UnknownInstrumentError:
        raise NotFound() from None


def instrument(ctx: Ctx, key: str) -> Instrument:
    """The edition "phq9-1" with this tenant's earlier warnings and its own licensed words; NotFound when this
    version has none."""
    name, _, edition = key.rpartition("-")
    try:
        found = scoring.load(name, edition)
    except UnknownInstrumentError:
        raise NotFound() from None
    brought = wordings.own(ctx).get(key)
    if brought:
        found = replace(found, own_wordings=brought)
    return scoring.tighten(found, ctx.settings["thresholds"].get(name, {}))


def words(instrument: Instrument, locale: str) -> Wording:
    """The wording in the reader's language. Where a licence ended, old sheets keep numbers in place of words."""
    return scoring.wording(instrument, locale) or _numbered(instrument, locale)


def _numbered(instrument: Instrument, locale: str) -> Wording:
    options = {
        item: tuple(Option(value, str(value)) for value in instrument.values_of(item))
        for item in range(1, instrument.items + 1)
    }
    return Wording(
        instrument=instrument.id,
        edition=instrument.edition,
        locale=locale,
        status="own",
        source=Source(instrument.licence.holder, ""),
        terms=instrument.licence.holder,
        lead_in="",
        items=tuple(_("Question %(number)d", number=item) for item in options),
        options=options[1],
        seen={},
        item_options=options,
    )

"""This module's part of the demo's invented history: campaigns, sheets, results and figures as of their days.

Called by `anxin demo` alone, once, in a new tenant. Scores come from the real keys and answers are really
sealed; only the alarms are left out, because the story tells itself who was called and what came of it.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, new_id
from anxin_assessments import demo_surveys, policy, scoring
from anxin_assessments.figure_models import Tally
from anxin_assessments.models import Campaign, Invitation, Outcome, Part, Sheet
from anxin_assessments.services import catalogue

Row = dict[str, Any]


def fill(ctx: Ctx, past: Any) -> None:
    """Write everything the story tells of this module. `past` is core's: the story with its people found."""
    ctx.unaudited("invented history; its entries are written as of their days")
    rounds = {told.key: new_id() for told in past.story.rounds}
    ctx.insert(Campaign, [_campaign(told, rounds[told.key], past.story.now) for told in past.story.rounds])
    ctx.insert(Invitation, list(_invitations(past, rounds)))
    ctx.insert(Part, list(_parts(past, rounds)))
    sheets: list[Row] = []
    outcomes: list[Row] = []
    tallies: list[Row] = []
    whole = set(_whole(past))
    for told in past.story.sittings:
        sheet, outcome, result = _sat(ctx, past, told, rounds)
        sheets.append(sheet)
        outcomes.append(outcome)
        if (told.number, told.campaign) in whole:
            tallies.append(_tally(ctx, past, sheet, result))
    ctx.insert(Sheet, sheets)
    ctx.insert(Outcome, outcomes)
    ctx.insert(Tally, tallies)
    demo_surveys.fill(ctx, past)


def _campaign(told: Any, campaign_id: UUID, now: Any) -> Row:
    over = told.closes_at <= now
    return {
        "id": campaign_id,
        "title": told.title,
        "guidance": told.guidance,
        "instruments": list(told.forms),
        "opens_at": told.opens_at,
        "closes_at": told.closes_at,
        "state": "closed" if over else "open",
        "made_at": told.opens_at - timedelta(days=6),
        "published_at": told.opens_at - timedelta(days=1),
        "closed_at": told.closes_at if over else None,
    }


def _invitations(past: Any, rounds: dict[str, UUID]) -> Iterator[Row]:
    for campaign_id in rounds.values():
        for number in past.story.people:
            person_id = past.people[number]
            yield {
                "campaign_id": campaign_id,
                "person_id": person_id,
                "unit_id": past.units[person_id],
            }


def _whole(past: Any) -> Iterator[tuple[str, str]]:
    """(number, campaign) of those who answered all of a campaign: only they are counted."""
    answered: dict[tuple[str, str], set[str]] = defaultdict(set)
    for told in past.story.sittings:
        if told.campaign:
            answered[told.number, told.campaign].add(told.form)
    forms = {told.key: set(told.forms) for told in past.story.rounds}
    return (key for key, done in answered.items() if done == forms[key[1]])


def _parts(past: Any, rounds: dict[str, UUID]) -> Iterator[Row]:
    last = {(told.number, told.campaign): told.at for told in past.story.sittings if told.campaign}
    for number, key in _whole(past):
        yield {
            "campaign_id": rounds[key],
            "person_id": past.people[number],
            "state": "done",
            "made_at": last[number, key],
        }
    for told in past.story.declined:
        person = past.person(told.number)
        past.write(
            policy.Declined(campaign_id=rounds[told.campaign], subject_id=person.person_id), person, told.at
        )
        yield {
            "campaign_id": rounds[told.campaign],
            "person_id": person.person_id,
            "state": "declined",
            "made_at": told.at,
        }


def _sat(ctx: Ctx, past: Any, told: Any, rounds: dict[str, UUID]) -> tuple[Row, Row, scoring.Result]:
    """A sheet and its outcome, sealed, with the entry of its submission."""
    instrument = catalogue.instrument(ctx, told.form)
    result = scoring.score(instrument, list(told.answers), seconds=told.seconds)
    person, sheet_id, outcome_id = past.person(told.number), new_id(), new_id()
    campaign_id = rounds[told.campaign] if told.campaign else None
    sheet = {
        "id": sheet_id,
        "person_id": person.person_id,
        "instrument": instrument.key,
        "campaign_id": campaign_id,
        "answers": ctx.sealed(Sheet, "answers", sheet_id, person.person_id, list(told.answers)),
        "state": "submitted",
        "started_at": told.at - timedelta(seconds=told.seconds),
        "changed_at": told.at,
        "submitted_at": told.at,
    }
    outcome = {
        "id": outcome_id,
        "sheet_id": sheet_id,
        "person_id": person.person_id,
        "instrument": instrument.key,
        "scores": ctx.sealed(Outcome, "scores", outcome_id, person.person_id, result.as_json()),
        "made_at": told.at,
    }
    entry = policy.SheetSubmitted(
        sheet_id=sheet_id,
        result_id=outcome_id,
        instrument=instrument.key,
        campaign_id=campaign_id,
        subject_id=person.person_id,
    )
    past.write(entry, person, told.at, purpose=policy.SELF.name)
    return sheet, outcome, result


def _tally(ctx: Ctx, past: Any, sheet: Row, result: scoring.Result) -> Row:
    main = catalogue.instrument(ctx, sheet["instrument"]).main_scale
    return {
        "campaign_id": sheet["campaign_id"],
        "instrument": sheet["instrument"],
        "unit_id": past.units[sheet["person_id"]],
        "band": result.bands[main],
        "level": result.level,
        "score": result.scales[main],
    }

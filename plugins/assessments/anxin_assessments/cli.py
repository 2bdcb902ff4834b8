"""`anxin assessments`: the scoring kernel and the FHIR reader for scripts. No database, no application."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from anxin_assessments import scoring
from anxin_assessments.exchange import fhir, form
from anxin_assessments.instruments import UnknownInstrumentError, editions, unscored
from anxin_assessments.instruments.shapes import Instrument

REFUSED = 1


@click.group("assessments")
def assessments() -> None:
    """Score sheets, read FHIR questionnaires, list the instruments.

    \b
    Examples:
      anxin assessments instruments
      echo "[0,1,2,0,1,2,0,1,0]" | anxin assessments score --instrument phq9
      anxin assessments import-fhir survey.json --json
    """


@assessments.command()
@click.option("--instrument", "name", required=True, help="Id of the instrument, as `instruments` lists it.")
@click.option("--edition", help="Edition of its key.  [default: the newest]")
@click.option("--coding", help="How the answers are written, when not as the key says: zero_based, printed …")
@click.argument("source", type=click.File(encoding="utf-8"), default="-")
def score(name: str, edition: str | None, coding: str | None, source: TextIO) -> None:
    """Score answers: one JSON list a line in, one JSON object a line out. null stands for a missing answer.

    An object of answers by field name is taken as well, where an instrument names its fields (PSQI). A line
    that cannot be scored gives {"error": …}, and the exit code is 1 at the end.

    \b
    Examples:
      echo "[3,0,1,2,0,0,1,0,3]" | anxin assessments score --instrument phq9
      anxin assessments score --instrument scl90_cn --coding zero_based sheets.jsonl
    """
    try:
        instrument = scoring.load(name, edition)
    except UnknownInstrumentError as error:
        reason = next((one["reason"]["en"] for one in unscored() if one["id"] == name), None)
        raise click.UsageError(
            f"no key for {error}: {reason or 'see anxin assessments instruments'}"
        ) from None
    failed = False
    for row in _scored(instrument, source, coding):
        failed = failed or "error" in row
        click.echo(json.dumps(row, ensure_ascii=False))
    if failed:
        raise click.exceptions.Exit(REFUSED)


def _scored(instrument: Instrument, source: TextIO, coding: str | None) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            yield _one(instrument, json.loads(line), coding)
        except (ValueError, TypeError) as error:  # AnswerError and broken JSON are ValueErrors
            yield {"line": number, "error": str(error)}


def _one(instrument: Instrument, given: Any, coding: str | None) -> dict[str, Any]:
    answers = scoring.from_fields(instrument, given) if isinstance(given, dict) else given
    if not isinstance(answers, list):
        raise TypeError("a line is a JSON list of answers")
    tail = range(len(answers) + 1, instrument.items + 1)
    if tail and all(item in instrument.optional for item in tail):
        answers = [*answers, *(None for _ in tail)]
    if coding:
        answers = scoring.recode(instrument, answers, coding)
    result = scoring.score(instrument, answers)
    return {
        "instrument": instrument.id,
        "edition": instrument.edition,
        "scores": result.scales,
        "bands": result.bands,
        "band": result.bands.get(instrument.main_scale),
        "level": result.level,
        "flags": {
            "risk": bool(result.risks),
            "straightline": "straight_line" in result.quality,
            "offer_counsellor": "offer_counsellor" in result.flags,
            **result.checks,
        },
        "risks": [{"item": one.item, "value": one.value, "level": one.level} for one in result.risks],
        "missing": list(result.missing),
    }


@assessments.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def instruments(as_json: bool) -> None:
    """List every instrument: its editions, and what its licence lets ship.

    \b
    Examples:
      anxin assessments instruments
      anxin assessments instruments --json
    """
    rows = [_listed(one) for one in scoring.catalogue()]
    rows += [
        {
            "id": one["id"],
            "title": one["title"],
            "editions": [],
            "items": None,
            "licence": {"class": one["ships"], "status": one["status"], "holder": one["holder"]},
            "scored": False,
            "reason": one["reason"],
        }
        for one in unscored()
    ]
    rows.sort(key=lambda row: row["id"])
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        known = ", ".join(row["editions"]) or "no key"
        click.echo(f"{row['id']:<16} {known:<8} {row['licence']['class']:<12} {row['title']['zh_CN']}")


def _listed(one: Instrument) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": dict(one.title),
        "editions": editions(one.id),
        "items": one.items,
        "scales": list(one.scales),
        "licence": {"class": one.licence.ships, "status": one.licence.status, "holder": one.licence.holder},
        "wording": sorted(locale for locale in ("zh_CN", "en") if scoring.wording(one, locale, exact=True)),
        "evidence": one.evidence.level,
        "scored": True,
        "reason": None,
    }


@assessments.command("import-fhir")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def import_fhir(file: Path, as_json: bool) -> None:
    """Read a FHIR R4 Questionnaire leniently and say what was understood. Nothing is stored, nothing is run.

    Expressions are shown as they are. The exit code is 1 when the file holds no form at all.

    \b
    Examples:
      anxin assessments import-fhir survey.json
      anxin assessments import-fhir survey.json --json
    """
    try:
        reading = fhir.read(file.read_bytes())
    except fhir.NotFhirError as error:
        if as_json:
            click.echo(json.dumps({"ok": False, "error": str(error)}, ensure_ascii=False))
        else:
            click.echo(f"anxin: {file}: {error}", err=True)
        raise click.exceptions.Exit(REFUSED) from None
    said = _understood(reading)
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    click.echo(f"{said['title'] or file.name}: {said['asked']} questions")
    for one in said["questions"]:
        click.echo(f"  {one['code']:<6} {one['kind']:<9} {one['text'][:70]}")
    for note in said["notes"]:
        click.echo(f"  ! {note['place']}: {note['code']} {note['detail']}")
    for expression in said["expressions"]:
        click.echo(f"  = {expression['place']}: {expression['purpose']} (shown, not run)")


def _understood(reading: form.Reading) -> dict[str, Any]:
    questions = reading.form.as_json()["questions"]
    return {
        "ok": True,
        "title": reading.form.title,
        "source": dict(reading.source),
        "items": len(questions),
        "asked": sum(one.asks for one in reading.form.questions),
        "questions": questions,
        "notes": [{"place": one.place, "code": one.code, "detail": one.detail} for one in reading.notes],
        "expressions": [
            {"place": one.place, "purpose": one.purpose, "language": one.language, "expression": one.text}
            for one in reading.expressions
        ],
        "problems": [{"question": code, "code": problem} for code, problem in form.problems(reading.form)],
    }

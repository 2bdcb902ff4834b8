"""Licensed words of a tenant: brought with an attested licence, checked against the key, shown until it ends."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Invalid, NotFound, TakenUpload, keep_file, lazy, read_file
from anxin_assessments import policy, scoring, words
from anxin_assessments.exchange import wording as exchange
from anxin_assessments.instruments import UnknownInstrumentError
from anxin_assessments.instruments.shapes import Instrument, Wording
from anxin_assessments.library_models import OwnWording

LICENCE_FILE = "assessments.licence"
FRESH_SECONDS = 10.0
Own = Mapping[str, Mapping[str, Wording]]

# By tenant: when it was read, and its words by key and locale. Other processes learn of an import within
# FRESH_SECONDS; asking the database with every answer would cost more than that is worth.
_known: dict[UUID, tuple[float, Own]] = {}


def own(ctx: Ctx) -> Own:
    """The tenant's words in force today, by instrument edition and language."""
    found = _known.get(ctx.tenant.id)
    if found is None or time.monotonic() - found[0] > FRESH_SECONDS:
        found = (time.monotonic(), _read(ctx))
        _known[ctx.tenant.id] = found
    return found[1]


def _read(ctx: Ctx) -> Own:
    made: dict[str, dict[str, Wording]] = {}
    for row in ctx.scalars(ctx.select(OwnWording).where(OwnWording.state == "active")):
        name, _, edition = row.instrument.rpartition("-")
        if row.expires_on is not None and row.expires_on < ctx.today:
            continue
        try:
            key = scoring.load(name, edition)
        except UnknownInstrumentError:
            continue  # brought for an edition that this version does not have (yet)
        if not row.words.get("items"):
            continue  # there is nothing to ask with
        terms = f"{row.holder} · {row.number}"
        made.setdefault(row.instrument, {})[row.locale] = exchange.made(key, row.locale, row.words, terms)
    return made


def of_instrument(ctx: Ctx, key: Instrument) -> list[OwnWording]:
    """All imports for one edition, newest first, retired ones too: a licence that was used stays on record."""
    rows = ctx.select(OwnWording).where(OwnWording.instrument == key.key)
    return list(ctx.scalars(rows.order_by(OwnWording.made_at.desc()).limit(20)))


def bring(
    ctx: Ctx,
    key: Instrument,
    *,
    upload: TakenUpload,
    locale: str,
    holder: str,
    number: str,
    expires_on: date | None,
    licence: TakenUpload | None,
) -> OwnWording:
    """Import words for an edition. Invalid names every row that does not fit, or a licence that has ended."""
    if expires_on is not None and expires_on < ctx.today:
        raise Invalid(fields={"expires_on": [lazy("This licence has ended already.")]})
    try:
        read = exchange.read(upload.data, key)
    except exchange.UnfitWordsError as error:
        raise Invalid(fields={"file": [words.import_problem(*one) for one in error.problems[:12]]}) from None
    _retire(ctx, key.key, locale)
    kept = None
    if licence is not None:
        kept = keep_file(
            ctx, licence.data, name=licence.name, media_type=licence.media_type, kind=LICENCE_FILE
        )
    row = ctx.add(
        OwnWording(
            instrument=key.key,
            locale=locale,
            words=read,
            holder=holder.strip(),
            number=number.strip(),
            expires_on=expires_on,
            file_id=kept.id if kept else None,
            state="active",
            made_at=ctx.now,
        )
    )
    ctx.audit(policy.WordingBrought(wording_id=row.id, instrument=key.key, locale=locale))
    _known.pop(ctx.tenant.id, None)
    return row


def retire(ctx: Ctx, wording_id: UUID) -> OwnWording:
    """Stop showing these words; sheets answered with them stay as they are."""
    row = ctx.get(OwnWording, wording_id)
    if row.state != "active":
        raise NotFound()
    _retire(ctx, row.instrument, row.locale)
    ctx.audit(policy.WordingRetired(wording_id=row.id, instrument=row.instrument, locale=row.locale))
    _known.pop(ctx.tenant.id, None)
    return row


def _retire(ctx: Ctx, instrument: str, locale: str) -> None:
    ctx.execute(
        sa.update(OwnWording)
        .where(
            OwnWording.tenant_id == ctx.tenant.id,
            OwnWording.instrument == instrument,
            OwnWording.locale == locale,
            OwnWording.state == "active",
        )
        .values(state="retired", retired_at=ctx.now)
    )


def licence_file(ctx: Ctx, wording_id: UUID) -> Any:
    """The attested licence, (file, content). NotFound when none was brought."""
    row = ctx.get(OwnWording, wording_id)
    if row.file_id is None:
        raise NotFound()
    found = read_file(ctx, row.file_id, kind=LICENCE_FILE)
    ctx.audit(policy.LicenceRead(wording_id=row.id, instrument=row.instrument))
    return found

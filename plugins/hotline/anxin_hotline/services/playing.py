"""A day of calls played against a running set: the telephone system rings over the webhook, an operator answers and logs
over the API. Whatever is acknowledged has to be there afterwards, also when servers are killed in between.
"""

import hashlib
import hmac
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import sqlalchemy as sa

from anxin.plugin import Ctx, NotFound, api_token
from anxin_hotline.calls import Call
from anxin_hotline.models import Line
from anxin_hotline.services import lines, staff

PATIENCE = 90.0  # seconds a server may be away
NOTES = (
    "值班后睡不好，想聊聊",
    "班组调整，压力大",
    "和家里吵架了，心里堵",
    "担心孩子的学习",
    "想问怎么预约面谈",
)


@dataclass(frozen=True)
class Stage:
    """Where to play: the tenant's path, the line with its secret, an operator's token."""

    slug: str
    line_id: str
    secret: str
    token: str


@dataclass(frozen=True)
class Part:
    """One call of the script."""

    call: str
    number: str
    abandoned: bool
    topic: str
    risk: int
    note: str


@dataclass(frozen=True)
class Played:
    """What was acknowledged of one call: the ring, and the log's id."""

    part: Part
    rang: bool
    logged: str | None


def stage(ctx: Ctx) -> Stage:
    """The first open line, and somebody who may log calls; NotFound when the tenant has neither."""
    line = ctx.scalars(ctx.select(Line).where(Line.is_open).order_by(Line.name).limit(1)).first()
    operators = sorted(staff.able(ctx))
    if line is None or not operators:
        raise NotFound()
    token = api_token(ctx, operators[0], name="hotline simulate")
    found = Stage(ctx.tenant.slug, str(line.id), lines.secret(ctx, line), token)
    ctx.commit()  # the running set has to see the token
    ctx.restart()
    return found


def script(calls: int, dice: random.Random) -> Iterator[Part]:
    """What happens in each call; the ids are new each time, so that a day can be played again."""
    for number in range(calls):
        yield Part(
            call=f"sim-{number}-{uuid4().hex[:12]}",
            number=f"138{dice.randrange(10**7, 10**8)}",
            abandoned=dice.random() < 0.1,
            topic=dice.choice(("mood", "work", "sleep", "marriage", "people")),
            risk=dice.choices((0, 1), weights=(4, 1))[0],
            note=dice.choice(NOTES),
        )


def one(stage: Stage, url: str, part: Part) -> Played:
    """Ring, answer, log, hang up; each step is repeated until the server says that it has it."""
    base = f"{url}/t/{stage.slug}"
    with httpx.Client(timeout=10, headers={"Authorization": f"Bearer {stage.token}"}) as client:
        rang = _tell(client, base, stage, part, "start")
        if part.abandoned:
            _tell(client, base, stage, part, "abandoned")
            return Played(part, rang, None)
        _tell(client, base, stage, part, "answer")
        token = _ringing(client, base, part)
        body = {
            "token": token,
            "channel": "phone",
            "topic": part.topic,
            "risk": part.risk,
            "note": part.note,
            "next": "none",
        }
        saved = _until(lambda: client.post(f"{base}/api/hotline/calls", json=body), (201,))
        _tell(client, base, stage, part, "end")
        return Played(part, rang, saved.json()["id"])


def _tell(client: httpx.Client, base: str, stage: Stage, part: Part, kind: str) -> bool:
    """One event of the telephone system, signed; said again it counts once."""
    at = datetime.now(UTC).isoformat()
    body = json.dumps(
        {"event": f"{part.call}-{kind}", "call": part.call, "kind": kind, "at": at, "number": part.number}
    ).encode()

    def send() -> httpx.Response:
        stamp = str(int(time.time()))
        signed = hmac.new(stage.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return client.post(
            f"{base}/hotline/pbx/{stage.line_id}",
            content=body,
            headers={"Content-Type": "application/json", "Anxin-Signature": f"t={stamp},v1={signed}"},
        )

    return _until(send, (200, 202)).status_code in (200, 202)


def _ringing(client: httpx.Client, base: str, part: Part) -> str:
    """The form's token of the call that rang, as soon as the job has filled it in."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        found = _until(
            lambda: client.get(f"{base}/api/hotline/on", params={"call": part.call}), (200,)
        ).json()
        if found:
            return found[0]["token"]
        time.sleep(0.2)
    raise TimeoutError(f"the call {part.call} never appeared")


def _until(send: Any, good: Sequence[int]) -> httpx.Response:
    """Ask until the answer is good; a server that is away is waited for."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            answer = send()
            if answer.status_code in good:
                return answer
            if answer.status_code < 500 and answer.status_code != 429:
                raise RuntimeError(
                    f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:300]}"
                )
        except httpx.TransportError:
            pass  # killed or starting: asked again below
        if time.monotonic() > ends:
            raise TimeoutError("the server did not come back in time")
        time.sleep(0.3)


def settled(ctx: Ctx, told: Sequence[Played]) -> Mapping[str, int]:
    """The count once everything acknowledged has been worked off: an event that was taken waits for its job. What is
    not there after a while is lost.
    """
    ends = time.monotonic() + PATIENCE
    while True:
        found = count(ctx, told)
        if not found["lost"] or time.monotonic() > ends:
            return found
        ctx.restart()  # to see what was committed meanwhile
        time.sleep(0.5)


def count(ctx: Ctx, told: Sequence[Played]) -> Mapping[str, int]:
    """What is in the database of everything that was acknowledged."""
    logged = {str(played.logged) for played in told if played.logged}
    here = {
        str(found)
        for found in ctx.scalars(
            sa.select(Call.id).where(
                Call.tenant_id == ctx.tenant.id, Call.id.in_(logged), Call.state == "logged"
            )
        )
    }
    rang = {played.part.call for played in told if played.rang}
    rang_here = set(
        ctx.scalars(sa.select(Call.pbx_call).where(Call.tenant_id == ctx.tenant.id, Call.pbx_call.in_(rang)))
    )
    return {"calls": len(told), "logged": len(here), "lost": len(logged - here) + len(rang - rang_here)}

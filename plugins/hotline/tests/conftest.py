"""Operators, lines, a duty rota and contexts behind the guard, for the tests of this plugin."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from anxin.safety.models import DutyShift
from anxin.tenancy.models import Contract
from anxin_hotline.models import Line, Shift
from anxin_hotline.services import lines

_tokens = itertools.count(1)
ALWAYS = {day: [["00:00", "00:00"]] for day in lines.DAYS}


@pytest.fixture
def told() -> Callable[..., dict[str, Any]]:
    """told(topic="sleep", …): a whole form, ready to be saved."""

    def make(**fields: Any) -> dict[str, Any]:
        return {
            "token": f"test-token-{next(_tokens)}",
            "channel": "phone",
            "topic": "work",
            "risk": 0,
            "note": "夜班后睡不着，做了放松指导",
            "next": "none",
        } | fields

    return make


@pytest.fixture
def operator(agency_person: Any) -> Any:
    return agency_person("helper", name="顾念")


@pytest.fixture
def supervisor(agency_person: Any) -> Any:
    return agency_person("supervisor", name="沈岳")


@pytest.fixture
def acting(acting: Callable[..., Any]) -> Callable[..., Any]:
    """acting(someone, "assigned"): their context with that reach; commits at the end of its block."""
    return lambda someone, scope="assigned": acting(someone, scope, plugin="hotline")


@pytest.fixture
def line(scope: Any, tenant: Any) -> Line:
    """A line that is always to be answered."""
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        made = ctx.add(Line(name="心晴热线", number="0531-55100", hours=ALWAYS, closed_days=[], seats=1))
        made.fallback_number, made.is_open, made.key_version, made.is_national = "12356", True, 1, False
    return made


@pytest.fixture
def on_line(scope: Any) -> Callable[..., None]:
    """on_line(line, someone): they answer it from an hour ago for twelve hours."""

    def make(line: Line, someone: Any, hours: float = 12) -> None:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            begins = ctx.now - timedelta(hours=1)
            ctx.add(
                Shift(
                    line_id=line.id,
                    person_id=someone.id,
                    starts_at=begins,
                    ends_at=begins + timedelta(hours=hours),
                )
            )

    return make


@pytest.fixture
def duty(scope: Any) -> Callable[..., None]:
    """duty(someone, role="duty"): on core's duty rota now."""

    def make(someone: Any, role: str = "duty") -> None:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            begins = ctx.now - timedelta(hours=1)
            ctx.add(
                DutyShift(
                    person_id=someone.id, role=role, starts_at=begins, ends_at=begins + timedelta(days=2)
                )
            )

    return make


@pytest.fixture
def pbx(scope: Any, tenant: Any, client_as: Any) -> Callable[..., Any]:
    """pbx(line, event="e1", call="c1", kind="start"): the telephone system tells; returns the response."""

    def tell(line: Line, *, secret: str | None = None, stamp: int | None = None, **fields: Any) -> Any:
        with scope(tenant) as ctx:
            ctx.unaudited("test")
            key = secret or lines.secret(ctx, line)
            at = ctx.now.isoformat()
        body = json.dumps({"at": at} | fields).encode()
        moment = str(stamp if stamp is not None else int(time.time()))
        signed = hmac.new(key.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        client = client_as(tenant=tenant)
        return client.post(
            f"{client.base}/hotline/pbx/{line.id}",
            data=body,
            headers={"Anxin-Signature": f"t={moment},v1={signed}", "Content-Type": "application/json"},
        )

    return tell


@dataclass(frozen=True)
class Agency:
    """An agency with a line of its own, one of its operators at home, and the seats that contracts give them."""

    tenant: Any
    operator: Any
    seats: list[Any]
    contracts: list[UUID]


@pytest.fixture
def agency_of(new_tenant: Any, person: Any, scope: Any, runtime: Any) -> Callable[..., Agency]:
    """agency_of(union, …, services=["hotline"]): an operator of one agency with a contract at each of these unions."""

    def make(*unions: Any, services: Sequence[str] = ("hotline",)) -> Agency:
        roles = {
            "employee": {},
            "operator": {
                "hotline.call.log": "assigned",
                "safety.crisis.handle": "assigned",
                "notices.read": "own",
            },
        }
        home = new_tenant("agency", name="明心心理服务中心", modules=["hotline"], roles=roles)
        at_home = person("operator", tenant=home, name="顾念")
        seats, contracts = [], []
        for union in unions:
            with scope(union) as ctx:
                ctx.unaudited("test set-up")
                contract = ctx.add(
                    Contract(
                        agency_id=home.id,
                        number=f"HT-{union.slug}",
                        services=list(services),
                        roles=["helper", "supervisor"],
                        starts_on=ctx.today - timedelta(days=90),
                        ends_on=ctx.now.date() + timedelta(days=300),
                        state="running",
                        employer_signed_at=ctx.now,
                        agency_signed_at=ctx.now,
                    )
                )
                ctx.db.flush()
                contracts.append(contract.id)
            seats.append(
                person(
                    "helper",
                    tenant=union,
                    name="顾念",
                    kind="agency_staff",
                    contract_id=contracts[-1],
                    home_tenant_id=home.id,
                    home_person_id=at_home.id,
                )
            )
        return Agency(home, at_home, seats, contracts)

    return make

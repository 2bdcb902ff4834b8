"""Row 16: saving the log of a call, on the page and through the API, against one bare INSERT.

Session, tenant, permission, contract, row-level wall, the form's version, a key of its own and two sealed fields, follow-up,
audit entry, one unit of the contract: all in one transaction.
"""

import itertools
import json
from collections.abc import Callable, Iterable
from datetime import timedelta

from tests.bench.bench import Bench
from tests.bench.load import Client
from tests.bench.measure import Cost
from tests.bench.people import LIFETIME, Someone, Tenancy
from tests.bench.registry import Finding, row

from anxin.identity import sessions
from anxin.identity.models import Membership, Person, Role
from anxin.kernel.ids import new_id
from anxin.tenancy.directory import touch
from anxin.tenancy.found import found
from anxin.tenancy.models import Contract

ANSWERS = [(f"q{number}", 1) for number in range(9)]
LOG = {
    "channel": "phone",
    "topic": "sleep",
    "risk": 0,
    "note": "夜班后睡不着，做了放松指导",
    "next": "three_days",
}


@row(16, "save the log of a call, every guarantee on")
def save(bench: Bench) -> Iterable[Finding]:
    someone = operator(bench.tenancy)
    comparison = bench.compare(
        floor=bench.floor(lambda client, number: client.post("/insert", ANSWERS, expect=200)),
        page=_saving(bench, someone, _page),
        api=_saving(bench, someone, _api),
    )
    for name, words in (("page", "save on the page"), ("api", "one API call")):
        yield Finding(
            f"{words} / bare INSERT request, CPU of the web processes",
            comparison.web(name, "floor"),
            3.0,
            figures=comparison.figures(name, "floor"),
        )


def _saving(bench: Bench, someone: Someone, send: Callable[[Client, str, str], object]) -> Callable[[], Cost]:
    """Each flow is another call: its token has not been seen before."""

    def run() -> Cost:
        batch = new_id().hex[-12:]

        def one(client: Client, number: int) -> None:
            send(client, bench.tenancy.base, f"bench-{batch}-{number}")

        return bench.ours(one, cookies=someone.cookies)()

    return run


def _page(client: Client, base: str, token: str) -> object:
    return client.post(f"{base}/hotline/save", {**LOG, "token": token, "form": 0})


def _api(client: Client, base: str, token: str) -> object:
    body = json.dumps({**LOG, "token": token}).encode()
    return client.send("POST", f"{base}/api/hotline/calls", body, "Content-Type: application/json\r\n", 201)


_numbers = itertools.count(1)


def operator(tenancy: Tenancy) -> Someone:
    """An operator of an agency under a running contract with the bench's tenant."""
    agency = found(tenancy.runtime, slug=f"line-{new_id().hex[-8:]}", kind="agency", name="测试心理服务中心")
    with tenancy.scope() as ctx:
        ctx.unaudited("the bench makes an operator")
        contract = ctx.add(
            Contract(
                agency_id=agency.id,
                number=f"B-{next(_numbers)}",
                services=["hotline"],
                roles=["operator"],
                starts_on=ctx.now.date() - timedelta(days=30),
                ends_on=ctx.now.date() + timedelta(days=300),
                state="running",
                employer_signed_at=ctx.now,
                agency_signed_at=ctx.now,
            )
        )
        ctx.add(Role(name="operator", title="接线员", grants={"hotline.call.log": "assigned"}, helper=True))
        touch(ctx)
        ctx.db.flush()
        person = ctx.add(
            Person(
                name="顾念",
                sort_key="gunian",
                number=new_id().hex,
                kind="agency_staff",
                contract_id=contract.id,
                home_tenant_id=agency.id,
            )
        )
        ctx.db.flush()
        ctx.add(Membership(person_id=person.id, role="operator"))
        ctx.db.flush()
        person_id = person.id
    tenant = tenancy.runtime.caches["directory"].by_id(tenancy.info.id)
    with tenancy.scope(tenant) as ctx:
        ctx.unaudited("their session")
        token = sessions.start(
            ctx, ctx.db.get_one(Person, (tenant.id, person_id)), method="bench", lifetime=LIFETIME
        )
    return Someone(person_id, {f"anxin-{tenant.slug}": token})

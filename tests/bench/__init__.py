"""`make bench` (python -m tests.bench): what the platform costs, as ratios against a hand-written floor in
one run.

    registry.py     @row: one budget, one function; rows/ and plugins/*/tests/bench_*.py hold them
    deployment.py   `anxin up` in a throwaway folder, plus the floor app
    people.py       one invented tenant with people, sessions, consents and rows
    bench.py        what a row is handed: the deployment, the tenant, the comparison of variants
    load.py         a lean HTTP client in processes of its own
    measure.py      CPU from /proc, variants interleaved, medians of the ratios of each round
    floor.py        the least code that does the same visible work, under the same granian

Only ratios count: machines differ and drift, two variants measured next to each other much less.
"""

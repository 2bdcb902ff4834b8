"""Works dealt to judges: as many each as wanted, evenly, never against a conflict."""

from collections.abc import Collection, Sequence


def deal(
    works: Sequence[str],
    judges: Sequence[str],
    barred: Collection[tuple[str, str]],
    taken: Collection[tuple[str, str]],
    each: int,
) -> tuple[list[tuple[str, str]], list[str]]:
    """New (work, judge) pairs so that every work has `each` judges, and the works for which there are too few.

    `barred` pairs never meet; `taken` ones stay. Works with the fewest possible judges choose first, each takes the
    judge with the least to do: loads differ by little more than conflicts force.
    """
    load = {judge: sum(1 for _, has in taken if has == judge) for judge in judges}
    have = {work: {judge for of, judge in taken if of == work} for work in works}
    may = {
        work: [judge for judge in judges if (work, judge) not in barred and judge not in have[work]]
        for work in works
    }
    new: list[tuple[str, str]] = []
    short: list[str] = []
    for work in sorted(works, key=lambda each_work: (len(may[each_work]), each_work)):
        need = each - len(have[work])
        chosen = sorted(may[work], key=lambda judge: (load[judge], judge))[: max(need, 0)]
        if len(chosen) < need:
            short.append(work)
        for judge in chosen:
            load[judge] += 1
            new.append((work, judge))
    return new, short

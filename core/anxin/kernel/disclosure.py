"""The single door for numbers: whatever reaches a union, an employer, an export, a chart or a parent tenant.

`release_wave` turns the raw counts of one closed wave into the figures of every unit, all safe together;
templates and exports print the `Cell` and `Share` values it returns, which say "—" where they hide.
`kernel.atoms` explains the rule (every isolated group has at least k people) and `Ledger` serves requests
outside the tree.

What counts as a group
----------------------
* **People who answered**, for every result (k = 5). Each published class of a sensitive distribution, and
  both sides of a sensitive yes/no, are groups too (k = 10).
* **People who did not answer.** The employer knows its roster, so "who took part" is a sensitive yes/no
  about people it can name, and taking part is voluntary. The exact number of answers of a unit is published
  only where those who did and those who did not both number at least k, by a plan of its own; elsewhere
  participation reads "above 85%" or is hidden, and results come as means and as shares in steps of 5% or
  more, never with a number of people. A unit of fewer than 2k shows no results: with k known, they would tell
  that nearly everybody answered.
* Eligible headcount is public and is not protected. Membership in units is the one frozen when the wave
  began.

Nothing of a wave is published before it closes but `in_steps` counts: two snapshots of an open wave would
subtract. For the same reason a closed wave is released once; what is asked later goes through its `Ledger`.

What is not claimed: figures are exact about groups, so who already knows the answers of all but one member
of a group learns the last one; and which units are hidden tells a little to who knows the rule.
"""

from anxin.kernel.atoms import Ledger, Tree, plan, plan_groups, plan_share
from anxin.kernel.bands import Bin, suppress_distribution
from anxin.kernel.cells import (
    K_COUNT,
    K_SHARE,
    Cell,
    Hidden,
    Share,
    ShareKind,
    Thresholds,
    in_steps,
    mean,
    show_count,
)
from anxin.kernel.waves import UnitFigures, release_wave

__all__ = [
    "K_COUNT",
    "K_SHARE",
    "Bin",
    "Cell",
    "Hidden",
    "Ledger",
    "Share",
    "ShareKind",
    "Thresholds",
    "Tree",
    "UnitFigures",
    "in_steps",
    "mean",
    "plan",
    "plan_groups",
    "plan_share",
    "release_wave",
    "show_count",
    "suppress_distribution",
]

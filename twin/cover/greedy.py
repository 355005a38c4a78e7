"""Greedy choice, and exchanges that make it better.

Worth grows with every site, and by less the more sites there are (submodular), so greedy reaches 1 - 1/e of the best
with a number of sites (Nemhauser, Wolsey and Fisher 1978). With prices the better of greedy by gain and greedy by gain
for the money has a guarantee too (Khuller, Moss and Naor 1999; Leskovec et al. 2007). Gains follow each choice through
the inverted index, which costs no more than one look at each nonzero where cover is certain; there is nothing left for
lazy evaluation (Minoux 1978) to save.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.cover.choice import Choice, pays
from twin.cover.incidence import Floats
from twin.cover.task import Task

BETTER = 1e-9
"""Share by which an exchange must be better to be made, so that exchanges end."""


def greedy(task: Task) -> Choice:
    """Return the best of the greedy choices by each way of paying, ties to the first."""
    best: Choice | None = None
    for pay in pays(task):
        choice = Choice(task)
        fill(choice, pay)
        if best is None or choice.total > best.total:
            best = choice
    assert best is not None
    return best


def fill(choice: Choice, pay: Floats) -> None:
    """Add sites as long as one fits and gains."""
    while (site := choice.best(pay)) >= 0:
        choice.add(site)


def improve(choice: Choice, passes: int) -> int:
    """Exchange sites one for another as long as the worth grows (Teitz and Bart 1968); return the exchanges made.

    A pass takes the sites in turn, gives each up and puts the best that fits in its place; what room is left at the
    end of a pass is filled.
    """
    alone, made = pays(choice.task)[0], 0
    for _ in range(passes):
        choice.freshen()
        before = made
        for site in list(choice.sites):
            made += _exchange(choice, site, alone)
        count = len(choice.sites)
        fill(choice, alone)
        made += len(choice.sites) - count
        if made == before:
            break
    return made


def _exchange(choice: Choice, site: int, alone: Floats) -> bool:
    choice.remove(site)
    other = choice.best(alone)
    worth = choice.net(site)
    if other >= 0 and other != site and choice.net(other) > worth + BETTER * abs(worth):
        choice.add(other)
        return True
    if worth <= choice.least:
        return True
    choice.add(site)
    return False


def in_order(task: Task, sites: list[int]) -> list[int]:
    """Return sites in greedy order among themselves, so that any first part is a good plan too.

    Sites that add nothing to the others are left out.
    """
    counted = np.bincount(sites, minlength=task.who.sites) if sites else np.zeros(task.who.sites, dtype=np.int64)
    choice = Choice(replace(task, copies=np.minimum(counted, task.copies)))
    fill(choice, pays(task)[-1])
    return choice.sites

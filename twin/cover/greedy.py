"""Greedy choice, and exchanges that make it better.

Worth grows with every site, and by less the more sites there are (submodular), so greedy reaches 1 - 1/e of the best
with a number of sites (Nemhauser, Wolsey and Fisher 1978). With prices the better of greedy by gain and greedy by gain
for the money has a guarantee too (Khuller, Moss and Naor 1999; Leskovec et al. 2007). Gains follow each choice through
the inverted index, which costs no more than one look at each nonzero where cover is certain; there is nothing left for
lazy evaluation (Minoux 1978) to save.
"""

from __future__ import annotations

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


def improve(choice: Choice, passes: int, price: Floats | None = None) -> int:
    """Exchange sites one for another as long as the worth grows (Teitz and Bart 1968); return the exchanges made.

    A pass takes the sites in turn, gives each up and puts the best that fits in its place; what room is left at the
    end of a pass is filled.

    Args:
        choice: is changed.
        passes: at most.
        price: (resources,) prices by which what a site uses is taken from its worth, so that money saved at one place
            is there for another; by default only the worth counts.
    """
    alone, made = pays(choice.task)[0], 0
    price = np.zeros(len(choice.task.most)) if price is None else price
    for _ in range(passes):
        choice.freshen()
        before = made
        for site in list(choice.sites):
            made += _exchange(choice, site, alone, price)
        count = len(choice.sites)
        fill(choice, pays(choice.task)[-1])
        made += len(choice.sites) - count
        if made == before:
            break
    return made


def _exchange(choice: Choice, site: int, alone: Floats, price: Floats) -> bool:
    choice.remove(site)
    other = choice.best(alone, price)
    worth, more = (choice.net(at) - float(price @ choice.task.amount[:, at]) for at in (site, other))
    if other >= 0 and other != site and more > worth + BETTER * abs(worth):
        choice.add(other)
        return True
    if choice.net(site) <= choice.least:
        return True
    choice.add(site)
    return False


def in_order(task: Task, sites: list[int]) -> list[int]:
    """Return sites in greedy order among themselves, so that any first part is a good plan too.

    Sites that add nothing to the others are left out.
    """
    choice = Choice(task.among(sites))
    fill(choice, pays(task)[-1])
    return choice.sites

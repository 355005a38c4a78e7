"""What is asked of a cover: which sites see which demand how surely, what they cost, and what must and must not be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from twin.errors import Fault, InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """Something of which the chosen sites together may use so much and no more, such as dwellings in view.

    Attributes:
        amount: (sites,) not negative, what each site uses.
        most: what all chosen ones may use together.
        name: for faults and reports.
    """

    amount: Floats
    most: float
    name: str = "limit"


@dataclass(frozen=True, slots=True, eq=False)
class CoverProblem:
    """Sites to choose, demand to cover.

    A site covers an element of demand with a probability, independently of the other sites. A choice S is worth
    ``sum(weight * missed * (1 - product over S of (1 - cover))) - sum(cost over S)``: the demand it covers beyond what
    exists, less what it costs in kind. Coverage weighted by class is an element for each cell and class with the
    class's extra weight; the detection of walks is an element for each walk.

    Attributes:
        cover: (sites, demand) sparse; the probability that a site covers an element, 1 is certain.
        weight: (demand,) not negative.
        price: (sites,) positive, in money; None: every site costs 1.
        group: (sites,) a number for each site, such as that of its mount; at most ``most_in_group`` are chosen from
            one group. A negative number stands for no group. None: no groups.
        most_in_group: see ``group``.
        cost: (sites,) not negative, in the unit of weight, taken from the value of a plan, such as a penalty for
            dwellings in view. None: nothing is.
        missed: (demand,) from 0 to 1, the share that what exists already leaves uncovered. None: all.
        limit: a second thing of which there is only so much. None: there is none.
        must: rows of sites that every plan contains.
        most_at_site: how often one site may be chosen, such as teams at a post.

    Raises:
        InputError: with all faults at once.
    """

    cover: csr_array
    weight: Floats
    price: Floats | None = None
    group: Ints | None = None
    most_in_group: int = 1
    cost: Floats | None = None
    missed: Floats | None = None
    limit: Limit | None = None
    must: Sequence[int] = ()
    most_at_site: int = 1

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise InputError("state a cover problem", [Fault(what) for what in faults])

    @property
    def sites(self) -> int:
        """How many there are to choose from."""
        return int(self.cover.shape[0])

    @property
    def demand(self) -> int:
        """How many elements of demand there are."""
        return int(self.cover.shape[1])

    @property
    def left(self) -> Floats:
        """(demand,) weight that what exists leaves uncovered."""
        weight = np.asarray(self.weight, dtype=np.float64)
        return weight if self.missed is None else weight * self.missed

    @property
    def prices(self) -> Floats:
        """(sites,) price of each site, 1 where none is named."""
        return np.ones(self.sites) if self.price is None else np.asarray(self.price, dtype=np.float64)

    @property
    def costs(self) -> Floats:
        """(sites,) taken from the value of a plan."""
        return np.zeros(self.sites) if self.cost is None else np.asarray(self.cost, dtype=np.float64)


def _faults(problem: CoverProblem) -> Iterator[str]:
    sites, demand = problem.cover.shape
    data = problem.cover.data
    if len(data) and not (float(data.min()) >= 0 and float(data.max()) <= 1):
        yield "cover must hold probabilities from 0 to 1, where 1 is certain"
    yield from _doubles(problem.cover)
    yield from _column("weight", problem.weight, demand, "element of demand", 0.0)
    yield from _column("price", problem.price, sites, "site", 0.0, strictly=True)
    yield from _column("cost", problem.cost, sites, "site", 0.0)
    yield from _column("missed", problem.missed, demand, "element of demand", 0.0, 1.0)
    yield from _column("group", problem.group, sites, "site", -np.inf)
    if problem.limit is not None:
        name = problem.limit.name
        yield from _column(f"amount of {name}", problem.limit.amount, sites, "site", 0.0)
        if not problem.limit.most >= 0:
            yield f"the most of {name} must not be negative, but is {problem.limit.most:g}"
    for name, least in (("most_in_group", problem.most_in_group), ("most_at_site", problem.most_at_site)):
        if least < 1:
            yield f"{name} must be 1 or more, but is {least}"
    yield from _musts(problem)


def _doubles(cover: csr_array) -> Iterator[str]:
    """Elements that a site names twice: of its two probabilities neither is the one."""
    if cover.has_canonical_format:
        return
    ordered = cover.sorted_indices()
    same = np.flatnonzero(ordered.indices[1:] == ordered.indices[:-1]) + 1
    inside = same[~np.isin(same, ordered.indptr)]
    if len(inside):
        site = int(np.searchsorted(ordered.indptr, inside[0], side="right")) - 1
        more = f", and {len(inside) - 1} more such" if len(inside) > 1 else ""
        yield f"site {site} names element {ordered.indices[inside[0]]} twice{more}"


def _column(
    name: str, values: Any, n: int, each: str, least: float, most: float = np.inf, strictly: bool = False
) -> Iterator[str]:
    """What is wrong with one value for each of n things."""
    if values is None:
        return
    values = np.asarray(values)
    if values.shape != (n,):
        yield f"{name} must have one value per {each}, {n}, but its shape is {values.shape}"
        return
    fits = (values > least if strictly else values >= least) & (values <= most) & np.isfinite(values)
    wrong = np.flatnonzero(~fits)
    if len(wrong):
        wish = "positive" if strictly else "not negative" if most == np.inf else f"from {least:g} to {most:g}"
        at = ", ".join(f"{values[i]:g} at {i}" for i in wrong[:SHOWN])
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        yield f"{name} must be finite and {wish}, but is {at}{more}"


def _musts(problem: CoverProblem) -> Iterator[str]:
    """Sites that must be in the plan, against the sites there are and what may be chosen of them."""
    must = np.asarray(problem.must, dtype=np.int64)
    strange = must[(must < 0) | (must >= problem.sites)]
    if len(strange):
        yield f"must-have sites are rows from 0 to {problem.sites - 1}, but {strange[:SHOWN].tolist()} are named"
        return
    often, times = np.unique(must, return_counts=True)
    for row, count in zip(often[times > problem.most_at_site], times[times > problem.most_at_site], strict=True):
        yield f"site {row} must be chosen {count} times, but most_at_site is {problem.most_at_site}"
    if problem.group is not None and len(problem.group) == problem.sites:
        groups, counts = np.unique(np.asarray(problem.group)[must], return_counts=True)
        for group, count in zip(groups, counts, strict=True):
            if group >= 0 and count > problem.most_in_group:
                yield f"group {group} must have {count} sites, but most_in_group is {problem.most_in_group}"
    if problem.limit is not None and len(problem.limit.amount) == problem.sites:
        used = float(np.asarray(problem.limit.amount, dtype=np.float64)[must].sum())
        if used > problem.limit.most:
            yield f"the must-have sites use {used:g} of {problem.limit.name}, but {problem.limit.most:g} is the most"

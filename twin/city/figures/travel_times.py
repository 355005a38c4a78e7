"""Travel times: what labels cost, how quickly all teams are asked about one call, and whether the times are exact.

A car in the evening peak, the profile and period in which streets differ most from their limits.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.figures.figure import SKIPPED, Figure, verdict_of
from twin.city.model import City
from twin.speeds import speed_profile
from twin.streams import stream
from twin.streets import StreetGraph
from twin.travel import SearchedTravel, Travel
from twin.travel.label_graph import LabelGraph
from twin.travel.label_set import make_labels
from twin.travel.labelled import LabelledTravel

LABELS_S: Final = 60.0
LABELS_MB: Final = 200.0
TEAMS: Final = 400
ASKED_MS: Final = 0.5
TRIPS: Final = 10_000
GOALS: Final = 500
WITHIN_MS: Final = 1000
PROFILE: Final = "car"
PERIOD: Final = "evening_peak"
WARM_STREETS: Final = 500


def travel_times(city: City, judged: bool) -> Iterator[Figure]:
    """Yield the cost of the labels, the time of one question, and the farthest of 10,000 random trips from Dijkstra's.

    Args:
        city: any city.
        judged: whether the targets are asked of it: they are set for the whole default city.
    """
    profile = speed_profile(PROFILE)
    period = [period.name for period in profile.periods].index(PERIOD)
    streets = StreetGraph.of(city, profile, period)
    nodes = np.flatnonzero(streets.main_component)
    if len(nodes) < 2:
        yield Figure("travel times", "", "not measured", SKIPPED, "no two junctions reach each other")
        return
    make_labels(LabelGraph.of(StreetGraph.of(_corner(city))))  # compiled before it is timed
    start = time.perf_counter()
    labels = make_labels(LabelGraph.of(streets))
    spent_s = time.perf_counter() - start
    travel = LabelledTravel(streets, labels)
    yield _labels(spent_s, labels.bytes / 1e6, len(nodes), judged)
    yield _question(travel, nodes, judged)
    yield _exactness(travel, streets, nodes)


def _labels(spent_s: float, size_mb: float, junctions: int, judged: bool) -> Figure:
    return Figure(
        "labels of one profile and period",
        f"{LABELS_S:g} s, {LABELS_MB:g} MB" if judged else "",
        f"{spent_s:.1f} s, {size_mb:.1f} MB",
        verdict_of(spent_s <= LABELS_S and size_mb <= LABELS_MB if judged else None),
        f"{junctions:,} junctions, {PROFILE} in the {PERIOD.replace('_', ' ')}",
        {"spent_s": round(spent_s, 2), "size_mb": round(size_mb, 2)},
    )


def _question(travel: Travel, nodes: NDArray[np.int64], judged: bool) -> Figure:
    drawn = stream(1, "figures", "teams").choice(nodes, TEAMS + 100)
    teams, goals = drawn[:TEAMS], drawn[TEAMS:]
    travel.many_to_one_ms(teams, int(goals[0]), 0)
    start = time.perf_counter()
    for goal in goals.tolist():
        travel.many_to_one_ms(teams, goal, 0)
    spent_ms = 1000.0 * (time.perf_counter() - start) / len(goals)
    return Figure(
        f"all {TEAMS} teams to one call",
        f"{ASKED_MS:g} ms" if judged else "",
        f"{spent_ms:.3f} ms",
        verdict_of(spent_ms <= ASKED_MS if judged else None),
        f"mean of {len(goals)} calls",
        {"spent_ms": round(spent_ms, 4)},
    )


def _exactness(travel: Travel, streets: StreetGraph, nodes: NDArray[np.int64]) -> Figure:
    searched, rng, worst = SearchedTravel(streets), stream(1, "figures", "trips"), 0
    for goal in rng.choice(nodes, GOALS).tolist():
        origins = rng.choice(nodes, TRIPS // GOALS)
        ours, exact = (each.many_to_one_ms(origins, goal, 0) for each in (travel, searched))
        worst = max(worst, int(np.abs(ours - exact).max()))
    return Figure(
        f"{TRIPS:,} random trips against Dijkstra",
        f"within {WITHIN_MS / 1000:g} s",
        f"farthest {worst / 1000:g} s",
        verdict_of(worst <= WITHIN_MS),
        f"{GOALS} goals, {TRIPS // GOALS} origins each",
        {"worst_ms": worst},
    )


def _corner(city: City) -> City:
    return replace(city, streets=city.streets.iloc[:WARM_STREETS], restrictions=city.restrictions.iloc[:0])

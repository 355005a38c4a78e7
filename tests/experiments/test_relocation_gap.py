"""The gap to any relocation, in a region of six towns too far apart to help each other in time."""

from __future__ import annotations

import numpy as np
import pytest

from agents.policy_lookup import BUILT_IN, RELOCATION
from experiments.assemble import another_day, another_policy, assemble
from experiments.living import make_world
from experiments.relocation_gap import Reaches, relocation_gaps, together
from experiments.request import RunRequest, silent
from reports.norms import load_norms
from tests.twin.region_files import write_region
from twin.log import EventLog

TOWNS = "abcdef"
DEMAND = {"a": 0.5, "b": 0.4, "c": 0.3, "d": 0.1, "e": 0.1, "f": 0.1}
DAYS = 30


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Three ambulances; 20 minutes from each town to each other; the norm is 15 minutes."""
    rows = [f"{town},{516_000 + 9000 * place},4570000,{DEMAND[town]}" for place, town in enumerate(TOWNS)]
    times = [f"{one},{other},20" for one in TOWNS for other in TOWNS if one != other]
    posts = [f"{town},ambulance,{teams}" for town, teams in zip("adf", (1, 1, 1), strict=True)]
    folder = write_region(
        tmp_path_factory.mktemp("towns"),
        zones_csv="\n".join(["id,x_m,y_m,ambulance_per_h", *rows, ""]),
        times_csv="\n".join(["from,to,minutes", *times, ""]),
        posts_csv="\n".join(["zone,service,teams", *posts, ""]),
        hospitals_csv="zone\n",
    )
    return assemble(RunRequest("friday_evening", folder / "run", city=str(folder), footage=False), silent)


def gap_of(parts, policy, reaches):
    days = []
    for seed in range(DAYS):
        day = another_policy(another_day(parts, seed), policy)
        log = EventLog()
        make_world(day, [], log).run()
        days.append(relocation_gaps(day, log.to_table(), load_norms(), reaches))
    (gap,) = together(days)
    return gap


def test_no_policy_is_beyond_the_bound_and_one_that_goes_by_demand_is_nearer_to_it(parts):
    """Three teams in the three largest towns have 1.2 of 1.5 in reach; the bound cannot be above that."""
    reaches = Reaches(parts)
    gaps = {name: gap_of(parts, f"closest + {name}", reaches) for name in sorted(BUILT_IN[RELOCATION])}
    for name, gap in gaps.items():
        margin = 4 * np.sqrt(0.25 / gap.judged)
        assert gap.service == "ambulance"
        assert gap.on_time <= gap.bound + margin, (name, gap)
        assert gap.bound <= 0.8 + 0.05, "late calls that may be joined count as on time"
    assert gaps["mexclp"].on_time > gaps["none"].on_time
    assert len({gap.bound for gap in gaps.values()}) == 1, "who asks for what does not depend on who is sent"

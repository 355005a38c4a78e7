"""The gap to any relocation, in a region of six towns too far apart to help each other in time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agents.policy_lookup import BUILT_IN, RELOCATION
from experiments.life.assemble import another_day, another_policy, assemble
from experiments.life.living import make_world
from experiments.request import RunRequest, silent
from experiments.trials.relocation_gap import Reaches, relocation_gaps, together
from reports.norms import load_norms
from scenarios.zones import REGIONS
from twin.log import EventLog

DAYS = 30


@pytest.fixture(scope="module")
def parts():
    """Three ambulances; 20 minutes from each town to each other; the norm is 15 minutes."""
    request = RunRequest("friday_evening", Path("not-written"), city=str(REGIONS / "six_towns"), footage=False)
    return assemble(request, silent)


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

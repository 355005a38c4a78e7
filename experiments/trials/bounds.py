"""How far each policy of a comparison is from what any relocation could do, on the first days it lived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.relocation_bound import ASSUMPTIONS
from experiments.life.assemble import another_policy
from experiments.life.living import make_world
from experiments.trials.outcome import Outcome
from experiments.trials.relocation_gap import Reaches, relocation_gaps, together
from experiments.trials.trial import Setting
from experiments.trials.workshop import day_of, parts_of
from reports.norms import load_norms
from twin.log import EventLog

DAYS = 10


def bounds_of(setting: Setting, seeds: Sequence[int], lives: Mapping[str, Sequence[Outcome]]) -> dict[str, Any]:
    """Return for each service with a response norm the bound and each policy's share on time, over the same days.

    Args:
        setting: of the comparison.
        seeds: of its days; the first ``DAYS`` of them are used, since a bound takes longer than a life.
        lives: each policy's outcomes, in the order of the seeds; the bound is taken from days under the first.
    """
    base, used = next(iter(lives)), list(seeds)[:DAYS]
    reaches, days = Reaches(parts_of(setting, ())), []
    for seed in used:
        parts, seen = day_of(setting, (), seed)
        parts, log = another_policy(parts, base), EventLog()
        make_world(parts, [seen], log).run()
        days.append(relocation_gaps(parts, log.to_table(), load_norms(), reaches))
    rows = [
        {
            "service": gap.service,
            "judged": gap.judged,
            "bound": gap.bound,
            "policies": {policy: _on_time(outcomes[: len(used)], gap.service) for policy, outcomes in lives.items()},
        }
        for gap in together(days)
    ]
    return {"bounds": rows, "bound_days": len(used), "bound_assumptions": list(ASSUMPTIONS)}


def _on_time(outcomes: Sequence[Outcome], service: str) -> float:
    met = judged = 0
    for outcome in outcomes:
        mine = outcome.cases.take((outcome.cases.service == service) & (outcome.cases.limit_ms > 0))
        met += int((~mine.open & (mine.response_ms <= mine.limit_ms)).sum())
        judged += len(mine)
    return met / judged if judged else float("nan")

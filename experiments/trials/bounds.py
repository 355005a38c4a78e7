"""How far each policy of a comparison is from what any relocation could do, on the first days it lived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from agents.relocation_bound import ASSUMPTIONS
from experiments.life.assemble import another_policy
from experiments.life.living import make_world
from experiments.request import Tell
from experiments.trials.engine import Engine
from experiments.trials.outcome import Outcome
from experiments.trials.relocation_gap import Reaches, RelocationGap, relocation_gaps, together
from experiments.trials.trial import Setting
from experiments.trials.workshop import day_of, parts_of
from reports.norms import load_norms
from twin.log import EventLog

DAYS = 10


class _Day(NamedTuple):
    """A day whose bound is asked for, and the policy it is lived under for that."""

    setting: Setting
    seed: int
    policy: str


def bounds_of(
    setting: Setting, seeds: Sequence[int], lives: Mapping[str, Sequence[Outcome]], engine: Engine, tell: Tell
) -> dict[str, Any]:
    """Return for each service with a response norm the bound and each policy's share on time, over the same days.

    Args:
        setting: of the comparison.
        seeds: of its days; the first ``DAYS`` of them are used, since a bound takes longer than a life.
        lives: each policy's outcomes, in the order of the seeds; the bound is taken from days under the first.
        engine: whose workers find the bounds.
        tell: told of progress.
    """
    used = [_Day(setting, seed, next(iter(lives))) for seed in list(seeds)[:DAYS]]
    gaps: dict[_Day, list[RelocationGap]] = {}
    tell("bounds", 0.0)
    for day, found in engine.done(_gaps_of, used):
        gaps[day] = found
        tell("bounds", len(gaps) / len(used))
    rows = [
        {
            "service": gap.service,
            "judged": gap.judged,
            "bound": gap.bound,
            "policies": {policy: _on_time(outcomes[: len(used)], gap.service) for policy, outcomes in lives.items()},
        }
        for gap in together([gaps[day] for day in used])
    ]
    return {"bounds": rows, "bound_days": len(used), "bound_assumptions": list(ASSUMPTIONS)}


def _gaps_of(day: _Day) -> list[RelocationGap]:
    """Live a day again, and hold what was on time against what could have been."""
    parts, seen = day_of(day.setting, (), day.seed)
    parts, log = another_policy(parts, day.policy), EventLog()
    make_world(parts, [seen], log).run()
    return relocation_gaps(parts, log.to_table(), load_norms(), _reaches(day.setting))


@lru_cache(maxsize=1)
def _reaches(setting: Setting) -> Reaches:
    return Reaches(parts_of(setting, ()))


def _on_time(outcomes: Sequence[Outcome], service: str) -> float:
    met = judged = 0
    for outcome in outcomes:
        mine = outcome.cases.take((outcome.cases.service == service) & (outcome.cases.limit_ms > 0))
        met += int((~mine.open & (mine.response_ms <= mine.limit_ms)).sum())
        judged += len(mine)
    return met / judged if judged else float("nan")

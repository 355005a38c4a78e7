"""Fitting the cheap flight model of a class: the design flown exactly, by several processes where wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor

from agents.flight.drone_class import drone_class
from agents.flight.fitted import FittedFlight
from agents.flight.fitting import Flown, Trial, design, fit, fly_trial
from experiments.request import Tell, silent


def calibrate_flight(
    name: str, flights: int, unseen: int, seed: int, workers: int, as_of: str, tell: Tell = silent
) -> FittedFlight:  # fmt: skip
    """Return the fitted model of a class, with its errors on unseen flights.

    Args:
        name: the class.
        flights: how many are fitted on.
        unseen: how many the errors are of.
        seed: of both designs, of gusts and of sensors.
        workers: processes that fly; the model is the same with any number.
        as_of: when, such as ``2026-11``; stands in the file.
        tell: progress.

    Raises:
        InputError: there is no such class.
        MissingPart: pybullet is not installed.
    """
    drone = drone_class(name)
    trials = [*design(drone, flights, seed, "fitted"), *design(drone, unseen, seed, "unseen")]
    flown = _fly(trials, workers, tell)
    command = f"twin drone calibrate --drone {name} --flights {flights} --unseen {unseen} --seed {seed}"
    notes = {"as_of": as_of, "command": command, "seed": seed}
    return fit(drone, trials[:flights], flown[:flights], trials[flights:], flown[flights:], notes)


def _fly(trials: Sequence[Trial], workers: int, tell: Tell) -> list[Flown]:
    tell("exact flights", 0.0)
    if workers <= 1:
        return _collected(map(fly_trial, trials), len(trials), tell)
    with ProcessPoolExecutor(workers) as pool:
        return _collected(pool.map(fly_trial, trials, chunksize=4), len(trials), tell)


def _collected(flown: Iterable[Flown], count: int, tell: Tell) -> list[Flown]:
    done: list[Flown] = []
    for one in flown:
        done.append(one)
        tell("exact flights", len(done) / count)
    return done

"""Streets that the shipped weights were never trained on: no training seed, and no district of training frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.recognition.training_set import TRAINING_SEEDS, VALIDATION_SEED
from experiments.recognition.training_views import TRAINED_DISTRICTS, UNSEEN_DISTRICTS, VALIDATION_DISTRICTS
from twin.city import City
from twin.errors import Fault, InputError


def check_unseen(cities: Sequence[City], asked: str) -> None:
    """Refuse cities that weights are trained on.

    A district of the default city has the same main streets with every seed, so one that was trained on is no test
    whatever its seed.

    Raises:
        InputError: one of them is; all such are named.
    """
    faults = [Fault(f"{city.name}: {what}") for city in cities for what in _trained_on(city)]
    if faults:
        raise InputError(asked, faults)


def _trained_on(city: City) -> Iterator[str]:
    made_by = dict(city.manifest.get("made_by", {}))
    if made_by.get("seed") in {*TRAINING_SEEDS, VALIDATION_SEED}:
        yield f"its seed {made_by['seed']} was trained on; use another seed"
    seen = [name for name in made_by.get("districts", ()) if name in {*TRAINED_DISTRICTS, *VALIDATION_DISTRICTS}]
    if made_by.get("generator") == "default_city" and seen:
        told = f"the main streets of {', '.join(seen)} were trained on, with whatever seed"
        yield f"{told}; default:{','.join(UNSEEN_DISTRICTS)} would work"

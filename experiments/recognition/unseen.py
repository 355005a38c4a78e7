"""Streets that the shipped weights were never trained on."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.recognition.training_set import TRAINING_SEEDS, VALIDATION_SEED
from twin.city import City
from twin.errors import Fault, InputError


def check_unseen(cities: Sequence[City], asked: str) -> None:
    """Refuse cities that weights are trained on.

    Raises:
        InputError: one of them is; all such are named.
    """
    trained = {*TRAINING_SEEDS, VALIDATION_SEED}
    seeds = [(city.name, dict(city.manifest.get("made_by", {})).get("seed")) for city in cities]
    faults = [
        Fault(f"{name}: its seed {seed} was trained on; use another seed") for name, seed in seeds if seed in trained
    ]
    if faults:
        raise InputError(asked, faults)

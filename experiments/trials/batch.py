"""Trials asked for become outcomes: those on the shelf are taken from it, the rest are lived and put there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from experiments.request import Tell
from experiments.trials.engine import Engine, Task, live_task
from experiments.trials.outcome import Outcome
from experiments.trials.shelf import Shelf
from experiments.trials.trial import Trial


@dataclass
class Trials:
    """All trials of one experiment.

    Attributes:
        shelf: where finished ones are kept.
        engine: who lives the others.
        hashes: of the setting's inputs.
        tell: told of progress.
        found: outcomes so far.
    """

    shelf: Shelf
    engine: Engine
    hashes: Mapping[str, str]
    tell: Tell
    found: dict[Trial, Outcome] = field(default_factory=dict)

    def live(self, trials: Iterable[Trial]) -> dict[Trial, Outcome]:
        """Return the outcome of each trial, in the order asked for.

        Raises:
            InputError: an input is wrong, or a policy broke its contract; what is finished is kept.
        """
        wanted = list(dict.fromkeys(trials))
        missing = [trial for trial in wanted if trial not in self.found and not self._shelved(trial)]
        done, total = len(wanted) - len(missing), max(1, len(wanted))
        self.tell("trials", done / total)
        for task, contents in self.engine.done(live_task, _by_day(missing)):
            for trial, content in zip(task, contents, strict=True):
                self.shelf.put(trial.key(dict(self.hashes)), content)
                self.found[trial] = Outcome.from_bytes(content)
            done += len(task)
            self.tell("trials", done / total)
        return {trial: self.found[trial] for trial in wanted}

    def _shelved(self, trial: Trial) -> bool:
        outcome = self.shelf.get(trial.key(dict(self.hashes)))
        if outcome is not None:
            self.found[trial] = outcome
        return outcome is not None


def _by_day(trials: Sequence[Trial]) -> list[Task]:
    """Trials of one variant and seed go together: their day is drawn once."""
    days: dict[object, list[Trial]] = {}
    for trial in trials:
        days.setdefault((trial.setting, trial.changes, trial.seed), []).append(trial)
    return [tuple(day) for day in days.values()]

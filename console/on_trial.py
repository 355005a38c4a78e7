"""What `twin compare`, `twin sweep` and `twin load` are all asked, and how they all end."""

from __future__ import annotations

import functools
import inspect
import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import typer

from console.arguments import (
    AsJson,
    Calls,
    CallsMode,
    Cameras,
    City,
    Engine,
    Experiment,
    Fleet,
    Region,
    Scenario,
    Seed,
    Workers,
    ground_asked,
)
from console.interrupted import goes_on
from console.progress import stages

if TYPE_CHECKING:
    from experiments.request import Tell
    from experiments.trials.trial import Setting


@dataclass(frozen=True)
class OnTrial:
    """The arguments that the three commands share; each field is one, with its default."""

    scenario: Scenario
    seed: Seed = 1
    city: City = None
    region: Region = None
    cameras: Cameras = None
    calls: Calls = None
    calls_mode: CallsMode = "replay"
    fleet: Fleet = None
    engine: Engine = "local"
    workers: Workers = None
    out: Experiment = None
    as_json: AsJson = False

    def setting(self) -> Setting:
        """Return the trials' setting.

        Raises:
            InputError: some of it excludes other parts, or is not known.
        """
        from experiments.trials.trial import Setting

        ground = ground_asked(self.city, self.region)
        mode: Any = self.calls_mode
        return Setting(self.scenario, ground, self.cameras, calls=self.calls, calls_mode=mode, fleet=self.fleet)

    def folder(self, what: str) -> Path:
        """Return where the experiment lies."""
        return self.out or Path("runs") / f"{Path(self.scenario).stem}-{what}"

    def command(self) -> str:
        """Return how the user asked."""
        return shlex.join(["twin", *sys.argv[1:]])

    def live(self, folder: Path, experiment: Callable[[Tell], dict[str, Any]]) -> dict[str, Any] | None:
        """Live an experiment with its progress on screen; print its JSON and return None where that is asked for.

        An interrupt says what is kept, and how to go on from there.
        """
        with goes_on(lambda: _kept(folder)), stages(quiet=self.as_json) as tell:
            content = experiment(tell)
        if not self.as_json:
            return content
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
        return None


def _kept(folder: Path) -> str:
    trials = len(list((folder / "trials").glob("*.parquet")))
    if not trials:
        return "no trial was finished yet, and the same command begins again"
    return f"{trials:,} finished trials are kept in {folder}, and the same command goes on from there"


def on_trial(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command whose first parameter is an :class:`OnTrial` that one's arguments in the parameter's place."""
    hints, asked = get_type_hints(OnTrial, include_extras=True), list(fields(OnTrial))
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]

    @functools.wraps(command)
    def with_arguments(**given: Any) -> None:
        command(OnTrial(**{field.name: given.pop(field.name) for field in asked}), **given)

    shared = [inspect.Parameter(f.name, _KEYWORD, annotation=hints[f.name], default=_default(f.default)) for f in asked]
    parameters = [shared[0], *(part.replace(kind=_KEYWORD) for part in own), *shared[1:]]
    with_arguments.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_arguments.__annotations__ = {part.name: part.annotation for part in parameters}
    del with_arguments.__wrapped__  # type: ignore[attr-defined]
    return with_arguments


_KEYWORD = inspect.Parameter.KEYWORD_ONLY


def _default(default: Any) -> Any:
    from dataclasses import MISSING

    return inspect.Parameter.empty if default is MISSING else default

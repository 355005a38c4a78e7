"""One life to be lived on trial: which scenario, which day, under which policy, with which inputs changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from agents.policy_spec import policy_files
from experiments.provenance import file_hashes
from experiments.request import RunRequest
from scenarios.fleet_file import fleet_path
from scenarios.read import read_scenario, scenario_path
from sensors.fitted import FITTED_FILE

ROOMS = ("agents", "experiments", "scenarios", "sensors", "twin")
"""What a trial's figures can depend on."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all trials of one experiment share.

    Attributes:
        scenario: library name or file.
        city: folder of a built city; None is the default city.
        cameras: GeoJSON fleet; None is the derived one.
        fitted: fitted camera model; None is the one shipped.
        calls, calls_mode: a call log in place of drawn calls, and how it is taken; see :class:`RunRequest`.
        fleet: a fleet file; None is the one that the scenario names, or teams by residents.
    """

    scenario: str
    city: str | None = None
    cameras: Path | None = None
    fitted: Path | None = None
    calls: Path | None = None
    calls_mode: Literal["replay", "bootstrap"] = "replay"
    fleet: Path | None = None

    def __post_init__(self) -> None:
        self.request()  # says what is wrong with it

    def hashes(self, city_hash: str) -> dict[str, str]:
        """Return what the inputs hold, and the program's own code, so that a change of any makes new trials."""
        file = scenario_path(self.scenario)
        named = {
            "scenario": file,
            "cameras": self.cameras,
            "calls": self.calls,
            "fleet": fleet_path(self.fleet, read_scenario(self.scenario), file),
            "fitted": self.fitted or FITTED_FILE,
        }
        mode = {"calls_mode": self.calls_mode} if self.calls else {}
        return file_hashes(named) | mode | {"city": city_hash, "code": code_hash()}

    def request(self) -> RunRequest:
        """Return what a run of this setting asks for, seed 1, without footage."""
        return RunRequest(
            self.scenario, Path(), city=self.city, footage=False, cameras=self.cameras, fitted=self.fitted,
            calls=self.calls, calls_mode=self.calls_mode, fleet=self.fleet,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One input of the scenario set to another value.

    Attributes:
        path: dotted, such as ``centre.operators_per_100k_residents.value``.
        value: a number, a word, or ``x1.5`` for so many times what the scenario says.
        file: the whole path of the file that the value names, "" where it names none.
    """

    path: str
    value: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.path}={self.value}"


@dataclass(frozen=True, slots=True)
class Trial:
    """One life.

    Attributes:
        setting: shared with the other trials.
        seed: of the day; trials with one seed meet the same day.
        policy: spec of the policy.
        changes: inputs that are not as the scenario says.
    """

    setting: Setting
    seed: int
    policy: str
    changes: tuple[Change, ...] = ()

    @property
    def variant(self) -> str:
        """The changes in words, "" for the scenario as it stands."""
        return ", ".join(map(str, self.changes))

    def under(self, policy: str) -> Trial:
        """Return the same day under another policy."""
        return replace(self, policy=policy)

    def key(self, hashes: dict[str, str]) -> str:
        """Return the content hash a finished trial is kept under.

        Args:
            hashes: from :meth:`Setting.hashes`.
        """
        said = {
            "inputs": hashes,
            "seed": self.seed,
            "policy": self.policy,
            "policy_file": _policy_file(self.policy),
            "files": self._files(),
            "changes": [{"path": change.path, "value": change.value} for change in self.changes],
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]

    def _files(self) -> dict[str, str]:
        """The content of every file that a change names."""
        return file_hashes({change.value: Path(change.file) for change in self.changes if change.file})


@cache
def _policy_file(policy: str) -> dict[str, str]:
    """The content of every file a spec names."""
    return file_hashes(policy_files(policy))


@cache
def code_hash() -> str:
    """Return the SHA-256 of the rooms' code and data."""
    home, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    for room in ROOMS:
        for path in sorted((home / room).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".yaml", ".json", ".csv", ".geojson"):
                digest.update(str(path.relative_to(home)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()

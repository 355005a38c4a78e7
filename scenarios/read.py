"""Scenarios by name from the library, or from a file."""

from __future__ import annotations

from pathlib import Path

from scenarios.schema import Scenario
from twin.checked_yaml import read_checked
from twin.errors import InputError, unknown_name

LIBRARY = Path(__file__).parent / "library"


def library_names() -> list[str]:
    """Return the names of the scenarios that come with the project."""
    return sorted(path.stem for path in LIBRARY.glob("*.yaml"))


def scenario_path(asked: str) -> Path:
    """Return the file meant by a library name or a path.

    Raises:
        InputError: neither a file nor a known name.
    """
    path = Path(asked)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        return path
    if asked not in library_names():
        raise InputError(
            f"read the scenario {asked}", f"{unknown_name('scenario', asked, library_names())}; or a .yaml"
        )
    return LIBRARY / f"{asked}.yaml"


def read_scenario(asked: str) -> Scenario:
    """Read and check a scenario.

    Raises:
        InputError: not found, not YAML, or with faults; all of them, by line.
    """
    path = scenario_path(asked)
    return read_checked(path, Scenario, f"read the scenario {asked}")

"""Missions that ship, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from twin.errors import InputError, unknown_name

MISSIONS: Final = Path(__file__).parent / "missions"


def mission_names() -> list[str]:
    """Return the names of the missions that ship."""
    return sorted(path.stem for path in MISSIONS.glob("*.yaml"))


def mission_file(spec: str) -> Path:
    """Return the file that a name or a path means.

    Raises:
        InputError: neither a file nor a mission that ships.
    """
    if spec in mission_names():
        return MISSIONS / f"{spec}.yaml"
    path = Path(spec)
    if not path.is_file() and path.suffix not in (".yaml", ".yml"):
        raise InputError(f"fly the mission {spec}", f"{unknown_name('mission', spec, mission_names())}; or name a file")
    return path

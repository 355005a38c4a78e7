"""`twin drone fly`: a mission checked, flown exactly among the city's buildings, and written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from agents.flight.flying import Flights
from agents.flight.mission import Mission, read_mission
from agents.flight.mission_check import MissionCheck, Ready
from agents.flight.prisms import Buildings
from agents.flight.record import figures_of
from experiments.flight.film import DroneCamera, FilmRequest, film
from experiments.flight.picture import draw_flight
from experiments.provenance import file_hashes, git_commit, versions
from experiments.request import Tell, silent
from sensors.cameras import fleet_of
from sensors.fleet_file import write_fleet
from twin.airspace import air_space
from twin.city import City
from twin.city.resolve import open_city
from twin.city.store import city_hash
from twin.errors import Fault, InputError
from twin.runfolder import write_whole

FILES: Final = ("flight.parquet", "flight.json", "flight.png", "flight.geojson", "flight.mp4")
TOUR_PX: Final = 1920


@dataclass(frozen=True, slots=True)
class FlyRequest:
    """One flight as asked for.

    Attributes:
        mission: the file.
        out: folder for what it writes.
        city: folder of a built city, or as :func:`twin.city.resolve.open_city` takes it.
        dare: fly although legs pass too near to buildings or wires.
        film: how it is filmed from the drone; None for no film.
    """

    mission: Path
    out: Path
    city: str | None = None
    dare: bool = False
    film: FilmRequest | None = None

    def __post_init__(self) -> None:
        faults = []
        if self.film is not None and not 1 <= self.film.fps <= 60:
            faults.append(Fault(f"--fps {self.film.fps:g}: 1 to 60 would work"))
        if self.film is not None and not 160 <= self.film.width_px <= 3840:
            faults.append(Fault(f"--width {self.film.width_px}: 160 to 3840 pixels would work"))
        if self.film is not None and not 0.1 <= self.film.fast <= 100:
            faults.append(Fault(f"--fast {self.film.fast:g}: 0.1 to 100 seconds of flight in one of film would work"))
        if self.film is not None and self.film.most_kbit_s < 0:
            faults.append(Fault(f"--kbit {self.film.most_kbit_s}: 0 (no limit) or more would work"))
        taken = [name for name in FILES if (self.out / name).exists()]
        if taken:
            faults.append(Fault(f"--out {self.out}: it already holds {', '.join(taken)}; choose another folder"))
        if faults:
            raise InputError(f"fly the mission {self.mission}", faults)


def fly_mission(asked: FlyRequest, tell: Tell = silent) -> dict[str, Any]:
    """Check, fly and write a mission; return its figures, as ``flight.json`` has them.

    Broken off by Ctrl-C, what was flown is written, and the interrupt goes on.

    Raises:
        InputError: the mission must not take off; every reason.
        MissingPart: pybullet is not installed, or what a film needs.
    """
    mission, lines = read_mission(asked.mission)
    tell("city", 0.0)
    city = open_city(asked.city)
    buildings = Buildings(city)
    ready = MissionCheck(mission, lines, city, buildings, air_space(city), asked.mission).ready(asked.dare)
    asked.out.mkdir(parents=True, exist_ok=True)
    flights = Flights([ready.order], ready.air, mission.seed, buildings, ready.wires)
    try:
        _fly(flights, ready, tell)
    except KeyboardInterrupt:
        _write(asked, city, mission, ready, flights, tell)
        raise
    finally:
        flights.close()
    figures = _write(asked, city, mission, ready, flights, tell)
    if asked.film is not None:
        figures["film"] = film(asked.film, asked.out, city, mission, flights.records[0].table(), tell)
        _write_json(asked.out, figures)
    return figures


def _fly(flights: Flights, ready: Ready, tell: Tell) -> None:
    expected_s = float(ready.expected.duration_s[0])
    tell("flight", 0.0)
    flights.fly(lambda t_s: tell("flight", min(t_s / max(expected_s, 1.0), 0.99)))
    tell("flight", 1.0)


def _write(
    asked: FlyRequest, city: City, mission: Mission, ready: Ready, flights: Flights, tell: Tell
) -> dict[str, Any]:  # fmt: skip
    tell("figures", 0.0)
    pilot, table = flights.pilots[0], flights.records[0].table()
    figures = figures_of(pilot, table) | _against_fitted(ready, figures_of(pilot, table))
    figures |= {
        "wind_ms": ready.air.speed_ms, "seed": mission.seed, "dared": list(ready.dared), "city": city.name,
        "city_hash": city_hash(city), "class_hash": ready.order.drone.content_hash, "commit": git_commit(),
        "inputs": file_hashes({"mission": asked.mission}), "versions": versions(),
    }  # fmt: skip
    write_whole(asked.out / "flight.parquet", lambda part: _as_parquet(part, table))
    _write_json(asked.out, figures)
    if len(table["t_s"]) > 1:
        tour = DroneCamera(mission, table, TOUR_PX).tour()
        note = "the drone's camera at points along its flight, for twin coverage"
        write_fleet(fleet_of([tour]), asked.out / "flight.geojson", city.crs, note)
        write_whole(asked.out / "flight.png", lambda part: draw_flight(part, city, ready, pilot, table, figures))
    return figures


def _as_parquet(part: Path, table: dict[str, NDArray[np.float64]]) -> None:
    frame = pd.DataFrame(table)
    frame.astype({"leg": "int64"}).to_parquet(part, index=False)


def _write_json(out: Path, figures: dict[str, Any]) -> None:
    text = json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_whole(out / "flight.json", lambda part: part.write_text(text, encoding="utf-8"))


def _against_fitted(ready: Ready, figures: dict[str, Any]) -> dict[str, Any]:
    """Return what the fitted model had said of the flight, for a flight that ended as planned its errors too."""
    said = {
        "duration_s": float(ready.expected.duration_s[0]), "energy_wh": float(ready.expected.energy_wh[0]),
        "usable_wh": ready.usable_wh, "inside_fit": bool(ready.expected.inside[0]),
    }  # fmt: skip
    return {"expected": said, "as_planned": str(figures["ended"]).startswith("landed at its dock")}

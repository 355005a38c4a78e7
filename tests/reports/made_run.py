"""A run folder made by hand: one evening hour whose every figure can be worked out on paper.

| incident | service | begins | first notice | on scene | response | time to help |
|---|---|---|---|---|---|---|
| 0 | ambulance | 60 | call 90 | 450 | 360 | 390 |
| 1 scripted crash | police | 600 | camera 603 (call 660 joins) | 843 | 240 | 243 |
| 2 | fire | 900 | call 960 | 1390 | 430 | 490 |
| 3 waits for the one ambulance | ambulance | 1200 | call 1230 | 2200 | 970 | 1000 |
| 4 under way at the end (3600) | ambulance | 3000 | call 3060 | - | open, 540 | open, 600 |
| 5 listed plate, nobody notices | police | 1500 | - | - | - | open, 2100 |
| 6 panic button | security | 2000 | call 2000 | 2240 | 240 | 240 |

A false alarm sends the engine from 2560 to 3000 (440 s = 7 min 20 s); another is dismissed; a false call sends the
patrol from 2830 to 3130 (5 min).
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from PIL import Image, ImageDraw
from shapely.geometry import Point

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.log import EventLog
from twin.records import Kind, Sighting
from twin.runfolder import RunFolder

END_S = 3600
SHA = "ab" * 32


class Teller:
    """Tells a log in seconds, and lets events come in any order before they are written by time."""

    def __init__(self) -> None:
        self.told: list[tuple[float, Kind, dict[str, Any]]] = []

    def say(self, t_s: float, kind: Kind, detail: dict[str, Any] | None = None, **columns: Any) -> None:
        if detail is not None:
            columns["detail"] = json.dumps(detail)
        self.told.append((t_s, kind, columns))

    def incident(self, i: int, t_s: float, service: str, category: str, visual: str = "none", scripted: bool = False,
                 x_m: float = WEST_M + 100, y_m: float = SOUTH_M + 100) -> None:  # fmt: skip
        facts = {"service": service, "category": category, "visual": visual, "scripted": scripted}
        self.say(t_s, Kind.INCIDENT, {**facts, "x_m": x_m, "y_m": y_m}, incident_id=i, value=2)

    def call(self, c: int, t_s: float, service: str, incident: int | None, wait_s: float, process_s: float,
             channel: str = "phone", request: int = 0) -> float:  # fmt: skip
        """Ring, answer, process; returns when it is ready for dispatch."""
        ids = {"call_id": c, "incident_id": incident}
        place = {"x_m": WEST_M + 100, "y_m": SOUTH_M + 100}
        facts = {"channel": channel, "service": service, "category": "made", **place}
        self.say(t_s, Kind.CALL, facts, value=2, **ids)
        self.say(t_s + wait_s, Kind.ANSWERED, {"request": request}, value=wait_s, **ids)
        self.say(t_s + wait_s + process_s, Kind.PROCESSED, {"request": request}, value=process_s, **ids)
        return t_s + wait_s + process_s

    def alarm(self, a: int, t_s: float, service: str, incident: int | None, rule: str, verify_s: float,
              confirmed: bool = True, camera: str = "cam-1") -> float:  # fmt: skip
        ids = {"alarm_id": a, "incident_id": incident, "camera_id": camera}
        facts = {"rule": rule, "service": service, "source": "spotlight", "plate": "", "x_m": WEST_M, "y_m": SOUTH_M}
        self.say(t_s, Kind.ALARM, facts, value=2, **ids)
        kind = Kind.ALARM_CONFIRMED if confirmed else Kind.ALARM_DISMISSED
        self.say(t_s + verify_s, kind, {"rule": rule}, value=verify_s, **ids)
        return t_s + verify_s

    def trip(self, t_s: float, team: str, service: str, turnout_s: float, travel_s: float, on_scene_s: float | None,
             back_s: float | None, request: int = 0, **ids: Any) -> None:  # fmt: skip
        """Dispatch, turnout, travel, work, return; None for what the log does not get to."""
        about = {"service": service, "request": request}
        chosen = {"by": "closest", "action": "dispatch", "team_id": team, "t_ms": round(t_s * 1000)}
        self.say(t_s, Kind.DECISION, chosen, team_id=team, **ids)
        steps = [(Kind.TURNED_OUT, turnout_s), (Kind.ARRIVED, travel_s)]
        steps += [(Kind.SCENE_CLEARED, on_scene_s), (Kind.RETURNED, back_s)]
        self.say(t_s, Kind.DISPATCHED, about, team_id=team, value=travel_s, **ids)
        for kind, lasts_s in steps:
            if lasts_s is None:
                return
            t_s += lasts_s
            if t_s <= END_S:
                self.say(t_s, kind, about, team_id=team, value=lasts_s, **ids)

    def write(self, path: Path, until_s: float = END_S, status: str | None = "done") -> None:
        log = EventLog()
        for t_s, kind, columns in sorted(self.told, key=lambda item: item[0]):
            if t_s <= until_s:
                log.emit(round(t_s * 1000), kind, **columns)
        if status is not None:
            detail = json.dumps({"status": status, "waiting": 1})
            log.emit(round(until_s * 1000), Kind.RUN_ENDED, value=until_s, detail=detail)
        log.write(path)


def evening() -> Teller:
    """The hour of the table above."""
    tell = Teller()
    tell.say(0, Kind.RUN_STARTED, {"scenario": "made_evening", "seed": 7, "start": "2026-05-15T18:00:00+05:00"})
    tell.incident(0, 60, "ambulance", "cardiac")
    ready = tell.call(0, 90, "ambulance", 0, 5, 60)
    tell.trip(ready, "A-1", "ambulance", 45, 250, 600, None, incident_id=0, call_id=0)
    tell.incident(1, 600, "police", "crash", "crash", scripted=True, x_m=WEST_M + 200, y_m=SOUTH_M + 200)
    ready = tell.alarm(0, 603, "police", 1, "standing_vehicle", 40)
    tell.trip(ready, "P-1", "police", 20, 180, 600, 100, request=1, incident_id=1, alarm_id=0, camera_id="cam-1")
    ready = tell.call(1, 660, "police", 1, 12, 30, request=1)
    tell.say(ready, Kind.JOINED, {"request": 1}, incident_id=1, call_id=1)
    tell.incident(2, 900, "fire", "flat", x_m=WEST_M + 300)
    ready = tell.call(2, 960, "fire", 2, 18, 42)
    tell.trip(ready, "F-1", "fire", 70, 300, 600, 100, incident_id=2, call_id=2)
    tell.incident(3, 1200, "ambulance", "fall")
    tell.call(3, 1230, "ambulance", 3, 5, 65)
    tell.trip(1950, "A-1", "ambulance", 10, 240, 300, 100, incident_id=3, call_id=3)
    tell.incident(5, 1500, "police", "wanted_car", "listed_plate", y_m=SOUTH_M + 300)
    tell.incident(6, 2000, "security", "panic_button", x_m=WEST_M + 50, y_m=SOUTH_M + 250)
    ready = tell.call(4, 2000, "security", 6, 3, 7, channel="panic_button")
    tell.trip(ready, "S-1", "security", 30, 200, 120, 100, incident_id=6, call_id=4)
    ready = tell.alarm(1, 2500, "fire", None, "fire", 60, camera="cam-2")
    tell.trip(ready, "F-1", "fire", 60, 180, 120, 80, alarm_id=1, camera_id="cam-2")
    tell.alarm(2, 2700, "police", None, "person_lying", 50, confirmed=False, camera="cam-3")
    ready = tell.call(5, 2800, "police", None, 4, 26)
    tell.trip(ready, "P-1", "police", 20, 100, 60, 120, call_id=5)
    tell.incident(4, 3000, "ambulance", "stroke")
    ready = tell.call(6, 3060, "ambulance", 4, 10, 60)
    tell.trip(ready, "A-1", "ambulance", 60, 500, None, None, incident_id=4, call_id=6)
    return tell


def made_run(path: Path, footage: bool = True, until_s: float = END_S, status: str = "done") -> RunFolder:
    """Write the whole folder of the evening and return it."""
    run = RunFolder.create(path)
    run.write_json(run.run_json, about_run(status, footage))
    evening().write(run.events, until_s, status)
    seen = [
        Sighting(600_600, "cam-1", "car", 0.8, WEST_M + 200, SOUTH_M + 200, 1, source="spotlight", track_id=3),
        Sighting(602_000, "cam-1", "car", 0.9, WEST_M + 200, SOUTH_M + 200, 1, source="spotlight", track_id=3),
        Sighting(2_499_000, "cam-2", "fire", 0.6, WEST_M, SOUTH_M, None),
    ]
    write_sightings(run, seen)
    write_maps(run)
    run.write_json(run.coverage, COVERAGE)
    if footage:
        run.write_json(run.recognition, RECOGNITION)
        write_clips(run)
    return run


def empty_run(path: Path) -> RunFolder:
    """A tiny city in which nothing happened for an hour."""
    run = RunFolder.create(path)
    run.write_json(run.run_json, {**about_run("done", footage=False), "title": "A quiet hour"})
    Teller().write(run.events)
    write_sightings(run, [])
    return run


def write_sightings(run: RunFolder, seen: list[Sighting]) -> None:
    """``sightings.parquet``."""
    table = pd.DataFrame([asdict(one) for one in seen], columns=[field.name for field in fields(Sighting)])
    table.astype({"incident_id": "Int64", "t_ms": "int64"}).to_parquet(run.sightings)


def about_run(status: str, footage: bool) -> dict[str, Any]:
    """``run.json``."""
    return {
        "status": status,
        "scenario": "made_evening",
        "title": "A made-up evening hour",
        "city": {
            "name": "grid-town",
            "real": "Nothing in this town is real.",
            "synthetic": "Streets, houses, people and incidents are made by hand.",
            "residents": 864,
            "hash": "cd" * 32,
        },
        "seed": 7,
        "start": "2026-05-15T18:00:00+05:00",
        "duration_s": END_S,
        "policy": "closest",
        "versions": {"python": "3.11", "tashkent-twin": "0.1.0", "numpy": "2.0"},
        "git": "36cb252",
        "hashes": {"weights": SHA, "city": "cd" * 32},
        "assumptions": ["ambulance calls: 460 per 1,000 residents a year (xabar.uz, 2025)", "notice delay: assumed"],
        "command": "twin run made_evening --seed 7",
        "footage": footage,
        "renderer": "gl",
    }


COVERAGE: dict[str, Any] = {
    "classes": [
        {"name": "identify", "px_per_m": 250, "km2": 0.002, "share_open": 0.02},
        {"name": "recognise", "px_per_m": 125, "km2": 0.008, "share_open": 0.08},
        {"name": "observe", "px_per_m": 62, "km2": 0.02, "share_open": 0.2},
        {"name": "detect", "px_per_m": 25, "km2": 0.045, "share_open": 0.45},
    ],
    "open_km2": 0.1,
    "edition": "EN 62676-4:2015",
    "streets": [
        {
            "street_class": "residential",
            "km": 2.4,
            "share": {"detect": 0.5, "observe": 0.25, "recognise": 0.1, "identify": 0.02},
        }
    ],
    "cameras": 3,
    "privacy": {"dwellings": 288, "in_view": {"detect": 96, "observe": 32, "recognise": 8, "identify": 0}},
}

RECOGNITION: dict[str, Any] = {
    "weights_sha256": SHA,
    "frames": 600,
    "map50": 0.6612,
    "classes": {
        "person": {"ap50": 0.61, "truth": 800, "found": 530},
        "car": {"ap50": 0.88, "truth": 2400, "found": 2200},
        "plate": {"ap50": 0.42, "truth": 300, "found": 140},
        "fire": {"ap50": None, "truth": 0, "found": 0},
    },
    "recall_by_height": [
        {"from_px": 0, "to_px": 16, "truth": 900, "recall": 0.12},
        {"from_px": 16, "to_px": 32, "truth": 1100, "recall": 0.55},
        {"from_px": 32, "to_px": 64, "truth": 900, "recall": 0.85},
        {"from_px": 64, "to_px": 1080, "truth": 600, "recall": 0.97},
    ],
    "plates": [
        {"from_px_per_m": 100, "to_px_per_m": 200, "light": "day", "truth": 40, "read": 13},
        {"from_px_per_m": 200, "to_px_per_m": 400, "light": "day", "truth": 30, "read": 26},
    ],
    "false_per_frame": 0.042,
    "note": "Frames of streets the detector was never trained on.",
}


def write_maps(run: RunFolder, columns: int = 4, cameras: int = 3) -> None:
    """The layers of the map, from a grid town; the first camera is the spotlight."""
    town = grid_town(columns, columns)
    town.streets[["street_class", "geometry"]].to_parquet(run.maps / "streets.parquet")
    town.buildings[["geometry"]].to_parquet(run.maps / "buildings.parquet")
    town.districts.to_parquet(run.maps / "districts.parquet")
    spread = np.random.default_rng(1)
    places = spread.uniform(0, (columns - 1) * 100.0, (cameras, 2)) + np.array([WEST_M, SOUTH_M])
    gpd.GeoDataFrame(
        {
            "id": [f"cam-{i + 1}" for i in range(cameras)],
            "kind": "fixed",
            "bearing_deg": spread.uniform(0, 360, cameras),
            "hfov_deg": 70.0,
            "range_m": 60.0,
            "spotlight": [i < max(1, cameras // 500) for i in range(cameras)],
        },
        geometry=[Point(*place) for place in places],
        crs=32642,
    ).to_parquet(run.maps / "cameras.parquet")
    posts = town.nodes.geometry.iloc[[0, columns - 1, len(town.nodes) - columns, len(town.nodes) - 1]]
    gpd.GeoDataFrame(
        {"team_id": ["A-1", "F-1", "P-1", "S-1"], "service": ["ambulance", "fire", "police", "security"]},
        geometry=list(posts),
        crs=32642,
    ).to_parquet(run.maps / "posts.parquet")
    best = np.zeros((columns * 25, columns * 25), dtype=np.uint8)
    best[10:40, 10:40], best[20:30, 20:30] = 1, 3
    north_m = SOUTH_M + (columns - 1) * 100.0
    np.savez(run.maps / "coverage.npz", best_class=best, cell_m=4.0, west_m=WEST_M, north_m=north_m)


def write_clips(run: RunFolder) -> None:
    """A clip of the crash with three key frames, and a quiet one."""
    frames = []
    for number, (t_ms, caption) in enumerate([(599_000, "before"), (600_600, "first seen"), (602_600, "rule fires")]):
        name = f"crash_{number}.jpg"
        (run.clips / name).write_bytes(picture(number, caption))
        frames.append({"t_ms": t_ms, "file": name, "caption": caption})
    (run.clips / "crash.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42 not a film, but bytes enough")
    crash = {
        "camera_id": "cam-1", "incident_id": 1, "visual": "crash", "t0_ms": 595_000, "t1_ms": 620_000,
        "mp4": "crash.mp4", "key_frames": frames, "detections": 412,
        "alarms": [{"t_ms": 602_600, "rule": "standing_vehicle"}], "quiet": False,
    }  # fmt: skip
    quiet = {**crash, "incident_id": None, "visual": "none", "mp4": "", "key_frames": [], "alarms": [], "quiet": True}
    run.write_json(run.clips / "clips.json", {"clips": [crash, {**quiet, "detections": 97}]})


def picture(number: int, caption: str) -> bytes:
    """A small street scene as JPEG."""
    image = Image.new("RGB", (320, 180), (150, 165, 180))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 100, 320, 180), fill=(90, 90, 95))
    pen.rectangle((90 + 30 * number, 95, 150 + 30 * number, 130), fill=(170, 40, 40), outline=(255, 220, 0))
    pen.text((8, 8), caption, fill=(255, 255, 255))
    held = io.BytesIO()
    image.save(held, "JPEG", quality=80)
    return held.getvalue()
